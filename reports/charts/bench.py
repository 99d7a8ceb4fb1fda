"""Charts of the timing runner, several small panels each: paired ratios, the ladder, bars by workload."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from reports.charts.common import Row, data
from reports.theme import GRID, INK, WIDTH, chart_config

_LEFT = 66  # pixels for the names of the rows
_STACKS = 164  # the same for names of stacks
_SIDES = "\u2190 less time \u00b7 more \u2192"
_ROW = 15  # height of a row
_GAP = 14  # pixels between two panels
_BASES = ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


@dataclass(frozen=True)
class Look:
    """How one stack is drawn: colour of its framework, shape of what it runs on, dashes of its way of executing."""

    label: str
    colour: str
    shape: str
    dash: tuple[int, ...] = (1, 0)


@dataclass(frozen=True)
class Panel:
    """One small chart of several: its name, its look, its rows."""

    look: Look
    rows: Sequence[Row]


@dataclass(frozen=True)
class Grid:
    """Panels side by side, as Vega-Lite. Altair makes a panel; of a grid it would copy every panel dozens of times."""

    specification: dict[str, Any]

    def to_dict(self, validate: bool = True) -> dict[str, Any]:
        """Return the specification, held against Vega-Lite's schema where asked."""
        if validate:
            alt.ConcatChart.from_dict(self.specification)
        return self.specification


def forest_chart(panels: Sequence[Panel], names: Sequence[str]) -> Grid:
    """Ratios with intervals on a shared log axis, a panel a pair, `names` (workloads) as rows.

    A row holds name, ratio, low, high, margin (a ratio above 1: the band of noise) and verdict. Filled marks are faster
    or slower beyond noise; hollow ones are not; a dashed line is the interval of a single fork.
    """
    every = [row for panel in panels for row in panel.rows]
    low = min(min(row["low"], 1 / row["margin"], 0.9) for row in every) / 1.04
    high = max(max(row["high"], row["margin"], 1.12) for row in every) * 1.04
    scale = alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)
    width = _width(_LEFT, len(panels))
    axis = alt.Axis(
        values=round_ticks(low, high, min(7, width // 34)),
        labelExpr="datum.label + '\u00d7'",
        grid=True,
        domain=False,
        format="~g",
    )
    filled = [Panel(panel.look, [_drawn(panel.look, row) for row in panel.rows]) for panel in panels]
    return _grid(filled, _forest(scale, axis, _names_axis(names)), width, len(names))


def _drawn(look: Look, row: Row) -> Row:
    return {
        **{key: row[key] for key in ("name", "ratio", "low", "high")},
        "least": 1 / row["margin"],
        "most": row["margin"],
        "colour": look.colour,
        "shape": look.shape,
        "is_apart": row["verdict"] in ("faster", "slower"),
        "is_one": row["verdict"] == "undecided",
    }


def _forest(scale: alt.Scale, axis: alt.Axis, y: alt.Y) -> list[alt.Chart]:
    def at(column: str) -> alt.X:
        return alt.X(column, title=_SIDES, scale=scale, axis=axis)

    base = alt.Chart().encode(y=y)
    painted = base.encode(color=_AS_IS["color"])
    marked = painted.encode(x=at("ratio:Q"), shape=_AS_IS["shape"])
    span = painted.encode(x=at("low:Q"), x2="high:Q")
    return [
        base.mark_bar(color=GRID, height={"band": 1}).encode(x=at("least:Q"), x2="most:Q"),
        alt.Chart(alt.sequence(1, 2, as_="one")).mark_rule(color=INK).encode(x=at("one:Q")),
        span.transform_filter("!datum.is_one").mark_rule(strokeWidth=3, opacity=0.6),
        span.transform_filter("datum.is_one").mark_rule(strokeWidth=2, strokeDash=[2, 2]),
        marked.transform_filter("datum.is_apart").mark_point(filled=True, size=52, opacity=1),
        marked.transform_filter("!datum.is_apart").mark_point(filled=False, size=36, strokeWidth=2, opacity=1),
    ]


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values to mark on a log axis from `low` to `high`: about `most` at the very most, two at least.

    Even steps where the axis is short, a few of each power of ten where it is longer.
    """
    unit = 10.0 ** math.floor(math.log10(low))
    even = [[unit * step * k for k in range(1, 3000)] for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)]
    powers = [[base * 10.0**power for power in range(-9, 13) for base in bases] for bases in _BASES]
    thinned = [[10.0 ** (step * power) for power in range(-9, 13)] for step in (2, 3)]
    candidates = [*(even if high / low < 3 else []), *powers, *thinned]
    for candidate in candidates:
        found = [tick for value in candidate if low <= (tick := float(f"{value:.6g}")) <= high]
        gaps = [math.log(after / before) for before, after in itertools.pairwise(found)]
        if len(found) > 1 and min(gaps) >= math.log(high / low) / (most + 1):
            return found
    return [low, high]


def ladder_chart(panels: Sequence[Panel], names: Sequence[str], unit: str) -> Grid:
    """A waterfall a panel, from the first rung to the last, a knob a row; the axis of times starts at zero.

    A row holds name, start, end (both in `unit`; start 0 for a whole bar) and is_whole. Filled steps made it faster,
    outlined ones slower.
    """
    top = max(max(row["start"], row["end"]) for panel in panels for row in panel.rows) * 1.05
    scale = alt.Scale(domain=[0, top], nice=False)
    filled = [Panel(panel.look, [{**row, "colour": panel.look.colour} for row in panel.rows]) for panel in panels]

    x = alt.X("start:Q", title=unit, scale=scale, axis=_plain_axis("~s"))
    base = alt.Chart().encode(y=_names_axis(names), x=x, x2="end:Q", color=_AS_IS["color"])
    steps = [
        base.transform_filter("datum.is_whole").mark_bar(height=9),
        base.transform_filter("!datum.is_whole && datum.end <= datum.start").mark_bar(height=9, opacity=0.55),
        base.transform_filter("!datum.is_whole && datum.end > datum.start").mark_bar(
            height=8, filled=False, strokeWidth=1.5
        ),
    ]
    return _grid(filled, steps, _width(_LEFT, len(panels)), len(names))


def bars_chart(panels: Sequence[Panel], names: Sequence[str], unit: str, left: int = _STACKS) -> Grid:
    """Bars from zero, a panel a workload, stacks as rows, from rows of name, value, colour; no unit: shares of one.

    Every panel has the same axis. `left` is the room for the names in pixels.
    """
    top = max(row["value"] for panel in panels for row in panel.rows) * 1.03 if unit else 1.0
    scale = alt.Scale(domain=[0, top], nice=False, clamp=True)

    x = alt.X("value:Q", title=unit or None, scale=scale, axis=_plain_axis(",~r" if unit else "~%"))
    base = alt.Chart().encode(y=_names_axis(names, left), x=x, color=_AS_IS["color"])
    return _grid(panels, [base.mark_bar(height=8)], _width(left, len(panels)), len(names))


# Colours and shapes stand in the rows as they are, so that one panel's encodings serve all.
_AS_IS: dict[str, Any] = {
    "color": alt.Color("colour:N", scale=None, legend=None),
    "shape": alt.Shape("shape:N", scale=None, legend=None),
}


def _plain_axis(format: str) -> alt.Axis:
    return alt.Axis(tickCount=3, grid=True, domain=False, format=format, labelOverlap=True)


def _names_axis(names: Sequence[str], extent: int = _LEFT) -> alt.Y:
    """The rows' names; every panel keeps every row's place."""
    axis = alt.Axis(minExtent=extent - 8, maxExtent=extent - 8, labelLimit=extent, grid=False)
    return alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0), axis=axis)


def _width(left: int, panels: int) -> int:
    columns = min(2, panels)
    return (WIDTH - left - _GAP * (columns - 1)) // columns


def _layers(charts: Sequence[alt.Chart]) -> dict[tuple[bool, bool], list[dict[str, Any]]]:
    """A panel's layers by whether it is the leftmost, and the last of its column.

    Altair writes each by itself: one of its layered charts would copy them all first. They take the panel's data.
    Beside another panel there are no names of rows; above one the axis has no words.
    """
    kinds: dict[tuple[bool, bool], list[dict[str, Any]]] = {}
    made = json.dumps([_without_data(chart.to_dict(validate=False)) for chart in charts])
    for is_left, is_last in itertools.product((True, False), repeat=2):
        kinds[is_left, is_last] = json.loads(made)
        for layer in kinds[is_left, is_last]:
            x, y = layer["encoding"]["x"], layer["encoding"].get("y")
            if not is_last:
                x |= {"title": None, "axis": {**x["axis"], "labels": False}}
            if y is not None and not is_left:
                y["axis"] = {"labels": False, "minExtent": 0, "maxExtent": 0, "grid": False}
    return kinds


def _without_data(layer: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in layer.items() if key not in ("$schema", "config", "datasets")}
    return {key: value for key, value in kept.items() if (key, value) != ("data", {"name": "empty"})}


def _grid(panels: Sequence[Panel], layers: Sequence[alt.Chart], width: int, rows: int) -> Grid:
    """Panels row by row, two beside each other, all of the same layers."""
    columns = min(2, len(panels))
    kinds = _layers(layers)
    drawn = []
    for number, panel in enumerate(panels):
        title = {"text": panel.look.label, "anchor": "start", "color": panel.look.colour, "fontSize": 11, "offset": 4}
        kind = kinds[number % columns == 0, number >= len(panels) - columns]
        size = {"width": width, "height": _ROW * rows, "title": title}
        drawn.append({**size, "layer": kind, "data": data(panel.rows).to_dict()})
    resolve = {"scale": {"x": "independent", "y": "independent", "color": "independent"}}
    shape = {"concat": drawn, "columns": columns, "spacing": {"row": 10, "column": _GAP}, "resolve": resolve}
    return Grid({**shape, "config": chart_config()})
