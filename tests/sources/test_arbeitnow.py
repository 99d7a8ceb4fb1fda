"""The contract with Arbeitnow, on a server that answers as it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from tests.sources.faults import damaged, faults, read
from tests.sources.live import Clock, collect, live_source
from tests.sources.postings.contract import SECRET, assert_fault, assert_redacted, job_source, keyed, redacted, rows
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying

TARGET = "GET /api/job-board-api"
POPULATION = "arbeitnow-live"
OWN = '<p>Find more <a href="https://x.example">jobs on Arbeitnow</a></p>'


def job(slug: str, description: str, **more: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "company_name": f"{SECRET} GmbH",
        "title": f"{SECRET} (m/w/d)",
        "description": description,
        "remote": False,
        "url": f"https://{SECRET}.example",
        "tags": [],
        "job_types": ["berufserfahren"],
        "location": "Berlin",
        "created_at": 1767600000,
    } | more


def page(number: int, last: int, *jobs: dict[str, Any]) -> dict[str, Any]:
    following = f"https://{SECRET}.example?page={number + 1}" if number < last else None
    return {
        "data": list(jobs),
        "links": {"first": "…", "last": None, "prev": None, "next": following},
        "meta": {"current_page": number, "per_page": 100, "info": "…"},
    }


FIRST = page(
    1,
    2,
    job("a", f"<h2>Anforderungen</h2><ul><li>PyTorch</li></ul><h2>Von Vorteil</h2><ul><li>Keras</li></ul>{OWN}"),
    job("b", "&lt;p&gt;TensorFlow &amp;amp; C++&lt;/p&gt;", remote=True, created_at="2026-02-28T23:30:00-02:00"),
    job("c", OWN),
)
SECOND = page(2, 2, job("d", "<p>Koch, vor Ort</p>", remote=True, created_at=None, company_name=None))
PAGES = {1: FIRST, 2: SECOND}


def paged(asked: Asked) -> Answer:
    return as_json(PAGES[int(asked.query["page"])])


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(TARGET, paged)
        yield running


def test_pages_are_followed_to_the_last(server, tmp_path):
    asking = job_source("arbeitnow", server, tmp_path)
    assert [(entry.request[-7:], entry.status) for entry in collect(asking)] == [("?page=1", "ok"), ("?page=2", "ok")]
    found = {row["posting_key"]: row for row in rows(asking)}
    a, b, d = (found[keyed(POPULATION, slug)] for slug in "abd")
    assert len(found) == 3
    assert (a["terms"], a["required"], a["month"]) == (["keras", "pytorch"], ["pytorch"], dt.date(2026, 1, 1))
    assert a["is_remote"] is None
    # Its own mark counts where the text says nothing; the date is told in UTC.
    assert (b["terms"], b["is_remote"], b["month"]) == (["tensorflow"], True, dt.date(2026, 3, 1))
    assert (d["is_remote"], d["employer_key"], d["month"]) == (False, None, dt.date(2026, 11, 1))
    assert_redacted(tmp_path, "koch", "arbeitnow gmbh", "berlin")


def test_the_sites_own_sentence_does_not_make_equal_texts_differ(server, tmp_path):
    server.on(TARGET, as_json(page(1, 1, job("a", f"<p>Keras</p>{OWN}"), job("b", "<P>keras!</P>"))))
    asking = job_source("arbeitnow", server, tmp_path)
    collect(asking)
    assert len({row["text_key"] for row in rows(asking)}) == 1
    assert len({row["posting_key"] for row in rows(asking)}) == 2


def test_a_second_run_on_the_same_day_asks_nothing(server, tmp_path):
    collect(job_source("arbeitnow", server, tmp_path))
    assert collect(job_source("arbeitnow", server, tmp_path)) == []
    assert server.count() == 2


def test_a_pull_that_was_stopped_goes_on_with_its_next_page(server, tmp_path):
    server.on(TARGET, [as_json(FIRST), as_html("no", 429)])
    assert [entry.status for entry in collect(job_source("arbeitnow", server, tmp_path))] == ["ok", "rate_limited"]
    server.on(TARGET, paged)
    landed = collect(job_source("arbeitnow", server, tmp_path))
    assert [(entry.request[-7:], entry.status) for entry in landed] == [("?page=2", "ok")]


def test_an_empty_first_page_is_no_data_and_an_empty_later_one_the_end(server, tmp_path):
    server.on(TARGET, as_json(page(1, 1)))
    assert [entry.status for entry in collect(job_source("arbeitnow", server, tmp_path / "a"))] == ["no_data"]
    server.on(TARGET, [as_json(FIRST), as_json(page(2, 9))])
    asking = job_source("arbeitnow", server, tmp_path / "b")
    assert [entry.status for entry in collect(asking)] == ["ok", "ok"]
    assert len(rows(asking)) == 2
    assert collect(job_source("arbeitnow", server, tmp_path / "b")) == []


BAD = {
    "data-null": page(1, 1) | {"data": None},
    "links-missing": {"data": []},
    "links-null": page(1, 1) | {"links": None},
    "next-a-number": page(1, 1) | {"links": {"next": 2}},
    "slug-null": page(1, 1, job("a", "x") | {"slug": None}),
    "description-null": page(1, 1, job("a", "x") | {"description": None}),
    "date-an-object": page(1, 1, job("a", "x") | {"created_at": {}}),
    "remote-a-text": page(1, 1, job("a", "x") | {"remote": "yes"}),
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(job_source("arbeitnow", server, tmp_path, clock=clock))
    assert_fault("arbeitnow", server, tmp_path, TARGET, *FAULTS[name], clock)


@pytest.mark.parametrize("created", [-1, 0, 1e300, -1e300, 99999999999999])
def test_a_time_that_nobody_meant_is_no_date(server, tmp_path, created):
    server.on(TARGET, as_json(page(1, 1, job("a", "Keras", created_at=created))))
    asking = job_source("arbeitnow", server, tmp_path)
    assert [entry.status for entry in collect(asking)] == ["ok"]
    assert [row["month"] for row in rows(asking)] == [dt.date(2026, 11, 1)]


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Any:
    return live_source("arbeitnow", "http://127.0.0.1:9", tmp_path_factory.mktemp("landing"))


@settings(max_examples=150)
@given(content=st.binary(max_size=200) | damaged(msgspec.json.encode(FIRST)))
def test_any_bytes_are_postings_or_one_error(reading, content):
    landed = redacted(reading, next(iter(reading.plan())), content)
    if isinstance(landed, SourceError):
        assert SECRET not in landed.message
    else:
        assert not isinstance(read(reading, landed), SourceError)
