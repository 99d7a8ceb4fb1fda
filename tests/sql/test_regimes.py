"""Breaks in what a source captures: found within three daily pulls, seldom found where there are none, and said so."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
import pytest

from advice.figures import read_figures
from tests.sql.conftest import snapshot_world
from tests.sql.world import AS_OF, World, months_from

DAY = dt.timedelta(days=1)
PACKAGES = [f"p{i}" for i in range(6)]
WEEKDAYS = np.array([1.0, 1.05, 1.05, 1.02, 0.9, 0.45, 0.4])
CAPTURE = 0.20 / 0.95
BREAKS = "select source, since, direction, is_active from core.regime_breaks order by all"


def daily(days: int, first: dt.date, seed: int, level: float = 20_000.0) -> np.ndarray:
    """Return packages × days: a weekday pattern, a trend of their own, Christmas, noise, shared news, and odd days."""
    random = np.random.default_rng([20261123, seed])
    dates = [first + i * DAY for i in range(days)]
    weekday = WEEKDAYS[[day.weekday() for day in dates]]
    holiday = np.array(
        [0.55 if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2) else 1 for day in dates]
    )
    trend = np.exp(random.uniform(-0.0008, 0.002, (len(PACKAGES), 1)) * np.arange(days))
    own = np.exp(random.normal(0, 0.08, (len(PACKAGES), days)))
    shared = np.exp(random.normal(0, 0.06, days))
    odd = np.where(random.uniform(size=days) < 0.01, 0.1, 1)
    levels = level * np.exp(random.normal(0, 1, (len(PACKAGES), 1)))
    return levels * weekday * holiday * trend * own * shared * odd


def give_downloads(world: World, values: np.ndarray, first: dt.date) -> World:
    rows = [
        (package, first + i * DAY, "overall", "without_mirrors", round(float(values[p, i])))
        for p, package in enumerate(PACKAGES)
        for i in range(values.shape[1])
    ]
    columns = "project day split category downloads"
    return world.give("package_downloads_day", columns, rows, "pypistats", dt.datetime(2026, 11, 23, 2))


def give_views(world: World, values: np.ndarray, first: dt.date) -> World:
    rows = [
        ("en.wikipedia", package, first + i * DAY, round(float(values[p, i])))
        for p, package in enumerate(PACKAGES)
        for i in range(values.shape[1])
    ]
    return world.give("page_views_day", "project article day views", rows, "wikipedia", dt.datetime(2026, 11, 23, 2))


def breaks_of(values: np.ndarray, first: dt.date, as_of: dt.date = AS_OF) -> list[tuple]:
    return give_downloads(World(as_of), values, first).build("core.regime_breaks").rows(BREAKS)


@pytest.mark.parametrize("seed", range(4))
def test_a_drop_of_capture_is_found_within_three_daily_pulls(seed: int):
    first, broken_from = AS_OF - 180 * DAY, AS_OF - 3 * DAY
    values = daily(180, first, seed)
    odd = values[:, -3:] < 0.3 * values[:, -10:-7]
    values[:, -3:][odd] = values[:, -10:-7][odd]  # no odd day in the days under test
    values[:, (broken_from - first).days :] *= CAPTURE
    found = breaks_of(values, first)
    assert found == [("pypistats", broken_from, "collapse", True)]
    assert breaks_of(values[:, :-3], first) == []


@pytest.mark.parametrize("seed", range(4))
def test_clean_years_have_at_most_one_false_alarm_each(seed: int):
    days = 3 * 365
    first = AS_OF - days * DAY
    assert len(breaks_of(daily(days, first, 100 + seed), first)) <= 3


def test_the_bundled_series_have_no_false_alarm_and_declared_breaks_are_none(snapshot: World):
    watched = snapshot.rows("select dataset, count(*) from core.regime_moves group by dataset order by dataset")
    assert [name for name, _ in watched] == [
        "job_mentions",
        "package_downloads_30d",
        "questions_monthly",
        "repository_counters",
    ]
    # 300 weeks of stars, 60 months of downloads and of questions: years enough for "at most one a year" to be tested.
    assert all(periods > 60 for _, periods in watched)
    assert snapshot.rows("select * from marts.regime_breaks") == []
    assert snapshot.rows("select count(*) from marts.evidence where is_withheld") == [(0,)]


def test_a_drop_in_a_real_series_is_found():
    """Of the real weekly star gains only a fifth is seen from a day on."""
    world, since = snapshot_world(), dt.date(2026, 7, 6)
    world.connection.execute(f"""
        update raw.repository_counters as now
        set stars = before.stars + cast({CAPTURE} * (now.stars - before.stars) as bigint)
        from (
            select repository, max(stars) as stars from raw.repository_counters
            where observed_on < date '{since}' group by repository
        ) as before
        where before.repository = now.repository and now.observed_on >= date '{since}'
    """)
    world.build("marts.evidence")
    found = world.rows("select dataset, population, direction, is_active, factor < 0.4 from marts.regime_breaks")
    assert found == [("repository_counters", "all", "collapse", True, True)]
    assert world.rows("select since from marts.regime_breaks")[0][0] - since <= 7 * DAY
    assert {row[0] for row in world.rows("select metric from marts.evidence where is_withheld")} == {
        "stars",
        "stars_gained_per_week",
    }


def dip(values: np.ndarray, days: int, factor: float) -> np.ndarray:
    values[:, -days:] *= factor
    return values


@functools.cache
def calm(seed: int) -> np.ndarray:
    """Half a year to 30 October without odd days, so that a test's own event is the only one."""
    values = daily(180, dt.date(2026, 5, 1), seed)
    lost = values.sum(axis=0) < 0.3 * np.median(values.sum(axis=0))
    for day in np.flatnonzero(lost):
        values[:, day] = values[:, day - 7] if day >= 7 else values[:, day + 7]
    return values


def test_what_siblings_share_is_no_break_and_what_they_do_not_share_is():
    first, as_of = dt.date(2026, 5, 1), dt.date(2026, 10, 28)
    views = calm(11)

    def found(view_factor: float) -> list[tuple]:
        world = give_downloads(World(), dip(calm(10).copy(), 4, 0.25), first)
        give_views(world, dip(views.copy(), 4, view_factor), first).build("core.regime_breaks")
        return world.rows(BREAKS)

    assert found(0.25) == []
    assert found(1.0) == [("pypistats", as_of - 4 * DAY, "collapse", True)]
    # A sibling that rises makes nobody's fall larger, and breaks by itself.
    assert [row[0] for row in found(6.0)] == ["pypistats", "wikipedia"]


def test_one_lost_day_is_no_break():
    assert breaks_of(dip(calm(12).copy(), 1, 0.05), dt.date(2026, 5, 1)) == []


@pytest.mark.parametrize("slope", [-0.03, 0.03])
def test_steady_growth_and_decline_are_no_breaks(slope: float):
    """At such a slope every day lies far off its level of eight weeks, as all days before it did."""
    assert breaks_of(calm(13) * np.exp(slope * np.arange(180)), dt.date(2026, 5, 1)) == []


def test_a_jump_that_begins_on_a_weekend_is_active_at_once():
    """Three times a Sunday is no more than a working day: the break holds because its newest day is odd."""
    values = dip(calm(17)[:, :178].copy(), 2, 3.0)
    assert dt.date(2026, 10, 25).weekday() == 6
    assert breaks_of(values, dt.date(2026, 5, 1)) == [("pypistats", dt.date(2026, 10, 24), "jump", True)]


def test_a_break_ends_when_the_level_returns_and_lasts_when_the_level_has_become_the_usual():
    first = dt.date(2026, 5, 1)
    returned = calm(14).copy()
    returned[:, 100:120] *= CAPTURE
    assert breaks_of(returned, first) == [("pypistats", first + 100 * DAY, "collapse", False)]
    lasting = calm(14).copy()
    lasting[:, 100:] *= CAPTURE
    assert breaks_of(lasting, first) == [("pypistats", first + 100 * DAY, "collapse", True)]


def test_counts_too_small_to_tell_are_not_watched():
    values = np.round(np.random.default_rng(1).poisson(4, (len(PACKAGES), 180))).astype(float)
    assert breaks_of(values, dt.date(2026, 5, 1)) == []
    assert breaks_of(dip(values.copy(), 10, 0), dt.date(2026, 5, 1)) == []


def questions(world: World) -> World:
    rows = [
        ("stackexchange-live", tag, month, 100 if i < 30 else 1000, False)
        for i, month in enumerate(months_from(dt.date(2023, 10, 1), 36))
        for tag in ("alpha", "beta")
    ]
    columns = "population tag month questions is_partial"
    return world.give("questions_monthly", columns, rows, "stackexchange", dt.datetime(2026, 11, 20))


def test_a_break_that_the_catalogue_declares_is_none():
    since = dt.date(2026, 4, 1)
    assert questions(World()).build("core.regime_breaks").rows(BREAKS) == [("stackexchange", since, "jump", True)]
    assert questions(World().breaks("questions_monthly", since)).build("core.regime_breaks").rows(BREAKS) == []


def broken_world() -> World:
    """Downloads by day collapsed; the views of articles did not, and nothing else is known."""
    world = World().compare({"alpha": {"package": ["p0"], "article": ["p0"]}, "beta": {"package": ["p1"]}})
    first = dt.date(2026, 5, 1)
    give_downloads(world, dip(calm(15).copy(), 10, CAPTURE), first)
    return give_views(world, calm(16), first).build("marts.source_health", "marts.comparisons")


def test_figures_of_a_broken_source_are_bounds_and_kept_out():
    world = broken_world()
    found = world.rows("select evidence_id, is_withheld, note like '%at least this%' from marts.evidence order by 1")
    assert found == [
        ("downloads_recent_per_day.alpha", True, True),
        ("downloads_recent_per_day.beta", True, True),
        ("page_views_per_day.alpha", False, False),
    ]
    assert world.rows("select * from marts.comparisons") == []
    assert dict(world.rows("select source, regime from marts.source_health where regime is not null")) == {
        "pypistats": "collapse since 2026-10-18",
        "wikipedia": "steady",
    }


def test_advice_reads_which_figures_are_withheld():
    world = broken_world()
    cursor = world.connection.execute("select * from marts.evidence")
    names = [column[0] for column in cursor.description]
    figures = read_figures(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    assert {pair: figure.is_withheld for pair, figure in figures.items()} == {
        ("downloads_recent_per_day", "alpha"): True,
        ("downloads_recent_per_day", "beta"): True,
        ("page_views_per_day", "alpha"): False,
    }


def test_a_figure_from_before_the_break_stays():
    world = World(dt.date(2026, 10, 28)).compare({"alpha": {"question_tag": ["alpha"]}})
    rows = [
        ("stackexchange-live", tag, month, 1000 if i < 33 else 50, False)
        for i, month in enumerate(months_from(dt.date(2023, 11, 1), 35))
        for tag in ("alpha", "beta")
    ]
    columns = "population tag month questions is_partial"
    world.give("questions_monthly", columns, rows, "stackexchange", dt.datetime(2026, 10, 20))
    world.build("marts.evidence")
    assert world.rows("select since, is_active from marts.regime_breaks") == [(dt.date(2026, 8, 1), True)]
    assert world.rows("select evidence_id, as_of, is_withheld from marts.evidence") == [
        ("questions_last_year.alpha", dt.date(2025, 12, 31), False)
    ]
