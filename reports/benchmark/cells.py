"""The cells one by one: a table a workload, what did not run and why, memory, the ceiling, what compiling costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.benchmark.contrasts import DATASET, measured_on
from reports.benchmark.findings import counted
from reports.benchmark.runs import PHASES, Conditions, Run
from reports.charts.bench import Look, Panel, bars_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.numbers import NONE
from reports.svg import chart_svg
from reports.theme import INK

TABLE = "benchmark_cells"
OK = "ok"
_LONG_REASON = 200
_ABSENT = Markup('<span class="none">{}</span>').format(NONE)
_HEADS = [
    *("Stack", "Status", "Time a step", "From", "To", "Samples a second", "First step, cold"),
    *("First step, warm cache", "Peak memory", "Share of the ceiling"),
]
_COLUMNS = (
    "step_s",
    "low_s",
    "high_s",
    "samples_per_s",
    "first_step_cold_s",
    "first_step_warm_s",
    "peak_bytes",
    "ceiling_fraction",
)


@dataclass(frozen=True)
class Workload:
    """One workload's cells: how many ended well, and the table of all."""

    key: str
    said: str
    table: Table


def workload_tables(run: Run, conditions: Conditions) -> list[Workload]:
    """Return a table a workload with a row a stack and phase, whatever its status."""
    rows = run.cells(conditions)
    order = {stack.key: number for number, stack in enumerate(run.stacks)}
    found = []
    for workload in sorted({row["workload"] for row in rows}):
        here = [row for row in rows if row["workload"] == workload]
        here = sorted(here, key=lambda row: (list(PHASES).index(row["phase"]), order[row["stack"]]))
        good = sum(row["status"] == OK for row in here)
        said = f"{counted(good)} of {counted(len(here), 'cell')} with a time"
        lines: list[list[Markup]] = []
        for phase in dict.fromkeys(row["phase"] for row in here):
            lines.append([Markup.escape(PHASES[phase])])
            lines += [_line(run, row) for row in here if row["phase"] == phase]
        found.append(Workload(workload, said, Table(f"{workload}: {said}", _HEADS, lines)))
    return found


def _line(run: Run, row: Row) -> list[Markup]:
    figures = run.figures
    status = figures.bare(reference(TABLE, row, "status"))
    if row["reason"]:
        status += Markup(" ") + _why(run, row)
    shown = (_ABSENT if row[name] is None else figures.bare(reference(TABLE, row, name)) for name in _COLUMNS)
    return [Markup.escape(run.stack(row["stack"]).label), status, *shown]


def refusals(run: Run) -> list[tuple[str, list[Markup]]]:
    """Return what did not end with a time, under any conditions: (count and status in words, where and why)."""
    found: dict[str, dict[tuple[str, str, str], list[Row]]] = {}
    for row in run.rows("cells"):
        if row["status"] != OK:
            where = (row["workload"], row["stack"], row["reason"])
            found.setdefault(row["status"], {}).setdefault(where, []).append(row)
    return [
        (
            f"{counted(sum(map(len, places.values())), 'cell')}: {status}",
            [_refusal(run, rows) for rows in places.values()],
        )
        for status, places in found.items()
    ]


def _refusal(run: Run, rows: Sequence[Row]) -> Markup:
    first = rows[0]
    phases = " and ".join(dict.fromkeys(PHASES[row["phase"]].lower() for row in rows))
    told = Markup("{}, {}, {}").format(first["workload"], run.stack(first["stack"]).label, phases)
    if first["reason"]:
        told += Markup(": {}").format(_why(run, first))
    return told


def _why(run: Run, row: Row) -> Markup:
    """Return a row's reason; a library's whole message, which can fill a screen, is folded behind two words."""
    said = run.figures.bare(reference(TABLE, row, "reason"))
    if len(row["reason"]) <= _LONG_REASON:
        return Markup("<small>{}</small>").format(said)
    return Markup("<details><summary>its message</summary>{}</details>").format(said)


def memory_exhibit(run: Run, conditions: Conditions) -> Exhibit | None:
    """Return bars of the peak memory in training, a panel a workload; None where nobody told its peak."""
    rows = [row for row in run.cells(conditions, "train") if row["peak_bytes"] is not None]
    if not rows:
        return None
    size, unit = (2**30, "GiB") if max(row["peak_bytes"] for row in rows) > 2**33 else (2**20, "MiB")
    methods = {row["memory_method"]: row for row in rows if row["memory_method"]}
    told = Markup(", ").join(run.figures.bare(reference(TABLE, row, "memory_method")) for row in methods.values())
    remark = Markup("Read by: {}. One figure a worker process, so without an interval.").format(told)
    whose = "of each framework's allocator on the GPU" if run.row["device"] == "cuda" else "of the whole worker process"
    return _bars(
        run,
        "memory",
        rows,
        _fewest(run, rows),
        f"Peak memory {whose} in training",
        remark,
        lambda row: row["peak_bytes"] / size,
        unit,
    )


def _fewest(run: Run, rows: Sequence[Row]) -> Markup:
    """Who needs least memory in most workloads, or that no stack does."""
    workloads = {row["workload"] for row in rows}
    least = Counter(
        row["stack"]
        for workload in sorted(workloads)
        for row in _smallest([row for row in rows if row["workload"] == workload])
    )
    (stack, count), *others = least.most_common()
    if len({row["stack"] for row in rows}) == 1:
        return Markup("Only {} told its peak memory").format(run.stack(stack).label)
    if 2 * count <= len(workloads) or (others and others[0][1] == count):
        return Markup("No stack needs least memory in most workloads")
    where = f"in all {counted(count, 'workload')}" if count == len(workloads) > 1 else ""
    where = where or f"in {counted(count)} of {counted(len(workloads), 'workload')}"
    return Markup("{} needs least memory {}").format(run.stack(stack).label, where)


def _smallest(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["peak_bytes"] == min(one["peak_bytes"] for one in rows)]


def ceiling_exhibit(run: Run, conditions: Conditions) -> Exhibit | None:
    """Return bars of the share of the fastest matrix products that training reaches; None where nobody counted."""
    rows = [row for row in run.cells(conditions, "train") if row["ceiling_fraction"] is not None]
    if not rows:
        return None
    low, high = min(rows, key=_share), max(rows, key=_share)
    said = [
        (run.figures.show(reference(TABLE, row, "ceiling_fraction")), run.stack(row["stack"]).label, row["workload"])
        for row in (high, low)
    ]
    title = Markup("At best {} of what the machine can multiply is used").format(said[0][0])
    if high is not low:
        title += Markup(" ({} on {}), at worst {} ({} on {})").format(*said[0][1:], *said[1])
    return _bars(
        run,
        "ceiling",
        rows,
        title,
        "Share of the fastest matrix products measured beside it, training",
        Markup("The backward pass is counted as twice the forward pass."),
        _share,
        "",
    )


def _share(row: Row) -> float:
    return float(row["ceiling_fraction"])


def _bars(
    run: Run,
    key: str,
    rows: Sequence[Row],
    title: Markup,
    subtitle: str,
    remark: Markup,
    value: Callable[[Row], float],
    unit: str,
) -> Exhibit:
    """One chart of bars, a panel a workload, its figures standing in the tables of cells."""
    stacks = [stack for stack in run.stacks if any(row["stack"] == stack.key for row in rows)]
    workloads = sorted({row["workload"] for row in rows})
    by = {(row["workload"], row["stack"]): row for row in rows}
    panels = [
        Panel(
            Look(workload, INK, "square"),
            [
                {"name": stack.label, "value": value(by[workload, stack.key]), "colour": stack.look.colour}
                for stack in stacks
                if (workload, stack.key) in by
            ],
        )
        for workload in workloads
    ]
    chart = bars_chart(panels, [stack.label for stack in stacks], unit)
    svg = chart_svg(chart, title.striptags(), f"{subtitle}. {remark.striptags()}")
    where = Markup('{} <a href="#cells">The figures stand with the cells</a>.').format(remark)
    return Exhibit(
        f"bench-{key}", title, subtitle, svg, DATASET, measured_on(run), None, f"tables/{TABLE}.csv", TABLE, where
    )
