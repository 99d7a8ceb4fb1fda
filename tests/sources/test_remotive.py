"""The contract with Remotive, on a server that answers as it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.remotive import Remotive
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source
from tests.sources.postings.contract import SECRET, assert_fault, assert_redacted, job_source, keyed, redacted, rows
from tests.sources.replay import ReplayServer, as_html, as_json, replaying

TARGET = "GET /api/remote-jobs"
POPULATION = "remotive-live"


def job(number: int, description: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "url": f"https://{SECRET}.example/{number}",
        "title": f"{SECRET} Engineer ",
        "company_name": f"{SECRET} GmbH",
        "category": "Software Development",
        "publication_date": "2026-10-31T23:30:00",
        "candidate_required_location": "Worldwide",
        "salary": "",
        "description": description,
    } | more


def reply(*jobs: dict[str, Any]) -> dict[str, Any]:
    return {"0-legal-notice": "…", "job-count": len(jobs), "total-job-count": len(jobs), "jobs": list(jobs)}


GOOD = reply(
    job(1, "<h3>Requirements</h3><ul><li>Keras &amp; TensorFlow</li></ul>"),
    job(2, "<p>Sell socks</p>", salary="$60k - $80k", company_name=None, surprise={"new": 1}),
    job(3, "  "),
    job(4, "<p>PyTorch, in our office</p>", publication_date=None),
)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(TARGET, as_json(GOOD))
        yield running


def test_open_postings_are_rows_and_all_of_them_remote(server, tmp_path):
    asking = job_source("remotive", server, tmp_path)
    assert [entry.status for entry in collect(asking)] == ["ok"]
    found = {row["posting_key"]: row for row in rows(asking)}
    first, second, fourth = (found[keyed(POPULATION, number)] for number in ("1", "2", "4"))
    assert len(found) == 3
    assert (first["terms"], first["required"], first["month"]) == (
        ["keras", "tensorflow"],
        ["keras", "tensorflow"],
        dt.date(2026, 10, 1),
    )
    assert (second["salary_low"], second["salary_high"], second["salary_period"]) == (60_000.0, 80_000.0, "year")
    assert second["employer_key"] is None
    # No date: the month of the fetch.
    assert (fourth["month"], fourth["terms"], fourth["required"]) == (dt.date(2026, 11, 1), ["pytorch"], [])
    assert {row["is_remote"] for row in found.values()} == {True}
    assert_redacted(tmp_path, "socks", "engineer")


def test_one_request_a_day(server, tmp_path):
    clock = Clock()
    collect(job_source("remotive", server, tmp_path, clock=clock))
    assert collect(job_source("remotive", server, tmp_path, clock=clock)) == []
    clock.now += dt.timedelta(days=1)
    assert len(collect(job_source("remotive", server, tmp_path, clock=clock))) == 1
    assert server.count() == 2


def test_no_posting_at_all_is_no_data_and_no_zero(server, tmp_path):
    server.on(TARGET, as_json(reply()))
    asking = job_source("remotive", server, tmp_path)
    assert [(entry.status, entry.sha256) for entry in collect(asking)] == [("no_data", "")]
    assert rows(asking) == []


def test_between_two_requests_lies_half_a_minute():
    assert Remotive.politeness.interval_s > 30


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2028-02-29T23:59:59", dt.date(2028, 2, 1)),
        ("2028-02-29", dt.date(2028, 2, 1)),
        ("2028-03-01T00:30:00+02:00", dt.date(2028, 2, 1)),
        ("1970-01-01T00:00:00", dt.date(2028, 3, 1)),
        ("2031-01-01T00:00:00", dt.date(2028, 3, 1)),
        ("soon", dt.date(2028, 3, 1)),
        ("0001-01-01T00:00:00+14:00", dt.date(2028, 3, 1)),
    ],
)
def test_the_month_is_that_of_the_date_in_utc_or_of_the_fetch(server, tmp_path, date, month):
    server.on(TARGET, as_json(reply(job(1, "x", publication_date=date))))
    asking = job_source("remotive", server, tmp_path, clock=Clock(dt.datetime(2028, 3, 1, 0, 0)))
    collect(asking)
    assert [row["month"] for row in rows(asking)] == [month]


BAD = {
    "jobs-null": {"jobs": None},
    "jobs-missing": {"job-count": 0},
    "id-a-text": reply(job(1, "x") | {"id": "1"}),
    "id-null": reply(job(1, "x") | {"id": None}),
    "title-null": reply(job(1, "x") | {"title": None}),
    "description-missing": reply({key: value for key, value in job(1, "x").items() if key != "description"}),
    "description-a-list": reply(job(1, "x") | {"description": ["x"]}),
    "job-null": reply() | {"jobs": [None]},
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}
FAULTS["gone"] = (as_html("moved", 404), "error")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock(NOW)
    collect(job_source("remotive", server, tmp_path, clock=clock))
    message = assert_fault("remotive", server, tmp_path, TARGET, *FAULTS[name], clock)
    if name in BAD:
        assert message.startswith("remotive, GET /api/remote-jobs: ")


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Any:
    return live_source("remotive", "http://127.0.0.1:9", tmp_path_factory.mktemp("landing"))


@settings(max_examples=150)
@given(content=st.binary(max_size=200) | damaged(msgspec.json.encode(GOOD)))
def test_any_bytes_are_postings_or_one_error(reading, content):
    landed = redacted(reading, next(iter(reading.plan())), content)
    if isinstance(landed, SourceError):
        assert SECRET not in landed.message
    else:
        assert not isinstance(read(reading, landed), SourceError)
