"""Downloads as they are counted day by day and by installer."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import pytest

from tests.sql.live.support import DAY, INSTALLS, NOON, T, alpha, live
from tests.sql.world import World, month_days, months_from


def daily(world: World, package: str, first: dt.date, counts: list[int], **stamp) -> World:
    rows = [(package, first + i * DAY, "overall", "without_mirrors", n) for i, n in enumerate(counts) if n]
    rows += [(package, day, split, "with_mirrors", 10 * n) for package, day, split, _, n in rows]
    return live(world, "package_downloads_day", "project day split category downloads", rows, **stamp)


def test_a_day_without_one_of_the_packages_is_partial_and_mirrors_are_never_added():
    world = alpha(package=["alpha", "alpha-cpu"], companion=["helper"])
    day = dt.date(2026, 11, 16)
    daily(world, "alpha", day, [100, 110, 0, 130])
    daily(world, "alpha-cpu", day, [10, 0, 0, 13])
    daily(world, "helper", day, [999] * 4)
    world.build("marts.downloads_day")
    assert world.rows("select day, downloads, packages, is_partial from marts.downloads_day") == [
        (day, 110, 2, False),
        (day + DAY, 110, 1, True),
        (day + 3 * DAY, 143, 2, False),
    ]


def test_recent_downloads_are_the_geometric_mean_of_eight_whole_weeks():
    world = alpha(package=["alpha"])
    counts = [1000 * (1 + (i // 7) % 2) * (1 if i % 7 < 5 else 2) for i in range(60)]
    daily(world, "alpha", dt.date(2026, 9, 21), counts).build("marts.evidence")
    blocks = [statistics.mean(counts[60 - 7 * (b + 1) : 60 - 7 * b]) for b in range(8)]
    logs = [math.log(block) for block in blocks]
    reach = T[7] * statistics.stdev(logs) / math.sqrt(8)
    assert world.rows("select metric, value, low, high, n, as_of from marts.evidence") == [
        (
            "downloads_recent_per_day",
            pytest.approx(math.exp(statistics.mean(logs))),
            pytest.approx(math.exp(statistics.mean(logs) - reach)),
            pytest.approx(math.exp(statistics.mean(logs) + reach)),
            8,
            dt.date(2026, 11, 19),
        )
    ]


def test_weeks_with_a_missing_day_are_left_out_and_five_weeks_are_too_few():
    world = alpha(package=["alpha"])
    counts = [100] * 56
    for block in range(3):
        counts[7 * block] = 0
    daily(world, "alpha", dt.date(2026, 9, 21), counts).build("marts.evidence")
    assert world.rows("select * from marts.evidence") == []


def test_installers_fall_into_classes_and_a_stalled_feed_leaves_a_partial_month():
    world = alpha(package=["alpha", "alpha-cpu"])
    october, november, until = dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 10)
    rows = [
        ("alpha", october, "pip", 2000, until),
        ("alpha-cpu", october, "uv", 1000, until),
        ("alpha", october, "bandersnatch", 500, until),
        ("alpha", october, "", 100, until),
        ("alpha", october, "Nexus", 400, until),
        ("alpha", november, "pip", 1000, until),
    ]
    live(world, "package_downloads_month", INSTALLS, rows).build("marts.downloads_installer_month")
    assert world.rows(
        "select month, installer_class, downloads, days, downloads_per_day, share, feed_until, is_partial "
        "from marts.downloads_installer_month"
    ) == [
        (october, "mirror", 900, 31, 900 / 31, 0.225, until, False),
        (october, "other", 100, 31, 100 / 31, 0.025, until, False),
        (october, "person", 3000, 31, 3000 / 31, 0.75, until, False),
        (november, "mirror", 0, 10, 0.0, 0.0, until, True),
        (november, "other", 0, 10, 0.0, 0.0, until, True),
        (november, "person", 1000, 10, 100.0, 1.0, until, True),
    ]


def test_a_later_count_of_a_month_takes_its_place_whole():
    world = alpha(package=["alpha"])
    month, until = dt.date(2026, 10, 1), dt.date(2026, 11, 10)
    live(world, "package_downloads_month", INSTALLS, [("alpha", month, i, 310, until) for i in ("pip", "odd")])
    live(world, "package_downloads_month", INSTALLS, [("alpha", month, "pip", 620, until)], NOON + DAY)
    world.build("marts.downloads_installer_month")
    assert world.rows("select installer_class, downloads from marts.downloads_installer_month") == [
        ("mirror", 0),
        ("other", 0),
        ("person", 620),
    ]


def test_downloads_by_a_persons_installer_are_those_of_six_whole_months():
    world = alpha(package=["alpha"])
    months, until = months_from(dt.date(2026, 5, 1), 7), dt.date(2026, 11, 10)
    rates = [100, 110, 100, 110, 100, 110, 9999]
    rows = [("alpha", m, "pip", r * month_days(m), until) for m, r in zip(months, rates, strict=True)]
    rows += [("alpha", m, "bandersnatch", 10**6, until) for m in months]
    live(world, "package_downloads_month", INSTALLS, rows).build("marts.evidence")
    found = world.rows("select metric, value, n, as_of from marts.evidence")
    assert found == [
        ("downloads_installer_per_day", pytest.approx(math.sqrt(100 * 110)), 6, dt.date(2026, 10, 31)),
    ]
