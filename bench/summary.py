"""Every statistic of a run from its raw records: `summarize` is the one function for all of them.

Nothing here is stored in a result file, so whoever doubts a figure can derive it again, or derive another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.reading import CELL_FIELDS, Reading, cell_fields, median
from bench.results import Record
from bench.spec import OK
from bench.statistics import Interval, interval, margin, verdict
from bench.sweeps import Row, break_even, fit, ladder, sweep, time_of, typical

# The backward pass takes about twice the forward's operations (one product for the inputs, one for the weights).
_TRAIN_FLOPS = 3
BEST = "keras-best"
# The kind of a contrast of a stack with its own twin.
CONTROL = "A/A"
# The schema's version from which programs are asked for their output after all their first steps.
_OUTPUT_LAST = 2


@dataclass(frozen=True)
class Summary:
    """Rows of each table, in the order of the groups.

    cells       one a cell: status, seconds a step with interval, quantiles, throughput, first steps, memory, energy
    contrasts   one a declared pair and cell (A/A controls too): ratio with interval and verdict, both absolute times
    ladder      one a rung: its ratio to the rung before and to as-shipped
    scaling     one a swept value, stack and phase; `fit` rows say the largest batch that ran
    break_even  one a pair of compiled and not: steps until the longer first step is paid back
    """

    cells: list[Row]
    contrasts: list[Row]
    ladder: list[Row]
    scaling: list[Row]
    break_even: list[Row]


def summarize(records: Sequence[Record]) -> Summary:
    """Return every statistic of a run from `results.read(path)`.

    Only complete rounds that the rule kept count. A cell that is not ok has no figures and stands in no contrast.
    Ratios are (measured / against), times in seconds a step, intervals at 95 %; statistics.py says how they are made.
    """
    reading = Reading(records)
    groups = list(reading.groups.values())
    cells = [row for group in groups if group["purpose"] == "cells" for row in _cells(reading, group)]
    contrasts = [row for group in groups if group["purpose"] == "cells" for row in _contrasts(reading, group)]
    rungs = [row for group in groups if group["purpose"] == "ladder" for row in ladder(reading, group)]
    swept = [group for group in groups if group["purpose"] in {"batch", "model", "data"}]
    scaling = [row for group in swept for row in sweep(reading, group)]
    scaling += [row for group in groups if group["purpose"] == "fit" for row in fit(reading, group)]
    return Summary(cells, contrasts, rungs, scaling, break_even(reading, cells))


def _cells(reading: Reading, group: Record) -> list[Row]:
    here = [member for member in group["members"] if not member["twin"]]
    rows = [_cell(reading, group, member, phase) for member in here for phase in group["phases"]]
    planned = {(member["stack"], phase) for member in here for phase in group["phases"]}
    # Cells of stacks that never became members: no framework, no program.
    for cell in reading.cells.values():
        if cell["group"] == group["group"] and (cell["stack"], cell["phase"]) not in planned:
            rows.append({**_empty_cell(cell, reading), "status": cell["status"], "reason": cell["reason"]})
    return rows


_FIGURES = (
    *("forks", "rounds", "rounds_dropped", "step_s", "low_s", "high_s", "method", "p50_s", "p95_s", "samples_per_s"),
    *("cpu_s", "device_s", "first_step_cold_s", "first_step_warm_s", "import_s", "build_s", "peak_bytes"),
    *("memory_method", "compiles", "graph_breaks", "joules_per_step", "flops_per_s", "ceiling_fraction"),
    *("batch", "environment_id"),
)


def _empty_cell(fields: Mapping[str, Any], reading: Reading) -> Row:
    named = {name: fields[name] for name in ("group", *CELL_FIELDS)}
    return {**named, "host_id": reading.run["host_id"], "status": "", "reason": "", **dict.fromkeys(_FIGURES)}


def _cell(reading: Reading, group: Record, member: Row, phase: str) -> Row:
    status, reason = reading.state(group, member, phase)
    row = _empty_cell(cell_fields(group, member, phase), reading)
    row |= {"status": status, "reason": reason, "rounds_dropped": reading.dropped[group["group"], phase]}
    if status != OK:
        return row
    row |= time_of(reading, group, member, phase)
    row |= _start(reading, group, member, phase)
    row |= _resources(reading, group, member, phase)
    return row | _work(reading, group, phase, row["step_s"])


def _start(reading: Reading, group: Record, member: Row, phase: str) -> Row:
    """First steps, imports and builds: medians over forks, cold and warm apart."""
    first = [
        one
        for one in reading.phases
        if (one["group"], one["phase"], one["member"]) == (group["group"], phase, member["id"])
    ]
    forks = _forks(reading, group, member)
    return {
        "first_step_cold_s": median(
            one["first_step_s"] for one in first if one["cold"] and _is_cold(reading, group, phase)
        ),
        "first_step_warm_s": median(one["first_step_s"] for one in first if not one["cold"]),
        "import_s": median(one["import_s"] for one in forks),
        "build_s": median(one["build_s"] for one in forks),
    }


def _is_cold(reading: Reading, group: Record, phase: str) -> bool:
    """Return whether nothing was compiled before a first step: in old files a program's output was, between phases."""
    late = phase != group["phases"][0] and group["division"] == "matched"
    return not late or reading.run["schema"] >= _OUTPUT_LAST


def _forks(reading: Reading, group: Record, member: Row) -> list[Record]:
    return [one for (_, name), one in reading.forks.items() if one["group"] == group["group"] and name == member["id"]]


def _resources(reading: Reading, group: Record, member: Row, phase: str) -> Row:
    """Memory, compilations and the environment: of a worker as a whole, so the same for both its phases."""
    forks = _forks(reading, group, member)
    memory = [one["memory"] for one in forks if one["memory"]]
    compiles = [one["compiles"] for one in forks if one["compiles"]]
    return {
        "peak_bytes": median(one.get("peak_bytes") for one in memory),
        "memory_method": next((one.get("method") for one in memory), None),
        "compiles": median(one.get("compiles") for one in compiles),
        "graph_breaks": median(one.get("graph_breaks") for one in compiles),
        "environment_id": next((one["environment_id"] for one in forks if one["environment_id"]), None),
    }


def _work(reading: Reading, group: Record, phase: str, step_s: float | None) -> Row:
    """Operations a second, and what part of the fastest matrix products of the same group they are."""
    # Files of before `infer_flops` hold one count for both phases.
    forward = group["forward_flops"] if phase == "train" else group.get("infer_flops", group["forward_flops"])
    if step_s is None or not forward:
        return {}
    rate = forward * group["batch"] * (_TRAIN_FLOPS if phase == "train" else 1) / step_s
    gemms = [one for one in reading.gemms if one["group"] == group["group"]]
    ceiling = max((2 * one["n"] ** 3 * one["repeats"] / one["wall_s"] for one in gemms), default=None)
    return {"flops_per_s": rate, "ceiling_fraction": None if ceiling is None else rate / ceiling}


def _contrasts(reading: Reading, group: Record) -> list[Row]:
    rows = []
    for phase in group["phases"]:
        good = {
            member["stack"]: member["id"]
            for member in group["members"]
            if not member["twin"] and reading.state(group, member, phase)[0] == OK
        }
        control_pair, control = _control(reading, group, phase, good)
        if control_pair and control:
            rows.append(_contrast(reading, group, phase, control_pair, control, None, kind=CONTROL))
        for measured, against in reading.run["contrasts"]:
            if measured in good and against in good:
                pair = (good[measured], good[against])
                found = interval(list(reading.pairs(group["group"], phase, *pair).values()))
                if found is not None:
                    rows.append(_contrast(reading, group, phase, pair, found, control))
        rows += _best(reading, group, phase, good, control)
    return rows


def _control(
    reading: Reading, group: Record, phase: str, good: Mapping[str, str]
) -> tuple[tuple[str, str] | None, Interval | None]:
    """Return the twin with the stack it repeats, and the interval of identical code against itself."""
    twin = next((member for member in group["members"] if member["twin"] and member["stack"] in good), None)
    if twin is None:
        return None, None
    pair = (twin["id"], good[twin["stack"]])
    return pair, interval(list(reading.pairs(group["group"], phase, *pair).values()))


def _best(reading: Reading, group: Record, phase: str, good: Mapping[str, str], control: Interval | None) -> list[Row]:
    """Return the best Keras backend against torch.compile: chosen on the first fork, measured on all the others.

    Taking the best after the fact, on the figures it is then shown with, would favour whoever has most candidates.
    """
    if "torch-compile" not in good:
        return []
    first: dict[str, float] = {}
    for stack, member in good.items():
        seconds = reading.seconds(group["group"], phase, member)
        values = [value for fork, found in seconds.items() if reading.number(fork) == 0 for value in found]
        if stack.startswith("keras-") and values:
            first[stack] = median(values) or math.inf
    if len(first) < 2:
        return []
    chosen = min(first, key=lambda stack: first[stack])
    pair = (good[chosen], good["torch-compile"])
    forks = reading.pairs(group["group"], phase, *pair)
    found = interval([values for fork, values in forks.items() if reading.number(fork) != 0])
    if found is None:
        return []
    return [_contrast(reading, group, phase, pair, found, control) | {"measured": BEST, "chosen": chosen}]


def _contrast(
    reading: Reading,
    group: Record,
    phase: str,
    pair: tuple[str, str],
    found: Interval,
    control: Interval | None,
    kind: str = "contrast",
) -> Row:
    measured, against = ({one["id"]: one for one in group["members"]}[name] for name in pair)
    named = cell_fields(group, measured, phase)
    times = [reading.seconds(group["group"], phase, name) for name in pair]
    return {
        **{name: named[name] for name in ("group", *CELL_FIELDS) if name != "stack"},
        "kind": kind,
        "measured": measured["stack"],
        "against": against["stack"],
        "chosen": None,
        "ratio": math.exp(found.estimate),
        "low": math.exp(found.low),
        "high": math.exp(found.high),
        "method": found.method,
        "forks": found.forks,
        "rounds": found.rounds,
        "boot_low": math.exp(found.boot_low),
        "boot_high": math.exp(found.boot_high),
        "verdict": verdict(found, control),
        "margin": math.exp(margin(control)),
        "aa_low": None if control is None else math.exp(control.low),
        "aa_high": None if control is None else math.exp(control.high),
        "measured_s": typical(times[0]),
        "against_s": typical(times[1]),
        "measured_environment": _environment(reading, group, measured),
        "against_environment": _environment(reading, group, against),
        "host_id": reading.run["host_id"],
    }


def _environment(reading: Reading, group: Record, member: Row) -> str | None:
    return next((one["environment_id"] for one in _forks(reading, group, member) if one["environment_id"]), None)
