"""The ladder: from as shipped to matched, one knob a bar, a panel an environment."""

from __future__ import annotations

import math
from collections.abc import Sequence

from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from reports.benchmark.contrasts import DATASET, measured_on
from reports.benchmark.runs import PHASES, Run
from reports.charts.bench import Look, Panel, ladder_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.svg import chart_svg

TABLE = "benchmark_ladder"
_WHOLE = "matched"
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "\u00b5s"))
_SMALLEST = math.log(1.05)
_KNOBS = {
    "precision": "single precision is asked for instead of the framework's own",
    "layout": "images channels last",
    "allocator": "freed memory stays in the process instead of going back to the system",
    "compile": "the compiled way instead of the one that ships",
    "placement": "the batch lies on the device instead of being moved at every step",
    "optimizer": "the same values for Adam and for normalisation everywhere",
}


def ladder_exhibits(run: Run) -> list[Exhibit]:
    """Return one waterfall a workload and phase; an environment with fewer than two rungs that ran is left out."""
    rows = [row for row in run.rows("ladder") if None not in (row["step_s"], row["ratio"], row["to_shipped"])]
    found = []
    for workload, phase in sorted({(row["workload"], row["phase"]) for row in rows}):
        here = [row for row in rows if (row["workload"], row["phase"]) == (workload, phase)]
        ladders = [_rungs(here, setting) for setting in dict.fromkeys(row["setting"] for row in here)]
        ladders = sorted((rungs for rungs in ladders if len(rungs) > 1), key=lambda rungs: _place(run, rungs))
        if ladders:
            found.append(_exhibit(run, workload, phase, ladders))
    return found


def _rungs(rows: Sequence[Row], setting: str) -> list[Row]:
    return sorted((row for row in rows if row["setting"] == setting), key=lambda row: row["rung"])


def _place(run: Run, rungs: Sequence[Row]) -> int:
    return [stack.key for stack in run.stacks].index(rungs[0]["stack"])


def _exhibit(run: Run, workload: str, phase: str, ladders: Sequence[Sequence[Row]]) -> Exhibit:
    top = max(row["step_s"] for rungs in ladders for row in rungs)
    size, unit = next((one for one in _UNITS if top >= one[0]), _UNITS[-1])
    panels = []
    for rungs in ladders:
        stack = run.stack(rungs[0]["stack"])
        panels.append(Panel(Look(stack.name, stack.look.colour, stack.look.shape), _bars(rungs, size)))
    names = [
        *dict.fromkeys(row["knob"] for row in sorted((r for one in ladders for r in one), key=lambda r: r["rung"]))
    ]
    title = Markup("{}: {}").format(workload, _finding(run, ladders))
    subtitle = f"{PHASES[phase]}: time a step from as shipped to matched, one knob after the other, in {unit}"
    remark = _remark(names)
    with debug_mode(False):
        svg = chart_svg(
            ladder_chart(panels, [*names, _WHOLE], f"{unit} a step"), title.striptags(), f"{subtitle}. {remark}"
        )
    heads = ["Framework and knob", "Time a step", "To the rung before", "To as shipped", "Forks"]
    table = Table(subtitle, heads, [_line(run, row) for rungs in ladders for row in rungs])
    key = f"bench-ladder-{workload}-{phase}"
    return Exhibit(
        key, title, subtitle, svg, DATASET, measured_on(run), table, f"tables/{TABLE}.csv", TABLE, Markup(remark)
    )


def _remark(knobs: Sequence[str]) -> str:
    """How to read the bars, and what each knob is."""
    said = ["Pale: the knob made it faster", "Outlined: slower", "Full bars: as shipped, and with every knob turned"]
    return " ".join(f"{one}." for one in [*said, *(f"{knob}: {_KNOBS[knob]}" for knob in knobs if knob in _KNOBS)])


def _bars(rungs: Sequence[Row], size: float) -> list[Row]:
    """The first rung whole, each further one from the rung before to its own, and the last one whole again."""
    times = [row["step_s"] / size for row in rungs]
    bars = [{"name": rungs[0]["knob"], "start": 0.0, "end": times[0], "is_whole": True}]
    for row, before, now in zip(rungs[1:], times, times[1:], strict=False):
        bars.append({"name": row["knob"], "start": before, "end": now, "is_whole": False})
    return [*bars, {"name": _WHOLE, "start": 0.0, "end": times[-1], "is_whole": True}]


def _finding(run: Run, ladders: Sequence[Sequence[Row]]) -> Markup:
    """Who is changed most by turning all the knobs, which way, and which knob does most of it."""
    most = max(ladders, key=lambda rungs: abs(math.log(rungs[-1]["to_shipped"])))
    whole = math.log(most[-1]["to_shipped"])
    if abs(whole) < _SMALLEST:
        return Markup("turning every knob changes no framework's step by as much as five per cent")
    knob = max(most[1:], key=lambda row: math.copysign(1, whole) * math.log(row["ratio"]))
    return Markup("turning every knob brings {} to {} its time as shipped; {} does most of it ({})").format(
        run.stack(most[0]["stack"]).name,
        run.figures.show(reference(TABLE, most[-1], "to_shipped")),
        knob["knob"],
        run.figures.show(reference(TABLE, knob, "ratio")),
    )


def _line(run: Run, row: Row) -> list[Markup]:
    figures = run.figures
    ratio = figures.bare(reference(TABLE, row, "ratio")) + figures.bounds(TABLE, row)
    return [
        Markup("{}: {}").format(run.stack(row["stack"]).name, row["knob"]),
        figures.bare(reference(TABLE, row, "step_s")),
        ratio if row["rung"] else Markup("where it starts"),
        figures.bare(reference(TABLE, row, "to_shipped")),
        figures.bare(reference(TABLE, row, "forks")),
    ]
