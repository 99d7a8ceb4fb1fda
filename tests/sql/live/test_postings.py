"""Postings: texts that repeat, months that are over, growth, open postings."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sql.live.support import DAY, NOON, OCTOBER, POSTING, live
from tests.sql.world import World, months_from


def pull(world: World, source: str, dataset: str, fetched_at: dt.datetime, status: str = "ok", **more: str) -> World:
    """Record one attempt: request and sha default to those of `give`."""
    stamp = (fetched_at, "run", source, more.get("request", "test"), more.get("sha", "0"))
    world.connection.execute(
        "insert into raw.pulls values (?, ?, ?, ?, ?, ?, ?, 1, ?)", [*stamp, dataset, status, more.get("message", "")]
    )
    return world


def posting(key: str, month: dt.date, terms: list[str], required=(), employer: str | None = "e1", text: str = ""):
    return ("hn-text-live", key, text or key, employer, month, terms, list(required))


def jobs_world() -> World:
    return World().compare({"alpha": {"job_term": ["alpha", "alpha2"]}, "beta": {"job_term": ["beta"]}})


def test_repeated_texts_count_once_and_employers_without_a_name_are_no_employer():
    world = jobs_world()
    rows = [
        posting("p1", OCTOBER, ["alpha", "alpha2"], ["alpha2"]),
        posting("p2", OCTOBER, ["alpha"], employer="e1"),
        posting("p3", OCTOBER, ["alpha"], employer="e2", text="p2"),
        posting("p4", OCTOBER, ["beta"], employer=None),
        posting("p5", OCTOBER, ["alpha"], employer=None),
        posting("p6", OCTOBER, [], employer="e3"),
        posting("p7", dt.date(2026, 11, 1), ["alpha"]),
    ]
    live(world, "job_postings", POSTING, rows, source="hackernews").build("marts.job_postings_month", "marts.jobs_year")
    assert world.rows(
        "select framework, month, postings, postings_total, required, employers, employers_total, is_partial "
        "from marts.job_postings_month"
    ) == [
        ("alpha", OCTOBER, 3, 5, 1, 1, 2, False),
        ("alpha", dt.date(2026, 11, 1), 1, 1, 0, 1, 1, True),
        ("beta", OCTOBER, 1, 5, 0, 0, 2, False),
        ("beta", dt.date(2026, 11, 1), 0, 1, 0, 0, 1, True),
    ]
    assert world.rows("select population, framework, postings, postings_total, months from marts.jobs_year") == [
        ("hn-text-live", "alpha", 3, 5, 1),
        ("hn-text-live", "beta", 1, 5, 1),
    ]


def test_a_text_read_before_anybody_knew_a_framework_is_no_zero_for_it():
    world = jobs_world()
    september = dt.date(2026, 9, 1)
    first = [posting("p1", september, ["alpha"]), posting("p2", september, [])]
    live(world, "job_postings", POSTING, first, dt.datetime(2026, 10, 2), "hackernews")
    second = [posting("p3", OCTOBER, ["beta"]), posting("p4", OCTOBER, [])]
    live(world, "job_postings", POSTING, second, dt.datetime(2026, 11, 2), "hackernews")
    world.build("marts.job_postings_month")
    assert world.rows("select framework, month, postings, postings_total from marts.job_postings_month") == [
        ("alpha", september, 1, 2),
        ("alpha", OCTOBER, 0, 2),
        ("beta", OCTOBER, 1, 2),
    ]


def test_an_undated_posting_counts_in_the_month_it_was_first_seen():
    world = jobs_world()
    for month, fetched_at in ((OCTOBER, dt.datetime(2026, 10, 5)), (dt.date(2026, 11, 1), NOON)):
        rows = [("lever-live", "p1", "p1", "e1", month, ["alpha"], [])]
        live(world, "job_postings", POSTING, rows, fetched_at, "lever")
    world.build("marts.job_postings_month")
    assert world.rows("select month, postings, postings_total from marts.job_postings_month") == [(OCTOBER, 1, 1)]


def test_a_month_read_again_without_news_is_over():
    rows = [posting("p1", OCTOBER, ["alpha"])]

    def is_partial(last_reading: dt.datetime) -> list[tuple]:
        world = jobs_world()
        live(world, "job_postings", POSTING, rows, dt.datetime(2026, 10, 31, 9), "hackernews")
        pull(world, "hackernews", "job_postings", last_reading).build("marts.job_postings_month")
        return world.rows("select is_partial from marts.job_postings_month")

    assert is_partial(dt.datetime(2026, 10, 31, 21)) == [(True,)]
    assert is_partial(dt.datetime(2026, 11, 1, 9)) == [(False,)]


def hn_history(world: World, first: dt.date, count: int, hits: int, total: int = 50) -> None:
    for month in months_from(first, count):
        names = [["alpha"] if i < hits else ["beta"] if i == hits else [] for i in range(total)]
        rows = [
            posting(f"{month}-{i}", month, terms, ["alpha"] if i == 0 else [], f"e{i}") for i, terms in enumerate(names)
        ]
        live(world, "job_postings", POSTING, rows, source="hackernews")


def test_growth_compares_one_population_with_itself_where_it_covers_both_spans():
    world = jobs_world()
    hn_history(world, dt.date(2015, 1, 1), 48, 5)
    hn_history(world, dt.date(2025, 11, 1), 12, 10)
    world.jobs([("hn-text-2015-2018", dt.date(2016, 1, 1), term, 1, 1000) for term in ("alpha", "beta")])
    world.build("marts.evidence")
    found = world.rows(
        "select metric, value, n, dataset from marts.evidence "
        "where framework = 'alpha' and metric like 'job_%' order by 1"
    )
    assert found == [
        ("job_employers_share_hn", 0.2, 50, "job_postings"),
        ("job_growth_hn", pytest.approx(2.0), 50 * 60, "job_postings"),
        ("job_required_share_hn", 0.1, 120, "job_postings"),
        ("job_share_hn", 0.2, 600, "job_postings"),
        ("job_share_hn_2018", 0.001, 1000, "job_mentions"),
    ]


def test_growth_falls_back_to_two_counters_while_the_live_history_is_short():
    world = jobs_world()
    hn_history(world, dt.date(2016, 1, 1), 12, 5)
    hn_history(world, dt.date(2025, 11, 1), 12, 10)
    world.jobs([("hn-text-2015-2018", dt.date(2016, 1, 1), term, 100, 1000) for term in ("alpha", "beta")])
    world.build("marts.evidence")
    assert world.rows("select value, n from marts.evidence where evidence_id = 'job_growth_hn.alpha'") == [
        (pytest.approx(2.0), 1600)
    ]


def test_open_postings_are_those_of_each_boards_newest_reading():
    world = jobs_world()

    def give(key: str, board: str, sha: str, fetched_at: dt.datetime, terms: list[str]) -> None:
        stamp = {"fetched_at": fetched_at, "run_id": "r", "source": "lever", "request": board, "payload_sha256": sha}
        row = dict(
            zip(POSTING.split(), ("lever-live", key, key, "e", OCTOBER, terms, []), strict=True),
            **stamp,
        )
        names = ", ".join(row)
        world.connection.execute(
            f"insert into raw.job_postings ({names}) values ({', '.join('?' * len(row))})", list(row.values())
        )

    yesterday = NOON - DAY
    give("closed", "one", "a", yesterday, ["alpha"])
    give("open", "one", "a", yesterday, ["alpha"])
    give("open", "one", "b", NOON, ["alpha"])
    give("new", "one", "b", NOON, [])
    give("silent", "two", "c", NOON - 10 * DAY, ["beta"])
    for board, sha, at in (("one", "a", yesterday), ("one", "b", NOON), ("two", "c", NOON - 10 * DAY)):
        pull(world, "lever", "job_postings", at, request=board, sha=sha)
    pull(world, "lever", "job_postings", NOON, "error", request="two", sha="", message="no answer")
    world.build("marts.evidence")
    assert world.rows(
        "select evidence_id, value, low, high, n, as_of from marts.evidence where metric = 'open_postings_lever'"
    ) == [
        (
            "open_postings_lever.alpha",
            1.0,
            pytest.approx(0.05, abs=0.02),
            pytest.approx(4.74, abs=0.05),
            2,
            NOON.date(),
        ),
        ("open_postings_lever.beta", 0.0, 0.0, pytest.approx(3.0, abs=0.05), 2, NOON.date()),
    ]
