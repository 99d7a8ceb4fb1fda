"""Downloads: months of unlike length, missing packages, what is pulled in, the break between backends."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.sql.world import World, month_days, months_from, next_month

DAY = dt.timedelta(days=1)
BREAK = dt.date(2025, 6, 1)


def one_framework() -> World:
    return World().compare({"alpha": {"package": ["alpha"]}})


def give_months(world: World, package: str, months: list[dt.date], per_day) -> World:
    """Give one list a month of a constant or computed rate: BigQuery before the break, ClickHouse after."""
    for backend, days in (("BigQuery", lambda _: 30), ("ClickHouse", month_days)):
        chosen = [m for m in months if (m >= BREAK) == (backend == "ClickHouse")]
        world.downloads([(next_month(m), package, round(per_day(m) * days(m))) for m in chosen], backend)
    return world


def test_months_of_unlike_length_give_equal_downloads_a_day():
    world = one_framework()
    months = months_from(dt.date(2025, 12, 1), 4)
    world.downloads([(next_month(m), "alpha", 1000 * month_days(m)) for m in months]).build("marts.downloads_month")
    assert world.rows("select month, downloads, days, downloads_per_day from marts.downloads_month") == [
        (dt.date(2025, 12, 1), 31000, 31, 1000.0),
        (dt.date(2026, 1, 1), 31000, 31, 1000.0),
        (dt.date(2026, 2, 1), 28000, 28, 1000.0),
        (dt.date(2026, 3, 1), 31000, 31, 1000.0),
    ]


def test_leap_february_has_29_days():
    world = one_framework().downloads([(dt.date(2024, 3, 1), "alpha", 2900)]).build("marts.downloads_month")
    assert world.rows("select month, days, downloads_per_day from marts.downloads_month") == [
        (dt.date(2024, 2, 1), 29, 100.0)
    ]


def test_thirty_day_window_belongs_to_the_month_of_its_middle():
    world = one_framework()
    world.downloads(
        [
            (dt.date(2024, 8, 30), "alpha", 300),
            (dt.date(2024, 9, 1), "alpha", 600),
            (dt.date(2024, 10, 17), "alpha", 900),
        ],
        "BigQuery",
    )
    world.build("marts.downloads_month")
    assert world.rows("select month, listed_on, days, downloads_per_day from marts.downloads_month") == [
        (dt.date(2024, 8, 1), dt.date(2024, 9, 1), 30, 20.0),
        (dt.date(2024, 10, 1), dt.date(2024, 10, 17), 30, 30.0),
    ]


def test_of_daily_lists_the_one_closest_to_the_month_counts():
    world = one_framework()
    days = [dt.date(2024, 1, 20) + i * DAY for i in range(60)]
    world.downloads([(day, "alpha", 30 * day.toordinal()) for day in days], "BigQuery").build("marts.downloads_month")
    listed = dict(world.rows("select month, listed_on from marts.downloads_month"))
    assert listed[dt.date(2024, 1, 1)] == dt.date(2024, 2, 1)
    assert listed[dt.date(2024, 2, 1)] == dt.date(2024, 3, 1)


def test_a_package_below_the_list_is_missing_not_zero():
    world = World().compare({"alpha": {"package": ["alpha", "alpha-cpu"]}, "beta": {"package": ["beta"]}})
    world.downloads(
        [
            (dt.date(2026, 2, 1), "alpha", 3100),
            (dt.date(2026, 2, 1), "alpha-cpu", 3100),
            (dt.date(2026, 3, 1), "alpha", 2800),
        ]
    )
    world.build("marts.downloads_month")
    assert world.rows(
        "select framework, month, downloads_per_day, packages, share_among_frameworks from marts.downloads_month"
    ) == [
        ("alpha", dt.date(2026, 1, 1), 200.0, 2, 1.0),
        ("alpha", dt.date(2026, 2, 1), 100.0, 1, 1.0),
    ]


def test_the_latest_fetch_wins_and_what_was_fetched_after_the_edition_is_unknown():
    world = World(as_of=dt.date(2026, 3, 15)).compare({"alpha": {"package": ["alpha"]}})
    world.downloads([(dt.date(2026, 3, 1), "alpha", 2800)], source="live", fetched_at=dt.datetime(2026, 3, 2))
    world.downloads([(dt.date(2026, 3, 1), "alpha", 5600)], source="live", fetched_at=dt.datetime(2026, 3, 15, 23))
    world.downloads([(dt.date(2026, 3, 1), "alpha", 9999)], source="live", fetched_at=dt.datetime(2026, 3, 16))
    world.build("marts.downloads_month")
    assert world.rows("select downloads_per_day, source from marts.downloads_month") == [(200.0, "live")]


def test_basket_is_what_belongs_to_nobody_and_never_leaves_the_list():
    world = one_framework()
    world.downloads(
        [(dt.date(2026, 2, 1), p, n) for p, n in (("alpha", 310), ("flask", 620), ("late", 620), ("tool", 620))]
    )
    world.downloads([(dt.date(2026, 3, 1), p, n) for p, n in (("alpha", 280), ("flask", 1120), ("tool", 1680))])
    world.build("marts.downloads_month")
    assert world.rows("select month, share_of_top_list from marts.downloads_month") == [
        (dt.date(2026, 1, 1), 0.25),
        (dt.date(2026, 2, 1), 0.1),
    ]


def family() -> World:
    return World().compare({"alpha": {"package": ["alpha"]}, "beta": {"package": ["beta", "beta-cpu"]}})


def test_downloads_that_others_pull_in_leave_bounds():
    world = family().pulls_in("beta", "alpha", dt.date(2026, 1, 15)).pulls_in("beta-cpu", "alpha", dt.date(2026, 3, 1))
    for month in months_from(dt.date(2025, 12, 1), 4):
        rows = [("alpha", 500), ("beta", 300), ("beta-cpu", 100)]
        world.downloads([(next_month(month), package, rate * month_days(month)) for package, rate in rows])
    world.build("marts.downloads_month")
    assert world.rows("""
        select month, chosen_per_day_low, chosen_per_day_high, downloads_chosen_low, downloads_chosen_high
        from marts.downloads_month where framework = 'alpha'
    """) == [
        (dt.date(2025, 12, 1), 500.0, 500.0, 15500.0, 15500.0),
        (dt.date(2026, 1, 1), 200.0, 500.0, 6200.0, 15500.0),
        (dt.date(2026, 2, 1), 200.0, 500.0, 5600.0, 14000.0),
        (dt.date(2026, 3, 1), 100.0, 500.0, 3100.0, 15500.0),
    ]


def test_more_pulls_than_downloads_leave_nothing_certain():
    world = family().pulls_in("beta", "alpha", dt.date(2026, 1, 1))
    world.downloads([(dt.date(2026, 2, 1), "alpha", 3100), (dt.date(2026, 2, 1), "beta", 31000)]).build(
        "marts.downloads_month"
    )
    assert world.rows(
        "select chosen_per_day_low, chosen_per_day_high from marts.downloads_month where framework = 'alpha'"
    ) == [(0.0, 100.0)]


def test_a_pulling_package_below_the_list_leaves_nothing_certain():
    world = family().pulls_in("beta", "alpha", dt.date(2026, 1, 1))
    world.downloads([(dt.date(2026, 2, 1), "alpha", 3100)]).build("marts.downloads_month")
    assert world.rows("select chosen_per_day_low, chosen_per_day_high from marts.downloads_month") == [(0.0, 100.0)]


def test_evidence_of_what_is_pulled_in_is_bounds_over_three_months():
    world = family().pulls_in("beta", "alpha", dt.date(2024, 1, 1))
    for package, rate in (("alpha", 400), ("beta", 100)):
        give_months(world, package, months_from(dt.date(2025, 6, 1), 10), lambda _, rate=rate: rate)
    world.build("marts.evidence")
    assert world.rows("""
        select evidence_id, round(value, 6), round(low, 6), round(high, 6), spread, as_of, n from marts.evidence
        where metric in ('downloads_chosen_per_day', 'install_share_pulled_in') order by evidence_id
    """) == [
        ("downloads_chosen_per_day.alpha", 350.0, 300.0, 400.0, "bounds", dt.date(2026, 3, 31), 3),
        ("downloads_chosen_per_day.beta", 100.0, 100.0, 100.0, "lognormal", dt.date(2026, 3, 31), 10),
        ("install_share_pulled_in.alpha", 0.125, 0.0, 0.25, "bounds", dt.date(2026, 3, 31), 3),
    ]


GROWTH = """
    select window_months, eras, round(growth, 3), round(growth_low, 3), round(growth_high, 3)
    from core.download_trends order by 1
"""


def test_a_pure_jump_at_the_break_is_no_growth():
    months = months_from(dt.date(2023, 3, 1), 37)
    world = give_months(one_framework(), "alpha", months, lambda m: 100_000 if m < BREAK else 220_000).build(
        "core.download_trends"
    )
    assert world.rows(GROWTH) == [(12, 1, 1.0, 1.0, 1.0), (13, 2, 1.0, 1.0, 1.0), (37, 2, 1.0, 1.0, 1.0)]
    assert world.rows("select is_break, month from core.downloads_month where is_break") == [(True, BREAK)]


def test_steady_growth_is_read_through_the_break():
    months = months_from(dt.date(2023, 3, 1), 37)

    def rate(month: dt.date) -> float:
        return 1e6 * 1.02 ** months.index(month) * (1 if month < BREAK else 2)

    world = give_months(one_framework(), "alpha", months, rate).build("core.download_trends")
    growth = {window: value for window, _, value, *_ in world.rows(GROWTH)}
    assert growth[13] == pytest.approx(1.02**12, abs=0.001)
    assert growth[37] == pytest.approx(1.02**36, abs=0.001)
    level = world.rows("select level from core.download_trends where window_months = 12")[0][0]
    assert level == pytest.approx(rate(months[-1]), rel=1e-4)


def test_two_months_before_a_break_are_left_out_of_the_slope():
    months = months_from(dt.date(2025, 4, 1), 12)
    world = give_months(one_framework(), "alpha", months, lambda m: 100 if m < BREAK else 1000).build(
        "core.download_trends"
    )
    assert world.rows("select window_months, months, eras, round(level) from core.download_trends") == [
        (12, 10, 1, 1000.0),
        (13, 10, 1, 1000.0),
    ]


def test_too_few_months_give_no_figure():
    world = give_months(one_framework(), "alpha", months_from(dt.date(2025, 9, 1), 7), lambda m: 100).build(
        "marts.evidence"
    )
    assert world.rows("select * from core.download_trends") == []
    assert world.rows("select metric from marts.evidence") == []


def test_level_and_interval_are_those_of_ordinary_least_squares():
    months = months_from(dt.date(2025, 6, 1), 10)
    noise = [0.0, 0.1, -0.1, 0.05, -0.05, 0.1, 0.0, -0.1, 0.05, 0.0]
    rates = {m: 1e7 * math.exp(0.03 * i + noise[i]) for i, m in enumerate(months)}
    world = give_months(one_framework(), "alpha", months, rates.__getitem__).build("core.download_trends")
    x, y = list(range(10)), [math.log(rates[m]) for m in months]
    x_mean, y_mean = sum(x) / 10, sum(y) / 10
    sxx = sum((a - x_mean) ** 2 for a in x)
    slope = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / sxx
    rss = sum((b - y_mean - slope * (a - x_mean)) ** 2 for a, b in zip(x, y, strict=True))
    reach = 1.8595 * math.sqrt(rss / 8) * math.sqrt(1 / 10 + (9 - x_mean) ** 2 / sxx)
    fitted = y_mean + slope * (9 - x_mean)
    found = world.rows("select level, level_low, level_high from core.download_trends where window_months = 12")[0]
    assert found == pytest.approx((math.exp(fitted), math.exp(fitted - reach), math.exp(fitted + reach)), rel=1e-6)


def test_companion_is_the_most_downloaded_of_the_newest_month_and_a_tie_goes_to_the_first_listed():
    world = World().compare({"alpha": {"package": ["alpha"], "companion": ["zeta", "eta"]}})
    months = months_from(dt.date(2025, 6, 1), 10)
    for package in ("eta", "zeta"):
        give_months(world, package, months, lambda m: 50)
    world.build("marts.evidence")
    assert world.rows(
        "select round(value, 3), note like 'of zeta,%' from marts.evidence where metric = 'companion_downloads_per_day'"
    ) == [(50.0, True)]


def test_growth_is_not_read_across_a_break_that_the_catalogue_declares():
    months = months_from(dt.date(2025, 6, 1), 10)
    jump = months[5]

    def measured(world: World) -> list[tuple]:
        give_months(world, "alpha", months, lambda m: 100_000 if m < jump else 300_000)
        world.build("core.download_trends")
        return world.rows("select eras, round(growth, 3) from core.download_trends where window_months = 13")

    assert measured(one_framework().breaks("package_downloads_30d", jump)) == [(2, 1.0)]
    assert measured(one_framework().breaks("another_set", jump))[0][1] > 3


def test_the_declared_breaks_are_steps_in_nearly_every_package_of_the_snapshot(snapshot: World):
    steps = snapshot.rows("""
        select month, median(downloads_per_day / before) > 3
        from (
            select *, lag(downloads_per_day) over (partition by package order by month) as before,
                lag(month) over (partition by package order by month) as month_before
            from core.package_downloads_month
        )
        where month in (select month from catalog.breaks) and date_diff('month', month_before, month) = 1
        group by month order by month
    """)
    assert steps == [(dt.date(2018, 8, 1), True), (dt.date(2021, 4, 1), True)]


def test_a_figure_of_a_month_that_still_runs_bears_the_day_of_the_edition():
    world = one_framework()
    months = months_from(dt.date(2026, 1, 1), 11)
    world.downloads([(m.replace(day=26), "alpha", 3000) for m in months[:-1]], "BigQuery")
    world.downloads([(dt.date(2026, 11, 23), "alpha", 3000)], "BigQuery").build("marts.evidence")
    assert world.rows("select distinct as_of from marts.evidence where metric = 'downloads_per_day'") == [
        (dt.date(2026, 11, 23),)
    ]
