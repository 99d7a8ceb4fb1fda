"""Charts with two measured axes: curves over a size, and what people use beside what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from barometer.catalog import Catalog
from reports.charts.bench import Look, Panel, round_ticks
from reports.charts.common import LABEL_GAP, Axis, Row, axis_for, data, dressed, labels, palette
from reports.theme import WIDTH

_END = 160  # pixels right of the plot for the curves' names
_HEIGHT = 240


def curves_chart(curves: Sequence[Panel], size: str, measure: str) -> alt.LayerChart:
    """Lines over a size, both axes logarithmic, each named at its end: rows of at, value, low, high.

    Colour is the framework, the point's shape what it runs on, the dashes its way of executing.
    """
    every = [row for curve in curves for row in curve.rows]
    across = axis_for([row["at"] for row in every], log=True)
    upward = axis_for([end for row in every for end in (row["low"], row["high"])], log=True)
    height = max(_HEIGHT, (LABEL_GAP + 1) * len(curves))
    sizes = sorted({row["at"] for row in every})
    marked = alt.Axis(values=sizes, format="~s", labelOverlap=True)
    x = alt.X("at:Q", title=f"{size}, log axis", scale=across.scale, axis=marked)
    y = alt.Y("value:Q", title=f"{measure}, log axis", scale=upward.scale, axis=_marks(upward, height))
    points = [{**row, "curve": curve.look.label, **_paint(curve.look)} for curve in curves for row in curve.rows]
    base = alt.Chart(data(points)).encode(x=x, color=alt.Color("colour:N", scale=None, legend=None))
    shape = alt.Shape("shape:N", scale=None, legend=None)
    layers: list[Any] = [
        base.mark_rule(strokeWidth=3, opacity=0.5).encode(y=alt.Y("low:Q", scale=upward.scale), y2=alt.Y2("high:Q")),
        *(
            base.transform_filter(f"datum.dash == '{dash}'")
            .mark_line(strokeDash=[int(part) for part in dash.split()])
            .encode(y=y, detail=alt.Detail("curve:N"))
            for dash in dict.fromkeys(point["dash"] for point in points)
        ),
        base.mark_point(filled=True, size=40, opacity=1).encode(y=y, shape=shape),
    ]
    ends = [
        {"at": sizes[-1], "place": place, "label": look.label, **_paint(look)}
        for look, place in _ends(curves, upward, height)
    ]
    named = alt.Chart(data(ends)).mark_text(align="left", dx=9, baseline="middle")
    layers.append(
        named.encode(
            x=alt.X("at:Q", scale=across.scale),
            y=alt.Y("place:Q", scale=upward.scale),
            text=alt.Text("label:N"),
            color=alt.Color("colour:N", scale=None, legend=None),
        )
    )
    return dressed(alt.layer(*layers), WIDTH - _END - 40, height)


def _paint(look: Look) -> Row:
    return {"colour": look.colour, "shape": look.shape, "dash": " ".join(map(str, look.dash))}


def _marks(axis: Axis, pixels: int) -> alt.Axis:
    """A log axis with round marks, as many as there is room for."""
    return alt.Axis(values=round_ticks(axis.low, axis.high, pixels // 40), format="~s", titleAnchor="end")


def _ends(curves: Sequence[Panel], axis: Axis, height: int) -> list[tuple[Look, float]]:
    """Each curve's look and a value to write its name at, at least one line of text from the others."""
    ends = sorted(curves, key=lambda curve: (axis.place(curve.rows[-1]["value"]), curve.look.label))
    gap = LABEL_GAP / height
    places = [axis.place(curve.rows[-1]["value"]) for curve in ends]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    ceiling = 1.0
    for i in reversed(range(len(places))):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - gap
    return [(curve.look, axis.value(place)) for curve, place in zip(ends, places, strict=True)]


def join_chart(rows: Sequence[Row], catalog: Catalog, across: str, upward: str) -> alt.LayerChart:
    """One mark a framework between two measures, with its interval both ways; both axes logarithmic.

    Rows of framework, x, x_low, x_high, y, y_low, y_high; bounds are None where a measure has no interval.
    """
    names = labels(catalog)
    drawn = [{**row, "label": names[row["framework"]]} for row in rows]
    colours, shapes = palette(catalog, [row["framework"] for row in rows])
    scales = {
        name: axis_for(
            [row[key] for row in rows for key in (name, f"{name}_low", f"{name}_high") if row[key]], log=True
        )
        for name in ("x", "y")
    }
    x = alt.X("x:Q", title=f"{across}, log axis", scale=scales["x"].scale, axis=_marks(scales["x"], 300))
    y = alt.Y("y:Q", title=f"{upward}, log axis", scale=scales["y"].scale, axis=_marks(scales["y"], _HEIGHT))
    colour = alt.Color("framework:N", scale=colours, legend=None)
    base = alt.Chart(data(drawn)).encode(color=colour)
    span: dict[str, Any] = {"strokeWidth": 3, "opacity": 0.55}
    wide = base.transform_filter("isValid(datum.x_low)").mark_rule(**span)
    tall = base.transform_filter("isValid(datum.y_low)").mark_rule(**span)
    shape = alt.Shape("framework:N", scale=shapes, legend=None)
    layers = [
        wide.encode(x=alt.X("x_low:Q", scale=scales["x"].scale), x2=alt.X2("x_high:Q"), y=y),
        tall.encode(x=x, y=alt.Y("y_low:Q", scale=scales["y"].scale), y2=alt.Y2("y_high:Q")),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, shape=shape),
        base.mark_text(align="left", dx=9, dy=-9).encode(x=x, y=y, text=alt.Text("label:N")),
    ]
    return dressed(alt.layer(*layers), WIDTH - 110, _HEIGHT)
