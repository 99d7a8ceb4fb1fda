"""GitHub: every table it fills, limits, renames, star histories whose pages shift, and every way the service fails."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.catalog import Catalog, load_catalog
from barometer.errors import SourceError
from sources.github import GitHub
from sources.github.months import sample_days
from sources.protocol import Payload
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, gzip_bomb, replaying
from tests.support import ROOT

TOKEN = "secret-token-of-a-test"
# A Monday; the running week of a star history began on Sunday the 22nd.
NOW = dt.datetime(2026, 11, 23, 6)
SUNDAY = dt.date(2026, 11, 22)
REPO = "keras-team/keras"
LOGIN, TITLE = "somebody-s-login", "a-title-of-an-issue"
CREATED = {REPO: dt.date(2025, 3, 28), "jax-ml/jax": dt.date(2026, 10, 1), "google/jax": dt.date(2026, 10, 1)}
NUMBERS = {REPO: 33015583, "jax-ml/jax": 154739597, "google/jax": 154739597}


def catalog_of(*frameworks: str) -> Catalog:
    whole = load_catalog(ROOT / "catalog.toml")
    import msgspec

    return msgspec.structs.replace(whole, frameworks=[entry for entry in whole.frameworks if entry.key in frameworks])


KERAS, JAX = catalog_of("keras"), catalog_of("jax")


def epoch(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


class Service:
    """GitHub in small: what it answers to each kind of request; `today` moves its weeks on."""

    def __init__(self) -> None:
        self.today = NOW.date()
        self.special: dict[str, Any] = {}
        self.closed = 3
        self.page_weeks = 30

    def __call__(self, asked: Asked) -> Answer:
        parts = asked.path.split("/")
        name, rest = "/".join(parts[2:4]), "/".join(parts[4:])
        kind = rest or ("counters" if parts[1] == "repos" else parts[2])
        if kind in self.special:
            special = self.special[kind]
            return special(asked) if callable(special) else special.pop(0) if isinstance(special, list) else special
        return getattr(self, kind.replace("/", "_"))(name, asked)

    def counters(self, name: str, asked: Asked) -> Answer:
        return as_json(repository(name))

    def stargazers_history(self, name: str, asked: Asked) -> Answer:
        sunday = self.today - dt.timedelta(days=(self.today.weekday() + 1) % 7)
        weeks = []
        while sunday + dt.timedelta(days=6) >= CREATED[name]:
            days = [0 if sunday + dt.timedelta(days=d) > self.today else (sunday.day + d) for d in range(7)]
            weeks.append({"week": epoch(sunday), "days": days})
            sunday -= dt.timedelta(days=7)
        start = (int(asked.query["page"]) - 1) * self.page_weeks
        return as_json(weeks[start : start + self.page_weeks])

    def releases(self, name: str, asked: Asked) -> Answer:
        return as_json([release("v3.1.0"), release("v3.2.0rc1", prerelease=True), release("v4", draft=True, at=None)])

    def stats_contributors(self, name: str, asked: Asked) -> Answer:
        return as_json([contributor(120, 4), contributor(7, 0)])

    def stats_commit_activity(self, name: str, asked: Asked) -> Answer:
        sundays = [SUNDAY - dt.timedelta(days=7 * back) for back in (2, 1, 0)]
        return as_json([{"week": epoch(day), "total": day.day, "days": [0] * 7} for day in sundays])

    def repositories(self, name: str, asked: Asked) -> Answer:
        return as_json({"total_count": 4321, "incomplete_results": False, "items": [repository(REPO)]})

    def issues(self, name: str, asked: Asked) -> Answer:
        if "created:" in asked.query["q"]:
            return as_json({"total_count": 9, "incomplete_results": False, "items": [issue(1)]})
        items = [issue(hours) for hours in (2, 48, 10)]
        return as_json({"total_count": self.closed, "incomplete_results": False, "items": items})


def repository(name: str) -> dict[str, Any]:
    return {
        "id": NUMBERS.get(name, 1),
        "full_name": name,
        "owner": {"login": name.partition("/")[0], "type": "Organization"},
        "created_at": f"{CREATED.get(name, SUNDAY)}T17:00:00Z",
        "pushed_at": "2026-11-22T23:30:00-05:00",
        "stargazers_count": 64000,
        "watchers_count": 64000,
        "subscribers_count": 1900,
        "forks_count": 19700,
        "open_issues_count": 200,
        "archived": False,
    }


def release(tag: str, prerelease: bool = False, draft: bool = False, at: str | None = "2026-01-02T03:04:05Z") -> dict:
    author = {"login": LOGIN}
    release = {"tag_name": tag, "name": tag, "published_at": at, "prerelease": prerelease, "draft": draft}
    return release | {"author": author, "body": TITLE, "assets": [{"uploader": author, "download_count": 4}]}


def contributor(total: int, last_year: int) -> dict[str, Any]:
    weeks = [{"w": epoch(dt.date(2020, 1, 5)), "a": 0, "d": 0, "c": total - last_year}]
    weeks.append({"w": epoch(dt.date(2026, 3, 1)), "a": 0, "d": 0, "c": last_year})
    return {"total": total, "weeks": weeks, "author": {"login": LOGIN, "id": 7}}


def issue(hours: float) -> dict[str, Any]:
    opened = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    closed = opened + dt.timedelta(hours=hours)
    dates = {"created_at": opened.isoformat(), "closed_at": closed.isoformat()}
    return dates | {"title": TITLE, "body": TITLE, "user": {"login": LOGIN}}


class EveryPath(dict[str, Any]):
    """Answers any path by one service."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service = service

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key, self.service)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[ReplayServer]:
    with replaying() as server:
        server.answers = EveryPath(service)
        yield server


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, **options: Any) -> GitHub:
    source = live_source("github", server.url, folder, clock=Clock(now), **{"catalog": KERAS, **options})
    assert isinstance(source, GitHub)
    return source


def count(server: ReplayServer, path: str) -> int:
    return sum(asked.path.endswith(path) for asked in server.asked)


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


def assert_nowhere(text: str, folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert paths
    for path in paths:
        content = path.read_bytes()
        assert text.encode() not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def days_of(source: GitHub) -> dict[dt.date, int]:
    return {row["day"]: row["stars_gained"] for row in parsed(source, "star_gains")}


def whole_history(until: dt.date) -> set[dt.date]:
    """Every day that is over, from the first day of the week in which the repository was made."""
    first = dt.date(2025, 3, 23)
    return {first + dt.timedelta(days=n) for n in range((until - first).days)}


def test_a_star_history_is_read_to_its_beginning_and_days_to_come_are_cut(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    collect(source)
    days = days_of(source)
    assert set(days) == whole_history(NOW.date())
    assert days[dt.date(2026, 11, 22)] == 22
    history = [asked for asked in server.asked if asked.path.endswith("/history")]
    assert [asked.query["page"] for asked in history] == ["1", "2", "3"]
    assert {asked.headers["X-GitHub-Api-Version"] for asked in history} == {"2026-03-10"}


def test_old_star_pages_are_not_read_again_though_their_numbers_shift(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    for days_later in (0, 1, 8, 60, 200):
        now = NOW + dt.timedelta(days=days_later)
        service.today = now.date()
        server.asked.clear()
        source = source_at(server, tmp_path, now)
        collect(source)
        assert set(days_of(source)) == whole_history(now.date())
        assert count(server, "/stargazers/history") == (3 if days_later == 0 else 1)


# After 30 weeks the week that was running then is just behind the newest page: it was read, but not to its end.
@pytest.mark.parametrize("silent_days", [210, 300])
def test_after_a_long_silence_only_what_is_missing_is_read(
    server: ReplayServer, service: Service, tmp_path: Path, silent_days: int
) -> None:
    collect(source_at(server, tmp_path))
    server.asked.clear()
    now = NOW + dt.timedelta(days=silent_days)
    service.today = now.date()
    source = source_at(server, tmp_path, now)
    collect(source)
    assert set(days_of(source)) == whole_history(now.date())
    assert [a.query["page"] for a in server.asked if a.path.endswith("/history")] == ["1", "2"]


def test_a_walk_that_was_stopped_goes_on_weeks_later(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    def limited(asked: Asked) -> Answer:
        if asked.query["page"] == "3":
            return limit_reached(403)
        return service.stargazers_history(REPO, asked)

    service.special["stargazers/history"] = limited
    assert collect(source_at(server, tmp_path))[-1].status == "rate_limited"
    del service.special["stargazers/history"]
    now = NOW + dt.timedelta(days=14)
    service.today = now.date()
    server.asked.clear()
    source = source_at(server, tmp_path, now)
    collect(source)
    assert set(days_of(source)) == whole_history(now.date())
    assert [a.query["page"] for a in server.asked if a.path.endswith("/history")] == ["1", "3"]


def test_a_week_that_begins_during_the_walk_loses_no_day(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    def rolling(asked: Asked) -> Answer:
        service.today = dt.date(2026, 11, 28) if asked.query["page"] == "1" else dt.date(2026, 11, 29)
        return service.stargazers_history(REPO, asked)

    service.special["stargazers/history"] = rolling
    saturday = dt.datetime(2026, 11, 28, 23, 59)
    collect(source_at(server, tmp_path, saturday))
    del service.special["stargazers/history"]
    service.today = dt.date(2026, 11, 30)
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 30, 1))
    collect(source)
    assert set(days_of(source)) == whole_history(dt.date(2026, 11, 30))


def test_smaller_pages_than_asked_for_are_read_all_the_same(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    service.page_weeks = 13
    source = source_at(server, tmp_path)
    collect(source)
    assert set(days_of(source)) == whole_history(NOW.date())


def test_a_service_that_repeats_its_first_page_is_not_asked_for_ever(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    def first_page(asked: Asked) -> Answer:
        return service.stargazers_history(REPO, replace(asked, query=asked.query | {"page": "1"}))

    service.special["stargazers/history"] = first_page
    collect(source_at(server, tmp_path))
    assert count(server, "/stargazers/history") == 2


def test_since_ends_the_way_back(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path), dt.date(2026, 6, 1))
    assert count(server, "/stargazers/history") == 1


@pytest.mark.parametrize("answer", [as_json([]), as_json({"message": "Not Found"}, 404)])
def test_an_empty_star_history_is_no_data_and_no_zero(
    server: ReplayServer, service: Service, tmp_path: Path, answer: Answer
) -> None:
    service.special["stargazers/history"] = answer
    source = source_at(server, tmp_path)
    landed = collect(source, NOW.date())
    assert [entry.status for entry in landed if "/history" in entry.request] == ["no_data"]
    assert parsed(source, "star_gains") == []


def test_a_renamed_repository_is_followed_and_asked_only_once_for_the_rest(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    moved = Answer(b"", 301, {"Location": f"{server.url}/repositories/154739597"})
    server.on("GET /repos/google/jax", moved)
    server.on("GET /repositories/154739597", as_json(repository("jax-ml/jax")))
    source = source_at(server, tmp_path, catalog=JAX)
    landed = collect(source, NOW.date())
    assert {entry.status for entry in landed} == {"ok"}
    facts = parsed(source, "repository_facts")
    assert [(row["repository"], row["repository_id"]) for row in facts] == [
        ("jax-ml/jax", 154739597),
        ("google/jax", 154739597),
    ]
    assert {row["repository"] for row in parsed(source, "star_gains")} == {"jax-ml/jax"}
    assert not any("google/jax/" in asked.path or "google/jax" in str(asked.query) for asked in server.asked)


def test_a_rename_keeps_the_query(server: ReplayServer, tmp_path: Path) -> None:
    moved = Answer(b"", 301, {"Location": f"{server.url}/repositories/33015583/releases?per_page=100&page=1"})
    server.on("GET /repos/keras-team/keras/releases", moved)
    server.on("GET /repositories/33015583/releases", lambda asked: as_json([release(f"v{asked.query['per_page']}")]))
    source = source_at(server, tmp_path)
    collect(source, NOW.date())
    assert [row["tag"] for row in parsed(source, "repository_releases")] == ["v100"]


def test_releases_are_read_to_the_last_page(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    pages = {"1": 100, "2": 100, "3": 7}
    service.special["releases"] = lambda asked: as_json(
        [release(f"v{asked.query['page']}.{n}") for n in range(pages[asked.query["page"]])]
    )
    source = source_at(server, tmp_path)
    collect(source, NOW.date())
    assert len(parsed(source, "repository_releases")) == 207
    assert count(server, "/releases") == 3


def test_figures_that_are_still_computed_are_asked_for_three_times_and_then_left(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    service.special["stats/contributors"] = Answer(b"", 202)
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    waits: list[float] = []
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = waits.append
    landed = collect(source, NOW.date())
    stats = next(entry for entry in landed if entry.request.endswith("/contributors"))
    assert (stats.status, stats.http_status, stats.sha256) == ("no_data", 202, "")
    assert count(server, "/contributors") == 3
    assert waits == [2.0, 2.0]

    # The next run of the day asks again, and for nothing else.
    del service.special["stats/contributors"]
    server.asked.clear()
    again = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    assert [entry.status for entry in collect(again, NOW.date())] == ["ok"]
    assert server.count() == 1
    assert len(parsed(again, "repository_contributors")) == 1


def test_computed_after_a_moment(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["stats/contributors"] = [Answer(b"", 202), as_json([contributor(5, 5)])]
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = lambda seconds: None
    collect(source, NOW.date())
    assert parsed(source, "repository_contributors")[0]["commits"] == 5


def test_a_second_run_of_the_day_asks_nothing(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path))
    server.asked.clear()
    assert collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23, 23, 59))) == []
    assert server.count() == 0


def test_a_wrong_name_in_the_catalogue_is_an_error_that_names_it_and_others_go_on(
    server: ReplayServer, tmp_path: Path
) -> None:
    server.on("GET /repos/google/jax", as_json({"message": "Not Found"}, 404))
    source = source_at(server, tmp_path, catalog=JAX)
    landed = collect(source, NOW.date())
    wrong = [entry for entry in landed if entry.status != "ok"]
    assert [(entry.status, entry.http_status) for entry in wrong] == [("error", 404)]
    assert "`google/jax`" in wrong[0].message
    assert len(parsed(source, "repository_counters")) == 1
    assert not any("google/jax/" in asked.path for asked in server.asked)


def limit_reached(status: int) -> Answer:
    reset = str(int(time.time()) + 3000)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "60", "x-ratelimit-reset": reset}
    return Answer(b'{"message": "API rate limit exceeded"}', status, headers)


def test_a_limit_that_is_used_up_ends_the_pull_before_it_is_refused(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    reset = str(int(time.time()) + 50)
    searched = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": reset, "x_ratelimit_resource": "search"}
    service.special["repositories"] = as_json({"total_count": 1, "incomplete_results": False}, **searched)
    landed = collect(source_at(server, tmp_path), NOW.date())
    assert [entry.status for entry in landed][-1] == "rate_limited"
    # Another resource's limit says nothing of the lists; the next search waits.
    assert count(server, "/releases") == 1
    assert count(server, "/search/issues") == 0

    del service.special["repositories"]
    source = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    server.asked.clear()
    assert {entry.status for entry in collect(source, NOW.date())} == {"ok"}
    assert {asked.path for asked in server.asked} == {"/search/issues"}


def test_a_server_error_is_no_reason_to_wait_an_hour(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    error = Answer(b"", 502, {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": str(int(time.time()) + 3000)})
    service.special["counters"] = [error, as_json(repository(REPO))]
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = lambda seconds: None
    assert collect(source, NOW.date())[0].status == "ok"


def test_the_token_is_sent_and_leaves_no_trace(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["repositories"] = lambda asked: as_json({"message": f"bad {TOKEN}"}, 422)
    landed = collect(source_at(server, tmp_path, keys={"GITHUB_TOKEN": TOKEN}), NOW.date())
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"token {TOKEN}"}
    assert "bad ***" in next(entry.message for entry in landed if entry.status == "error")
    assert TOKEN not in repr(landed)
    assert_nowhere(TOKEN, tmp_path)


def test_without_a_token_no_header_is_sent_not_even_from_netrc(
    server: ReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    collect(source_at(server, tmp_path / "landing"), NOW.date())
    assert not any("Authorization" in asked.headers for asked in server.asked)


FAULTS: dict[str, tuple[str, Answer, str, str]] = {
    "403, limit reached": ("counters", limit_reached(403), "rate_limited", "code 403"),
    "429, limit reached": ("counters", limit_reached(429), "rate_limited", "code 429"),
    "403, secondary limit": ("counters", as_json({"message": "secondary rate limit"}, 403), "rate_limited", "60 s"),
    "403, retry-after": ("counters", as_json({}, 403, Retry_After="700"), "rate_limited", "700 s"),
    "429 in HTML": ("counters", as_html("too many", 429), "rate_limited", "60 s"),
    "403, forbidden": ("counters", as_json({"message": "Resource not accessible"}, 403), "error", "not accessible"),
    "401": ("counters", as_json({"message": "Bad credentials"}, 401), "error", "Bad credentials"),
    "500": ("counters", as_html("unicorn", 500), "error", "500"),
    "451": ("counters", as_json({"message": "Repository access blocked"}, 451), "error", "blocked"),
    "id missing": ("counters", as_json({"stargazers_count": 1}), "error", "id"),
    "stars null": ("counters", as_json(repository(REPO) | {"stargazers_count": None}), "error", "stargazers_count"),
    "stars quoted": ("counters", as_json(repository(REPO) | {"stargazers_count": "64k"}), "error", "stargazers_count"),
    "made in year 1": ("counters", as_json(repository(REPO) | {"created_at": "0001-01-01T00:00:00Z"}), "error", "0001"),
    "empty body": ("counters", Answer(b""), "error", "empty"),
    "broken tail": ("counters", Answer(json.dumps(repository(REPO)).encode()[:-3]), "error", ""),
    "cut connection": ("counters", Answer(json.dumps(repository(REPO)).encode(), cut_at=30), "error", "connection"),
    "stalled": ("counters", Answer(b"{}", stall_s=1.0), "error", "connection"),
    "another host": (
        "counters",
        Answer(b"", 301, {"Location": "http://localhost:1/repos/x/y"}),
        "error",
        "another host",
    ),
    "a circle": ("counters", Answer(b"", 301, {"Location": "/repos/keras-team/keras"}), "error", "too often"),
    "gzip bomb": ("counters", gzip_bomb(120), "error", "larger than"),
    "a list for an object": ("counters", as_json([1]), "error", ""),
    "six days": ("stargazers/history", as_json([{"week": epoch(SUNDAY), "days": [1] * 6}]), "error", "days"),
    "days null": ("stargazers/history", as_json([{"week": epoch(SUNDAY), "days": None}]), "error", "days"),
    "a week in the year 9999": ("stargazers/history", as_json([{"week": 2**40, "days": [1] * 7}]), "error", "week"),
    "stars of a day negative": (
        "stargazers/history",
        as_json([{"week": epoch(SUNDAY - dt.timedelta(7)), "days": [-1] * 7}]),
        "error",
        "days",
    ),
    "release without date": ("releases", as_json([release("v1", at=None)]), "error", "'v1'"),
    "releases no list": ("releases", as_json({"message": "x"}), "error", "not as described"),
    "releases broken off": ("releases", Answer(json.dumps([release("v1")]).encode()[:-5]), "error", "not as described"),
    "contributors no list": ("stats/contributors", as_json({"a": 1}), "error", "not as described"),
    "contributors empty": ("stats/contributors", as_json([]), "no_data", "no such figures"),
    "422, too many commits": ("stats/commit_activity", as_json({"message": "too many"}, 422), "error", "422"),
    "204": ("stats/commit_activity", Answer(b"", 204), "no_data", "no such figures"),
    "commits null": ("stats/commit_activity", as_json([{"week": epoch(SUNDAY), "total": None}]), "error", "total"),
    "422, search": ("issues", as_json({"message": "Query must include 'is:issue'"}, 422), "error", "is:issue"),
    "count null": ("issues", as_json({"total_count": None, "incomplete_results": False}), "error", "total_count"),
    "items no list": ("issues", as_json({"total_count": 1, "items": 4}), "error", "not as described"),
    "closed before opened": (
        "issues",
        as_json({"total_count": 1, "incomplete_results": False, "items": [issue(-5)]}),
        "error",
        "closed at",
    ),
    "topic count missing": ("repositories", as_json({"incomplete_results": False}), "error", "total_count"),
}
TABLES = {
    "counters": ["repository_counters", "repository_facts"],
    "stargazers/history": ["star_gains"],
    "releases": ["repository_releases"],
    "stats/contributors": ["repository_contributors"],
    "stats/commit_activity": ["repository_commits"],
    "issues": ["issue_flow"],
    "repositories": ["topic_repositories"],
}


@pytest.mark.parametrize(("kind", "fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, service: Service, tmp_path: Path, kind: str, fault: Answer, status: str, message: str
) -> None:
    before = source_at(server, tmp_path)
    collect(before, NOW.date())
    rows = {table: parsed(before, table) for table in TABLES[kind]}
    service.special[kind] = fault

    source = source_at(server, tmp_path, NOW + dt.timedelta(days=8), read_s=0.3)
    landed = [entry for entry in collect(source, NOW.date()) if entry.status != "ok"]

    assert {entry.status for entry in landed} == {status}
    assert message in landed[0].message
    assert {table: parsed(source, table) for table in TABLES[kind]} == rows
    assert all(rows.values())


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["counters"] = as_json(repository(REPO) | {"padding": "x" * 20_000})
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=15_000)
    landed = collect(source, NOW.date())
    assert (landed[0].status, landed[0].sha256) == ("error", "")
    assert parsed(source, "repository_counters") == []


REQUESTS = {
    "/repos/keras-team/keras": repository(REPO),
    "/repos/keras-team/keras/stargazers/history": [{"week": epoch(SUNDAY), "days": [1] * 7}],
    "/repos/keras-team/keras/releases": [release("v1")],
    "/repos/keras-team/keras/stats/contributors": [{"total": 4, "last_year": 1}],
    "/repos/keras-team/keras/stats/commit_activity": [{"week": epoch(SUNDAY), "total": 3}],
    "/search/repositories": {"total_count": 4, "incomplete_results": True},
    "/search/issues": {
        "opened": {"total_count": 4, "incomplete_results": True},
        "closed": {"total_count": 4, "incomplete_results": True, "items": [issue(4)]},
        "sample": None,
    },
}
FIELDS = sorted({key for value in REQUESTS.values() for key in (value if isinstance(value, dict) else value[0])})
MOMENTS = st.datetimes(timezones=st.none() | st.just(dt.UTC)).map(lambda moment: moment.isoformat())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | MOMENTS,
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(REQUESTS)), st.binary(max_size=200) | VALUES.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_give_rows_or_one_clear_error(path: str, content: bytes) -> None:
    check_parse(path, content)


@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_a_good_reply_with_one_value_replaced_gives_rows_or_one_clear_error(path: str, data: st.DataObject) -> None:
    good = json.loads(json.dumps(REQUESTS[path]))
    place = good[0] if isinstance(good, list) else good
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
    check_parse(path, json.dumps(good).encode())


def check_parse(path: str, content: bytes) -> None:
    source = live_source("github", "http://127.0.0.1:9", Path("unused"), catalog=KERAS)
    request = next(request for request in source.plan() if request.path == path)
    payload: Payload = source.payload(request, content)
    rows: list[tuple] = []
    refusals: list[SourceError] = []
    try:
        rows = [row for batch in source.parse(payload) for row in batch.rows]
    except SourceError as error:
        refusals.append(error)
    assert all(error.message.startswith("github, GET /") and error.hint for error in refusals)
    assert all(0 <= value < 2**63 for row in rows for value in row if type(value) is int)
