"""GitHub: star histories whose pages shift, are cut short, or are empty."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from sources.github import GitHub
from tests.sources.github.service import NOW, REPO, Service, count, limit_reached, source_at
from tests.sources.live import collect, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_json


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
