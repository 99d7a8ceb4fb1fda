"""Charts of the advice: how sure a pick is, and how far apart the frameworks stand on one factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from barometer.catalog import Catalog
from reports.charts.common import Row, data, dressed, labels, palette
from reports.theme import CONTEXT, INK, MUTED, WIDTH

_LEFT, _RIGHT = 112, 66


def recommendations_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """How often each framework comes out best for each reader, from marts.recommendations.

    Solid: assured whatever the unmeasured turns out to be. Middle: if it is even. Pale: still possible.
    The line is where assured makes a pick.
    """
    readers = {reader.key: reader.label for reader in catalog.readers}
    names = labels(catalog)
    drawn: list[Row] = [
        {
            "framework": r["framework"],
            "label": names[r["framework"]],
            "reader": _wrapped(readers[r["reader"]]),
            "assured": r["p_best"],
            "even": r["p_best_even"],
            "possible": r["p_best_possible"],
        }
        for r in rows
    ]
    colours, _ = palette(catalog, [row["framework"] for row in drawn])
    order = [framework.key for framework in catalog.frameworks]
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y(
        "reader:N",
        title=None,
        sort=[_wrapped(r) for r in readers.values()],
        scale=alt.Scale(paddingInner=0.2),
        axis=alt.Axis(
            labelExpr="split(datum.label, '|')", minExtent=_LEFT, maxExtent=_LEFT, labelLimit=150, grid=False
        ),
    )
    shared: dict[str, Any] = {
        "y": y,
        "yOffset": alt.YOffset("framework:N", sort=order),
        "color": alt.Color("framework:N", scale=colours, legend=None),
    }
    base = alt.Chart(data(drawn)).encode(**shared).transform_calculate(zero="0")

    def bar(column: str, opacity: float) -> Any:
        axis = alt.Axis(format="~%", tickCount=5, grid=True, domain=False)
        mark = base.mark_bar(opacity=opacity, height=8)
        return mark.encode(x=alt.X("zero:Q", title=None, scale=scale, axis=axis), x2=alt.X2(f"{column}:Q"))

    name = base.mark_text(align="left", dx=4, baseline="middle", fontSize=10).encode(
        x=alt.X("possible:Q", scale=scale), text=alt.Text("label:N")
    )
    line = (
        alt.Chart(data([{"at": catalog.method.pick_threshold}]))
        .mark_rule(color=INK, strokeDash=[3, 3])
        .encode(x=alt.X("at:Q", scale=scale))
    )
    bars = [bar("possible", 0.28), bar("even", 0.5), bar("assured", 1)]
    return dressed(alt.layer(*bars, name, line), WIDTH - _LEFT - _RIGHT, 12 * len(drawn) + 8 * len(readers))


def standing_chart(rows: Sequence[Row], catalog: Catalog) -> alt.LayerChart:
    """Standing of each framework on one factor, from marts.factor_standings: dashed if nothing is measured."""
    names = labels(catalog)
    drawn: list[Row] = [
        {
            "framework": r["framework"],
            "label": names[r["framework"]],
            "value": r["standing"],
            "low": r["low"],
            "high": r["high"],
            "measured": True,
        }
        if r["measured_share"]
        else {
            "framework": r["framework"],
            "label": names[r["framework"]],
            "low": 0,
            "high": 1,
            "measured": False,
            "remark": "not measured yet",
        }
        for r in rows
    ]
    colours, shapes = palette(catalog, [row["framework"] for row in drawn])
    scale = alt.Scale(domain=[0, 1], nice=False, clamp=True)
    y = alt.Y(
        "label:N",
        title=None,
        sort=[f.label for f in catalog.frameworks],
        axis=alt.Axis(minExtent=76, maxExtent=76, grid=False),
    )
    axis = alt.Axis(format="~%", values=[0, 0.25, 0.5, 0.75, 1], grid=True, domain=False)
    base = alt.Chart(data(drawn)).encode(y=y, color=alt.Color("framework:N", scale=colours, legend=None))
    span = {"x": alt.X("low:Q", title=None, scale=scale, axis=axis), "x2": alt.X2("high:Q")}
    known = base.transform_filter("datum.measured").mark_rule(strokeWidth=3, opacity=0.6).encode(**span)
    unknown = (
        base.transform_filter("!datum.measured")
        .mark_rule(strokeDash=[2, 4])
        .encode(**span, color=alt.ColorValue(CONTEXT))
    )
    dots = base.transform_filter("datum.measured").mark_point(filled=True, size=60, opacity=1)
    shaped = dots.encode(x=alt.X("value:Q", scale=scale), shape=alt.Shape("framework:N", scale=shapes, legend=None))
    remark = base.transform_filter("!datum.measured").mark_text(baseline="bottom", dy=-3, fontStyle="italic")
    remarks = remark.encode(
        x=alt.X("middle:Q", scale=scale), text=alt.Text("remark:N"), color=alt.ColorValue(MUTED)
    ).transform_calculate(middle="0.5")
    return dressed(alt.layer(known, unknown, shaped, remarks), WIDTH - 96, 24 * len(drawn))


def _wrapped(label: str) -> str:
    """Two lines for a long label, broken near its middle; `|` stands for the break."""
    words = label.split()
    if len(label) <= 18 or len(words) < 2:
        return label
    best = min(range(1, len(words)), key=lambda i: abs(len(" ".join(words[:i])) - len(" ".join(words[i:]))))
    return " ".join(words[:best]) + "|" + " ".join(words[best:])
