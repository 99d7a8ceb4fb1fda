"""GitHub: every table it fills, and nobody in any of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sources.github.months import sample_days
from tests.sources.github.service import LOGIN, NOW, REPO, TITLE, Service, assert_nowhere, issue, source_at
from tests.sources.live import collect, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_json


def test_one_reply_gives_counters_and_facts(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    landed = collect(source, NOW.date())
    assert {entry.status for entry in landed} == {"ok"}
    assert [entry.dataset for entry in landed][:2] == ["repository_counters", "github"]
    assert parsed(source, "repository_counters") == [
        {
            "observed_on": NOW.date(),
            "repository": REPO,
            "stars": 64000,
            "forks": 19700,
            "open_issues_and_pulls": 200,
        }
    ]
    assert parsed(source, "repository_facts") == [
        {
            "repository": REPO,
            "repository_id": 33015583,
            "observed_on": NOW.date(),
            "created_on": dt.date(2025, 3, 28),
            "pushed_at": dt.datetime(2026, 11, 23, 4, 30),
            "stars": 64000,
            "forks": 19700,
            "watchers": 1900,
            "open_issues_and_pulls": 200,
            "is_archived": False,
        }
    ]


def test_lists_give_releases_commits_contributors_and_topics(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    collect(source, NOW.date())
    published = dt.datetime(2026, 1, 2, 3, 4, 5)
    assert parsed(source, "repository_releases") == [
        {"repository": REPO, "tag": "v3.1.0", "published_at": published, "is_prerelease": False},
        {"repository": REPO, "tag": "v3.2.0rc1", "published_at": published, "is_prerelease": True},
    ]
    # The running week is not over.
    assert parsed(source, "repository_commits") == [
        {"repository": REPO, "week": dt.date(2026, 11, 8), "commits": 8},
        {"repository": REPO, "week": dt.date(2026, 11, 15), "commits": 15},
    ]
    assert parsed(source, "repository_contributors") == [
        {
            "repository": REPO,
            "observed_on": NOW.date(),
            "contributors": 2,
            "commits": 127,
            "active_last_year": 1,
            "is_lower_bound": False,
        }
    ]
    assert parsed(source, "topic_repositories") == [
        {"topic": "keras", "observed_on": NOW.date(), "repositories": 4321, "is_lower_bound": False}
    ]


def test_a_month_of_issues_and_of_pulls(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    collect(source, dt.date(2026, 10, 31))
    rows = parsed(source, "issue_flow")
    assert [(row["month"].month, row["kind"], row["is_partial"]) for row in rows] == [
        (11, "issue", True),
        (11, "pull", True),
        (10, "issue", False),
        (10, "pull", False),
    ]
    assert rows[0] == {
        "repository": REPO,
        "kind": "issue",
        "month": dt.date(2026, 11, 1),
        "opened": 9,
        "closed": 3,
        "median_hours_to_close": 10.0,
        "closed_sampled": 3,
        "is_lower_bound": False,
        "is_partial": True,
    }
    queries = [asked.query["q"] for asked in server.asked if asked.path == "/search/issues"]
    assert queries[2] == "repo:keras-team/keras is:pull-request created:2026-11-01..2026-11-30"
    assert queries[7] == "repo:keras-team/keras is:pull-request closed:2026-10-01..2026-10-31"


def test_where_many_were_closed_some_days_are_the_sample(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    def issues(asked: Asked) -> Answer:
        if "closed:2026-10-14..2026-10-15" in asked.query["q"]:
            return as_json({"total_count": 2, "incomplete_results": False, "items": [issue(1), issue(3)]})
        return as_json({"total_count": 1000, "incomplete_results": True, "items": [issue(100)] * 100})

    service.special["issues"] = issues
    source = source_at(server, tmp_path)
    collect(source, dt.date(2026, 10, 31))
    october = [row for row in parsed(source, "issue_flow") if row["month"].month == 10]
    assert [(row["closed"], row["median_hours_to_close"], row["closed_sampled"]) for row in october] == [
        (1000, 2.0, 2)
    ] * 2
    assert all(row["is_lower_bound"] for row in october)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 30), st.integers(1, 10_000))
def test_sampled_days_lie_within_the_span(day: dt.date, length: int, total: int) -> None:
    first = day.replace(day=1)
    last = min(first + dt.timedelta(days=length), (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1))
    start, end = sample_days(first, last, total)
    assert first <= start <= end <= last


def test_months_settle_and_the_running_one_is_read_daily(server: ReplayServer, tmp_path: Path) -> None:
    def months_asked(now: dt.datetime) -> list[str]:
        server.asked.clear()
        collect(source_at(server, tmp_path, now), dt.date(2026, 10, 1))
        asked = [a.query["q"].partition("created:")[2][:7] for a in server.asked if "created:" in a.query.get("q", "")]
        return list(dict.fromkeys(asked))

    assert months_asked(dt.datetime(2026, 11, 30, 23, 59)) == ["2026-11", "2026-10"]
    assert months_asked(dt.datetime(2026, 12, 1)) == ["2026-12", "2026-11"]
    assert months_asked(dt.datetime(2026, 12, 1, 23)) == []
    assert months_asked(dt.datetime(2026, 12, 3)) == ["2026-12", "2026-11"]
    assert months_asked(dt.datetime(2026, 12, 4)) == ["2026-12"]


def test_two_years_of_months_are_planned_newest_first(server: ReplayServer, tmp_path: Path) -> None:
    months = [dict(r.params)["month"] for r in source_at(server, tmp_path).plan() if r.path == "/search/issues"]
    assert months[::2] == sorted(months[::2], reverse=True)
    assert (months[0], months[-1], len(months)) == ("2026-11", "2024-12", 48)


def test_nobody_s_login_or_text_lands(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path), dt.date(2026, 10, 1))
    assert_nowhere(LOGIN, tmp_path)
    assert_nowhere(TITLE, tmp_path)
