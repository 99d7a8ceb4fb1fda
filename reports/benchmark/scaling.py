"""Curves over batch, model and data size, the largest batch that fits, and after how many steps compiling pays."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.contrasts import DATASET, measured_on
from reports.benchmark.findings import counted
from reports.benchmark.runs import PHASES, Conditions, Run
from reports.charts.bench import Panel
from reports.charts.curves import curves_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.numbers import NONE
from reports.svg import chart_svg

TABLE = "benchmark_scaling"
_SWEEPS = {
    "batch": "Training with larger batches",
    "model": "Training larger models",
    "data": "Reading larger data sets through each framework's own loader",
}
_ABSENT = Markup('<span class="none">{}</span>').format(NONE)


def scaling_exhibits(run: Run) -> list[Exhibit]:
    """Return the curves of every sweep of every workload that has two sizes with figures."""
    rows = [row for row in run.rows("scaling") if row["samples_per_s"] is not None]
    keys = dict.fromkeys(
        (row["workload"], sweep, row["knob"]) for sweep in _SWEEPS for row in rows if row["sweep"] == sweep
    )
    found = []
    for workload, sweep, knob in keys:
        here = [row for row in rows if (row["workload"], row["sweep"], row["knob"]) == (workload, sweep, knob)]
        if len({row["value"] for row in here}) > 1:
            found.append(_exhibit(run, workload, sweep, knob, here))
    return found


def _exhibit(run: Run, workload: str, sweep: str, knob: str, rows: Sequence[Row]) -> Exhibit:
    stacks = [stack for stack in run.stacks if any(row["stack"] == stack.key for row in rows)]
    curves = [
        Panel(
            stack.look,
            [
                {
                    "at": row["value"],
                    "value": row["samples_per_s"],
                    "low": row["samples_low"],
                    "high": row["samples_high"],
                }
                for row in sorted(rows, key=lambda row: row["value"])
                if row["stack"] == stack.key
            ],
        )
        for stack in stacks
    ]
    title = Markup("{}: {}").format(workload, _finding(run, knob, rows))
    subtitle = f"{_SWEEPS[sweep]}: samples a second by {knob}, both axes logarithmic"
    remark = "Colour: framework. Shape: what it runs on. Dotted: eager, dashed: graph, solid: compiled."
    chart = curves_chart(curves, knob, "samples a second")
    svg = chart_svg(chart, title.striptags(), f"{subtitle}. {remark}")
    lines: list[list[Markup]] = []
    for stack in stacks:
        mine = sorted((row for row in rows if row["stack"] == stack.key), key=lambda row: row["value"])
        lines += [[Markup.escape(stack.label)], *(_line(run, row) for row in mine)]
    table = Table(subtitle, [knob.capitalize(), "Samples a second", "From", "To", "Time a step"], lines)
    key = f"bench-{sweep}-{workload}-{knob}"
    return Exhibit(
        key, title, subtitle, svg, DATASET, measured_on(run), table, f"tables/{TABLE}.csv", TABLE, Markup(remark)
    )


def _line(run: Run, row: Row) -> list[Markup]:
    columns = ("value", "samples_per_s", "samples_low", "samples_high", "step_s")
    return [run.figures.bare(reference(TABLE, row, column)) for column in columns]


def _finding(run: Run, knob: str, rows: Sequence[Row]) -> Markup:
    """Who is fastest at the largest size and at the smallest, or that two cannot be told apart there."""
    ends = [max(row["value"] for row in rows), min(row["value"] for row in rows)]
    largest, smallest = (_leader(run, [row for row in rows if row["value"] == value]) for value in ends)
    at = [run.figures.show(reference(TABLE, next(r for r in rows if r["value"] == value), "value")) for value in ends]
    if largest[0] == smallest[0]:
        return Markup("{} from {} {} to {} ({} samples a second there)").format(
            largest[0], knob, at[1], at[0], largest[1]
        )
    return Markup("{} at {} {} ({} samples a second), {} at {} {} ({})").format(
        largest[0], knob, at[0], largest[1], smallest[0], knob, at[1], smallest[1]
    )


def _leader(run: Run, rows: Sequence[Row]) -> tuple[str, Markup]:
    """The fastest stack in words with its rate; two whose intervals overlap are both named."""
    ranked = sorted(rows, key=lambda row: -row["samples_per_s"])
    rate = run.figures.show(reference(TABLE, ranked[0], "samples_per_s"))
    first = run.stack(ranked[0]["stack"]).label
    if len(ranked) == 1:
        return f"only {first} has figures", rate
    if ranked[1]["samples_high"] >= ranked[0]["samples_low"]:
        return f"{first} and {run.stack(ranked[1]['stack']).label} lead, not told apart,", rate
    return f"{first} is fastest", rate


def fit_table(run: Run) -> Table | None:
    """Return the largest batch that ran by workload and stack; None where nobody looked for it."""
    rows = [row for row in run.rows("scaling") if row["sweep"] == "fit"]
    if not rows:
        return None
    cells = []
    for row in rows:
        largest = _ABSENT if row["largest"] is None else run.figures.bare(reference(TABLE, row, "largest"))
        ended = run.figures.bare(reference(TABLE, row, "status"))
        cells.append([Markup("{}, {}").format(row["workload"], run.stack(row["stack"]).label), largest, ended])
    return Table(
        "The largest batch that ran, and how the next one ended", ["Workload and stack", "Batch", "Next"], cells
    )


def break_even_table(run: Run, conditions: Conditions) -> tuple[Markup, Table] | None:
    """Return the finding and a table of pairs by workloads: steps until the dearer first step is paid back."""
    table = "benchmark_break_even"
    rows = [row for row in run.rows("break_even") if conditions.holds(row)]
    if not rows:
        return None
    workloads = sorted({row["workload"] for row in rows})
    by = {(row["compiled"], row["plain"], row["phase"], row["workload"]): row for row in rows}
    cells = []
    for compiled, plain, phase in dict.fromkeys((row["compiled"], row["plain"], row["phase"]) for row in rows):
        one, other = run.stack(compiled), run.stack(plain)
        line = [Markup("{} for {}, {}").format(one.label, other.way, PHASES[phase].lower())]
        for workload in workloads:
            row = by.get((compiled, plain, phase, workload))
            if row is None:
                line.append(_ABSENT)
            elif row["outcome"] == "after":
                line.append(run.figures.bare(reference(table, row, "steps")))
            else:
                line.append(run.figures.bare(reference(table, row, "outcome")))
        cells.append(line)
    heads = ["Instead of the plain way", *workloads]
    return _pays(run, rows), Table("Steps until compiling has paid back its longer first step", heads, cells)


def _pays(run: Run, rows: Sequence[Row]) -> Markup:
    """How soon and how late compiling pays, and how often it never does."""
    after = sorted((row for row in rows if row["outcome"] == "after"), key=lambda row: row["steps"])
    never = sum(row["outcome"] == "never" for row in rows)
    told = f"never in {counted(never)} of {counted(len(rows), 'case')}" if never else "in every case at some time"
    if never == len(rows):
        return Markup("Compiling never pays, in none of {}").format(counted(never, "case"))
    if not after:
        return Markup("Compiling pays at once, {}").format(told if never else "in every case")
    shown = [run.figures.show(reference("benchmark_break_even", row, "steps")) for row in (after[0], after[-1])]
    if len(after) == 1:
        return Markup("Compiling pays after {} steps; {}").format(shown[0], told)
    return Markup("Compiling pays after {} to {} steps; {}").format(*shown, told)
