"""Every live table at once: audits, saved questions, and no say in standings that were weighed before."""

from __future__ import annotations

import datetime as dt

from tests.sql.live.support import DAY, FACTS, HUB, INSTALLS, ISSUES, OCTOBER, POSTING, live
from tests.sql.world import SQL, World, models
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.models import load_queries

JOINED = {
    "downloads_recent_per_day",
    "downloads_installer_per_day",
    "page_views_per_day",
    "dependent_repositories",
    "dependent_packages",
    "stars_given_per_week",
    "days_to_close_issue",
    "job_employers_share_hn",
    "job_required_share_hn",
    "open_postings_remotive",
    "open_postings_arbeitnow",
    "open_postings_greenhouse",
    "open_postings_lever",
    "paper_share_openalex",
    "questions_unanswered_share",
}


def test_no_live_figure_counts_in_a_standing_that_was_weighed_before(snapshot: World):
    query = f"select metric from catalog.metrics where metric in ({', '.join(map(repr, JOINED))}) and not standing"
    assert {row[0] for row in snapshot.rows(query)} == JOINED


def test_a_world_with_every_live_table_builds_and_passes_all_audits():
    world = World()
    day, month = dt.date(2026, 11, 20), OCTOBER
    stamp = dt.datetime(2026, 11, 19)
    hn = ("hn-text-live", "k1", "t1", "e1", month, ["keras", "pytorch"], ["keras"])
    rows = {
        "repository_facts": (FACTS, ("pytorch/pytorch", 1, day, dt.date(2016, 8, 13), 5, 1)),
        "star_gains": ("repository day stars_gained", ("pytorch/pytorch", day, 5)),
        "issue_flow": (ISSUES, ("pytorch/pytorch", "issue", month, 9, 9, 5.0, 5, False, False)),
        "repository_releases": (
            "repository tag published_at is_prerelease",
            ("pytorch/pytorch", "v3", dt.datetime(2026, 11, 2, 9), False),
        ),
        "repository_commits": ("repository week commits", ("pytorch/pytorch", dt.date(2026, 11, 15), 5)),
        "repository_contributors": (
            "repository observed_on contributors commits active_last_year is_lower_bound",
            ("pytorch/pytorch", day, 100, 900, 60, True),
        ),
        "topic_repositories": ("topic observed_on repositories is_lower_bound", ("pytorch", day, 9, False)),
        "package_downloads_day": (
            "project day split category downloads",
            ("torch", day - DAY, "overall", "without_mirrors", 9),
        ),
        "package_downloads_month": (INSTALLS, ("torch", month, "pip", 9, day)),
        "package_files": ("project version files yanked_files", ("torch", "3.0", 9, 1)),
        "package_dependencies": (
            "project version requirement specifier marker extra",
            ("torch", "3.0", "numpy", ">=2", "", ""),
        ),
        "package_facts": (
            "project version summary classifiers keywords",
            ("torch", "3.0", "deep learning", ["a"], None),
        ),
        "job_postings": (POSTING, hn),
        "hub_models": (HUB, ("pytorch", "all", day, 9, 9, 9, 9, True)),
        "page_views_day": ("project article day views", ("en.wikipedia", "PyTorch", day, 9)),
        "questions_monthly": (
            "population tag month questions is_partial",
            ("stackexchange-live", "pytorch", month, 9, False),
        ),
        "questions_unanswered": (
            "population tag month unanswered is_partial",
            ("stackexchange-live", "pytorch", month, 3, False),
        ),
        "package_dependents": (
            "project observed_on dependent_packages dependent_repositories synced_at",
            ("torch", day, 9, 9, stamp),
        ),
    }
    for table, (columns, row) in rows.items():
        live(world, table, columns, [row])
    world.papers([("openalex", "2024", "year", "all", name, 80, 100, None) for name in ("pytorch", "tensorflow")])
    world.build()
    audits = [*model_audits(models()), *file_audits(load_queries(SQL, "audits"))]
    assert run_audits(world.connection, audits) == len(audits)
    for table in rows:
        assert world.rows(f"select count(*) from staging.{table}") == [(1,)], table
    for mart in (
        "star_gains_week",
        "issues_month",
        "downloads_day",
        "downloads_installer_month",
        "job_postings_month",
        "hub_models_day",
        "page_views_week",
        "dependents_day",
    ):
        assert world.rows(f"select count(*) > 0 from marts.{mart} where framework = 'pytorch'") == [(True,)], mart


def test_saved_queries_can_be_asked_before_there_are_figures():
    world = World(dt.date(2014, 1, 1)).build()
    for query in load_queries(SQL, "queries"):
        world.rows(query.sql)


def test_rows_behind_every_live_metric_can_be_asked_for(snapshot: World):
    found = snapshot.rows("select metric, rows_sql from catalog.metrics where rows_sql is not null")
    assert {metric for metric, _ in found} >= JOINED | {"pretrained_models", "vision_models", "names_deep_learning"}
    for _, query in found:
        snapshot.rows(query.replace("$framework", "'pytorch'"))
