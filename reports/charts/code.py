"""Charts of counts over programs and faults: dots with their range, a panel a measure, stacks as rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import altair as alt

from reports.charts.bench import Grid, Look
from reports.charts.common import Row, data
from reports.theme import INK, WIDTH, chart_config

_ROW, _GAP = 15, 14  # height of a row, pixels between two panels
_COLUMNS = 2
_LEFT = 162  # pixels for the names of the rows


@dataclass(frozen=True)
class Measure:
    """One panel: a measure's name, its dots, and what its axis is.

    A dot holds name (of a row), value and is_middle: the middle one is the larger mark. Axes start at zero; one of
    shares ends at all, a logarithmic one says that it is one.
    """

    name: str
    rows: Sequence[Row]
    axis: Literal["count", "share", "log"] = "count"


def counts_chart(measures: Sequence[Measure], looks: Sequence[Look]) -> Grid:
    """Dots and the line from the smallest to the largest, a panel a measure, `looks` (programs or stacks) as rows.

    A measure without a dot has no panel; one at least must have some.
    """
    measures = [measure for measure in measures if measure.rows]
    width = (WIDTH - _LEFT - _GAP) // _COLUMNS
    drawn = [_panel(measure, looks, width, number % _COLUMNS == 0) for number, measure in enumerate(measures)]
    resolve = {"scale": {"x": "independent", "y": "independent"}}
    shape = {"concat": drawn, "columns": _COLUMNS, "spacing": {"row": 12, "column": _GAP}, "resolve": resolve}
    return Grid({**shape, "config": chart_config()})


def _panel(measure: Measure, looks: Sequence[Look], width: int, is_left: bool) -> Row:
    said = f"{measure.name}, log axis" if measure.axis == "log" else measure.name
    drawn = [look for look in looks if any(row["name"] == look.label for row in measure.rows)]
    return {
        "width": width,
        "height": _ROW * len(looks),
        "title": {"text": said, "anchor": "start", "color": INK, "fontSize": 11, "offset": 4},
        "layer": [layer for look in drawn for layer in _layers(measure, look, looks, is_left)],
        "data": data(measure.rows).to_dict(),
    }


def _layers(measure: Measure, look: Look, looks: Sequence[Look], is_left: bool) -> list[dict[str, Any]]:
    """One row's marks as layers of their own, so that what they share is written once."""
    made: list[dict[str, Any]] = json.loads(_pattern(measure.axis, tuple(one.label for one in looks), is_left))
    for layer in made:
        layer["mark"]["color"] = look.colour
        layer["transform"][0]["filter"]["equal"] = look.label
    made[-1]["mark"]["shape"] = look.shape
    return made


@cache
def _pattern(axis: str, names: tuple[str, ...], is_left: bool) -> str:
    """The layers of any row, as JSON: building them anew for each row took longer than drawing all."""
    base = alt.Chart().transform_filter(alt.FieldEqualPredicate(field="name", equal=""))
    base = base.encode(y=_names(names, is_left))
    line = base.mark_rule(strokeWidth=2, opacity=0.45)
    small = base.transform_filter("!datum.is_middle").mark_point(filled=True, size=12, opacity=0.7)
    large = base.transform_filter("datum.is_middle").mark_point(filled=True, size=60, opacity=1)
    made = (
        line.encode(x=_values(axis, "min(value):Q"), x2="max(value):Q"),
        small.encode(x=_values(axis, "value:Q")),
        large.encode(x=_values(axis, "value:Q")),
    )
    return json.dumps([_without_data(chart.to_dict(validate=False)) for chart in made])


def _values(axis: str, field: str) -> alt.X:
    scale = {
        "count": alt.Scale(zero=True, nice=True),
        "share": alt.Scale(domain=[0, 1], nice=False),
        "log": alt.Scale(type="log", nice=True),
    }[axis]
    written = "~%" if axis == "share" else "~s"
    ticks = alt.Axis(tickCount=3, format=written, grid=True, domain=False, labelOverlap=True)
    return alt.X(field, title=None, scale=scale, axis=ticks)


def _names(names: Sequence[str], is_left: bool) -> alt.Y:
    """The rows' names, beside the leftmost panels only."""
    extent = _LEFT - 8
    axis = (
        alt.Axis(minExtent=extent, maxExtent=extent, labelLimit=extent, grid=False)
        if is_left
        else alt.Axis(labels=False, minExtent=0, maxExtent=0, grid=False)
    )
    return alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0), axis=axis)


def _without_data(layer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in layer.items() if key not in ("data", "$schema", "config", "datasets")}
