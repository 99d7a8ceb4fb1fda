"""Countries as shares among the frameworks, and related queries."""

from __future__ import annotations

import datetime as dt

from tests.sql.search.pulls import QUERIES, REGIONS, compared, give


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
