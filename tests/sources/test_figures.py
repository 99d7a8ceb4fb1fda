"""The bundled figures against figures that their sources' descriptions state independently."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict

import pytest

from sources.protocol import Batch
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES, unpack

ROWS = {
    "package_downloads_30d": 2891,
    "package_releases": 935 + 344,  # the original, and what was read besides
    "repository_counters": 2717,
    "repository_activity": 222,
    "questions_monthly": 756,
    "questions_yearly": 16,
    "survey_usage": 96,
    "papers": 160,
    "job_mentions": 1270 - 274,  # without the population left out
}

# months, postings, then mentions of Keras, PyTorch, TensorFlow, JAX; None where not measured
JOBS = {
    "hn-text-2015-2018": (36, 22806, 44, 4, 130, 0),
    "hn-text-2026": (5, 1660, 0, 39, 15, 2),
    "hn-llm-fields-2022-2025": (35, 10431, 5, 86, 47, 1),
    "hn-published-hntrends": (113, 75437, 191, 352, 652, None),
    "ruanyf-zh-text-2019-2026": (81, 1698, 6, 66, 67, 0),
    "linkedin-ca-datascientist-2018": (1, 953, 25, 14, 69, 0),
    "linkedin-ca-dataanalyst-2018": (1, 959, 3, 0, 5, 0),
    "indeed-ca-datascientist-2018h2": (1, 334, 27, 16, 60, 0),
    "indeed-ca-dataanalyst-2018h2": (1, 315, 2, 2, 2, 0),
    "jsearch-us-datascientist-2025": (1, 354, 7, 45, 52, 3),
    "boards-published-us-datascientist-2020-indeed": (1, 4343, 221, 355, 598, None),
    "boards-published-us-datascientist-2020-monster": (1, 2340, 150, 166, 308, None),
    "boards-published-us-datascientist-2020-simplyhired": (1, 3248, 194, 258, 457, None),
}


def records(batches: dict[str, Batch], table: str) -> list[dict]:
    """The rows of a table as records."""
    return [dict(zip(batches[table].columns, row, strict=True)) for row in batches[table].rows]


def test_row_counts(batches):
    assert {name: len(batch.rows) for name, batch in batches.items()} == ROWS


def test_all_files_together_stay_small():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 250_000


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_keys_are_unique_and_rows_sorted_by_them(table, batches):
    keys = [tuple(row[name] for name in table.key) for row in records(batches, table.name)]
    assert max(Counter(keys).values()) == 1
    assert keys == sorted(keys)


@pytest.mark.parametrize("population", JOBS)
def test_job_postings(population, batches):
    rows = [row for row in records(batches, "job_mentions") if row["population"] == population]
    totals = {row["month"]: row["postings_total"] for row in rows}
    mentions: dict[str, int] = defaultdict(int)
    for row in rows:
        mentions[row["term"]] += row["postings"]
        assert row["postings"] <= row["postings_total"] == totals[row["month"]]
    found = (
        len(totals),
        sum(totals.values()),
        *(mentions.get(term) for term in ("keras", "pytorch", "tensorflow", "jax")),
    )
    assert found == JOBS[population]


def test_the_population_without_a_licence_is_not_carried(batches):
    assert {row["population"] for row in records(batches, "job_mentions")} == set(JOBS)
    for table in TABLES:
        assert "controlarm" not in unpack((DATA / f"{table}.csv.gz").read_bytes(), table)


def test_downloads(batches):
    rows = records(batches, "package_downloads_30d")
    assert len({row["project"] for row in rows}) == 40
    downloads = {(row["project"], row["as_of"]): row["downloads_30d"] for row in rows}
    assert downloads["keras", dt.date(2018, 2, 25)] == 360976
    assert {row["list_size"] for row in rows} == {4000, 5000, 8000, 15000}
    assert all(row["rank"] <= row["list_size"] for row in rows)
    assert {row["backend"] for row in rows if row["as_of"] < dt.date(2025, 7, 5)} == {"BigQuery"}
    assert {row["backend"] for row in rows if row["as_of"] >= dt.date(2025, 7, 5)} == {"ClickHouse"}
    absent = {(2020, 2), (2025, 1)}
    months = {(row["as_of"].year, row["as_of"].month) for row in rows}
    expected = {(year, month) for year in range(2018, 2027) for month in range(1, 13)}
    assert months == {month for month in expected if (2018, 2) <= month <= (2026, 4)} - absent


def test_stars_weeks(batches):
    rows = records(batches, "repository_counters")
    weeks = Counter(row["repository"] for row in rows)
    assert weeks["tensorflow/tensorflow"] == weeks["pytorch/pytorch"] == 379
    assert (weeks["keras-team/keras"], weeks["google/jax"]) == (359, 124)
    iso = Counter((row["repository"], *row["observed_on"].isocalendar()[:2]) for row in rows)
    assert max(iso.values()) == 1
    assert max(row["observed_on"] for row in rows if row["repository"] == "google/jax").strftime("%Y-%m") == "2024-04"


def test_first_and_last_releases(batches):
    uploads = defaultdict(list)
    for row in records(batches, "package_releases"):
        uploads[row["project"]].append((row["first_upload"], row["version"]))
    assert len(uploads) == 15
    assert min(uploads["torch"]) == (dt.date(2018, 12, 7), "1.0.0")
    assert min(uploads["keras"]) == (dt.date(2015, 10, 11), "0.2.0")
    assert max(uploads["torch"]) == (dt.date(2026, 10, 28), "2.15.0")
    assert max(uploads["torchtext"]) == (dt.date(2024, 4, 24), "0.18.0")


def test_months_without_commits_are_absent_not_zero(batches):
    rows = records(batches, "repository_activity")
    months = {row["month"] for row in rows if row["repository"] == "keras-team/keras"}
    assert {dt.date(2019, 12, 1), dt.date(2020, 3, 1), dt.date(2020, 11, 1)} & months == set()
    assert dt.date(2020, 6, 1) in months
    assert min(row["commits"] for row in rows) >= 1


def test_questions(batches):
    monthly = records(batches, "questions_monthly")
    by_year: dict[tuple[str, int], int] = defaultdict(int)
    for row in monthly:
        if row["population"] == "so_listing_2020":
            by_year[row["tag"], row["month"].year] += row["questions"]
    yearly = {(row["tag"], row["year"]): row["questions"] for row in records(batches, "questions_yearly")}
    assert by_year == {key: questions for key, questions in yearly.items() if key[0] != "tensorflow"}
    assert yearly["tensorflow", 2019] == 15586
    partial = {(row["tag"], row["month"]) for row in monthly if row["is_partial"]}
    assert partial == {("keras", dt.date(2020, 6, 1)), ("pytorch", dt.date(2020, 6, 1))}
    assert sum(row["note"] is not None for row in monthly) == 26


def test_survey_shares_are_on_the_base_they_name(batches):
    for row in records(batches, "survey_usage"):
        if row["users"] is not None:
            of_all = 100 * row["users"] / row["question_respondents"]
            if row["base"] == "all respondents to the question":
                assert row["share_percent"] == pytest.approx(of_all, abs=0.006)
            else:
                assert row["year"] in (2021, 2022)
                assert 0.8 < of_all / row["share_percent"] < 0.87
    offered = {row["year"] for row in records(batches, "survey_usage") if row["technology"] == "jax"}
    assert offered == {2023, 2024}


def test_papers_of_the_sample_add_up_to_its_links(batches):
    sample = [row for row in records(batches, "papers") if row["population"] == "papers_with_code_sample"]
    links = {row["period"]: row["total_papers"] for row in sample}
    assert sum(links.values()) == 2082
    for period, total in links.items():
        assert sum(row["papers"] for row in sample if row["period"] == period) == total


def test_no_person_and_no_address_is_in_the_figures():
    address = re.compile(r"@|https?:|www\.|\b[\w.]+\.(com|org|net|io)\b")
    for table in TABLES:
        text = unpack((DATA / f"{table}.csv.gz").read_bytes(), table)
        assert not address.search(text), table


def test_text_cells_are_names_of_things_from_short_closed_lists(batches):
    """Free text would show as many different values: every text column but the versions repeats a few dozen."""
    for table in TABLES.values():
        for column, values in zip(table.columns, zip(*batches[table.name].rows, strict=True), strict=True):
            if column.kind == "text" and column.name != "version":
                assert len(set(values)) <= 40, (table.name, column.name)
