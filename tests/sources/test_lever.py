"""The contract with Lever's job sites, on a server that answers as they do."""

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
from tests.sources.replay import Answer, Asked, ReplayServer, as_json, replaying
from tests.support import shipped_catalog

POPULATION = "lever-live"
ACME, OTHER = "GET /v0/postings/acme", "GET /v0/postings/other"


def catalog(*sites: str) -> Catalog:
    """The catalogue with sites of its own."""
    return msgspec.structs.replace(shipped_catalog(), job_boards={"lever": list(sites)})


SITES = catalog("acme", "other")


def job(known: str, plain: str, **more: Any) -> dict[str, Any]:
    return {
        "id": known,
        "text": f"{SECRET} Engineer",
        "createdAt": 1767600000000,
        "categories": {"location": "Oslo", "commitment": "Full-time", "team": SECRET},
        "country": None,
        "workplaceType": "unspecified",
        "descriptionPlain": plain,
        "lists": [],
        "additionalPlain": "",
        "hostedUrl": f"https://{SECRET}.example",
    } | more


GOOD = [
    job(
        "a",
        "About us: we love Keras.",
        lists=[
            {"text": "Requirements", "content": "<li>PyTorch</li><li>JAX</li>"},
            {"text": "Nice to have", "content": "<li>TensorFlow</li>"},
        ],
        workplaceType="remote",
        salaryRange={"currency": "EUR", "interval": "per-year-salary", "min": 60000, "max": 75000.5},
    ),
    job("b", "We bake. Fully remote!", workplaceType="hybrid", categories=None, createdAt=None, surprise=[]),
    job("c", "", lists=None, additionalPlain=None),
    job("d", "Keras & more, 3 < 4", categories={"location": "Remote, EU"}, salaryRange={"min": 0, "max": 0}),
]


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(ACME, as_json(GOOD)).on(OTHER, as_json([job("a", "TensorFlow")]))
        yield running


def test_three_places_of_a_posting_are_read_as_one(server, tmp_path):
    asking = job_source("lever", server, tmp_path, catalog=SITES)
    landed = collect(asking)
    assert [(entry.request, entry.status) for entry in landed] == [
        (f"{ACME}?mode=json&skip=0&limit=100", "ok"),
        (f"{OTHER}?mode=json&skip=0&limit=100", "ok"),
    ]
    found = {row["posting_key"]: row for row in rows(asking)}
    a, b, d, other = (found[keyed(POPULATION, name)] for name in ("acme/a", "acme/b", "acme/d", "other/a"))
    assert len(found) == 4
    assert a["terms"] == ["keras", "pytorch", "tensorflow", "jax"]
    assert (a["required"], a["is_remote"], a["month"]) == (["pytorch", "jax"], True, dt.date(2026, 1, 1))
    assert (a["salary_low"], a["salary_high"], a["salary_currency"], a["salary_period"]) == (
        60_000.0,
        75_000.5,
        "EUR",
        "year",
    )
    # What the source states in a field of its own wins over the text.
    assert (b["is_remote"], b["month"]) == (False, dt.date(2026, 11, 1))
    assert (d["terms"], d["is_remote"], d["salary_low"]) == (["keras"], True, None)
    assert a["employer_key"] == b["employer_key"] != other["employer_key"]
    assert_redacted(tmp_path, "bake", "engineer", "oslo")


def full(site: str, pages: int) -> Any:
    def answer(asked: Asked) -> Answer:
        skip = int(asked.query["skip"])
        return as_json([job(f"{skip + n}", "Keras") for n in range(100)] if skip < 100 * pages else [])

    return answer


def test_pages_are_followed_to_the_short_or_empty_one(server, tmp_path):
    server.on(ACME, full("acme", 2))
    asking = job_source("lever", server, tmp_path, catalog=catalog("acme"))
    assert [entry.status for entry in collect(asking)] == ["ok", "ok", "ok"]
    assert len({row["posting_key"] for row in rows(asking)}) == 200
    assert server.count(ACME) == 3
    assert collect(job_source("lever", server, tmp_path, catalog=catalog("acme"))) == []
    assert server.count(ACME) == 3


def test_a_site_without_an_end_is_left_after_a_hundred_pages(server, tmp_path):
    server.on(ACME, full("acme", 1000))
    landed = collect(job_source("lever", server, tmp_path, catalog=catalog("acme")))
    assert len(landed) == 100


def test_an_unknown_site_is_named_and_the_others_go_on(server, tmp_path):
    landed = collect(job_source("lever", server, tmp_path, catalog=catalog("g1", "g2", "g3", "g4", "acme")))
    assert [entry.status for entry in landed] == ["error"] * 4 + ["ok"]
    assert "no board called `g4`" in landed[3].message


def test_an_empty_site_is_no_data_and_no_zero(server, tmp_path):
    server.on(OTHER, as_json([]))
    asking = job_source("lever", server, tmp_path, catalog=SITES)
    assert [entry.status for entry in collect(asking)] == ["ok", "no_data"]
    assert {row["employer_key"] for row in rows(asking)} == {keyed(POPULATION, "acme")}


def test_a_pull_that_was_stopped_goes_on_with_its_next_page(server, tmp_path):
    server.on(ACME, [as_json([job(str(n), "Keras") for n in range(100)]), Answer(b"no", 429)])
    first = collect(job_source("lever", server, tmp_path, catalog=catalog("acme")))
    assert [entry.status for entry in first] == ["ok", "rate_limited"]
    server.on(ACME, as_json([job("x", "JAX")]))
    second = collect(job_source("lever", server, tmp_path, catalog=catalog("acme")))
    assert [(entry.request, entry.status) for entry in second] == [(f"{ACME}?mode=json&skip=100&limit=100", "ok")]


BAD = {
    "groups": [{"title": "Engineering", "postings": GOOD}],
    "object": {"ok": False, "error": "Document not found"},
    "id-a-number": [job("a", "x") | {"id": 1}],
    "id-missing": [{"text": "x"}],
    "title-null": [job("a", "x") | {"text": None}],
    "lists-a-text": [job("a", "x") | {"lists": SECRET}],
    "description-a-number": [job("a", "x") | {"descriptionPlain": 1}],
    "date-a-text": [job("a", "x") | {"createdAt": SECRET}],
    "salary-a-text": [job("a", "x") | {"salaryRange": {"min": SECRET}}],
    "null-in-it": [None],
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(job_source("lever", server, tmp_path, clock=clock, catalog=SITES))
    assert_fault("lever", server, tmp_path, OTHER, *FAULTS[name], clock, catalog=SITES)


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Any:
    return live_source("lever", "http://127.0.0.1:9", tmp_path_factory.mktemp("landing"))


@settings(max_examples=150)
@given(content=st.binary(max_size=200) | damaged(msgspec.json.encode(GOOD)))
def test_any_bytes_are_postings_or_one_error(reading, content):
    landed = redacted(reading, next(iter(reading.plan())), content)
    if isinstance(landed, SourceError):
        assert SECRET not in landed.message
    else:
        assert not isinstance(read(reading, landed), SourceError)
