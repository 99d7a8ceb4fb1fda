"""Charts: valid, the same bytes in every process, readable in light and dark, partial periods and breaks marked."""

import datetime as dt
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.catalog import Catalog
from reports.charts import adoption, advice, common, work
from reports.marts import load_marts
from reports.svg import chart_svg
from reports.theme import DARK, DARK_PANEL, LIGHT, LIGHT_PANEL, colour_rules, contrast, readable

ROOT = Path(__file__).resolve().parent.parent.parent


def month_rows(catalog: Catalog, partial: bool = False) -> list[dict]:
    return [
        {"framework": f.key, "month": dt.date(2025, m, 1), "downloads_per_day": 10.0 ** (i + 2) * m, "is_break": m == 7,
         "is_partial": partial and m == 12}
        for i, f in enumerate(catalog.frameworks) for m in range(1, 13)
    ]  # fmt: skip


def test_altair_accepts_every_chart_of_the_snapshot(catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> None:
    tables = load_marts(connection).tables
    survey = [r for r in tables["survey_year"] if r["audience"] == "all"]
    papers = [r for r in tables["papers_year"] if r["population"] == "papers_with_code_sample"]
    jobs = [r for r in tables["evidence"] if r["metric"] == "job_share_hn"]
    standings = [r for r in tables["factor_standings"] if r["factor"] == "popularity"]
    questions = [r for r in tables["questions_month"] if r["population"] == "so_tags_2009_2019"]
    charts = [
        adoption.downloads_chart(tables["downloads_month"], catalog),
        adoption.download_share_chart(tables["downloads_month"], catalog),
        adoption.chosen_chart(tables["downloads_month"][-4:], catalog),
        adoption.stars_chart(tables["stars_week"], catalog),
        adoption.questions_chart(questions, catalog),
        adoption.survey_chart(survey, catalog),
        adoption.evidence_chart(jobs, catalog),
        work.papers_chart(papers, catalog),
        work.jobs_chart(jobs, catalog, {"job_share_hn": "Hacker News"}),
        work.releases_chart(tables["releases_year"], catalog),
        advice.recommendations_chart(tables["recommendations"], catalog),
        advice.standing_chart(standings, catalog),
    ]
    for chart in charts:
        assert chart.to_dict(validate=True)["config"]["font"]


def test_the_svg_is_named_and_needs_no_id_no_font_and_no_script(catalog: Catalog) -> None:
    svg = chart_svg(adoption.downloads_chart(month_rows(catalog), catalog), "A <finding>", "What it shows")
    assert svg.startswith('<svg role="img" aria-label="A &lt;finding&gt;"')
    assert "<title>A &lt;finding&gt;</title><desc>What it shows</desc>" in svg
    for unwanted in (" id=", "url(", "<script", "<style", "font-family", "http", "NaN", "Infinity"):
        assert unwanted not in svg


def test_a_break_is_marked_and_a_partial_period_dashed(catalog: Catalog) -> None:
    whole = chart_svg(adoption.downloads_chart(month_rows(catalog), catalog), "t", "d")
    partial = chart_svg(adoption.downloads_chart(month_rows(catalog, partial=True), catalog), "t", "d")
    assert "level break" in whole
    assert whole.count("2,3") == 0
    assert partial.count("2,3") >= 1


def test_every_framework_is_named_at_its_line_end_in_its_colour(catalog: Catalog) -> None:
    svg = chart_svg(adoption.downloads_chart(month_rows(catalog), catalog), "t", "d")
    for framework in catalog.frameworks:
        assert f'fill="{framework.colour.lower()}">{framework.label}</text>' in svg


def test_log_axes_mark_powers_of_ten_and_bars_start_at_zero(catalog: Catalog) -> None:
    axis = common.axis_for([120.0, 45_000.0], log=True)
    assert axis.low <= 120 < 45_000 <= axis.high
    assert axis.written().to_dict()["values"] == [100, 1000, 10_000, 100_000]
    assert common.axis_for([5.0, 9.0]).low == 0


@given(st.lists(st.floats(min_value=1, max_value=1e6), min_size=2, max_size=8))
def test_end_labels_never_overlap(values: list[float]) -> None:
    from barometer.catalog import load_catalog
    from barometer.settings import load_settings

    real = load_catalog(load_settings(environ={}).catalog)
    keys = [f.key for f in real.frameworks]
    rows = [
        {"framework": key, "value": value, "period": "2025-01-01"} for key, value in zip(keys, values, strict=False)
    ]
    axis = common.axis_for([row["value"] for row in rows])
    places = sorted(axis.place(row["place"]) * 220 for row in common._ends(rows, real, axis, 220))
    assert all(b - a >= common.LABEL_GAP - 1e-6 for a, b in itertools.pairwise(places))
    assert places[-1] <= 220 + 1e-6


def test_a_line_stays_broken_where_the_source_has_a_gap(catalog: Catalog) -> None:
    weeks = [dt.date(2024, 1, 1) + dt.timedelta(weeks=w) for w in (*range(20), *range(60, 80))]
    rows = [{"framework": "jax", "week": week, "stars": 100 + i} for i, week in enumerate(weeks)]
    chart = adoption.stars_chart(rows, catalog)
    svg = chart_svg(chart, "t", "d")
    lines = [d for d in re.findall(r'<path d="(M[^"]+)"', svg) if d.count("L") > 2]
    assert len(lines) == 2


def test_the_same_rows_give_the_same_bytes_in_another_process() -> None:
    program = (
        "import datetime as dt; from barometer.catalog import load_catalog;"
        "from barometer.settings import load_settings;"
        "from reports.charts.adoption import downloads_chart; from reports.svg import chart_svg;"
        "c = load_catalog(load_settings(environ={}).catalog);"
        "rows = [{'framework': f.key, 'is_break': 0, 'month': dt.date(2025, m, 1), 'downloads_per_day': 7.0 ** (i + m)}"
        " for i, f in enumerate(c.frameworks) for m in range(1, 13)];"
        "print(chart_svg(downloads_chart(rows, c), 't', 'd'))"
    )
    results = []
    for seed in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environ, check=True, timeout=60)
        results.append(done.stdout)
    assert results[0] == results[1]
    assert len(results[0]) > 2000


@pytest.mark.parametrize(
    "colour", ["#CC79A7", "#D55E00", "#009E73", "#0072B2", "#56B4E9", "#E69F00", "#F0E442", "#000000"]
)
def test_any_colour_is_made_readable_on_light_and_on_dark(colour: str) -> None:
    for backgrounds in ((LIGHT, LIGHT_PANEL), (DARK, DARK_PANEL)):
        for ratio in (3.0, 4.5):
            assert all(contrast(readable(colour, backgrounds, ratio), b) >= ratio for b in backgrounds)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_style_sheet_knows_every_framework(catalog: Catalog) -> None:
    rules = colour_rules(catalog)
    for framework in catalog.frameworks:
        assert rules.count(f"--{framework.key}:") == 2
        assert f'svg [stroke="{framework.colour.lower()}"]' in rules
