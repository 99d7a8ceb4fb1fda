"""A GitHub of our own to be asked: its repositories, their lists, and what must never land."""

from __future__ import annotations

import datetime as dt
import gzip
import time
from pathlib import Path
from typing import Any

import msgspec

from barometer.catalog import Catalog
from sources.github import GitHub
from tests.sources.live import Clock, live_source
from tests.sources.replay import Answer, Asked, ReplayServer, as_json
from tests.support import shipped_catalog

TOKEN = "secret-token-of-a-test"
# A Monday; the running week of a star history began on Sunday the 22nd.
NOW = dt.datetime(2026, 11, 23, 6)
SUNDAY = dt.date(2026, 11, 22)
REPO = "keras-team/keras"
LOGIN, TITLE = "somebody-s-login", "a-title-of-an-issue"
CREATED = {REPO: dt.date(2025, 3, 28), "jax-ml/jax": dt.date(2026, 10, 1), "google/jax": dt.date(2026, 10, 1)}
NUMBERS = {REPO: 33015583, "jax-ml/jax": 154739597, "google/jax": 154739597}


def catalog_of(*frameworks: str) -> Catalog:
    whole = shipped_catalog()
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


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, **options: Any) -> GitHub:
    source = live_source("github", server.url, folder, clock=Clock(now), **{"catalog": KERAS, **options})
    assert isinstance(source, GitHub)
    return source


def count(server: ReplayServer, path: str) -> int:
    return sum(asked.path.endswith(path) for asked in server.asked)


def assert_nowhere(text: str, folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert paths
    for path in paths:
        content = path.read_bytes()
        assert text.encode() not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def limit_reached(status: int) -> Answer:
    reset = str(int(time.time()) + 3000)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "60", "x-ratelimit-reset": reset}
    return Answer(b'{"message": "API rate limit exceeded"}', status, headers)
