"""Source health: one row a source and data set, judged by its own last pull and its own figures."""

from __future__ import annotations

import datetime as dt

import pytest

from sources.protocol import DatasetTerms
from tests.sql.world import AS_OF, World, models
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.models import load_queries

NOON = dt.datetime(2026, 11, 22, 12)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TERMS = DatasetTerms("repository_counters", "elsewhere", "as is", "thanks", "2018-2026", "day", ("one",))


def pulls(world: World, source: str, dataset: str, *attempts: tuple[dt.datetime, str, str]) -> World:
    """Record attempts: (when, request, status). The message names both."""
    for fetched_at, request, status in attempts:
        message = "" if status == "ok" else f"{request}: {status}"
        world.connection.execute(
            "insert into raw.pulls values (?, 'run', ?, ?, '', ?, ?, 0, ?)",
            [fetched_at, source, request, dataset, status, message],
        )
    return world


def health(world: World, source: str, columns: str = "status, last_status, last_message, rows") -> list[tuple]:
    return world.build("marts.source_health").rows(
        f"select {columns} from marts.source_health where source = '{source}' order by dataset"
    )


def views(world: World, day: dt.date, count: int = 1) -> World:
    rows = [("en.wikipedia", "Keras", day - i * DAY, 100) for i in range(count)]
    return world.give("page_views_day", "project article day views", rows, "wikipedia", dt.datetime(2026, 11, 22, 3))


def test_every_pair_of_the_catalogue_has_one_row_and_the_audits_hold():
    world = World()
    views(world, dt.date(2026, 11, 21))
    pulls(world, "wikipedia", "page_views", (NOON, "a", "ok"), (NOON, "b", "error"))
    world.build()
    pairs = world.rows("select dataset, source from marts.source_health order by all")
    assert pairs == world.rows("select dataset, unnest(sources) as source from catalog.datasets order by all")
    sql = models()[0].path.parent.parent
    assert run_audits(world.connection, [*model_audits(models()), *file_audits(load_queries(sql, "audits"))]) > 300


@pytest.mark.parametrize(
    ("attempts", "last_status", "message"),
    [
        ([(NOON, "a", "ok"), (NOON, "b", "ok")], "ok", None),
        ([(NOON, "a", "ok"), (NOON, "b", "no_data")], "ok", None),
        ([(NOON, "a", "no_data"), (NOON, "b", "no_data")], "no_data", "a: no_data"),
        ([(NOON, "a", "ok"), (NOON, "b", "error"), (NOON, "c", "no_data")], "error", "b: error"),
        ([(NOON, "a", "error"), (NOON + HOUR, "b", "rate_limited")], "rate_limited", "b: rate_limited"),
        ([(NOON, "a", "stale"), (NOON, "b", "ok")], "stale", "a: stale"),
        # What failed and was answered later in the same pull was answered.
        ([(NOON, "a", "error"), (NOON + HOUR, "a", "ok")], "ok", None),
        # Yesterday's failure of a request that is not asked for any more is over.
        ([(NOON - DAY, "a", "error"), (NOON, "b", "ok")], "ok", None),
        # Yesterday's success does not hide today's failure, also across midnight.
        ([(NOON - DAY, "a", "ok"), (NOON, "a", "error")], "error", "a: error"),
        ([(NOON + 11 * HOUR, "a", "error"), (NOON + 13 * HOUR, "b", "ok")], "error", "a: error"),
        # Being set up between two attempts counts.
        ([(NOON, "GET /", "not_configured"), (NOON + HOUR, "a", "ok")], "ok", None),
        ([(NOON, "GET /", "not_configured")], "not_configured", "GET /: not_configured"),
    ],
)
def test_the_gravest_of_the_newest_pull_counts(attempts: list[tuple], last_status: str, message: str | None):
    world = World(dt.date(2026, 11, 23))
    pulls(views(world, dt.date(2026, 11, 21)), "wikipedia", "page_views", *attempts)
    expected = last_status if last_status not in ("ok", "no_data") else "ok"
    assert health(world, "wikipedia") == [(expected, last_status, message, 1)]


def test_older_good_figures_stay_visible_after_a_failure():
    world = views(World(), dt.date(2026, 11, 20), count=5)
    pulls(world, "wikipedia", "page_views", (NOON - 2 * DAY, "a", "ok"), (NOON, "a", "rate_limited"))
    columns = "status, rows, newest_period, last_success_at, last_attempt_at, missing"
    assert health(world, "wikipedia", columns) == [
        (
            "rate_limited",
            5,
            dt.date(2026, 11, 20),
            NOON - 2 * DAY,
            NOON,
            "figures after 2026-11-20 of: who looks a framework up",
        )
    ]


def test_old_figures_are_stale_although_the_source_answers():
    world = pulls(views(World(), dt.date(2026, 10, 1)), "wikipedia", "page_views", (NOON, "a", "ok"))
    assert health(world, "wikipedia", "status, last_status, age_days, fresh_days") == [("stale", "ok", 53, 14)]


def test_a_failure_without_figures_is_no_zero_and_says_what_is_lost():
    world = pulls(World(), "wikipedia", "page_views", (NOON, "a", "error"))
    assert health(world, "wikipedia", "status, rows, newest_period, missing") == [
        ("error", 0, None, "who looks a framework up")
    ]


def test_a_failure_after_the_editions_day_is_unknown_to_it():
    world = pulls(views(World(), dt.date(2026, 11, 21)), "wikipedia", "page_views", (NOON, "a", "ok"))
    pulls(world, "wikipedia", "page_views", (dt.datetime.combine(AS_OF + DAY, dt.time()), "a", "error"))
    assert health(world, "wikipedia", "status, last_attempt_at") == [("ok", NOON)]


def test_two_sources_of_one_data_set_are_judged_apart():
    world = World(terms=[TERMS])
    world.stars([(dt.date(2026, 11, 16), "keras-team/keras", 5), (dt.date(2026, 11, 9), "keras-team/keras", 4)])
    pulls(world, "snapshot", "repository_counters", (NOON - 9 * DAY, "file", "ok"))
    pulls(world, "github", "repository_counters", (NOON, "a", "error"))
    world.build("marts.source_health")
    assert world.rows(
        "select source, status, rows, missing, origin from marts.source_health "
        "where dataset = 'repository_counters' order by 1"
    ) == [
        ("github", "error", 0, "what it adds to the other sources of: stars and their growth", None),
        ("snapshot", "ok", 2, None, "elsewhere"),
    ]


def test_a_source_is_judged_for_each_data_set_it_feeds():
    world = World()
    pulls(world, "github", "repository_counters", (NOON, "a", "ok"))
    pulls(world, "github", "github", (NOON, "b", "rate_limited"))
    assert health(world, "github", "dataset, status") == [
        ("github", "rate_limited"),
        ("repository_counters", "no_data"),
    ]


def test_what_nobody_asked_is_not_configured_and_what_nobody_imported_is_no_data():
    world = World().build("marts.source_health")
    found = dict(world.rows("select source, status from marts.source_health where dataset = 'job_postings'"))
    assert found == {
        "hackernews": "not_configured",
        "remotive": "not_configured",
        "arbeitnow": "not_configured",
        "greenhouse": "not_configured",
        "lever": "not_configured",
        "jobs_import": "no_data",
    }
