"""GitHub's answers about repositories."""

from __future__ import annotations

import datetime as dt
import re

from tests.services.figures import epoch, size, today
from tests.sources.replay import Answer, Asked, as_json


def repository(asked: Asked, owner: str, name: str) -> Answer:
    """Return a repository's counters."""
    big = size(name)
    counters = {"stargazers_count": 9000 * big, "forks_count": 900 * big, "open_issues_count": 50 * big}
    made = {"id": 1000 + big, "created_at": f"{2013 + big % 5}-08-13T00:00:00Z", "pushed_at": f"{today()}T00:00:00Z"}
    return as_json({**counters, **made, "subscribers_count": 90 * big, "archived": False})


def stars(asked: Asked, owner: str, name: str) -> Answer:
    """Return a page of a star history: thirty weeks, newest first."""
    sunday = today() - dt.timedelta(days=(today().weekday() + 1) % 7)
    page = int(asked.query.get("page", "1"))
    weeks = [sunday - dt.timedelta(weeks=back) for back in range(30 * (page - 1), 30 * page)]
    kept = [week for week in weeks if week > dt.date(2024, 1, 1)]
    return as_json([{"week": epoch(week), "days": [size(name)] * 7} for week in kept])


def commit_activity(asked: Asked, owner: str, name: str) -> Answer:
    """Return a year of weeks."""
    sunday = today() - dt.timedelta(days=(today().weekday() + 1) % 7)
    weeks = [sunday - dt.timedelta(weeks=back) for back in range(52, 0, -1)]
    return as_json([{"week": epoch(week), "total": 7 * size(name), "days": [size(name)] * 7} for week in weeks])


def contributors(asked: Asked, owner: str, name: str) -> Answer:
    """Return a few people, whom nobody may keep."""
    week = {"w": epoch(today() - dt.timedelta(days=30)), "a": 0, "d": 0, "c": 3}
    people = [{"total": 30 + i, "weeks": [week], "author": {"login": f"person-{i}"}} for i in range(size(name))]
    return as_json(people)


def github_releases(asked: Asked, owner: str, name: str) -> Answer:
    """Return one release."""
    day = f"{today() - dt.timedelta(days=40)}T00:00:00Z"
    return as_json([{"tag_name": "v1", "published_at": day, "prerelease": False, "draft": False, "assets": []}])


def search_issues(asked: Asked) -> Answer:
    """Return how many were opened or closed, and those closed."""
    start = re.search(r"(\d{4}-\d\d-\d\d)\.\.", asked.query["q"])
    day = dt.date.fromisoformat(start[1]) if start else today()
    many = min(3 * size(asked.query["q"]), 100)
    made = f"{day - dt.timedelta(days=5)}T00:00:00Z"
    items = [{"created_at": made, "closed_at": f"{day}T12:00:00Z", "user": {"login": "person-1"}}] * many
    return as_json({"total_count": many, "incomplete_results": False, "items": items})


def search_repositories(asked: Asked) -> Answer:
    """Return how many repositories carry a topic."""
    return as_json({"total_count": 500 * size(asked.query["q"]), "incomplete_results": False, "items": []})
