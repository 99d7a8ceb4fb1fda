"""What a run was made on and how: gates, machine, versions, the rule that drops rounds, and what it does not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.benchmark.cells import OK
from reports.benchmark.contradictions import contradictions_finding
from reports.benchmark.findings import counted
from reports.benchmark.runs import Conditions, Run
from reports.exhibits import Table
from reports.marts import Row, reference
from reports.numbers import NONE

_PARITY = "benchmark_parity"
_NONE = Markup(NONE)
# What the slowest fork may take over the quickest without a word.
_STEADY = 1.05


@dataclass(frozen=True)
class Fact:
    """One line of a description: what, and the figure or words."""

    name: str
    said: Markup


def parity_finding(run: Run) -> Markup:
    """Return how many gates held and, where one did not, that its cells show no time."""
    passed, failed = (_told(run, column) for column in ("gates_passed", "gates_failed"))
    if not run.row["gates_passed"] and not run.row["gates_failed"]:
        return Markup("No gate was reached: no stack got as far as being checked")
    if not run.row["gates_failed"]:
        return Markup("The same work for everybody: all {} gates held").format(passed)
    return Markup(
        "Not the same work everywhere: {} gates held, {} did not, and the cells behind those show no time"
    ).format(passed, failed)


def _told(run: Run, column: str) -> Markup:
    return run.figures.show(reference("benchmark_runs", run.row, column))


_GATE_HEADS = ["Gate", "Held", "Did not hold", "Nearest to its limit", "Limit", "By whom", "What is compared"]


def gate_table(run: Run) -> Table | None:
    """Return a row a gate: how many stacks and workloads held it, and the figure that came nearest to its limit."""
    rows = run.rows("parity")
    cells = []
    for gate in sorted({row["gate"] for row in rows}):
        here = [row for row in rows if row["gate"] == gate]
        worst = max(here, key=_reach)
        held = sum(row["passed"] for row in here)
        cells.append(
            [
                run.figures.bare(reference(_PARITY, worst, "gate")),
                Markup.escape(counted(held)),
                Markup.escape(counted(len(here) - held)),
                *_judged(run, worst),
            ]
        )
    return Table("Every gate of this run", _GATE_HEADS, cells) if cells else None


def _reach(row: Row) -> tuple[bool, float]:
    """How far a figure went towards its limit, one that did not hold first."""
    known = row["value"] is not None and row["limit_value"]
    return not row["passed"], abs(row["value"] / row["limit_value"]) if known else 0.0


def _judged(run: Run, row: Row) -> list[Markup]:
    shown = (
        _NONE if row[name] is None else run.figures.bare(reference(_PARITY, row, name))
        for name in ("value", "limit_value")
    )
    who = Markup("{}, {}").format(row["workload"], run.stack(row["stack"]).label)
    return [*shown, who, run.figures.bare(reference(_PARITY, row, "detail")) if row["detail"] else _NONE]


def refused_table(run: Run) -> Table | None:
    """Return the gates that did not hold, with their figures; None where all did."""
    cells = [
        [Markup("{}, {}").format(row["workload"], run.stack(row["stack"]).label), gate, *_judged(run, row)[:2], detail]
        for row in run.rows("parity")
        if not row["passed"]
        for gate in [run.figures.bare(reference(_PARITY, row, "gate"))]
        for detail in [_judged(run, row)[3]]
    ]
    heads = ["Workload and stack", "Gate", "Figure", "Limit", "What is compared"]
    return Table("The gates that did not hold", heads, cells) if cells else None


_FACTS = (
    *(("Machine", "machine"), ("Processor", "cpu"), ("Cores it could use", "cores"), ("Memory", "memory_bytes")),
    *(("GPU", "gpu"), ("GPU memory", "gpu_memory_bytes"), ("GPU driver", "gpu_driver"), ("System", "system")),
    *(("Virtual machine", "is_virtual"), ("Tier", "tier"), ("Begun", "started_on"), ("Took", "elapsed_s")),
    *(("How it ended", "ending"), ("Forks", "forks"), ("Blocks that count", "blocks"), ("Rounds kept", "rounds_kept")),
    *(("Rounds dropped", "rounds_dropped"), ("Cells with a time", "cells_ok"), ("Cells without", "cells_not_ok")),
    *(("Seed", "seed"), ("Run", "run"), ("Hash of the runner", "code")),
)


def facts(run: Run) -> list[Fact]:
    """Return what is known of the machine and of the run, line by line."""
    return [
        Fact(name, run.figures.bare(reference("benchmark_runs", run.row, column)))
        for name, column in _FACTS
        if run.row[column] is not None
    ]


def rule(run: Run) -> Markup:
    """Return the rule that drops a round, in words with its limits."""
    limits = [_told(run, f"{name}_limit") for name in ("foreign", "steal", "throttled", "pressure")]
    return Markup(
        "A round counts whole or not at all. It is dropped when, in one of its blocks, other processes took more than "
        "{} of the cores' time, another guest of the host took more than {}, or the container was held back for more "
        "than {}, beyond what the system's clock can resolve; where no core tells its own time, when some task waited "
        "for a core for more than {}. On a GPU, a foreign process or slowing down for heat or power drops it too. The "
        "limits were fixed before the first block."
    ).format(*limits)


def versions(run: Run) -> Table | None:
    """Return each environment's versions, as the workers themselves saw them."""
    rows = {row["environment"]: row for row in run.rows("environments")}
    cells = [
        [Markup.escape(name), run.figures.bare(reference("benchmark_environments", row, "words"))]
        for name, row in rows.items()
    ]
    return Table("Versions by environment", ["Environment", "Versions"], cells) if cells else None


_RUN_HEADS = [
    "Machine",
    "Run",
    "From",
    "Tier",
    "Begun",
    "How it ended",
    "Cells with a time",
    "Without",
    "Rounds kept",
    "Dropped",
]
_RUN_COLUMNS = (
    "run",
    "origin",
    "tier",
    "started_on",
    "ending",
    "cells_ok",
    "cells_not_ok",
    "rounds_kept",
    "rounds_dropped",
)


def runs_table(run: Run, pages: dict[str, str]) -> Table:
    """Return every run there is, on whatever machine; `pages` are the pages of those that have one."""
    cells = []
    for row in run.figures.marts.tables["benchmark_runs"]:
        shown = [run.figures.bare(reference("benchmark_runs", row, column)) for column in ("machine", *_RUN_COLUMNS)]
        if row["run"] in pages:
            shown[0] = Markup('<a href="{}">{}</a>').format(pages[row["run"]], shown[0])
        cells.append(shown)
    return Table("Every run, each on its own machine; they are never mixed", _RUN_HEADS, cells)


def gpu_line(run: Run | None, runs: Sequence[Run], pages: Mapping[str, str]) -> Markup:
    """Return on what GPU the run was, or where another run's page is that was on one, or that there is none yet."""
    found = [one for one in runs if one.row["device"] == "cuda"]
    if run is None or not found:
        return Markup("No GPU evidence yet: every figure here was measured on a processor.")
    if run in found:
        return Markup("Measured on a GPU: {}.").format(_machine(run))
    links = Markup("; ").join(
        Markup('<a href="{}">{}</a> ({})').format(
            pages[one.id], _machine(one), ", ".join(one.timed) or "nothing has a time"
        )
        for one in found
    )
    return Markup("Measured on a processor. On a GPU, each run on a page of its own: {}.").format(links)


def _machine(run: Run) -> Markup:
    return run.figures.plain(reference("benchmark_runs", run.row, "machine"))


def limits(run: Run, runs: Sequence[Run]) -> list[Markup]:
    """Return what the run does not show, from its own rows where they tell."""
    return list(_limits(run, runs))


def _limits(run: Run, runs: Sequence[Run]) -> Iterator[Markup]:
    cells = run.rows("cells")
    if len({one.row["host_id"] for one in runs}) == 1:
        yield Markup("One machine. Another one may turn a ratio round; run it on yours.")
    turned = contradictions_finding(run, runs)
    if turned is not None:
        yield turned
    if run.row["device"] != "cuda":
        yield Markup("No GPU. What is true of a processor need not be true of a GPU.")
    if run.row["is_virtual"]:
        yield Markup("A virtual machine: what its neighbours did is seen only through its own counters.")
    yield from _pace(run)
    yield Markup("Made-up data, fixed in shape: nothing on reading real files, augmentation or accuracy.")
    if {row["size"] for row in cells} == {"small"}:
        yield Markup("Small models: the work a step does outside the arithmetic weighs more than in large ones.")
    if {row["forks"] for row in cells if row["status"] == OK} == {1}:
        yield Markup("One fork a cell: it cannot be told how much another start would differ, so nothing is decided.")
    if run.row["ending"] != "complete":
        yield Markup(
            "The run did not come to its end ({}): go on with <code>python -m bench run --resume</code>."
        ).format(_told(run, "ending"))
    if run.row["cells_not_ok"]:
        yield Markup("{} cells have no time; what and why stands above.").format(_told(run, "cells_not_ok"))
    yield from _precisions(run)
    yield Markup("One device, one process: nothing on several GPUs or machines.")


def _pace(run: Run) -> Iterator[Markup]:
    if (run.row["pace_spread"] or 1) > _STEADY:
        yield Markup(
            "The machine was not always as quick: in one fork of a workload its stacks, together, took {} the time "
            "they took in another. That widens intervals, of absolute times most."
        ).format(_told(run, "pace_spread"))


def _precisions(run: Run) -> Iterator[Markup]:
    first: Conditions | None = next(iter(run.conditions), None)
    if first is not None and all(one.precision in (first.precision, "shipped") for one in run.conditions):
        yield Markup("One precision beside what each framework ships: {}.").format(first.precision_words)
    noisy = [row for row in run.rows("contrasts") if row["kind"] == "A/A" and row["margin"] > 1.0501]
    if noisy:
        worst = max(noisy, key=lambda row: row["margin"])
        yield Markup("The machine's own noise is above five per cent in {} of its controls, up to {}.").format(
            counted(len(noisy)), run.figures.show(reference("benchmark_contrasts", worst, "margin"))
        )
