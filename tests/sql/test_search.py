"""Search interest: pulls, scales, anchors, topics against terms, months against weeks, countries, related queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from tests.sql.world import AS_OF, READ, World, months_from
from warehouse.load import insert_rows

INTEREST = ["term", "kind", "geo", "period_start", "granularity", "interest", "below_one", "no_data", "is_partial"]
REGIONS = ["term", "kind", "region", "region_name", "span", "share", "no_data"]
QUERIES = ["term", "kind", "geo", "ranking", "position", "query", "value", "is_breakout"]
SUNDAY = dt.date(2026, 8, 2)
Cell = float | str | None


def compared(*names: str, topics: Sequence[str] = ()) -> World:
    """A world of frameworks with a search term each, and a topic `/g/NAME` for those in `topics`."""
    return World().compare(
        {name: {"search_term": [name]} | ({"search_topic": [f"/g/{name}"]} if name in topics else {}) for name in names}
    )


def pull(
    world: World,
    series: Mapping[str, Iterable[Cell]],
    *,
    first: dt.date = SUNDAY,
    granularity: str = "week",
    request: str = "GET comparison",
    fetched_at: dt.datetime = READ,
    kind: str = "term",
    geo: str = "",
    partial: bool = False,
    source: str = "google_trends",
    sha: str = "",
) -> World:
    """Give one reply: a series a term from `first` on; `partial` says that its last period is running."""
    rows: list[tuple] = []
    for term, values in series.items():
        cells = list(values)
        for i, value in enumerate(cells):
            below, unknown = value == "<1", value is None
            number = None if below or unknown else value
            day = step(first, granularity, i)
            is_last = partial and i == len(cells) - 1
            rows.append((term, kind, geo, day, granularity, number, below, unknown, is_last))
    give(world, "search_interest", INTEREST, rows, request, fetched_at, source, sha)
    return world


def give(
    world: World,
    table: str,
    columns: list[str],
    rows: list[tuple],
    request: str = "GET comparison",
    fetched_at: dt.datetime = READ,
    source: str = "google_trends",
    sha: str = "",
) -> None:
    stamp = {
        "fetched_at": fetched_at,
        "run_id": "test",
        "source": source,
        "request": request,
        "payload_sha256": sha or f"{request} {fetched_at}",
    }
    insert_rows(world.connection, f"raw.{table}", columns, rows, stamp)


def step(first: dt.date, granularity: str, i: int) -> dt.date:
    if granularity == "month":
        return months_from(first, i + 1)[-1]
    return first + dt.timedelta(days=i * (7 if granularity == "week" else 1))


def weeks(world: World, columns: str = "framework, week, interest, low, high, pulls") -> list[tuple[Any, ...]]:
    world.build("marts.search_interest_week")
    return world.rows(f"select {columns} from marts.search_interest_week order by week, framework, geo")


def evidence(world: World) -> dict[tuple[str, str], tuple[Any, ...]]:
    world.build("core.evidence_search")
    rows = world.rows("select metric, framework, value, low, high, n, as_of, note from core.evidence_search")
    return {(metric, framework): tuple(rest) for metric, framework, *rest in rows}


def test_the_median_of_all_pulls_and_how_far_they_spread() -> None:
    world = compared("alpha")
    for day, value in ((1, 40.0), (2, 90.0), (3, 50.0)):
        pull(world, {"alpha": [value, "<1"]}, fetched_at=dt.datetime(2026, 9, day))
    # Weeks of the source begin on Sunday; an index is rounded to a whole number, and "<1" lies between 0 and 1.
    assert weeks(world) == [
        ("alpha", dt.date(2026, 8, 3), 50.0, 39.5, 90.5, 3),
        ("alpha", dt.date(2026, 8, 10), 0.5, 0.0, 1.0, 3),
    ]


def test_nothing_known_is_no_row_and_zero_is_one() -> None:
    world = pull(compared("alpha", "beta"), {"alpha": [0.0, None], "beta": [None, 7.0]})
    assert weeks(world) == [
        ("alpha", dt.date(2026, 8, 3), 0.0, 0.0, 0.5, 1),
        ("beta", dt.date(2026, 8, 10), 7.0, 6.5, 7.5, 1),
    ]


def test_a_week_that_was_read_when_it_was_over_is_not_read_when_it_ran() -> None:
    world = compared("alpha")
    pull(world, {"alpha": [10.0, 1.0]}, fetched_at=dt.datetime(2026, 8, 11), partial=True)
    pull(world, {"alpha": [10.0, 20.0, 2.0]}, fetched_at=dt.datetime(2026, 8, 18), partial=True)
    assert weeks(world, "week, interest, pulls, is_partial") == [
        (dt.date(2026, 8, 3), 10.0, 2, False),
        (dt.date(2026, 8, 10), 20.0, 1, False),
        (dt.date(2026, 8, 17), 2.0, 1, True),
    ]


def test_an_edition_knows_neither_later_pulls_nor_weeks_that_ran() -> None:
    world = World(dt.date(2026, 8, 12)).compare({"alpha": {"search_term": ["alpha"]}})
    pull(world, {"alpha": [10.0, 20.0]}, fetched_at=dt.datetime(2026, 8, 12, 9))
    pull(world, {"alpha": [90.0, 90.0]}, fetched_at=dt.datetime(2026, 8, 13))
    assert weeks(world, "week, interest, pulls") == [(dt.date(2026, 8, 3), 10.0, 1)]


def test_days_are_averaged_to_weeks_and_seven_make_one() -> None:
    world = pull(compared("alpha"), {"alpha": [7.0, *range(1, 8), 9.0]}, first=dt.date(2026, 8, 2), granularity="day")
    assert weeks(world, "week, interest, is_partial") == [
        (dt.date(2026, 7, 27), 7.0, True),
        (dt.date(2026, 8, 3), 4.0, False),
        (dt.date(2026, 8, 10), 9.0, True),
    ]


def test_a_later_pull_whose_highest_week_moved_on_is_brought_to_one_scale() -> None:
    world = compared("alpha", "beta")
    # The same truth, 100 at its highest: the week of 200 leaves the window of the second pull.
    pull(world, {"alpha": [100, 50, 40, 50], "beta": [10, 20, 30, 20]}, fetched_at=dt.datetime(2026, 9, 1))
    later = {"alpha": [100, 80, 100, 90], "beta": [40, 60, 40, 50]}
    pull(world, later, first=dt.date(2026, 8, 9), fetched_at=dt.datetime(2026, 9, 8))
    rows = weeks(world, "framework, week, interest, low, high, pulls")
    assert [(row[0], round(row[2], 6), row[5]) for row in rows] == [
        ("alpha", 200.0, 1),
        ("beta", 20.0, 1),
        *[
            (name, value, 2)
            for pair in ((100, 40), (80, 60), (100, 40))
            for name, value in zip(("alpha", "beta"), pair, strict=True)
        ],
        ("alpha", 90.0, 1),
        ("beta", 50.0, 1),
    ]
    assert all(row[3] <= row[2] <= row[4] for row in rows)


def test_pulls_that_share_nothing_are_on_two_scales() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [100.0], "beta": [50.0]}, first=dt.date(2020, 3, 1), request="file a")
    pull(world, {"alpha": [10.0], "beta": [100.0]}, request="file b")
    rows = weeks(world, "framework, interest, scale")
    assert [row[:2] for row in rows] == [("alpha", 100.0), ("beta", 50.0), ("alpha", 10.0), ("beta", 100.0)]
    assert len({row[2] for row in rows}) == 2


def test_terms_of_files_without_a_common_term_are_not_compared() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [100.0] * 52}, first=dt.date(2025, 11, 16), request="file a")
    pull(world, {"beta": [100.0] * 52}, first=dt.date(2025, 11, 16), request="file b")
    world.build("core.evidence_search", "core.search_interest_week")
    assert world.rows("select * from core.evidence_search") == []
    assert len(world.rows("select distinct framework from core.search_interest_week")) == 1


NAMES = ("tensor", "alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def true_interest(random: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """What people search for, in no unit: seven frameworks, from the anchor's size down to a thirtieth of it."""
    levels = dict(zip(NAMES, (1.0, 1.6, 0.8, 0.5, 0.3, 0.1, 0.03), strict=True))
    return {name: level * np.exp(random.normal(0, 0.15, count)) for name, level in levels.items()}


def rounded(truth: Mapping[str, np.ndarray], names: Iterable[str]) -> tuple[dict[str, list[Cell]], float]:
    """What a request for `names` shows: whole numbers, the highest being 100; and by what the truth was multiplied."""
    factor = 100 / max(truth[name].max() for name in names)
    shown: dict[str, list[Cell]] = {}
    for name in names:
        scaled = truth[name] * factor
        shown[name] = ["<1" if 0 < value < 0.5 else float(round(value)) for value in scaled]
    return shown, factor


@pytest.mark.parametrize("seed", range(5))
def test_seven_frameworks_by_a_shared_anchor_are_recovered_within_their_bounds(seed: int) -> None:
    truth = true_interest(np.random.default_rng([20261123, seed]), 60)
    world = compared(*NAMES)
    first = dt.date(2025, 9, 21)
    batches = (NAMES[:5], (NAMES[0], *NAMES[5:]))
    factors = []
    for batch in batches:
        shown, factor = rounded(truth, batch)
        factors.append(factor)
        pull(world, shown, first=first, request=f"GET {batch}")
    rows = weeks(world, "framework, week, interest, low, high")
    assert {row[0] for row in rows} == set(NAMES)
    for name, week, _, low, high in rows:
        value = truth[name][(week - first).days // 7] * factors[0]
        assert low <= value <= high, (name, week, low, value, high)
    # Without the ratio the second request's figures are several times too high: the test would see it.
    assert factors[1] > 1.3 * factors[0]


@pytest.mark.parametrize("seed", range(3))
def test_evidence_of_anchored_frameworks_holds_the_true_mean(seed: int) -> None:
    truth = true_interest(np.random.default_rng([7, seed]), 52)
    world = compared(*NAMES)
    shown, factor = rounded(truth, NAMES[:5])
    pull(world, shown, first=dt.date(2025, 11, 16), request="GET first")
    pull(world, rounded(truth, (NAMES[0], *NAMES[5:]))[0], first=dt.date(2025, 11, 16), request="GET second")
    found = evidence(world)
    assert len(found) == len(NAMES)
    for name in NAMES:
        value, low, high, n, _, note = found["search_interest", name]
        assert low <= truth[name].mean() * factor <= high, name
        assert n == 52
        assert ("anchor" in note) == (name in NAMES[5:])
        assert value > 0


def test_topics_are_taken_where_every_framework_has_one() -> None:
    world = compared("alpha", "beta", topics=("alpha", "beta"))
    pull(world, {"alpha": [10.0], "beta": [100.0]})
    pull(world, {"/g/alpha": [30.0], "/g/beta": [100.0]}, kind="topic", request="GET topics")
    assert weeks(world, "framework, interest, kind") == [("alpha", 30.0, "topic"), ("beta", 100.0, "topic")]


def test_terms_are_taken_where_a_framework_has_no_topic_and_the_two_are_never_mixed() -> None:
    world = compared("alpha", "beta", topics=("alpha",))
    pull(world, {"alpha": [10.0], "beta": [100.0]})
    pull(world, {"/g/alpha": [30.0]}, kind="topic", request="GET topics")
    assert weeks(world, "framework, interest, kind") == [("alpha", 10.0, "term"), ("beta", 100.0, "term")]


def test_a_column_that_is_no_frameworks_changes_nothing() -> None:
    world = pull(compared("alpha", "beta"), {"alpha": [10.0], "beta": [20.0], "gamma": [100.0]})
    assert weeks(world, "framework, interest") == [("alpha", 10.0), ("beta", 20.0)]


def test_official_shares_of_one_day_are_one_comparison() -> None:
    world = compared("alpha", "beta")
    for name, values in {"alpha": [0.02, 0.01], "beta": [0.04, 0.03]}.items():
        pull(world, {name: values}, kind="official", request=f"POST {name}")
    rows = weeks(world, "framework, interest, low, high, kind")
    assert [(row[0], round(row[1], 9), row[4]) for row in rows] == [
        ("alpha", 50.0, "official"),
        ("beta", 100.0, "official"),
        ("alpha", 25.0, "official"),
        ("beta", 75.0, "official"),
    ]


def test_a_file_imported_again_in_another_way_counts_as_it_was_read_last() -> None:
    world = compared("alpha", "beta", topics=("alpha", "beta"))
    told = {"source": "trends_import", "sha": "one-file"}
    pull(world, {"alpha": [10.0], "beta": [100.0]}, request="file a", **told)
    pull(
        world,
        {"/g/alpha": [10.0], "/g/beta": [100.0]},
        kind="topic",
        request="file a --topics",
        fetched_at=READ + dt.timedelta(hours=1),
        **told,
    )
    world.build("staging.search_interest")
    assert world.rows("select distinct kind from staging.search_interest") == [("topic",)]


def test_places_stand_apart_and_evidence_is_worldwide() -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [10.0] * 52, "beta": [20.0] * 52}, first=dt.date(2025, 11, 16))
    pull(world, {"alpha": [90.0] * 52, "beta": [20.0] * 52}, first=dt.date(2025, 11, 16), geo="DE", request="GET DE")
    assert evidence(world)["search_interest", "alpha"][0] == 10.0
    query = "select distinct geo, interest from core.search_interest_period where framework = 'alpha' order by 1"
    assert world.rows(query) == [("", 10.0), ("DE", 90.0)]


def test_evidence_is_of_the_last_52_complete_weeks() -> None:
    world = compared("alpha", "beta")
    values: list[Cell] = [90.0] * 40 + [10.0, 20.0] * 26 + [99.0]
    pull(world, {"alpha": values, "beta": [5.0] * 93}, first=dt.date(2025, 2, 9), partial=True)
    value, low, high, n, as_of, note = evidence(world)["search_interest", "alpha"]
    assert (value, n, as_of) == (15.0, 52, dt.date(2026, 11, 15))
    # 15 ± t(51) · s/√52, s² = 25 · 52/51
    assert (low, high) == pytest.approx((15 - 1.6753 * (25 / 51) ** 0.5, 15 + 1.6753 * (25 / 51) ** 0.5))
    assert note.startswith("mean of 52 weeks, plain terms, each the median of 1 pull, of an index that compares only")


def test_what_rounding_hides_is_left_open() -> None:
    world = compared("alpha", "beta", "gamma")
    series: dict[str, Iterable[Cell]] = {"alpha": ["<1"] * 52, "beta": [3.0] * 52, "gamma": [30.0, 31.0] * 26}
    found = evidence(pull(world, series, first=dt.date(2025, 11, 16)))
    ends = {name: found["search_interest", name][:3] for name in ("alpha", "beta", "gamma")}
    assert ends["alpha"] == (0.5, 0.0, 1.0)
    assert ends["beta"] == (3.0, 2.5, 3.5)
    # Figures that vary by more than half a point: rounding averages out.
    assert ends["gamma"] == pytest.approx((30.5, 30.5 - 1.6753 * 0.5 / 51**0.5, 30.5 + 1.6753 * 0.5 / 51**0.5))
    spreads = world.rows("select framework, spread from core.evidence_search order by 1")
    assert spreads == [("alpha", "bounds"), ("beta", None), ("gamma", None)]


@pytest.mark.parametrize(("count", "has_figure"), [(39, False), (40, True)])
def test_a_year_takes_forty_weeks(count: int, has_figure: bool) -> None:
    world = compared("alpha", "beta")
    pull(world, {"alpha": [10.0] * count, "beta": [20.0] * count}, first=dt.date(2020, 1, 5))
    assert (("search_interest_2020", "alpha") in evidence(world)) == has_figure


def test_2020_is_read_from_months_where_no_weeks_are() -> None:
    world = compared("alpha", "beta")
    months: list[Cell] = [1.0] * 192 + [30.0] * 6 + [50.0] * 6 + [5.0] * 60
    pull(world, {"alpha": months, "beta": [8.0] * 264}, first=dt.date(2004, 1, 1), granularity="month")
    found = evidence(world)
    assert set(found) == {("search_interest_2020", "alpha"), ("search_interest_2020", "beta")}
    value, low, high, n, as_of, note = found["search_interest_2020", "alpha"]
    assert (value, n, as_of) == (40.0, 12, dt.date(2020, 12, 31))
    # 40 ± t(11) · s/√12, s² = 100 · 12/11
    assert (low, high) == pytest.approx((40 - 1.7959 * (100 / 11) ** 0.5, 40 + 1.7959 * (100 / 11) ** 0.5))
    assert note.startswith("mean of 12 months")
    assert world.rows("select count(*) from core.search_interest_period where span = 'week'") == [(0,)]


def test_weeks_and_months_are_never_mixed_in_one_figure() -> None:
    world = compared("alpha", "beta")
    pull(
        world, {"alpha": [10.0] * 12, "beta": [80.0] * 12}, first=dt.date(2020, 1, 1), granularity="month", request="m"
    )
    pull(world, {"alpha": [60.0] * 52, "beta": [30.0] * 52}, first=dt.date(2020, 1, 5), request="w")
    found = evidence(world)
    assert [
        (found["search_interest_2020", name][0], found["search_interest_2020", name][3]) for name in ("alpha", "beta")
    ] == [
        (60.0, 52),
        (30.0, 52),
    ]


def test_months_serve_where_weeks_hold_fewer_frameworks() -> None:
    world = compared("alpha", "beta", "gamma")
    pull(
        world,
        dict.fromkeys(("alpha", "beta", "gamma"), [10.0] * 12),
        first=dt.date(2020, 1, 1),
        granularity="month",
        request="m",
    )
    pull(world, dict.fromkeys(("alpha", "beta"), [60.0] * 52), first=dt.date(2020, 1, 5), request="w")
    assert {key[1]: row[0] for key, row in evidence(world).items()} == {"alpha": 10.0, "beta": 10.0, "gamma": 10.0}


def test_two_years_of_daily_pulls_are_no_burden() -> None:
    random = np.random.default_rng(1)
    world = compared("alpha", "beta", "gamma", "delta")
    for i in range(0, 400, 8):
        day = AS_OF - dt.timedelta(days=i)
        sunday = day - dt.timedelta(days=(day.weekday() + 1) % 7)
        series: dict[str, Iterable[Cell]] = {
            name: [float(v) for v in random.integers(1, 100, 260)] for name in ("alpha", "beta", "gamma", "delta")
        }
        first = sunday - dt.timedelta(weeks=259)
        pull(world, series, first=first, fetched_at=dt.datetime.combine(day, dt.time(6)), partial=True)
    rows = weeks(world, "pulls, low <= interest and interest <= high")
    assert max(row[0] for row in rows) == 50
    assert all(row[1] for row in rows)


def test_countries_are_shares_among_the_frameworks() -> None:
    world = compared("alpha", "beta")
    for day, share in ((1, 0.30), (2, 0.40)):
        rows = [
            ("alpha", "term", "DE", "Germany", "today 5-y", share, False),
            ("beta", "term", "DE", "Germany", "today 5-y", 0.5 - share, False),
            ("noise", "term", "DE", "Germany", "today 5-y", 0.5, False),
            ("alpha", "term", "TV", "Tuvalu", "today 5-y", None, True),
            ("beta", "term", "TV", "Tuvalu", "today 5-y", None, True),
            ("alpha", "term", "AQ", "Antarctica", "today 5-y", 0.0, False),
            ("beta", "term", "AQ", "Antarctica", "today 5-y", 1.0, False),
        ]
        give(world, "search_regions", REGIONS, rows, fetched_at=dt.datetime(2026, 9, day))
    world.build("marts.search_interest_region")
    query = (
        "select framework, region, share, low, high, pulls from marts.search_interest_region order by region, framework"
    )
    rounded_rows = [
        (*row[:2], *(None if v is None else round(v, 9) for v in row[2:5]), row[5]) for row in world.rows(query)
    ]
    assert rounded_rows == [
        ("alpha", "AQ", 0.0, 0.0, 0.0, 2),
        ("beta", "AQ", 1.0, 1.0, 1.0, 2),
        ("alpha", "DE", 0.7, 0.6, 0.8, 2),
        ("beta", "DE", 0.3, 0.2, 0.4, 2),
        ("alpha", "TV", None, None, None, 2),
        ("beta", "TV", None, None, None, 2),
    ]


def test_a_map_of_one_term_is_no_share() -> None:
    world = compared("alpha", "beta")
    give(world, "search_regions", REGIONS, [("alpha", "term", "DE", "Germany", "x", 1.0, False)])
    world.build("marts.search_interest_region")
    assert world.rows("select * from marts.search_interest_region") == []


def test_related_queries_are_those_of_the_newest_pull_topics_first() -> None:
    world = compared("alpha", topics=("alpha",))
    for day, names in ((1, ("old one", "old two")), (2, ("new one",))):
        rows = [("/g/alpha", "topic", "", "rising", i, name, 160.0, False) for i, name in enumerate(names, start=1)]
        give(world, "search_queries", QUERIES, rows, fetched_at=dt.datetime(2026, 9, day))
    give(world, "search_queries", QUERIES, [("alpha", "term", "", "rising", 1, "typed", 5.0, True)], "GET terms")
    world.build("marts.search_queries")
    assert world.rows("select ranking, position, query, kind from marts.search_queries") == [
        ("rising", 1, "new one", "topic")
    ]
