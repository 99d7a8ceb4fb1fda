"""Rows of the ladder, the sweeps and break-even, for `summary.summarize`; and the time of a cell, which all share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.reading import CELL_FIELDS, Reading, cell_fields, median
from bench.results import Record
from bench.spec import OK
from bench.statistics import interval

Row = dict[str, Any]


def time_of(reading: Reading, group: Record, member: Row, phase: str) -> Row:
    """Seconds a step, by blocks and by single steps."""
    seconds = reading.seconds(group["group"], phase, member["id"])
    found = interval([[math.log(value) for value in fork] for fork in seconds.values()])
    singles = [
        value
        for one in reading.steps
        if (one["group"], one["phase"], one["member"]) == (group["group"], phase, member["id"])
        for value in one["seconds"]
    ]
    blocks = reading.of_member(group["group"], phase, member["id"])
    row: Row = {"batch": group["batch"]}
    if found is not None:
        step = math.exp(found.estimate)
        row |= {"forks": found.forks, "rounds": found.rounds, "method": found.method, "step_s": step}
        row |= {"low_s": math.exp(found.low), "high_s": math.exp(found.high), "samples_per_s": group["batch"] / step}
    if singles:
        row |= {"p50_s": float(np.percentile(singles, 50)), "p95_s": float(np.percentile(singles, 95))}
    row["cpu_s"] = median(block["cpu_s"] / block["steps"] for block in blocks)
    row["device_s"] = median(_per_step(block, "device_s") for block in blocks)
    row["joules_per_step"] = median(_per_step(block, "joules") for block in blocks)
    return row


def _per_step(block: Record, name: str) -> float | None:
    return None if block[name] is None else block[name] / block["steps"]


def typical(seconds: Mapping[str, Sequence[float]]) -> float | None:
    """Return the median of the forks' medians, None without any."""
    return median(median(values) for values in seconds.values())


def ladder(reading: Reading, group: Record) -> list[Row]:
    """Rungs in order; a rung that is not ok has no ratio, and the next is held against the last one that is."""
    rows: list[Row] = []
    for phase in group["phases"]:
        good: list[str] = []
        for number, member in enumerate(group["members"]):
            status, reason = reading.state(group, member, phase)
            row = {**cell_fields(group, member, phase), "rung": number, "status": status, "reason": reason}
            row |= {"knob": member["division"]["name"].split("-", 2)[-1], "host_id": reading.run["host_id"]}
            row |= {"step_s": None, "ratio": None, "low": None, "high": None, "to_shipped": None, "forks": 0}
            if status == OK:
                row["step_s"] = typical(reading.seconds(group["group"], phase, member["id"]))
                row |= _rung(reading, group["group"], phase, member["id"], good)
                good.append(member["id"])
            rows.append(row)
    return rows


def _rung(reading: Reading, group: str, phase: str, member: str, good: Sequence[str]) -> Row:
    if not good:
        return {"ratio": 1.0, "low": 1.0, "high": 1.0, "to_shipped": 1.0}
    found = interval(list(reading.pairs(group, phase, member, good[-1]).values()))
    whole = interval(list(reading.pairs(group, phase, member, good[0]).values()))
    if found is None or whole is None:
        return {}
    row: Row = {"ratio": math.exp(found.estimate), "low": math.exp(found.low), "high": math.exp(found.high)}
    return row | {"to_shipped": math.exp(whole.estimate), "forks": found.forks}


def sweep(reading: Reading, group: Record) -> list[Row]:
    """Return a row a member and phase of one swept value; one that is not ok has no figures."""
    rows = []
    timed = reading.groups[group.get("same_as") or group["group"]]
    for member in group["members"]:
        for phase in group["phases"]:
            status, reason = reading.state(timed, member, phase)
            row = {**cell_fields(group, member, phase), "sweep": group["purpose"], "knob": group["knob"]}
            row |= {"value": group["value"], "batch": group["batch"], "status": status, "reason": reason}
            row |= {"host_id": reading.run["host_id"], "largest": None}
            row |= dict.fromkeys(("step_s", "low_s", "high_s", "samples_per_s"))
            if status == OK:
                time = time_of(reading, timed, member, phase)
                row |= {name: time.get(name) for name in ("step_s", "low_s", "high_s", "samples_per_s")}
            rows.append(row)
    return rows


def fit(reading: Reading, group: Record) -> list[Row]:
    """The largest batch that ran, and the status of the first that did not (ok: the search ended before a limit)."""
    rows = []
    for member in group["members"]:
        tries = [one for one in reading.fits if one["group"] == group["group"] and one["member"] == member["id"]]
        if not tries:
            continue
        ran = [one["batch"] for one in tries if one["status"] == OK]
        failed = next((one for one in tries if one["status"] != OK), None)
        row = {**cell_fields(group, member, "train"), "sweep": "fit", "knob": "batch", "value": max(ran, default=0)}
        row |= {"batch": group["batch"], "host_id": reading.run["host_id"], "largest": max(ran, default=None)}
        row |= {"status": failed["status"] if failed else OK, "reason": failed["reason"] if failed else ""}
        rows.append(row | dict.fromkeys(("step_s", "low_s", "high_s", "samples_per_s")))
    return rows


def break_even(reading: Reading, cells: Sequence[Row]) -> list[Row]:
    """Steps = (cold first step compiled - cold first step not) / (step not - step compiled); None where never."""
    rows = []
    shared = tuple(name for name in ("group", *CELL_FIELDS) if name != "stack")
    found = {(*(cell[name] for name in shared), cell["stack"]): cell for cell in cells if cell["step_s"] is not None}
    for key, cell in found.items():
        for compiled, plain in reading.run["break_even"]:
            other = found.get((*key[:-1], plain))
            if key[-1] != compiled or other is None:
                continue
            first, second = cell["first_step_cold_s"], other["first_step_cold_s"]
            if first is None or second is None:
                continue
            cost, saving = first - second, other["step_s"] - cell["step_s"]
            steps = 0.0 if cost <= 0 and saving >= 0 else cost / saving if saving > 0 else None
            row = {name: cell[name] for name in shared}
            row |= {"compiled": compiled, "plain": plain, "cost_s": cost, "saving_s": saving, "steps": steps}
            rows.append(row | {"host_id": reading.run["host_id"]})
    return rows
