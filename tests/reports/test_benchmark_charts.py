"""Charts of timings: valid Vega-Lite, marks where the figures are, noise and single forks told by shape, log axes."""

from __future__ import annotations

import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from typing import Any, Literal

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from barometer.catalog import Catalog
from reports.charts.bench import Look, Panel, bars_chart, forest_chart, ladder_chart, round_ticks
from reports.charts.code import Measure, counts_chart
from reports.charts.curves import curves_chart, join_chart
from reports.svg import chart_svg

LOOK = Look("One", "#cc79a7", "square")
OTHER = Look("Other", "#d55e00", "circle", (2, 3))


def ratio(name: str, value: float, verdict: str, margin: float = 1.05) -> dict[str, Any]:
    return {
        "name": name, "ratio": value, "low": value / 1.1, "high": value * 1.1, "margin": margin, "verdict": verdict,
    }  # fmt: skip


FOREST = [Panel(LOOK, [ratio("mlp", 2.0, "slower"), ratio("cnn", 1.0, "indistinguishable")]),
          Panel(OTHER, [ratio("mlp", 0.5, "faster"), ratio("cnn", 1.3, "undecided")])]  # fmt: skip
RUNGS = [{"name": "as-shipped", "start": 0.0, "end": 4.0, "is_whole": True},
         {"name": "layout", "start": 4.0, "end": 3.0, "is_whole": False},
         {"name": "compile", "start": 3.0, "end": 3.5, "is_whole": False},
         {"name": "matched", "start": 0.0, "end": 3.5, "is_whole": True}]  # fmt: skip
NAMES = [row["name"] for row in RUNGS]
CURVES = [Panel(look, [{"at": at, "value": at * speed, "low": at * speed * 0.9, "high": at * speed * 1.1}
                       for at in (1, 16, 256)]) for look, speed in ((LOOK, 5.0), (OTHER, 7.0))]  # fmt: skip
BARS = [Panel(Look("mlp", "#1b1f23", "square"), [{"name": "One", "value": 30.0, "colour": "#cc79a7"}])]
MARKS = [{"framework": key, "x": x, "x_low": x * 0.9, "x_high": x * 1.1, "y": y, "y_low": None, "y_high": None}
         for key, x, y in (("keras", 100.0, 5.0), ("pytorch", 900.0, 2.0))]  # fmt: skip
COUNTS = [{"name": "One", "value": value, "is_middle": value == 2.0} for value in (1.0, 2.0, 4.0)]
AXES: tuple[Literal["count", "share", "log"], ...] = ("count", "share", "log")


def test_vega_lite_accepts_every_chart(catalog: Catalog) -> None:
    charts = [
        forest_chart(FOREST, ["cnn", "mlp"]),
        forest_chart(FOREST[:1], ["cnn", "mlp"]),
        ladder_chart([Panel(LOOK, RUNGS), Panel(OTHER, RUNGS)], NAMES, "ms a step"),
        bars_chart(BARS, ["One"], "MiB"),
        bars_chart(BARS, ["One"], ""),
        curves_chart(CURVES, "batch", "samples a second"),
        join_chart(MARKS, catalog, "Downloads a day", "samples/s"),
        *(counts_chart([Measure("lines", COUNTS, axis), Measure("none", [])], [LOOK]) for axis in AXES),
    ]
    for chart in charts:
        assert chart.to_dict(validate=True)["config"]["font"]


def drawn(panels: list[Panel]) -> ET.Element:
    """The drawing as Vega makes it, with its classes."""
    specification = json.dumps(forest_chart(panels, ["cnn", "mlp"]).to_dict(validate=False))
    return ET.fromstring(vl_convert.vegalite_to_svg(specification))


def test_faster_and_slower_are_filled_and_the_rest_is_hollow() -> None:
    points = [node for node in drawn(FOREST).iter() if node.get("aria-roledescription") == "point"]
    filled = [node for node in points if node.get("fill") not in (None, "transparent")]
    assert len(points) == 4
    assert len(filled) == 2


def test_a_mark_stands_where_its_ratio_is() -> None:
    """The distance between the marks of 2 and of 1 is that between the ticks of 2 and of 1 on the log axis."""
    svg = chart_svg(forest_chart([Panel(LOOK, [ratio("mlp", 2.0, "slower"), ratio("cnn", 1.0, "slower")])],
                                 ["cnn", "mlp"]), "t", "d")  # fmt: skip
    ticks = {label: float(x) for x, label in re.findall(r'x="([\d.]+)" y="15">([\d.]+)×', svg)}
    marks = re.search(r'<path d="(M[^"]+)" fill="#cc79a7"|<g fill="#cc79a7"><path d="(M[^"]+)"', svg)
    assert marks is not None
    centres = sorted(float(x) for x in re.findall(r"M([\d.]+),", marks[1] or marks[2]))
    assert centres[1] - centres[0] == pytest.approx(ticks["2"] - ticks["1"], abs=0.6)


def test_the_line_at_one_the_band_and_the_dashes_of_a_single_fork_are_there() -> None:
    svg = chart_svg(forest_chart(FOREST, ["cnn", "mlp"]), "t", "d")
    assert 'stroke="#1b1f23"' in svg
    assert '<path d="M' in svg
    assert 'fill="#e1e4e8"' in svg
    assert svg.count('stroke-dasharray="2,2"') == 1
    assert "less time" in svg
    wide = [Panel(LOOK, [ratio("mlp", 2.0, "slower", margin=1.5), ratio("cnn", 1.0, "slower", margin=1.05)])]
    bands = [node for node in drawn(wide).iter() if node.get("aria-roledescription") == "bar"]
    widths = sorted(float(re.findall(r"h(-?[\d.]+)", str(node.get("d")))[0]) for node in bands)
    assert widths[1] / widths[0] == pytest.approx(math.log(1.5) / math.log(1.05), rel=0.01)


def test_the_rows_names_and_the_axis_are_written_once_a_row_and_column() -> None:
    svg = chart_svg(forest_chart([*FOREST, *FOREST], ["cnn", "mlp"]), "t", "d")
    assert svg.count(">mlp</text>") == 2
    assert svg.count("less time") == 2


def test_a_knob_that_made_it_slower_is_outlined() -> None:
    svg = chart_svg(ladder_chart([Panel(LOOK, RUNGS)], NAMES, "ms a step"), "t", "d")
    assert len(re.findall(r'<path [^>]*stroke="#cc79a7"', svg)) == 1
    assert 'opacity="0.6"' in svg
    assert "ms a step" in svg


def test_curves_are_named_at_their_ends_and_say_that_both_axes_are_logarithmic() -> None:
    svg = chart_svg(curves_chart(CURVES, "batch", "samples a second"), "t", "d")
    assert "batch, log axis" in svg
    assert "samples a second, log axis" in svg
    assert 'fill="#cc79a7">One</text>' in svg
    assert 'stroke-dasharray="2,3"' in svg


def test_a_framework_without_an_interval_has_a_mark_and_no_line(catalog: Catalog) -> None:
    svg = chart_svg(join_chart(MARKS, catalog, "Downloads a day", "samples/s"), "t", "d")
    assert ">Keras</text>" in svg
    assert len(re.findall(r'<line [^>]*stroke="#cc79a7"[^>]*>|<g stroke="#cc79a7"', svg)) == 1


@given(st.floats(0.001, 1000), st.floats(1.02, 1e6), st.integers(3, 9))
def test_ticks_are_round_within_the_axis_and_not_crowded(low: float, span: float, most: int) -> None:
    high = low * span
    ticks = round_ticks(low, high, most)
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)
    assert 2 <= len(ticks) <= most + 2
    gaps = [math.log(b / a) for a, b in itertools.pairwise(ticks)]
    assert min(gaps) > 0


@pytest.mark.parametrize(("low", "high", "expected"), [(0.86, 1.4, [1.0, 1.2, 1.4]), (0.6, 2.6, [0.7, 1.0, 1.5, 2.0])])
def test_a_ratio_axis_marks_one(low: float, high: float, expected: list[float]) -> None:
    assert round_ticks(low, high, 5) == expected


def test_marks_alike_are_drawn_as_one_path_where_they_stood() -> None:
    from reports.svg import _clean

    space = 'xmlns="http://www.w3.org/2000/svg"'
    group = _clean(
        ET.fromstring(
            f'<svg {space} viewBox="0 0 9 9"><g>'
            '<path transform="translate(10,20)" d="M-3,-3h6v6h-6Z" fill="#112233"/>'
            '<path transform="translate(30,40)" d="M0,-4L-3,3L3,3Z" fill="#112233"/>'
            '<path transform="translate(50,60)" d="M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0" fill="#112233"/>'
            '<path transform="translate(70,80)" d="M0,0C1,1,2,2,3,3" fill="#112233"/></g>'
            f'<g><line transform="translate(1,2)" x2="5" stroke="#112233"/>'
            '<line transform="translate(3,4)" y2="-6" stroke="#112233"/></g></svg>'
        )
    )
    assert group is not None
    marks, rules = list(group)
    assert [node.get("d") for node in marks] == [
        "M7,17h6v6h-6ZM30,36l-3,7l6,0ZM53,60a3,3,0,1,1,-6,0a3,3,0,1,1,6,0",
        "M0,0C1,1,2,2,3,3",
    ]
    assert [node.get("d") for node in rules] == ["M1,2h5M3,4v-6"]
