"""The contract with ecosyste.ms, on a server that answers as it does."""

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
from sources.dependents import Dependents
from sources.protocol import Payload
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.replay import ReplayServer, as_html, as_json, replaying
from tests.support import shipped_catalog

TABLE = "package_dependents"
REGISTRIES = "GET /api/v1/registries"
KERAS = "GET /api/v1/registries/index.example/packages/keras"
TORCH = "GET /api/v1/registries/index.example/packages/torch"
KEY = "GET /api/v1/registries/{registry}/packages/"
LIST = [
    {"name": "mirror.example", "ecosystem": "pypi", "default": False, "packages_count": 5},
    {"name": "crates.example", "ecosystem": "cargo", "default": True},
    {"name": "index.example", "ecosystem": "pypi", "default": True, "metadata": None},
    {"name": "other.example", "ecosystem": "pypi"},
]


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(REGISTRIES, as_json(LIST)).on(KERAS, as_json(package())).on(TORCH, as_json(package("torch")))
        yield running


def small() -> Catalog:
    catalog = shipped_catalog()
    frameworks = [msgspec.structs.replace(framework, companions=[]) for framework in catalog.frameworks[:2]]
    return msgspec.structs.replace(catalog, frameworks=frameworks)


def package(name: str = "keras", **changed: Any) -> dict[str, Any]:
    return {
        "name": name,
        "dependent_packages_count": 2100,
        "dependent_repos_count": 45000,
        "downloads": 1700000,
        "latest_release_number": "3.12.0",
        "last_synced_at": "2026-11-20T00:00:00.000Z",
    } | changed


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("dependents", server.url, folder, **({"catalog": small()} | options))


def test_the_service_is_asked_for_its_registry_and_then_for_each_package(server, tmp_path):
    landed = collect(source(server, tmp_path))
    assert [entry.request for entry in landed] == [REGISTRIES, f"{KEY}keras", f"{KEY}torch"]
    assert [asked.target for asked in server.asked] == [REGISTRIES, KERAS, TORCH]
    assert {(entry.status, entry.message) for entry in landed} == {("ok", "")}


def test_a_row_is_what_was_sent_on_the_day_it_was_asked(server, tmp_path):
    server.on(KERAS, as_json(package("Keras", last_synced_at="2026-11-20T01:30:00+02:00")))
    server.on(TORCH, as_json(package("torch", dependent_repos_count=None, last_synced_at=None)))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [tuple(row.values()) for row in parsed(asking, TABLE)] == [
        ("keras", NOW.date(), 2100, 45000, dt.datetime(2026, 11, 19, 23, 30)),
        ("torch", NOW.date(), 2100, None, None),
    ]
    assert landed[2].message == "the service does not say when it last looked"
    assert Dependents.is_observation


def test_every_package_and_companion_of_the_catalogue_is_asked(server, tmp_path):
    whole = shipped_catalog()
    planned = {request.key for request in source(server, tmp_path, catalog=whole).plan()}
    names = {name for framework in whole.frameworks for name in (*framework.packages, *framework.companions)}
    assert planned == {REGISTRIES} | {KEY + name for name in names}
    assert list(source(server, tmp_path).plan(NOW.date() + dt.timedelta(days=1))) == []


def test_a_package_the_service_does_not_have_is_no_data_and_no_zero(server, tmp_path):
    server.on(KERAS, as_json({"error": "not found"}, 404))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [(entry.status, entry.http_status) for entry in landed] == [("ok", 200), ("no_data", 404), ("ok", 200)]
    assert [row["project"] for row in parsed(asking, TABLE)] == ["torch"]
    assert collect(asking) == []


def test_counts_that_were_never_made_are_no_data(server, tmp_path):
    server.on(KERAS, as_json(package(dependent_packages_count=None, dependent_repos_count=None)))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert (landed[1].status, landed[1].message) == ("no_data", "the service has counted no dependents yet")
    assert list(asking.parse(asking.context.landing.payload(landed[1]))) == []


@pytest.mark.parametrize(
    ("synced", "message"),
    [
        ("2026-10-24T06:00:00Z", ""),
        ("2026-10-23T06:00:00Z", "the service last looked on 2026-10-23, 31 days before"),
    ],
)
def test_a_package_not_looked_at_for_a_month_is_told(server, tmp_path, synced, message):
    server.on(KERAS, as_json(package(last_synced_at=synced)))
    landed = collect(source(server, tmp_path))[1]
    assert (landed.status, landed.message) == ("ok", message)


def test_a_renamed_registry_is_found_and_keys_stay(server, tmp_path):
    clock = Clock()
    first = collect(source(server, tmp_path, clock=clock))
    renamed = [{"name": "new/name.example", "ecosystem": "pypi", "default": True}]
    server.on(REGISTRIES, as_json(renamed))
    server.on("GET /api/v1/registries/new/name.example/packages/keras", as_json(package()))
    server.on("GET /api/v1/registries/new/name.example/packages/torch", as_json(package("torch")))
    clock.now += dt.timedelta(days=1)
    second = collect(source(server, tmp_path, clock=clock))
    assert [entry.request for entry in second] == [entry.request for entry in first]
    assert {entry.status for entry in second} == {"ok"}


def test_without_a_list_of_registries_today_that_of_yesterday_serves(server, tmp_path):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    server.on(REGISTRIES, as_html("oops", 400))
    clock.now += dt.timedelta(days=1)
    assert [entry.status for entry in collect(source(server, tmp_path, clock=clock))] == ["error", "ok", "ok"]


REGISTRY_FAULTS = {
    "none": [entry for entry in LIST if entry["ecosystem"] != "pypi"],
    "no-default": LIST[:1],
    "two": [*LIST, {"name": "second.example", "ecosystem": "pypi", "default": True}],
    "nameless": [{"name": "", "ecosystem": "pypi", "default": True}],
    "object": {"registries": LIST},
}


@pytest.mark.parametrize("name", REGISTRY_FAULTS)
def test_no_package_is_asked_while_it_is_not_known_where(server, tmp_path, name):
    server.on(REGISTRIES, as_json(REGISTRY_FAULTS[name]))
    landed = collect(source(server, tmp_path))
    assert {entry.status for entry in landed} == {"error"}
    assert landed[0].message.startswith("dependents: GET /api/v1/registries: ")
    assert landed[0].sha256
    assert server.count() == 1


def test_each_is_asked_once_a_day(server, tmp_path):
    clock = Clock(dt.datetime(2028, 2, 29, 23, 59))
    assert len(collect(source(server, tmp_path, clock=clock))) == 3
    assert collect(source(server, tmp_path, clock=clock)) == []
    clock.now += dt.timedelta(minutes=1)
    asking = source(server, tmp_path, clock=clock)
    assert len(collect(asking)) == 3
    days = [row["observed_on"] for row in parsed(asking, TABLE) if row["project"] == "keras"]
    assert days == [dt.date(2028, 2, 29), dt.date(2028, 3, 1)]


def test_a_pull_that_was_stopped_goes_on_where_it_stopped(server, tmp_path):
    server.on(KERAS, as_html("<h1>Too many</h1>", 429, Retry_After="3600"))
    assert [entry.status for entry in collect(source(server, tmp_path))] == ["ok", "rate_limited"]
    server.on(KERAS, as_json(package()))
    assert [entry.request for entry in collect(source(server, tmp_path))] == [f"{KEY}keras", f"{KEY}torch"]
    assert server.count(REGISTRIES) == 1


BAD = {
    "other-package": package("flask"),
    "negative": package(dependent_repos_count=-1),
    "text-for-a-number": package(dependent_packages_count="2100"),
    "broken-number": package(dependent_packages_count=0.5),
    "no-time": package(last_synced_at="yesterday"),
    "impossible-time": package(last_synced_at="0001-01-01T00:00:00+23:00"),
    "no-name": {name: value for name, value in package().items() if name != "name"},
    "no-packages": {name: value for name, value in package().items() if name != "dependent_packages_count"},
    "no-repositories": {name: value for name, value in package().items() if name != "dependent_repos_count"},
    "never-synced-missing": {name: value for name, value in package().items() if name != "last_synced_at"},
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    before = parsed(source(server, tmp_path), TABLE)
    clock.now += dt.timedelta(days=1)
    fault, status = FAULTS[name]
    server.on(KERAS, fault).on(TORCH, fault)
    asking = source(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(asking)[1:]
    assert {entry.status for entry in landed} == {status}
    assert all(entry.message for entry in landed)
    assert parsed(asking, TABLE) == before
    assert len(before) == 2


@pytest.mark.parametrize("name", faults())
def test_a_fault_of_the_first_question_is_its_status(server, tmp_path, name):
    server.trouble, status = faults()[name]
    landed = collect(source(server, tmp_path, read_s=0.3))
    assert landed[0].status == status
    assert {entry.status for entry in landed} <= {status, "error"}


GOOD = json.dumps(package()).encode()


@given(content=damaged(GOOD))
def test_any_bytes_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("dependents", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    for request in (f"{KEY}keras", REGISTRIES):
        found = read(parser, Payload("dependents", "dependents", request, NOW, content))
        if isinstance(found, SourceError):
            assert request in found.message
            assert "barometer replay dependents" in found.hint
        else:
            assert all(len(row) == 5 for batch in found for row in batch.rows)


def test_its_data_set_is_in_the_catalogue_and_its_terms_are_told(tmp_path):
    source = live_source("dependents", "http://127.0.0.1:9", tmp_path)
    known = {entry.key: entry for entry in shipped_catalog().datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("dependents" in known[key].sources for key in source.datasets)
