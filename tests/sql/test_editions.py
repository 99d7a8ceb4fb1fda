"""The whole graph: what an older edition may know, a framework by catalogue alone, sources accounted for."""

from __future__ import annotations

import datetime as dt

import pytest

from barometer.catalog import load_catalog
from tests.sql.conftest import snapshot_world
from tests.sql.world import ADDED_FRAMEWORKS, AS_OF, ROOT, World, models

PAST = dt.date(2024, 8, 15)
PERIOD_ENDS = {
    "package_downloads_30d": "as_of",
    "package_releases": "first_upload",
    "repository_counters": "observed_on",
    "repository_activity": "last_day(month)",
    "questions_monthly": "last_day(month)",
    "questions_yearly": "make_date(year, 12, 31)",
    "survey_usage": "make_date(year, 12, 31)",
    "papers": "last_day(cast(if(granularity = 'month', period || '-01', period || '-12-01') as date))",
    "job_mentions": "last_day(month)",
}


def test_figures_after_the_edition_are_invisible_everywhere():
    knowing, blind = snapshot_world(PAST), snapshot_world(PAST)
    for table, period_end in PERIOD_ENDS.items():
        blind.connection.execute(f"delete from raw.{table} where {period_end} > date '{PAST}'")
    for world in (knowing, blind):
        world.build()
    for model in models():
        query = f"select * from {model.table}"
        assert knowing.rows(query) == blind.rows(query), model.table
    assert len(knowing.rows("select * from marts.evidence")) > 40
    assert knowing.rows(f"select * from marts.evidence where as_of > date '{PAST}'") == []


def test_live_rows_fetched_after_the_edition_change_nothing(snapshot: World):
    world = snapshot_world()
    late = dt.datetime(2026, 11, 24)
    world.downloads([(dt.date(2026, 4, 1), "torch", 1)], source="live", fetched_at=late)
    world.stars([(dt.date(2026, 8, 17), "keras-team/keras", 1)], source="live", fetched_at=late)
    world.jobs([("hn-text-2026", dt.date(2026, 5, 1), "keras", 99, 293)], source="live", fetched_at=late)
    world.build("marts.evidence")
    assert world.rows("select * from marts.evidence") == snapshot.rows("select * from marts.evidence")


def test_a_framework_needs_a_catalogue_entry_and_nothing_else(tmp_path, snapshot: World):
    path = tmp_path / "catalog.toml"
    text = (ROOT / "catalog.toml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("# Installs that one", ADDED_FRAMEWORKS + "\n# Installs that one", 1), encoding="utf-8"
    )
    world = snapshot_world(catalog=load_catalog(path)).build()
    for mart in ("downloads_month", "stars_week", "papers_year", "evidence"):
        counted = dict(world.rows(f"select framework, count(*) from marts.{mart} group by framework"))
        assert {"mxnet", "paddle"} <= counted.keys(), mart
    repositories = world.rows("select distinct repository from marts.stars_week where framework = 'mxnet' order by 1")
    assert repositories == [("apache/incubator-mxnet",), ("apache/mxnet",)]
    assert world.rows("select count(*) - count(distinct week) from marts.stars_week where framework = 'mxnet'") == [
        (0,)
    ]
    unchanged = "select * from marts.stars_week where framework in ('keras', 'pytorch', 'tensorflow', 'jax')"
    assert world.rows(unchanged) == snapshot.rows(unchanged)


def test_every_data_set_is_accounted_for(snapshot: World):
    health = {
        row[:2]: row[2:]
        for row in snapshot.rows("select dataset, source, status, missing, rows from marts.source_health")
    }
    assert health.keys() == set(snapshot.rows("select dataset, unnest(sources) from catalog.datasets"))
    lost = "search interest: run live or import an export"
    assert health["search_interest", "trends_import"] == ("no_data", lost, 0)
    assert health["search_interest", "google_trends"] == ("not_configured", lost, 0)
    assert health["bench", "bench"][:2] == ("not_configured", "performance and memory")
    assert health["repository_counters", "snapshot"] == ("ok", None, 2717)
    assert health["repository_counters", "github"] == (
        "not_configured",
        "what it adds to the other sources of: stars and their growth",
        0,
    )
    assert health["package_downloads_30d", "snapshot"][0] == "stale"


def test_a_failed_pull_is_a_status_and_never_a_zero():
    world = World()
    stamp = "timestamp '2026-11-20 00:00:00', 'run', 'google_trends', 'request', ''"
    world.connection.execute(
        f"insert into raw.pulls values ({stamp}, 'search_interest', 'rate_limited', 0, 'too many')"
    )
    world.build("marts.source_health", "marts.evidence")
    found = world.rows(
        "select status, rows, missing is not null, last_success_at from marts.source_health "
        "where source = 'google_trends'"
    )
    assert found == [("rate_limited", 0, True, None)]
    assert world.rows("select * from marts.evidence") == []


def test_an_edition_before_all_figures_is_empty_and_builds():
    world = snapshot_world(dt.date(2014, 1, 1)).build()
    assert world.rows("select * from marts.evidence") == []
    assert world.rows("select distinct status from marts.source_health order by 1") == [
        ("no_data",),
        ("not_configured",),
    ]


@pytest.mark.parametrize(
    "metric", ["downloads_per_day", "stars", "survey_share", "job_share_hn", "paper_share", "releases_last_year"]
)
def test_rows_behind_a_figure_can_be_asked_for(metric: str, snapshot: World):
    for evidence_id, query in snapshot.rows(
        f"select evidence_id, rows_sql from marts.evidence where metric = '{metric}'"
    ):
        assert snapshot.rows(query), evidence_id


def test_advice_is_labelled_from_the_catalogue():
    world = World(AS_OF)
    world.connection.execute("""
        insert into advice.picks (reader, lean, contenders, measured_weight)
        values ('beginner', 'keras', ['keras', 'pytorch'], 0.4);
        insert into advice.factor_verdicts values ('jobs', 'tie', map {'keras': 0.1}, 1.0, 'too close to call');
        insert into advice.claims values ('C32', 'context', 'no names kept', []);
    """)
    world.build("marts.picks", "marts.factor_verdicts", "marts.claims")
    assert world.rows("select label, pick, lean, contenders from marts.picks") == [
        ("First-model beginner", None, "keras", ["keras", "pytorch"])
    ]
    assert world.rows("select label, winner, article_winner, p_best from marts.factor_verdicts") == [
        ("Jobs", "tie", "tensorflow", {"keras": 0.1})
    ]
    assert world.rows("select claim, kind, verdict from marts.claims") == [
        ("Well-known firms use PyTorch", "context", "context")
    ]
