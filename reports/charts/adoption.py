"""Charts of what people install, star, ask and say they use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from barometer.catalog import Catalog
from reports.charts.common import Row, axis_for, data, dot_chart, dressed, labels, line_chart, palette
from reports.theme import INK, WIDTH

CHANGED = "level break"


def downloads_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Downloads a day by month on a log axis from rows of marts.downloads_month; a change of backend is marked."""
    points = [_point(row, "month", row["downloads_per_day"]) for row in rows if row["downloads_per_day"]]
    return line_chart(points, catalog, axis_for([p["value"] for p in points], log=True), breaks=_breaks(rows, "month"))


def download_share_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Share of all the frameworks' downloads by month from rows of marts.downloads_month."""
    points = [
        _point(row, "month", row["share_among_frameworks"]) for row in rows if row["share_among_frameworks"] is not None
    ]
    return line_chart(
        points, catalog, axis_for([p["value"] for p in points], share=True), breaks=_breaks(rows, "month")
    )


def chosen_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Downloads a day that were chosen, at least and at most, against all of them (tick), newest month."""
    names = labels(catalog)
    drawn = [
        {
            "framework": r["framework"],
            "label": names[r["framework"]],
            "all": r["downloads_per_day"],
            "low": r["chosen_per_day_low"],
            "high": r["chosen_per_day_high"],
        }
        for r in rows
        if r["chosen_per_day_low"] is not None
    ]
    colours, _ = palette(catalog, [row["framework"] for row in drawn])
    axis = axis_for([row["all"] for row in drawn])
    sort = [framework.label for framework in catalog.frameworks]
    y = alt.Y("label:N", title=None, sort=sort, axis=alt.Axis(minExtent=76, maxExtent=76, grid=False))
    x = alt.X("low:Q", title=None, scale=axis.scale, axis=alt.Axis(format="~s", tickCount=5, grid=True, domain=False))
    base = alt.Chart(data(drawn)).encode(y=y, color=alt.Color("framework:N", scale=colours, legend=None))
    sure = (
        base.mark_bar(height=12)
        .encode(x=alt.X("zero:Q", scale=axis.scale), x2=alt.X2("low:Q"))
        .transform_calculate(zero="0")
    )
    perhaps = base.mark_bar(height=12, opacity=0.35).encode(x=x, x2=alt.X2("high:Q"))
    every = base.mark_tick(thickness=2, height=20, color=INK).encode(
        x=alt.X("all:Q", scale=axis.scale), color=alt.ColorValue(INK)
    )
    return dressed(alt.layer(sure, perhaps, every), WIDTH - 96, 30 * len(drawn))


def stars_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """GitHub stars over time from rows of marts.stars_week, the last of each month; gaps of the source stay."""
    monthly: dict[tuple[str, str], Row] = {}
    for row in rows:
        monthly[(row["framework"], row["week"].isoformat()[:7])] = row
    points = [_point(row, "week", row["stars"]) for row in monthly.values()]
    _number_stretches(points, days=100)
    return line_chart(points, catalog, axis_for([p["value"] for p in points]))


def questions_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Stack Overflow questions a day by month from one population of marts.questions_month."""
    points = [_point(row, "month", row["questions_per_day"]) for row in rows if row["questions_per_day"] is not None]
    _number_stretches(points, days=40)
    return line_chart(points, catalog, axis_for([p["value"] for p in points]))


def survey_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Share of respondents by year with intervals from one survey of marts.survey_year; a changed base is marked."""
    points = [{**_year_point(row), "low": row["low"], "high": row["high"]} for row in rows if row["share"] is not None]
    axis = axis_for([p["high"] if p["high"] is not None else p["value"] for p in points], share=True)
    changed = sorted({row["year"] for row in rows if row["is_base_changed"]})
    return line_chart(
        points, catalog, axis, points=True, breaks=[(f"{year - 1}-07-01", "base changed") for year in changed]
    )


def over_time_chart(
    rows: Sequence[Row], catalog: Catalog, period: str, column: str, share: bool = False
) -> alt.LayerChart:
    """One column of a mart over its periods; a stretch without figures stays a gap."""
    points = [_point(row, period, row[column]) for row in rows if row[column] is not None]
    _number_stretches(points, days={"day": 4, "week": 22, "month": 70}[period])
    return line_chart(points, catalog, axis_for([p["value"] for p in points], share=share))


def evidence_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """One metric of marts.evidence: a dot a framework, its interval as a line."""
    share = rows[0]["unit"] == "share"
    return dot_chart(
        rows, catalog, axis_for([row["high"] if row["high"] is not None else row["value"] for row in rows], share=share)
    )


def _point(row: Row, period: str, value: float) -> Row:
    return {
        "framework": row["framework"],
        "period": row[period].isoformat(),
        "value": float(value),
        "is_partial": bool(row.get("is_partial")),
        "part": 0,
    }


def _year_point(row: Row) -> Row:
    return {
        "framework": row["framework"],
        "period": f"{row['year']}-01-01",
        "value": float(row["share"]),
        "is_partial": bool(row.get("is_partial")),
        "part": 0,
    }


def _breaks(rows: Sequence[Row], period: str) -> list[tuple[str, str]]:
    """The first period of each change in what a source counts."""
    return [(first, CHANGED) for first in sorted({row[period].isoformat() for row in rows if row.get("is_break")})]


def _number_stretches(points: list[dict[str, Any]], days: int) -> None:
    """Number the stretches of each framework's points that have no gap longer than `days`."""
    before: dict[str, tuple[dt.date, int]] = {}
    for point in points:
        day = dt.date.fromisoformat(point["period"])
        last, part = before.get(point["framework"], (day, 0))
        part += (day - last).days > days
        point["part"] = part
        before[point["framework"]] = (day, part)
