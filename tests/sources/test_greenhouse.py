"""The contract with Greenhouse's job boards, on a server that answers as they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.catalog import Catalog
from barometer.errors import SourceError
from tests.sources.faults import damaged, faults, read
from tests.sources.live import Clock, collect, live_source
from tests.sources.postings.contract import SECRET, assert_fault, assert_redacted, job_source, keyed, redacted, rows
from tests.sources.replay import ReplayServer, as_json, replaying
from tests.support import shipped_catalog

POPULATION = "greenhouse-live"
ACME, OTHER = "GET /v1/boards/acme/jobs", "GET /v1/boards/other/jobs"


def catalog(*boards: str) -> Catalog:
    """The catalogue with boards of its own."""
    return msgspec.structs.replace(shipped_catalog(), job_boards={"greenhouse": list(boards)})


BOARDS = catalog("acme", "other")


def job(number: int, content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "internal_job_id": None,
        "title": f"{SECRET} Engineer",
        "requisition_id": None,
        "updated_at": "2026-11-10T09:00:00-05:00",
        "first_published": "2026-01-31T23:30:00-05:00",
        "location": {"name": "Remote"},
        "absolute_url": f"https://{SECRET}.example",
        "metadata": None,
        "content": content,
        "departments": [],
        "offices": [{"id": 2, "name": SECRET}],
    } | more


def board(*jobs: dict[str, Any]) -> dict[str, Any]:
    return {"jobs": list(jobs), "meta": {"total": len(jobs)}}


GOOD = board(
    job(
        1,
        "&lt;h2&gt;Requirements&lt;/h2&gt;&lt;p&gt;Keras &amp;amp; TensorFlow&lt;/p&gt;"
        "&lt;h2&gt;Bonus&lt;/h2&gt;&lt;p&gt;JAX&lt;/p&gt;",
    ),
    job(2, "&lt;p&gt;On-site in Paris&lt;/p&gt;", location=None, first_published=None, surprise=1),
    job(3, ""),
    job(
        4,
        "&lt;p&gt;PyTorch&lt;/p&gt;",
        location={"name": None},
        pay_input_ranges=[
            {"min_cents": None, "max_cents": None, "currency_type": None},
            {"min_cents": 15000000, "max_cents": 18000000, "currency_type": "USD", "title": "Base", "blurb": SECRET},
        ],
    ),
)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(ACME, as_json(GOOD)).on(OTHER, as_json(board(job(1, "&lt;p&gt;Keras&lt;/p&gt;"))))
        yield running


def test_every_board_is_asked_once_and_its_posts_are_rows(server, tmp_path):
    asking = job_source("greenhouse", server, tmp_path, catalog=BOARDS)
    landed = collect(asking)
    assert [(entry.request, entry.status) for entry in landed] == [
        (f"{ACME}?content=true", "ok"),
        (f"{OTHER}?content=true", "ok"),
    ]
    found = {row["posting_key"]: row for row in rows(asking)}
    one, two, four, other = (found[keyed(POPULATION, name)] for name in ("acme/1", "acme/2", "acme/4", "other/1"))
    assert len(found) == 4
    assert (one["terms"], one["required"]) == (["keras", "tensorflow", "jax"], ["keras", "tensorflow"])
    # Half past eleven in the evening five hours west of Greenwich is the next month.
    assert (one["month"], one["is_remote"]) == (dt.date(2026, 2, 1), True)
    # Never the day of the last edit: without a date of its own it bears the month of the fetch.
    assert (two["month"], two["is_remote"], two["terms"]) == (dt.date(2026, 11, 1), False, [])
    assert (four["salary_low"], four["salary_high"], four["salary_currency"], four["salary_period"]) == (
        150_000.0,
        180_000.0,
        "USD",
        "year",
    )
    assert four["is_remote"] is None
    assert one["employer_key"] == two["employer_key"] != other["employer_key"]
    assert one["text_key"] != other["text_key"]
    assert_redacted(tmp_path, "paris", "engineer")


def test_an_unknown_board_is_named_and_the_others_go_on(server, tmp_path):
    boards = catalog("gone-1", "gone-2", "gone-3", "gone-4", "acme")
    landed = collect(job_source("greenhouse", server, tmp_path, catalog=boards))
    assert [(entry.status, entry.http_status) for entry in landed] == [("error", 404)] * 4 + [("ok", 200)]
    assert "no board called `gone-2`" in landed[1].message
    assert "job_boards.greenhouse" in landed[1].message


def test_a_service_that_is_not_well_is_left_after_three_boards(server, tmp_path):
    server.trouble = as_json({"error": "no"}, 400)
    boards = catalog("a", "b", "c", "d", "e")
    assert [entry.status for entry in collect(job_source("greenhouse", server, tmp_path, catalog=boards))] == [
        "error"
    ] * 3
    server.trouble = as_json({}, 429)
    landed = collect(job_source("greenhouse", server, tmp_path, catalog=boards))
    assert [entry.status for entry in landed] == ["rate_limited"]


def test_without_a_board_in_the_catalogue_nothing_is_asked(server, tmp_path):
    landed = collect(job_source("greenhouse", server, tmp_path, catalog=catalog()))
    assert [entry.status for entry in landed] == ["not_configured"]
    assert "job_boards.greenhouse" in landed[0].message
    assert server.count() == 0


def test_an_odd_name_of_a_board_stays_one_part_of_the_address(server, tmp_path):
    collect(job_source("greenhouse", server, tmp_path, catalog=catalog("a/../b c")))
    assert server.asked[0].target == "GET /v1/boards/a/../b c/jobs"


def test_an_empty_board_is_no_data_and_no_zero(server, tmp_path):
    server.on(OTHER, as_json(board()))
    asking = job_source("greenhouse", server, tmp_path, catalog=BOARDS)
    assert [entry.status for entry in collect(asking)] == ["ok", "no_data"]
    assert len(rows(asking)) == 3


def test_a_second_run_asks_again_only_the_board_that_failed(server, tmp_path):
    server.on(ACME, as_json({"jobs": 3}))
    first = collect(job_source("greenhouse", server, tmp_path, catalog=BOARDS))
    assert [entry.status for entry in first] == ["error", "ok"]
    server.on(ACME, as_json(GOOD))
    second = collect(job_source("greenhouse", server, tmp_path, catalog=BOARDS))
    assert [entry.request for entry in second] == [f"{ACME}?content=true"]


BAD = {
    "jobs-null": {"jobs": None},
    "jobs-missing": {"meta": {"total": 0}},
    "id-null": board(job(1, "x") | {"id": None}),
    "id-a-text": board(job(1, "x") | {"id": "1"}),
    "content-null": board(job(1, "x") | {"content": None}),
    "content-missing": board({key: value for key, value in job(1, "x").items() if key != "content"}),
    "location-a-text": board(job(1, "x") | {"location": SECRET}),
    "pay-an-object": board(job(1, "x") | {"pay_input_ranges": {}}),
    "title-a-number": board(job(1, "x") | {"title": 5}),
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(job_source("greenhouse", server, tmp_path, clock=clock, catalog=BOARDS))
    assert_fault("greenhouse", server, tmp_path, OTHER, *FAULTS[name], clock, catalog=BOARDS)


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Any:
    return live_source("greenhouse", "http://127.0.0.1:9", tmp_path_factory.mktemp("landing"))


@settings(max_examples=150)
@given(content=st.binary(max_size=200) | damaged(msgspec.json.encode(GOOD)))
def test_any_bytes_are_postings_or_one_error(reading, content):
    landed = redacted(reading, next(iter(reading.plan())), content)
    if isinstance(landed, SourceError):
        assert SECRET not in landed.message
    else:
        assert not isinstance(read(reading, landed), SourceError)
