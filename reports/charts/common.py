"""What the charts share: colours, end labels that do not collide, lines with partial periods, dots with intervals."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from barometer.catalog import Catalog
from reports.theme import MUTED, WIDTH, chart_config

Row = dict[str, Any]
LABEL_GAP = 13  # pixels between two end labels: one line of 11 px text
END_ROOM = 74  # pixels right of the plot for end labels


@dataclass(frozen=True)
class Axis:
    """The value axis of a chart: its range and how it is written."""

    low: float
    high: float
    log: bool = False
    format: str = "~s"

    def place(self, value: float) -> float:
        """Return the share of the height, 0 at the bottom, at which a value stands."""
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """Return the value that stands at a share of the height."""
        if self.log:
            return math.exp(math.log(self.low) + place * (math.log(self.high) - math.log(self.low)))
        return self.low + place * (self.high - self.low)

    def written(self) -> alt.Axis:
        """The axis with about five marks; a log axis marks its powers of ten and says that it is one."""
        if not self.log:
            return alt.Axis(format=self.format, tickCount=5)
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        return alt.Axis(format=self.format, values=[10**power for power in range(first, last + 1)])

    @property
    def scale(self) -> alt.Scale:
        """The same range as Altair writes it."""
        return alt.Scale(type="log" if self.log else "linear", domain=[self.low, self.high], nice=False, clamp=True)


def axis_for(values: Sequence[float], log: bool = False, share: bool = False) -> Axis:
    """Return an axis over the values: from zero, or over whole half-decades where it is a log axis."""
    if log:
        positive = [value for value in values if value > 0] or [1.0, 10.0]
        low = 10 ** (math.floor(2 * math.log10(min(positive))) / 2)
        high = 10 ** (math.ceil(2 * math.log10(max(positive)) + 0.01) / 2)
        return Axis(low, high, log=True)
    top = max([*values, 0.0]) * 1.06 or 1.0
    return Axis(min([*values, 0.0]), top, format="~%" if share else "~s")


def palette(catalog: Catalog, keys: Sequence[str]) -> tuple[alt.Scale, alt.Scale]:
    """Return the colour and the shape scale of the frameworks that are drawn."""
    drawn = [framework for framework in catalog.frameworks if framework.key in set(keys)]
    domain = [framework.key for framework in drawn]
    colours = alt.Scale(domain=domain, range=[framework.colour.lower() for framework in drawn])
    return colours, alt.Scale(domain=domain, range=[framework.shape for framework in drawn])


def labels(catalog: Catalog) -> dict[str, str]:
    """Return each framework's name in words."""
    return {framework.key: framework.label for framework in catalog.frameworks}


def data(rows: Sequence[Row]) -> alt.InlineData:
    """Return rows as inline data, in their order: one text, because Altair copies a list of rows with every layer."""
    return alt.InlineData(values=json.dumps(list(rows)), format=alt.DataFormat(type="json"))


def dressed(chart: Any, width: int = WIDTH, height: int = 220) -> Any:
    """Return the chart with the size and the configuration every chart shares."""
    # Set on the chart itself: `properties` and `configure` copy every layer twice each, most of what drawing takes.
    chart.width, chart.height, chart.config = width, height, alt.Config(**chart_config())
    return chart


def line_chart(
    rows: Sequence[Row],
    catalog: Catalog,
    axis: Axis,
    points: bool = False,
    breaks: Sequence[tuple[str, str]] = (),
    height: int = 220,
) -> alt.LayerChart:
    """Lines over time from rows of framework, period (ISO date), value, is_partial and, where known, low and high.

    A partial period is dashed; a gap of the source stays a gap (`part` numbers the unbroken stretches);
    the name stands at the line's end.
    """
    colours, shapes = palette(catalog, [row["framework"] for row in rows])
    x = alt.X(
        "period:T",
        title=None,
        # Days are days: the reader's time zone must not move them, nor the machine's that draws.
        scale=alt.Scale(type="utc", nice=False),
        axis=alt.Axis(format="%Y", tickCount="year", labelFlush=False),
    )
    y = alt.Y("value:Q", title=None, scale=axis.scale, axis=axis.written())
    colour = alt.Color("framework:N", scale=colours, legend=None)
    layers: list[Any] = [_break_layer(breaks)] if breaks else []
    whole, dashed = _stretches(rows)
    base = alt.Chart(data(whole)).encode(x=x, y=y, color=colour)
    if any(row.get("low") is not None for row in rows):
        sampled = alt.Chart(data([row for row in rows if row.get("low") is not None])).mark_rule(
            opacity=0.55, strokeWidth=4
        )
        layers.append(
            sampled.encode(x=x, y=alt.Y("low:Q", title=None, scale=axis.scale), y2=alt.Y2("high:Q"), color=colour)
        )
    layers.append(base.mark_line().encode(detail=alt.Detail("part:N")))
    if dashed:
        steps = (
            alt.Chart(data(dashed))
            .mark_line(strokeDash=[2, 3])
            .encode(x=x, y=y, color=colour, detail=alt.Detail("part:N"))
        )
        layers.append(steps)
    ends = _ends(rows, catalog, axis, height)
    marked = data(rows if points else ends)
    layers.append(
        alt.Chart(marked)
        .mark_point(filled=True, size=36, opacity=1)
        .encode(x=x, y=y, color=colour, shape=alt.Shape("framework:N", scale=shapes, legend=None))
    )
    named = alt.Chart(data(ends)).mark_text(align="left", dx=9, baseline="middle")
    last = max(row["period"] for row in rows)
    layers.append(
        named.encode(
            x=alt.X("end:T"), y=alt.Y("place:Q", scale=axis.scale), text=alt.Text("label:N"), color=colour
        ).transform_calculate(end=f"toDate('{last}')")
    )
    return dressed(alt.layer(*layers), WIDTH - END_ROOM - 40, height)


def _stretches(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Split rows into unbroken stretches of whole periods, and dashed steps to and from partial ones, each numbered."""
    whole: list[Row] = []
    dashed: list[Row] = []
    before: dict[tuple[str, int], Row] = {}
    stretch = 0
    for row in rows:
        key = (row["framework"], row.get("part", 0))
        last = before.get(key)
        before[key] = row
        is_step = last is not None and (last.get("is_partial") or row.get("is_partial"))
        stretch += last is None or bool(is_step)
        if is_step and last is not None:
            dashed += [{**last, "part": stretch}, {**row, "part": stretch}]
        if not row.get("is_partial"):
            whole.append({**row, "part": stretch})
    return whole, dashed


def _ends(rows: Sequence[Row], catalog: Catalog, axis: Axis, height: int) -> list[Row]:
    """The last row of every framework with its name and a place for it at least one text line from the others."""
    last = {row["framework"]: row for row in rows}
    ends = sorted(last.values(), key=lambda row: (axis.place(row["value"]), row["framework"]))
    gap = LABEL_GAP / height
    places = [axis.place(row["value"]) for row in ends]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    ceiling = 1.0
    for i in reversed(range(len(places))):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - gap
    names = labels(catalog)
    return [
        {**row, "label": names[row["framework"]], "place": axis.value(place)}
        for row, place in zip(ends, places, strict=True)
    ]


def _break_layer(breaks: Sequence[tuple[str, str]]) -> Any:
    """A vertical mark, with its reason, where a source changed what it counts."""
    marks = data([{"period": period, "reason": reason} for period, reason in breaks])
    rule = alt.Chart(marks).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=alt.X("period:T"))
    text = (
        alt.Chart(marks)
        .mark_text(color=MUTED, align="right", dx=-5, baseline="top", fontStyle="italic")
        .encode(x=alt.X("period:T"), y=alt.YValue(2), text=alt.Text("reason:N"))
    )
    return alt.layer(rule, text)


def dot_chart(
    rows: Sequence[Row], catalog: Catalog, axis: Axis, group: str | None = None, row_height: int = 22
) -> alt.LayerChart:
    """Dots with interval lines from rows of framework, value, low, high; `group` sets frameworks side by side."""
    colours, shapes = palette(catalog, [row["framework"] for row in rows])
    order = [framework.key for framework in catalog.frameworks]
    names = labels(catalog)
    kept = ("framework", "value", "low", "high", *([group] if group else []))
    drawn = [
        {
            **{key: row.get(key) for key in kept},
            "label": names[row["framework"]],
            "right": row["high"] if row.get("high") is not None else row["value"],
        }
        for row in rows
    ]
    groups = list(dict.fromkeys(row[group] for row in rows)) if group else []
    scale = alt.X(
        "value:Q", title=None, scale=axis.scale, axis=alt.Axis(format=axis.format, tickCount=5, grid=True, domain=False)
    )
    where: dict[str, Any] = {
        "y": alt.Y(
            "label:N", title=None, sort=[names[k] for k in order], axis=alt.Axis(minExtent=76, maxExtent=76, grid=False)
        )
    }
    if group:
        where = {
            "y": alt.Y(
                f"{group}:N",
                title=None,
                sort=groups,
                scale=alt.Scale(paddingInner=0.22),
                axis=alt.Axis(
                    labelExpr="split(datum.label, '|')", minExtent=112, maxExtent=112, labelLimit=150, grid=False
                ),
            ),
            "yOffset": alt.YOffset("framework:N", sort=order),
        }
    where["color"] = alt.Color("framework:N", scale=colours, legend=None)
    base = alt.Chart(data(drawn)).encode(**where)
    sampled = alt.Chart(data([row for row in drawn if row["low"] is not None])).mark_rule(strokeWidth=3, opacity=0.6)
    spans = sampled.encode(x=alt.X("low:Q", title=None, scale=axis.scale), x2=alt.X2("high:Q"), **where)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=scale, shape=alt.Shape("framework:N", scale=shapes, legend=None)
    )
    layers = [spans, dots]
    if group:
        layers.append(
            base.mark_text(align="left", dx=8, baseline="middle").encode(
                x=alt.X("right:Q", scale=axis.scale), text=alt.Text("label:N")
            )
        )
    left = 112 if group else 76
    height = row_height * len(drawn) if not group else row_height * len(drawn) + 8 * len(groups)
    return dressed(alt.layer(*layers), WIDTH - left - (END_ROOM if group else 20), max(height, 40))
