"""What live sources bring: repeated fetches, running periods, two sources for one data set, zeros and gaps."""

from __future__ import annotations

import datetime as dt
import math
import statistics

import pytest

from tests.sql.test_shares import wilson
from tests.sql.world import SQL, World, models, month_days, months_from
from warehouse.audit import file_audits, model_audits, run_audits
from warehouse.models import load_queries

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 20, 12)
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
POSTING = "population posting_key text_key employer_key month terms required"
# Student's t, 95 %, by degrees of freedom.
T = {5: 2.0150, 7: 1.8946, 11: 1.7959, 12: 1.7823, 50: 1.6759}


def alpha(**names: list[str]) -> World:
    return World().compare({"alpha": names})


def live(world: World, table: str, columns: str, rows: list[tuple], fetched_at: dt.datetime = NOON, source: str = "x"):
    return world.give(table, columns, rows, source, fetched_at)


def pull(world: World, source: str, dataset: str, fetched_at: dt.datetime, status: str = "ok", **more: str) -> World:
    """Record one attempt: request and sha default to those of `give`."""
    stamp = (fetched_at, "run", source, more.get("request", "test"), more.get("sha", "0"))
    world.connection.execute(
        "insert into raw.pulls values (?, ?, ?, ?, ?, ?, ?, 1, ?)", [*stamp, dataset, status, more.get("message", "")]
    )
    return world


# ------------------------------------------------------------------ two sources, one data set


def test_live_counters_go_on_where_bundled_ones_end_and_the_later_fetch_of_a_day_wins():
    world = alpha(repository=["a/alpha"])
    world.stars([(dt.date(2026, 11, 9), "a/alpha", 100), (dt.date(2026, 11, 16), "a/alpha", 110)])
    late = dt.datetime(2026, 11, 23, 6)
    world.stars([(dt.date(2026, 11, 16), "a/alpha", 111)], source="github", fetched_at=late)
    world.stars([(dt.date(2026, 11, 23), "a/alpha", 130)], source="github", fetched_at=late).build("marts.stars_week")
    assert world.rows("select week, stars, stars_gained, source from marts.stars_week") == [
        (dt.date(2026, 11, 9), 100, None, "snapshot"),
        (dt.date(2026, 11, 16), 111, 11, "github"),
        (dt.date(2026, 11, 23), 130, 19, "github"),
    ]


def test_live_questions_are_a_population_of_their_own_and_fill_the_last_full_year():
    world = World().compare({"alpha": {"question_tag": ["alpha"]}, "beta": {"question_tag": ["beta"]}})
    columns = "population tag month questions is_partial"
    old = [("so_tags_x", tag, m, 100, False) for m in months_from(dt.date(2019, 1, 1), 12) for tag in ("alpha", "beta")]
    world.give("questions_monthly", columns, old)
    new = [("stackexchange-live", "alpha", m, 5, False) for m in months_from(dt.date(2025, 1, 1), 12)]
    live(world, "questions_monthly", columns, new)
    world.build("marts.evidence")
    # One framework of two is not a year of the collection: the older count of both stays.
    query = "select evidence_id, value, as_of from marts.evidence where metric = 'questions_last_year'"
    assert [row[:2] for row in world.rows(query)] == [
        ("questions_last_year.alpha", 1200.0),
        ("questions_last_year.beta", 1200.0),
    ]
    both = World().compare({"alpha": {"question_tag": ["alpha"]}, "beta": {"question_tag": ["beta"]}})
    both.give("questions_monthly", columns, old)
    live(both, "questions_monthly", columns, new + [(p, "beta", *rest) for p, _, *rest in new])
    both.build("marts.evidence", "marts.questions_month")
    assert both.rows(query) == [
        ("questions_last_year.alpha", 60.0, dt.date(2025, 12, 31)),
        ("questions_last_year.beta", 60.0, dt.date(2025, 12, 31)),
    ]
    assert both.rows(
        "select population, count(*), sum(questions) from marts.questions_month group by 1 order by 1"
    ) == [
        ("so_tags_x", 24, 2400),
        ("stackexchange-live", 24, 120),
    ]


def test_papers_of_a_year_read_before_its_end_are_partial():
    world = World(dt.date(2026, 2, 1)).compare({"alpha": {"paper_label": ["alpha"]}, "beta": {"paper_label": ["beta"]}})
    rows = [("openalex", "2024", "year", "all", label, 60, 100, None) for label in ("alpha", "beta")]
    early = [("openalex", "2025", "year", "all", label, 90, 100, None) for label in ("alpha", "beta")]
    world.papers(rows, source="openalex", fetched_at=dt.datetime(2025, 6, 1))
    world.papers(early, source="openalex", fetched_at=dt.datetime(2025, 12, 31, 23))
    world.build("marts.papers_year", "marts.evidence")
    assert world.rows("select year, is_partial from marts.papers_year where framework = 'alpha'") == [
        (2024, False),
        (2025, True),
    ]
    low, high = wilson(60, 100)
    assert world.rows("select value, low, high, as_of from marts.evidence where framework = 'alpha'") == [
        (0.6, pytest.approx(low), pytest.approx(high), dt.date(2024, 12, 31))
    ]


# ------------------------------------------------------------------ GitHub


def test_stars_given_are_summed_by_week_and_a_renamed_repository_counts_once():
    world = alpha(repository=["new/alpha", "old/alpha"])
    monday = dt.date(2026, 11, 9)
    rows = [(name, monday + i * DAY, 10) for i in range(10) for name in ("new/alpha", "old/alpha")]
    live(world, "star_gains", "repository day stars_gained", rows)
    live(world, "star_gains", "repository day stars_gained", [("new/alpha", monday, 4)], dt.datetime(2026, 11, 21))
    world.build("marts.star_gains_week")
    assert world.rows("select week, stars_given, days, stars_given_per_day, is_partial from marts.star_gains_week") == [
        (monday, 64, 7, 64 / 7, False),
        (monday + 7 * DAY, 30, 3, 10.0, True),
    ]


def test_the_day_of_the_reading_is_partial_and_nothing_after_the_edition_is_known():
    world = World(dt.date(2026, 11, 15)).compare({"alpha": {"repository": ["a/alpha"]}})
    monday = dt.date(2026, 11, 9)
    rows = [("a/alpha", monday + i * DAY, 10) for i in range(7)]
    live(world, "star_gains", "repository day stars_gained", rows, dt.datetime(2026, 11, 15, 20))
    live(world, "star_gains", "repository day stars_gained", [("a/alpha", monday, 99)], dt.datetime(2026, 11, 16))
    world.build("marts.star_gains_week")
    assert world.rows("select stars_given, days, is_partial from marts.star_gains_week") == [(70, 7, True)]


def test_stars_given_a_week_is_the_mean_of_whole_weeks():
    world = alpha(repository=["a/alpha"])
    first = dt.date(2026, 11, 16) - 51 * 7 * DAY
    weekly = [70 + 7 * (i % 3) for i in range(51)]
    rows = [("a/alpha", first + (7 * i + d) * DAY, weekly[i] // 7) for i in range(51) for d in range(7)]
    rows += [("a/alpha", dt.date(2026, 11, 16), 900)]
    live(world, "star_gains", "repository day stars_gained", rows).build("marts.evidence")
    reach = T[50] * statistics.stdev(weekly) / math.sqrt(51)
    mean = statistics.mean(weekly)
    assert world.rows("select value, low, high, n, as_of from marts.evidence") == [
        (pytest.approx(mean), pytest.approx(mean - reach), pytest.approx(mean + reach), 51, dt.date(2026, 11, 15))
    ]


FACTS = "repository repository_id observed_on created_on stars forks"


def test_a_repository_bears_the_year_it_was_made_in_under_its_first_name():
    world = alpha(repository=["new/alpha", "old/alpha"])
    rows = [("new/alpha", 7, dt.date(2026, 11, 19), dt.date(2016, 8, 13), 5, 1)]
    rows += [("old/alpha", 9, dt.date(2026, 11, 20), dt.date(2012, 1, 1), 5, 1)]
    live(world, "repository_facts", FACTS, rows).build("marts.evidence")
    assert world.rows("select evidence_id, value, low, as_of, dataset from marts.evidence") == [
        ("repository_created_year.alpha", 2016.0, None, dt.date(2026, 11, 19), "github")
    ]


ISSUES = "repository kind month opened closed median_hours_to_close closed_sampled is_lower_bound is_partial"


def test_issues_and_pull_requests_stay_apart_and_the_running_month_is_partial():
    world = alpha(repository=["a/alpha"])
    rows = [
        ("a/alpha", "issue", dt.date(2026, 10, 1), 62, 50, 48.0, 40, False, False),
        ("a/alpha", "pull", dt.date(2026, 10, 1), 310, 300, None, None, True, False),
        ("a/alpha", "issue", dt.date(2026, 11, 1), 5, None, None, None, False, True),
    ]
    live(world, "issue_flow", ISSUES, rows).build("marts.issues_month")
    assert world.rows(
        "select kind, month, opened, closed, opened_per_day, median_days_to_close, is_lower_bound, is_partial "
        "from marts.issues_month"
    ) == [
        ("issue", dt.date(2026, 10, 1), 62, 50, 2.0, 2.0, False, False),
        ("issue", dt.date(2026, 11, 1), 5, None, None, None, False, True),
        ("pull", dt.date(2026, 10, 1), 310, 300, 10.0, None, True, False),
    ]


def test_days_to_close_are_those_of_issues_in_whole_months():
    world = alpha(repository=["a/alpha"])
    hours = [24.0, 48.0, 96.0, 48.0, 24.0, 96.0]
    months = months_from(dt.date(2026, 5, 1), 6)
    rows = [("a/alpha", "issue", m, 9, 9, h, 10, False, False) for m, h in zip(months, hours, strict=True)]
    rows += [("a/alpha", "pull", m, 9, 9, 1.0, 10, False, False) for m in months]
    rows += [("a/alpha", "issue", dt.date(2026, 11, 1), 9, 9, 2400.0, 10, False, True)]
    live(world, "issue_flow", ISSUES, rows).build("marts.evidence")
    logs = [math.log(h / 24) for h in hours]
    reach = T[5] * statistics.stdev(logs) / math.sqrt(6)
    mean = statistics.mean(logs)
    assert world.rows("select metric, value, low, high, n, as_of from marts.evidence") == [
        (
            "days_to_close_issue",
            pytest.approx(math.exp(mean)),
            pytest.approx(math.exp(mean - reach)),
            pytest.approx(math.exp(mean + reach)),
            60,
            dt.date(2026, 10, 31),
        )
    ]


# ------------------------------------------------------------------ downloads


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


INSTALLS = "project month installer downloads feed_until"


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


# ------------------------------------------------------------------ hub, articles, dependents, facts

HUB = "library task observed_on models downloads_30d models_added_30d models_read is_lower_bound"


def test_models_of_several_libraries_lie_between_the_largest_and_the_sum():
    world = World().compare({"alpha": {"hub_library": ["alpha", "alpha-hub"]}, "beta": {"hub_library": ["beta"]}})
    day = dt.date(2026, 11, 20)
    rows = [
        ("alpha", "all", day, 1000, 50, 30, 100, True),
        ("alpha-hub", "all", day, 200, 5, 10, 100, True),
        ("beta", "all", day, 5000, 500, 90, 100, False),
        ("beta", "image-classification", day, 0, 0, 0, 0, False),
        ("alpha", "all", day + DAY, 9, 9, 9, 9, False),
    ]
    live(world, "hub_models", HUB, rows, dt.datetime(2026, 11, 21, 1)).build("marts.hub_models_day", "marts.evidence")
    assert world.rows(
        "select day, libraries, models_low, models_high, is_lower_bound from marts.hub_models_day "
        "where framework = 'alpha'"
    ) == [(day, 2, 1000, 1200, True), (day + DAY, 1, 9, 9, False)]
    # The day on which only one of the two library names answered does not count.
    assert world.rows(
        "select evidence_id, value, low, high, spread, as_of from marts.evidence where metric <> 'new_models_per_month'"
    ) == [
        ("pretrained_models.alpha", 1100.0, 1000.0, 1200.0, "bounds", day),
        ("pretrained_models.beta", 5000.0, None, None, "exact", day),
        ("vision_models.beta", 0.0, None, None, "exact", day),
    ]
    assert world.rows(
        "select framework, value, low < 30, high > 40, spread, note like '%not all pages%' from marts.evidence "
        "where metric = 'new_models_per_month'"
    ) == [("alpha", 35.0, True, True, "bounds", True), ("beta", 90.0, False, True, "count", False)]


def test_a_number_the_hub_did_not_tell_is_no_zero():
    world = alpha(hub_library=["alpha"])
    live(world, "hub_models", HUB, [("alpha", "all", dt.date(2026, 11, 20), None, 5, None, 10, True)])
    world.build("marts.hub_models_day", "marts.evidence")
    assert world.rows("select models_low, downloads_30d_low from marts.hub_models_day") == [(None, 5)]
    assert world.rows("select * from marts.evidence") == []


def test_views_of_old_and_new_titles_are_added_and_a_short_week_is_partial():
    world = alpha(article=["Alpha", "Old_Alpha"])
    monday = dt.date(2026, 11, 2)
    rows = [("en.wikipedia", "Alpha", monday + i * DAY, 100) for i in range(10)]
    rows += [("en.wikipedia", "Old_Alpha", monday + i * DAY, 40) for i in range(0, 10, 2)]
    live(world, "page_views_day", "project article day views", rows).build("marts.page_views_week")
    assert world.rows("select week, views, days, views_per_day, articles, is_partial from marts.page_views_week") == [
        (monday, 860, 7, 860 / 7, 2, False),
        (monday + 7 * DAY, 340, 3, 340 / 3, 2, True),
    ]


def test_views_a_day_are_the_geometric_mean_of_thirteen_whole_weeks():
    world = alpha(article=["Alpha"])
    first = dt.date(2026, 11, 16) - 13 * 7 * DAY
    weekly = [100 + 10 * (i % 2) for i in range(13)]
    rows = [("en.wikipedia", "Alpha", first + i * DAY, weekly[i // 7]) for i in range(91)]
    rows += [("en.wikipedia", "Alpha", dt.date(2026, 11, 16), 5)]
    live(world, "page_views_day", "project article day views", rows).build("marts.evidence")
    logs = [math.log(views) for views in weekly]
    reach = T[12] * statistics.stdev(logs) / math.sqrt(13)
    assert world.rows("select value, low, n, as_of from marts.evidence") == [
        (
            pytest.approx(math.exp(statistics.mean(logs))),
            pytest.approx(math.exp(statistics.mean(logs) - reach)),
            13,
            dt.date(2026, 11, 15),
        )
    ]


def test_of_several_packages_the_one_with_most_dependents_counts_as_of_the_services_own_count():
    world = alpha(package=["alpha", "alpha-cpu"])
    day = dt.date(2026, 11, 20)
    rows = [
        ("alpha", day, 10, None, dt.datetime(2026, 11, 1)),
        ("alpha-cpu", day, 40, 700, dt.datetime(2026, 10, 1)),
        ("alpha", day - DAY, 999, 999, None),
    ]
    columns = "project observed_on dependent_packages dependent_repositories synced_at"
    live(world, "package_dependents", columns, rows).build("marts.dependents_day", "marts.evidence")
    assert world.rows(
        "select day, package, packages, dependent_packages, dependent_repositories, counted_on "
        "from marts.dependents_day"
    ) == [
        (day - DAY, "alpha", 1, 999, 999, day - DAY),
        (day, "alpha-cpu", 2, 40, 700, dt.date(2026, 10, 1)),
    ]
    assert world.rows("select metric, value, as_of from marts.evidence order by 1") == [
        ("dependent_packages", 40.0, dt.date(2026, 10, 1)),
        ("dependent_repositories", 700.0, dt.date(2026, 10, 1)),
    ]


@pytest.mark.parametrize(
    ("summary", "classifiers", "keywords", "named"),
    [
        ("A web framework", ["Topic :: Internet"], None, 0.0),
        ("Deep Learning for humans", [], None, 1.0),
        (None, ["Topic :: Artificial Intelligence"], "neural-network, tensors", 1.0),
        ("neural networks in Python", [], None, 1.0),
        ("an open source machine learning framework for everyone.", [], None, 1.0),
        ("machine learning", [], "networks", 0.0),
        ("neural netting", [], None, 0.0),
    ],
)
def test_what_a_package_says_of_itself(summary: str | None, classifiers: list[str], keywords: str | None, named: float):
    world = alpha(package=["alpha"])
    rows = [("alpha", "1.0", summary, classifiers, keywords)]
    live(world, "package_facts", "project version summary classifiers keywords", rows).build("marts.evidence")
    assert world.rows("select evidence_id, value, dataset from marts.evidence") == [
        ("names_deep_learning.alpha", named, "package_releases")
    ]


def test_a_package_that_only_a_claim_names_has_figures_for_that_claim_and_no_comparison():
    world = World()
    facts = [(name, "1.0", "A web framework", [], None) for name in ("fastapi", "torch", "someone-elses")]
    live(world, "package_facts", "project version summary classifiers keywords", facts)
    rows = [("torchtext", "0.18.0", dt.date(2024, 4, 24), 1), ("torchtext", "0.19.0rc1", dt.date(2026, 11, 1), 1)]
    rows += [(name, "1.0", dt.date(2026, 11, 10), 1) for name in ("torchvision", "fastapi")]
    live(world, "package_releases", "project version first_upload files", rows)
    world.build("marts.comparisons", "core.companion_releases")
    assert world.rows(
        "select evidence_id, value from marts.evidence "
        "where metric in ('companion_idle_days', 'names_deep_learning') order by 1"
    ) == [
        ("companion_idle_days.pytorch", 10.0),
        ("companion_idle_days.torchtext", 940.0),
        ("names_deep_learning.fastapi", 0.0),
        ("names_deep_learning.pytorch", 0.0),
    ]
    assert world.rows("select * from marts.comparisons") == []


# ------------------------------------------------------------------ unanswered questions


def test_unanswered_share_is_that_of_the_last_year_of_whole_months():
    world = alpha(question_tag=["alpha"])
    months = months_from(dt.date(2025, 10, 1), 14)
    asked = [("stackexchange-live", "alpha", m, 100, False) for m in months]
    open_ones = [("stackexchange-live", "alpha", m, 90 if i == 0 else 20, i == 13) for i, m in enumerate(months)]
    live(world, "questions_monthly", "population tag month questions is_partial", asked)
    live(world, "questions_unanswered", "population tag month unanswered is_partial", open_ones)
    world.build("marts.evidence", "marts.questions_month")
    low, high = wilson(240, 1200)
    assert world.rows(
        "select value, low, high, n, as_of from marts.evidence where metric = 'questions_unanswered_share'"
    ) == [(0.2, pytest.approx(low), pytest.approx(high), 1200, dt.date(2026, 10, 31))]
    assert world.rows("select month, unanswered from marts.questions_month order by month desc limit 1") == [
        (dt.date(2026, 10, 1), 20)
    ]


# ------------------------------------------------------------------ postings


def posting(key: str, month: dt.date, terms: list[str], required=(), employer: str | None = "e1", text: str = ""):
    return ("hn-text-live", key, text or key, employer, month, terms, list(required))


def jobs_world() -> World:
    return World().compare({"alpha": {"job_term": ["alpha", "alpha2"]}, "beta": {"job_term": ["beta"]}})


OCTOBER = dt.date(2026, 10, 1)


def test_repeated_texts_count_once_and_employers_without_a_name_are_no_employer():
    world = jobs_world()
    rows = [
        posting("p1", OCTOBER, ["alpha", "alpha2"], ["alpha2"]),
        posting("p2", OCTOBER, ["alpha"], employer="e1"),
        posting("p3", OCTOBER, ["alpha"], employer="e2", text="p2"),
        posting("p4", OCTOBER, ["beta"], employer=None),
        posting("p5", OCTOBER, ["alpha"], employer=None),
        posting("p6", OCTOBER, [], employer="e3"),
        posting("p7", dt.date(2026, 11, 1), ["alpha"]),
    ]
    live(world, "job_postings", POSTING, rows, source="hackernews").build("marts.job_postings_month", "marts.jobs_year")
    assert world.rows(
        "select framework, month, postings, postings_total, required, employers, employers_total, is_partial "
        "from marts.job_postings_month"
    ) == [
        ("alpha", OCTOBER, 3, 5, 1, 1, 2, False),
        ("alpha", dt.date(2026, 11, 1), 1, 1, 0, 1, 1, True),
        ("beta", OCTOBER, 1, 5, 0, 0, 2, False),
        ("beta", dt.date(2026, 11, 1), 0, 1, 0, 0, 1, True),
    ]
    assert world.rows("select population, framework, postings, postings_total, months from marts.jobs_year") == [
        ("hn-text-live", "alpha", 3, 5, 1),
        ("hn-text-live", "beta", 1, 5, 1),
    ]


def test_a_text_read_before_anybody_knew_a_framework_is_no_zero_for_it():
    world = jobs_world()
    september = dt.date(2026, 9, 1)
    first = [posting("p1", september, ["alpha"]), posting("p2", september, [])]
    live(world, "job_postings", POSTING, first, dt.datetime(2026, 10, 2), "hackernews")
    second = [posting("p3", OCTOBER, ["beta"]), posting("p4", OCTOBER, [])]
    live(world, "job_postings", POSTING, second, dt.datetime(2026, 11, 2), "hackernews")
    world.build("marts.job_postings_month")
    assert world.rows("select framework, month, postings, postings_total from marts.job_postings_month") == [
        ("alpha", september, 1, 2),
        ("alpha", OCTOBER, 0, 2),
        ("beta", OCTOBER, 1, 2),
    ]


def test_an_undated_posting_counts_in_the_month_it_was_first_seen():
    world = jobs_world()
    for month, fetched_at in ((OCTOBER, dt.datetime(2026, 10, 5)), (dt.date(2026, 11, 1), NOON)):
        rows = [("lever-live", "p1", "p1", "e1", month, ["alpha"], [])]
        live(world, "job_postings", POSTING, rows, fetched_at, "lever")
    world.build("marts.job_postings_month")
    assert world.rows("select month, postings, postings_total from marts.job_postings_month") == [(OCTOBER, 1, 1)]


def test_a_month_read_again_without_news_is_over():
    rows = [posting("p1", OCTOBER, ["alpha"])]

    def is_partial(last_reading: dt.datetime) -> list[tuple]:
        world = jobs_world()
        live(world, "job_postings", POSTING, rows, dt.datetime(2026, 10, 31, 9), "hackernews")
        pull(world, "hackernews", "job_postings", last_reading).build("marts.job_postings_month")
        return world.rows("select is_partial from marts.job_postings_month")

    assert is_partial(dt.datetime(2026, 10, 31, 21)) == [(True,)]
    assert is_partial(dt.datetime(2026, 11, 1, 9)) == [(False,)]


def hn_history(world: World, first: dt.date, count: int, hits: int, total: int = 50) -> None:
    for month in months_from(first, count):
        names = [["alpha"] if i < hits else ["beta"] if i == hits else [] for i in range(total)]
        rows = [
            posting(f"{month}-{i}", month, terms, ["alpha"] if i == 0 else [], f"e{i}") for i, terms in enumerate(names)
        ]
        live(world, "job_postings", POSTING, rows, source="hackernews")


def test_growth_compares_one_population_with_itself_where_it_covers_both_spans():
    world = jobs_world()
    hn_history(world, dt.date(2015, 1, 1), 48, 5)
    hn_history(world, dt.date(2025, 11, 1), 12, 10)
    world.jobs([("hn-text-2015-2018", dt.date(2016, 1, 1), term, 1, 1000) for term in ("alpha", "beta")])
    world.build("marts.evidence")
    found = world.rows(
        "select metric, value, n, dataset from marts.evidence "
        "where framework = 'alpha' and metric like 'job_%' order by 1"
    )
    assert found == [
        ("job_employers_share_hn", 0.2, 50, "job_postings"),
        ("job_growth_hn", pytest.approx(2.0), 50 * 60, "job_postings"),
        ("job_required_share_hn", 0.1, 120, "job_postings"),
        ("job_share_hn", 0.2, 600, "job_postings"),
        ("job_share_hn_2018", 0.001, 1000, "job_mentions"),
    ]


def test_growth_falls_back_to_two_counters_while_the_live_history_is_short():
    world = jobs_world()
    hn_history(world, dt.date(2016, 1, 1), 12, 5)
    hn_history(world, dt.date(2025, 11, 1), 12, 10)
    world.jobs([("hn-text-2015-2018", dt.date(2016, 1, 1), term, 100, 1000) for term in ("alpha", "beta")])
    world.build("marts.evidence")
    assert world.rows("select value, n from marts.evidence where evidence_id = 'job_growth_hn.alpha'") == [
        (pytest.approx(2.0), 1600)
    ]


def test_open_postings_are_those_of_each_boards_newest_reading():
    world = jobs_world()

    def give(key: str, board: str, sha: str, fetched_at: dt.datetime, terms: list[str]) -> None:
        stamp = {"fetched_at": fetched_at, "run_id": "r", "source": "lever", "request": board, "payload_sha256": sha}
        row = dict(
            zip(POSTING.split(), ("lever-live", key, key, "e", OCTOBER, terms, []), strict=True),
            **stamp,
        )
        names = ", ".join(row)
        world.connection.execute(
            f"insert into raw.job_postings ({names}) values ({', '.join('?' * len(row))})", list(row.values())
        )

    yesterday = NOON - DAY
    give("closed", "one", "a", yesterday, ["alpha"])
    give("open", "one", "a", yesterday, ["alpha"])
    give("open", "one", "b", NOON, ["alpha"])
    give("new", "one", "b", NOON, [])
    give("silent", "two", "c", NOON - 10 * DAY, ["beta"])
    for board, sha, at in (("one", "a", yesterday), ("one", "b", NOON), ("two", "c", NOON - 10 * DAY)):
        pull(world, "lever", "job_postings", at, request=board, sha=sha)
    pull(world, "lever", "job_postings", NOON, "error", request="two", sha="", message="no answer")
    world.build("marts.evidence")
    assert world.rows(
        "select evidence_id, value, low, high, n, as_of from marts.evidence where metric = 'open_postings_lever'"
    ) == [
        (
            "open_postings_lever.alpha",
            1.0,
            pytest.approx(0.05, abs=0.02),
            pytest.approx(4.74, abs=0.05),
            2,
            NOON.date(),
        ),
        ("open_postings_lever.beta", 0.0, 0.0, pytest.approx(3.0, abs=0.05), 2, NOON.date()),
    ]


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
