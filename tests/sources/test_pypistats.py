"""The contract with pypistats.org, on a server that answers as it does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given

from barometer.catalog import Catalog
from barometer.errors import SourceError
from sources.protocol import Payload
from sources.pypistats import PyPIStats
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying
from tests.support import shipped_catalog

TABLE = "package_downloads_day"
OVERALL = "GET /api/packages/keras/overall"
PYTHON = "GET /api/packages/keras/python_minor"
SYSTEM = "GET /api/packages/keras/system"
KINDS = {"overall": "overall_downloads", "python_minor": "python_minor_downloads", "system": "system_downloads"}


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.otherwise = anything
        yield running


def small() -> Catalog:
    """The catalogue with two frameworks and one companion."""
    catalog = shipped_catalog()
    keras, torch = catalog.frameworks[:2]
    frameworks = [
        msgspec.structs.replace(keras, companions=["Keras_Hub"]),
        msgspec.structs.replace(torch, companions=[]),
    ]
    return msgspec.structs.replace(catalog, frameworks=frameworks)


def reply(package: str, endpoint: str, *days: tuple[Any, str, Any]) -> dict[str, Any]:
    data = [{"category": category, "date": date, "downloads": downloads} for category, date, downloads in days]
    return {"data": data, "package": package, "type": KINDS[endpoint]}


def anything(asked: Asked) -> Answer:
    """One day of what was asked for."""
    package, endpoint = asked.path.split("/")[3:5]
    category = {"overall": "without_mirrors", "python_minor": "3.12", "system": "Linux"}[endpoint]
    return as_json(reply(package, endpoint, (category, "2026-11-20", 100)))


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("pypistats", server.url, folder, catalog=small(), **options)


def test_all_packages_are_asked_overall_and_those_compared_by_split(server, tmp_path):
    landed = collect(source(server, tmp_path))
    assert [entry.request for entry in landed] == [
        "GET /api/packages/keras/overall?mirrors=false",
        "GET /api/packages/torch/overall?mirrors=false",
        "GET /api/packages/keras-hub/overall?mirrors=false",
        "GET /api/packages/keras/python_minor",
        "GET /api/packages/keras/system",
        "GET /api/packages/torch/python_minor",
        "GET /api/packages/torch/system",
    ]
    assert {entry.status for entry in landed} == {"ok"}
    assert PyPIStats.politeness.interval_s == 2.0


def test_rows_are_those_that_were_sent(server, tmp_path):
    server.on(
        OVERALL,
        as_json(
            reply("keras", "overall", ("without_mirrors", "2028-02-29", 61000), ("without_mirrors", "2028-03-02", 0))
            | {"unknown": {"more": 1}}
        ),
    )
    server.on(PYTHON, as_json(reply("keras", "python_minor", ("3.11", "2026-11-20", 7), ("null", "2026-11-20", 2))))
    server.on(SYSTEM, as_json(reply("Keras", "system", ("Darwin", "2026-11-20", 3), (None, "2026-11-20", 1))))
    asking = source(server, tmp_path)
    collect(asking)
    rows = [tuple(row.values()) for row in parsed(asking, TABLE) if row["project"] == "keras"]
    # The first of March is not there: a day that is missing is missing, and a zero that was sent is one.
    assert rows == [
        ("keras", dt.date(2028, 2, 29), "overall", "without_mirrors", 61000),
        ("keras", dt.date(2028, 3, 2), "overall", "without_mirrors", 0),
        ("keras", dt.date(2026, 11, 20), "python", "3.11", 7),
        ("keras", dt.date(2026, 11, 20), "python", "null", 2),
        ("keras", dt.date(2026, 11, 20), "system", "darwin", 3),
        ("keras", dt.date(2026, 11, 20), "system", "null", 1),
    ]


def test_mirrors_are_left_out_also_when_they_are_sent(server, tmp_path):
    both = reply("keras", "overall", ("with_mirrors", "2026-11-20", 90), ("without_mirrors", "2026-11-20", 60))
    server.on(OVERALL, as_json(both))
    asking = source(server, tmp_path)
    collect(asking)
    assert [row["downloads"] for row in parsed(asking, TABLE) if row["project"] == "keras"][:1] == [60]
    assert "with_mirrors" not in {row["category"] for row in parsed(asking, TABLE)}


def test_an_empty_list_is_no_data_and_no_zero(server, tmp_path):
    server.on(PYTHON, as_json(reply("keras", "python_minor")))
    asking = source(server, tmp_path)
    landed = {entry.request: entry for entry in collect(asking)}
    empty = landed.pop(PYTHON)
    assert (empty.status, empty.message) == ("no_data", "the service has no day of `keras`")
    assert {entry.status for entry in landed.values()} == {"ok"}
    assert [row for row in parsed(asking, TABLE) if (row["project"], row["split"]) == ("keras", "python")] == []
    assert collect(asking) == []


def test_an_unknown_package_is_a_wrong_name_in_the_catalogue(server, tmp_path):
    server.on(OVERALL, as_html("<h1>404</h1>", 404))
    landed = collect(source(server, tmp_path))
    assert [(entry.status, entry.http_status) for entry in landed][:2] == [("error", 404), ("ok", 200)]
    assert "`keras`; correct packages or companions in catalog.toml" in landed[0].message


def test_each_endpoint_is_asked_once_a_day(server, tmp_path):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    assert server.count() == 7
    clock.now = NOW.replace(hour=23, minute=59, second=59)
    assert collect(source(server, tmp_path, clock=clock)) == []
    clock.now += dt.timedelta(seconds=1)
    assert len(collect(source(server, tmp_path, clock=clock))) == 7


def test_a_pull_that_was_stopped_goes_on_where_it_stopped(server, tmp_path):
    server.on("GET /api/packages/torch/overall", [as_html("<h1>Too many</h1>", 429), Answer(b"x")])
    first = collect(source(server, tmp_path))
    assert [entry.status for entry in first] == ["ok", "rate_limited"]
    del server.answers["GET /api/packages/torch/overall"]
    second = collect(source(server, tmp_path))
    assert second[0].request == "GET /api/packages/torch/overall?mirrors=false"
    assert {entry.status for entry in second} == {"ok"}
    assert server.count(OVERALL) == 1


def test_a_pull_across_midnight_asks_again_only_what_the_old_day_answered(server, tmp_path):
    times = iter(NOW.replace(hour=23, minute=59) + dt.timedelta(seconds=10 * step) for step in range(1000))
    first = collect(source(server, tmp_path, clock=lambda: next(times)))
    old = [entry.request for entry in first if entry.fetched_at.date() == NOW.date()]
    assert 0 < len(old) < 7
    tomorrow = Clock(NOW + dt.timedelta(days=1))
    assert [entry.request for entry in collect(source(server, tmp_path, clock=tomorrow))] == old


BAD = {
    "other-package": reply("flask", "overall", ("without_mirrors", "2026-11-20", 1)),
    "other-kind": reply("keras", "overall", ("without_mirrors", "2026-11-20", 1)) | {"type": "recent_downloads"},
    "negative": reply("keras", "overall", ("without_mirrors", "2026-11-20", -1)),
    "text-for-a-number": reply("keras", "overall", ("without_mirrors", "2026-11-20", "1")),
    "null-for-a-number": reply("keras", "overall", ("without_mirrors", "2026-11-20", None)),
    "broken-number": reply("keras", "overall", ("without_mirrors", "2026-11-20", 1.5)),
    "no-such-day": reply("keras", "overall", ("without_mirrors", "2026-02-30", 1)),
    "number-for-a-category": reply("keras", "overall", (3, "2026-11-20", 1)),
    "day-twice": reply("keras", "overall", *[("without_mirrors", "2026-11-20", count) for count in (1, 2)]),
    "no-package": {"data": [], "type": "overall_downloads"},
    "no-data": {"package": "keras", "type": "overall_downloads"},
    "data-null": {"data": None, "package": "keras", "type": "overall_downloads"},
    "recent-shape": {"data": {"last_day": 1}, "package": "keras", "type": "recent_downloads"},
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    before = parsed(source(server, tmp_path), TABLE)
    clock.now += dt.timedelta(days=1)
    server.trouble, status = FAULTS[name]
    asking = source(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(asking)
    assert {entry.status for entry in landed} == {status}
    assert all(entry.message for entry in landed)
    assert parsed(asking, TABLE) == before
    assert len(before) == 7
    server.trouble = None
    assert {entry.status for entry in collect(source(server, tmp_path, clock=clock))} == {"ok"}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_as_described_is_named_with_its_place(server, tmp_path, name):
    server.on(OVERALL, as_json(BAD[name]))
    landed = collect(source(server, tmp_path))[0]
    assert landed.message.startswith("pypistats: GET /api/packages/keras/overall?mirrors=false: ")
    # What came is kept all the same, so that a mended parser can read it.
    assert json.loads(source(server, tmp_path).context.landing.payload(landed).content) == BAD[name]


def payload(content: bytes, request: str = "GET /api/packages/keras/overall?mirrors=false") -> Payload:
    return Payload("pypistats", "downloads_recent", request, NOW, content)


GOOD = json.dumps(reply("keras", "overall", ("without_mirrors", "2026-11-20", 61000), (None, "2026-11-21", 1))).encode()


@given(content=damaged(GOOD) | damaged(GOOD[:40]))
def test_any_bytes_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("pypistats", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    found = read(parser, payload(content))
    if isinstance(found, SourceError):
        assert "GET /api/packages/keras/overall" in found.message
        assert "barometer replay pypistats" in found.hint
    else:
        assert [batch.table for batch in found] == [TABLE]
        assert all(type(row[4]) is int and row[4] >= 0 for row in found[0].rows)


def test_a_request_of_another_kind_is_an_error(tmp_path):
    parser = live_source("pypistats", "http://127.0.0.1:9", tmp_path)
    with pytest.raises(SourceError, match="no split is asked for"):
        parser.parse(payload(GOOD, "GET /api/packages/keras/recent"))


def test_its_data_set_is_in_the_catalogue_and_its_terms_are_told(tmp_path):
    source = live_source("pypistats", "http://127.0.0.1:9", tmp_path)
    known = {entry.key: entry for entry in shipped_catalog().datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("pypistats" in known[key].sources for key in source.datasets)
