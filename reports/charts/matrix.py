"""Charts with a row a stack or an input: a matrix of marks, dots on one axis, and bars made of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from reports.charts.bench import round_ticks
from reports.charts.common import Row, data, dressed
from reports.theme import CONTEXT, GRID, WIDTH

_CELL = 14  # height of a row of marks
_ROW = 17  # height of a row of dots or bars
_AS_IS: dict[str, Any] = {"color": alt.Color("colour:N", scale=None, legend=None)}


@dataclass(frozen=True)
class Scale:
    """The value axis of dots: what it measures, whether it is logarithmic, how its marks are written."""

    title: str
    is_log: bool = False
    format: str = "~s"


def matrix_chart(rows: Sequence[Row], names: Sequence[str], columns: Sequence[str], left: int = 164) -> alt.LayerChart:
    """One mark a cell from rows of name, column, colour, shape and is_filled; names and columns keep their order.

    A name or column of spaces alone leaves a gap. `left` is the room for names in pixels.
    """
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0.5), axis=_names(left))
    # Where the reader's letters are wider than those the drawing was measured with, heads must still find room.
    room = int(6.4 * max(len(column.rstrip()) for column in columns)) + 8
    over = alt.Axis(
        orient="top", labelAngle=-90, labelLimit=room, minExtent=room, labelPadding=4, domain=False, labelOverlap=False
    )
    x = alt.X("column:N", title=None, scale=alt.Scale(domain=list(columns), padding=0.5), axis=over)
    line = alt.Chart(data([{"name": name} for name in names if name.strip()])).mark_rule(color=GRID).encode(y=y)
    return dressed(alt.layer(line, *_marks(rows, x, y)), WIDTH - left, _CELL * len(names))


def _marks(rows: Sequence[Row], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A layer for all marks of one colour and shape: the drawing then says both once, in fewer bytes."""
    looks: dict[tuple[str, str, bool], list[Row]] = {}
    for row in rows:
        place: Row = {key: row[key] for key in ("name", "column", "value") if key in row}
        looks.setdefault((row["colour"], row["shape"], row["is_filled"]), []).append(place)
    layers = []
    for (colour, shape, is_filled), same in looks.items():
        drawn: dict[str, Any] = {"size": 50} if is_filled else {"size": 34, "strokeWidth": 1.6}
        mark = alt.Chart(data(same)).mark_point(filled=is_filled, color=colour, shape=shape, opacity=1, **drawn)
        layers.append(mark.encode(x=x, y=y))
    return layers


def dots_chart(rows: Sequence[Row], names: Sequence[str], scale: Scale, left: int = 164) -> alt.LayerChart:
    """Dots on one axis from rows of name, value, low, high, colour, shape and is_filled; the range is a line.

    `low` and `high` are None where there is no range. A linear axis starts at zero.
    """
    ends = [row[key] for row in rows for key in ("value", "low", "high") if row[key] is not None]
    if scale.is_log:
        low, high = min(ends) / 1.15, max(ends) * 1.15
        scaled = alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)
        axis = alt.Axis(values=round_ticks(low, high, 6), format=scale.format, grid=True, domain=False)
    else:
        scaled = alt.Scale(domain=[0, max(ends) * 1.05 or 1.0], nice=False, clamp=True)
        axis = alt.Axis(tickCount=5, format=scale.format, grid=True, domain=False, labelOverlap=True)
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0), axis=_names(left))
    base = alt.Chart(data(rows)).encode(y=y)
    x = alt.X("value:Q", title=scale.title, scale=scaled, axis=axis)
    span = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=3, opacity=0.5)
    drawn = span.encode(x=alt.X("low:Q", title=scale.title, scale=scaled), x2=alt.X2("high:Q"), **_AS_IS)
    return dressed(alt.layer(drawn, *_marks(rows, x, y)), WIDTH - left - 8, _ROW * len(names))


def parts_chart(rows: Sequence[Row], names: Sequence[str], title: str, left: int = 164) -> alt.LayerChart:
    """Bars from zero made of parts from rows of name, start, end, colour and look: full, pale, outlined or thin.

    Parts of one bar follow one another; looks tell them apart without their colour.
    """
    top = max(row["end"] for row in rows) or 1
    scale = alt.Scale(domain=[0, top * 1.02], nice=False)
    axis = alt.Axis(tickCount=5, format="~s", grid=True, domain=False, labelOverlap=True)
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0), axis=_names(left))
    x = alt.X("start:Q", title=title, scale=scale, axis=axis)
    base = alt.Chart(data(rows)).encode(y=y, x=x, x2=alt.X2("end:Q"), **_AS_IS)
    looks: dict[str, dict[str, Any]] = {
        "full": {"height": 9},
        "pale": {"height": 9, "opacity": 0.4},
        "outlined": {"height": 8, "filled": False, "strokeWidth": 1.5},
        "thin": {"height": 3},
    }
    layers = [base.transform_filter(f"datum.look == '{name}'").mark_bar(**look) for name, look in looks.items()]
    return dressed(alt.layer(*layers), WIDTH - left - 8, _ROW * len(names))


def bars_rows(rows: Sequence[Row], names: Sequence[str], title: str, format: str, left: int = 164) -> alt.LayerChart:
    """Bars from zero from rows of name, value and colour."""
    top = max(row["value"] for row in rows) * 1.04 or 1.0
    axis = alt.Axis(tickCount=5, format=format, grid=True, domain=False, labelOverlap=True)
    y = alt.Y("name:N", title=None, scale=alt.Scale(domain=list(names), padding=0), axis=_names(left))
    x = alt.X("value:Q", title=title, scale=alt.Scale(domain=[0, top], nice=False), axis=axis)
    bars = alt.Chart(data(rows)).encode(y=y, x=x, **_AS_IS).mark_bar(height=9)
    ends = alt.Chart(data([{"at": 0}])).mark_rule(color=CONTEXT).encode(x=alt.X("at:Q"))
    return dressed(alt.layer(ends, bars), WIDTH - left - 8, _ROW * len(names))


def _names(left: int) -> alt.Axis:
    return alt.Axis(minExtent=left - 8, maxExtent=left - 8, labelLimit=left - 4, grid=False)
