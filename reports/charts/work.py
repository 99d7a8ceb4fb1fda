"""Charts of research, hiring and upkeep."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from barometer.catalog import Catalog
from reports.charts.common import Row, axis_for, dot_chart, line_chart


def papers_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Share of papers by year with intervals from one population of marts.papers_year."""
    points = [_yearly(row, "share") for row in rows if row["share"] is not None]
    tops = [p["high"] if p["high"] is not None else p["value"] for p in points]
    return line_chart(points, catalog, axis_for(tops, share=True), points=True)


def jobs_chart(rows: Sequence[Row], catalog: Catalog, populations: dict[str, str]) -> alt.LayerChart:
    """Share of postings by population from marts.evidence, with intervals; `populations` words each metric's."""
    drawn = [{**row, "population": populations[row["metric"]]} for row in rows]
    tops = [row["high"] if row["high"] is not None else row["value"] for row in drawn]
    return dot_chart(drawn, catalog, axis_for(tops, share=True), group="population", row_height=17)


def jobs_by_year_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Share of postings by year with intervals from one population of marts.jobs_year."""
    return papers_chart(rows, catalog)


def releases_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Final releases by year from rows of marts.releases_year; the year under way is dashed."""
    points = [_yearly(row, "releases") for row in rows]
    return line_chart(points, catalog, axis_for([p["value"] for p in points]), points=True)


def _yearly(row: Row, column: str) -> Row:
    low, high = row.get("low"), row.get("high")
    return {
        "framework": row["framework"],
        "period": f"{row['year']}-01-01",
        "value": float(row[column]),
        "low": low,
        "high": high,
        "is_partial": bool(row.get("is_partial")),
        "part": 0,
    }
