"""The contract with Hacker News' search service, on a server that answers as it does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.hackernews import employer, settled_on, title_month
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source
from tests.sources.postings.contract import SECRET, assert_fault, assert_redacted, job_source, keyed, redacted, rows
from tests.sources.replay import Answer, ReplayServer, as_json, replaying
from tests.support import shipped_catalog

LIST = "GET /api/v1/search_by_date"
POPULATION = "hn-text-live"
OLD, RUNNING = 90000001, 90000500
TITLE = "Ask HN: Who is hiring? ({})"


def hit(number: int, title: str | None, **more: Any) -> dict[str, Any]:
    return {"objectID": str(number), "title": title, "author": "whoishiring", "points": None, "_tags": []} | more


def hits(*found: dict[str, Any], page: int = 0, pages: int = 1, **more: Any) -> dict[str, Any]:
    return {"hits": list(found), "page": page, "nbPages": pages, "nbHits": 3, "exhaustiveNbHits": False} | more


def comment(number: int, text: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "comment",
        "author": f"{SECRET}author",
        "title": None,
        "text": text,
        "children": [],
    } | more


def thread(number: int, month: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"id": number, "type": "story", "title": TITLE.format(month), "text": "<p>Rules", "children": list(children)}


GOOD = (
    comment(1, f"Acme {SECRET}, Inc. (YC W20) | ML Engineer | REMOTE | $150k-$180k<p>Requirements: PyTorch&#x2F;JAX"),
    comment(2, f"{SECRET} hires in Oslo, onsite. TensorFlow is a plus.", children=[comment(9, "Is Keras fine too?")]),
    comment(3, None),
    comment(4, ""),
    comment(5, f"acme {SECRET} | Designer<p><a href='https://{SECRET}.example'>https://…</a>", surprise={"new": 1}),
)


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        good(running)
        yield running


def good(server: ReplayServer) -> None:
    server.on(
        LIST,
        as_json(
            hits(
                hit(RUNNING, TITLE.format("November 2026"), url=None, story_text="<p>x"),
                hit(7, "Ask HN: Who wants to be hired? (November 2026)"),
                hit(8, "Ask HN: Freelancer? Seeking freelancer? (November 2026)"),
                hit(6, "Ask HN: Who is hiring right now?"),
                hit(5, None),
                hit(OLD, "Ask HN: Who Is Hiring? (January 2026)", url="", num_comments=900),
            )
        ),
    )
    server.on(item(OLD), as_json(thread(OLD, "January 2026", *GOOD)))
    server.on(item(RUNNING), as_json(thread(RUNNING, "November 2026", comment(20, "Keras | anywhere, remote"))))


def item(number: int) -> str:
    return f"GET /api/v1/items/{number}"


def test_every_thread_is_asked_once_and_its_direct_answers_are_rows(server, tmp_path):
    asking = job_source("hackernews", server, tmp_path)
    landed = collect(asking)
    assert [(entry.request.split("?")[0], entry.status) for entry in landed] == [
        (LIST, "ok"),
        (item(OLD), "ok"),
        (item(RUNNING), "ok"),
    ]
    assert server.asked[0].query["tags"] == "story,(author_whoishiring,author__whoishiring)"
    found = {row["posting_key"]: row for row in rows(asking)}
    acme, oslo, designer, keras = (found[keyed(POPULATION, number)] for number in ("1", "2", "5", "20"))
    assert len(found) == 4
    assert (acme["terms"], acme["required"], acme["is_remote"]) == (["pytorch", "jax"], ["pytorch", "jax"], True)
    assert (acme["salary_low"], acme["salary_high"], acme["salary_currency"]) == (150_000.0, 180_000.0, "USD")
    assert acme["month"] == dt.date(2026, 1, 1)
    assert (oslo["terms"], oslo["required"], oslo["is_remote"]) == (["tensorflow"], [], False)
    assert oslo["employer_key"] is None
    assert acme["employer_key"] == designer["employer_key"] is not None
    assert keras["month"] == dt.date(2026, 11, 1)
    assert {row["population"] for row in found.values()} == {POPULATION}


def test_no_text_no_name_and_no_address_stays_behind(server, tmp_path):
    collect(job_source("hackernews", server, tmp_path))
    assert_redacted(tmp_path, "oslo", "designer", "acme")


def test_what_was_left_out_is_counted(server, tmp_path):
    asking = job_source("hackernews", server, tmp_path)
    landed = collect(asking)
    heads = [msgspec.json.decode(asking.context.landing.payload(entry).content.split(b"\n")[0]) for entry in landed]
    assert (heads[0]["seen"], heads[0]["dropped"]) == (
        6,
        {"another kind of thread": 3, "hiring thread without its month": 1},
    )
    assert (heads[1]["seen"], heads[1]["kept"], heads[1]["dropped"]) == (5, 3, {"without text": 2})


def test_a_second_run_on_the_same_day_asks_nothing(server, tmp_path):
    collect(job_source("hackernews", server, tmp_path))
    asked = server.count()
    assert collect(job_source("hackernews", server, tmp_path)) == []
    assert server.count() == asked


def test_the_next_day_asks_for_the_list_and_the_running_month(server, tmp_path):
    clock = Clock()
    collect(job_source("hackernews", server, tmp_path, clock=clock))
    clock.now += dt.timedelta(days=1)
    landed = collect(job_source("hackernews", server, tmp_path, clock=clock))
    assert [entry.request.split("?")[0] for entry in landed] == [LIST, item(RUNNING)]


@pytest.mark.parametrize(
    ("now", "is_asked"),
    [
        (dt.datetime(2026, 12, 7, 23, 59, 59), True),
        (dt.datetime(2026, 12, 8, 0, 0), True),
        (dt.datetime(2026, 12, 9, 0, 0), False),
    ],
)
def test_a_thread_is_asked_until_a_week_after_its_month_and_once_then(server, tmp_path, now, is_asked):
    for moment in (NOW, dt.datetime(2026, 12, 6, 12, 0), dt.datetime(2026, 12, 8, 0, 0)):
        if moment < now:
            collect(job_source("hackernews", server, tmp_path, clock=Clock(moment)))
    landed = collect(job_source("hackernews", server, tmp_path, clock=Clock(now)))
    assert (item(RUNNING) in [entry.request for entry in landed]) == is_asked


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (dt.date(2028, 2, 1), dt.date(2028, 3, 8)),
        (dt.date(2026, 2, 1), dt.date(2026, 3, 8)),
        (dt.date(2026, 12, 1), dt.date(2027, 1, 8)),
    ],
)
def test_a_month_settles_a_week_after_its_end(month, day):
    assert settled_on(month) == day


def test_other_patterns_in_the_catalogue_have_the_old_threads_read_again(server, tmp_path):
    clock = Clock()
    collect(job_source("hackernews", server, tmp_path, clock=clock))
    clock.now += dt.timedelta(days=1)
    catalog = shipped_catalog()
    first = msgspec.structs.replace(catalog.frameworks[0], job_patterns=["keras", "plus"])
    other = msgspec.structs.replace(catalog, frameworks=[first, *catalog.frameworks[1:]])
    asking = job_source("hackernews", server, tmp_path, clock=clock, catalog=other)
    assert item(OLD) in [entry.request for entry in collect(asking)]
    newest = asking.context.landing.newest("hackernews", item(OLD))
    read_again = asking.parse(asking.context.landing.payload(newest))
    assert ["keras", "tensorflow"] in [row[5] for batch in read_again for row in batch.rows]
    clock.now += dt.timedelta(days=1)
    assert item(OLD) not in [
        entry.request for entry in collect(job_source("hackernews", server, tmp_path, clock=clock, catalog=other))
    ]


def test_since_leaves_older_threads_alone(server, tmp_path):
    landed = collect(job_source("hackernews", server, tmp_path), since=dt.date(2026, 2, 15))
    assert [entry.request.split("?")[0] for entry in landed] == [LIST, item(RUNNING)]


def test_the_list_may_have_pages_and_ends_with_the_last(server, tmp_path):
    def paged(asked: Any) -> Answer:
        page = int(asked.query["page"])
        threads = {0: [hit(RUNNING, TITLE.format("November 2026"))], 1: [hit(OLD, TITLE.format("January 2026"))]}
        return as_json(hits(*threads.get(page, []), page=page, pages=2))

    server.on(LIST, paged)
    asking = job_source("hackernews", server, tmp_path)
    assert [entry.request.split("?")[0] for entry in collect(asking)] == [LIST, LIST, item(OLD), item(RUNNING)]
    assert collect(job_source("hackernews", server, tmp_path)) == []


def test_an_empty_thread_is_no_data_and_no_zero_and_is_asked_again(server, tmp_path):
    server.on(item(OLD), as_json(thread(OLD, "January 2026")))
    clock = Clock()
    asking = job_source("hackernews", server, tmp_path, clock=clock)
    landed = {entry.request: entry.status for entry in collect(asking)}
    assert landed[item(OLD)] == "no_data"
    assert {row["month"] for row in rows(asking)} == {dt.date(2026, 11, 1)}
    clock.now += dt.timedelta(days=1)
    good(server)
    landed = {entry.request: entry.status for entry in collect(job_source("hackernews", server, tmp_path, clock=clock))}
    assert landed[item(OLD)] == "ok"


def test_a_list_without_threads_is_no_data(server, tmp_path):
    server.on(LIST, as_json(hits()))
    assert [entry.status for entry in collect(job_source("hackernews", server, tmp_path))] == ["no_data"]


def test_a_pull_that_was_stopped_goes_on_where_it_stopped(server, tmp_path):
    server.on(item(RUNNING), Answer(b"no", 429))
    first = collect(job_source("hackernews", server, tmp_path))
    assert [entry.status for entry in first] == ["ok", "ok", "rate_limited"]
    good(server)
    second = collect(job_source("hackernews", server, tmp_path))
    assert [(entry.request, entry.status) for entry in second] == [(item(RUNNING), "ok")]


BAD = {
    "other-thread": thread(OLD, "November 2026", comment(1, SECRET)),
    "other-title": thread(RUNNING, "November 2026", comment(1, SECRET)) | {"title": f"Who wants to be {SECRET}?"},
    "title-null": thread(RUNNING, "November 2026", comment(1, SECRET)) | {"title": None},
    "children-null": thread(RUNNING, "November 2026") | {"children": None},
    "children-missing": {"id": RUNNING, "title": TITLE.format("November 2026")},
    "text-a-number": thread(RUNNING, "November 2026", comment(1, 3)),
    "id-a-text": thread(RUNNING, "November 2026", comment("1", SECRET)),
    "child-null": thread(RUNNING, "November 2026") | {"children": [None]},
    "gone": None,
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}
FAULTS["gone"] = (Answer(b"not found", 404), "error")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_thread_is_a_status_and_costs_nothing(server, tmp_path, name):
    clock = Clock()
    collect(job_source("hackernews", server, tmp_path, clock=clock))
    answer, status = FAULTS[name]
    assert_fault("hackernews", server, tmp_path, item(RUNNING), answer, status, clock)


BAD_LISTS = {
    "hits-null": hits() | {"hits": None},
    "hits-missing": {"page": 0, "nbPages": 1},
    "number-for-an-id": hits(hit(1, "x") | {"objectID": 1}),
    "no-number": hits(hit(1, TITLE.format("May 2026")) | {"objectID": "x1"}),
    "pages-null": hits() | {"nbPages": None},
}


@pytest.mark.parametrize("name", BAD_LISTS)
def test_a_bad_list_is_an_error_and_known_threads_are_asked_all_the_same(server, tmp_path, name):
    clock = Clock()
    collect(job_source("hackernews", server, tmp_path, clock=clock))
    clock.now += dt.timedelta(days=1)
    server.on(LIST, as_json(BAD_LISTS[name]))
    landed = collect(job_source("hackernews", server, tmp_path, clock=clock))
    assert [(entry.request.split("?")[0], entry.status) for entry in landed] == [(LIST, "error"), (item(RUNNING), "ok")]
    assert "barometer collect hackernews" not in landed[0].message
    assert landed[0].message.startswith("hackernews, GET /api/v1/search_by_date")


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("Ask HN: Who is hiring? (January 2026)", dt.date(2026, 1, 1)),
        ("Ask HN: Who is Hiring? (Sept 2011)", dt.date(2011, 9, 1)),
        ("Ask HN: Who Is Hiring? (Dec 2011)", dt.date(2011, 12, 1)),
        ("ask hn: who is hiring ? ( MAY 2013 )", dt.date(2013, 5, 1)),
        ("Ask HN: Who is hiring right now?", None),
        ("Ask HN: Who is hiring right now? (April 2020)", None),
        ("Ask HN: Who wants to be hired? (April 2020)", None),
        ("Ask HN: Who is hiring? (Smarch 2020)", None),
        ("Ask HN: Who is hiring? (May 0000)", None),
        ("", None),
    ],
)
def test_the_month_stands_in_the_title(title, month):
    assert title_month(title) == month


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme | ML Engineer<p>x | y", "Acme"),
        ("Acme &amp; Sons | x", "Acme & Sons"),
        ("<b>Acme</b> | x", "Acme"),
        ("<p>Acme | x</p><p>y</p>", "Acme"),
        ("We hire<p>Acme | x", None),
        ("| x", None),
        ("", None),
    ],
)
def test_the_employer_stands_before_the_first_bar(text, name):
    assert employer(text) == name


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Any:
    return live_source("hackernews", "http://127.0.0.1:9", tmp_path_factory.mktemp("landing"))


@settings(max_examples=150)
@given(content=st.binary(max_size=200) | damaged(msgspec.json.encode(thread(OLD, "January 2026", *GOOD))))
def test_any_bytes_are_postings_or_one_error(reading, content):
    request = next(iter(reading.plan()))
    for asked in (request, thread_request(request)):
        landed = redacted(reading, asked, content)
        if isinstance(landed, SourceError):
            assert SECRET not in landed.message
        else:
            assert not isinstance(read(reading, landed), SourceError)


def thread_request(request: Any) -> Any:
    """The question for the old thread."""
    return dataclasses.replace(request, path=f"/api/v1/items/{OLD}", params=(), is_paged=False)


@settings(max_examples=150)
@given(data=st.data())
def test_any_landed_bytes_are_rows_or_one_error(reading, data):
    asked = thread_request(next(iter(reading.plan())))
    whole = reading.redaction(asked, msgspec.json.encode(thread(OLD, "January 2026", *GOOD))).encode()
    payload = reading.payload(asked, data.draw(st.binary(max_size=200) | damaged(whole)))
    found = read(reading, payload)
    if isinstance(found, SourceError):
        assert found.message.startswith("hackernews, GET /api/v1/items/")
        assert "barometer collect hackernews" in found.hint
    else:
        assert [batch.table for batch in found] == ["job_postings"]
