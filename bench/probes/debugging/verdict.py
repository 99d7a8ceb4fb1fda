"""From what was seen of the faulty program and of the right one to an outcome, each proven."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.probes.debugging.fault import DIED, HANDLED, HUNG, RAISED, SILENT, WARNED, Fault
from bench.probes.debugging.reading import read_message, said_anew
from bench.probes.forked import ANSWERED, Ended

OK, CONTROL_FAILED, NOT_RUN, CANNOT_EXIST = STATUSES = ("ok", "control-failed", "not-run", "cannot-exist")
_KEPT_FIGURES = 8
# What a cell says of a signal, with nothing filled in.
NO_SIGNAL: Mapping[str, Any] = {
    "stage": None,
    "seconds": None,
    "exception": None,
    "message": None,
    "first_line": None,
    "message_length": None,
    "names_layer": None,
    "both_sizes": None,
    "suggests": None,
    "faulty_line": None,
    "faulty_frame": None,
    "user_frames": None,
    "foreign_frames": None,
}
EMPTY: Mapping[str, Any] = {
    "status": OK,
    "reason": "",
    "outcome": None,
    "value_right": None,
    "value": [],
    "right_value": [],
    "warnings": 0,
    **NO_SIGNAL,
}


def judge(fault: Fault, program: Path, lines: Sequence[int], faulty: Ended, control: Ended) -> dict[str, Any]:
    """Return a cell's outcome and what its signal tells.

    raised    the program ended with an exception
    warned    it ran to its end, and said something that the right program does not say
    handled   it ran to its end, said nothing, and its figures are the right program's
    silent    it ran to its end, said nothing, and its figures are wrong or not finite
    hung, died   what the process did

    The right program has to run to its end with finite figures; where it does not, nothing can be told.
    """
    refusal = _unfit(control)
    if refusal:
        return {**EMPTY, "status": CONTROL_FAILED, "reason": refusal}
    if faulty.how in (HUNG, DIED):
        return {**EMPTY, "outcome": faulty.how, "reason": faulty.reason, "seconds": faulty.seconds}
    if faulty.how != ANSWERED:
        return {**EMPTY, "status": NOT_RUN, "reason": faulty.reason}
    seen, right = faulty.answer, control.answer["figures"]
    anew = said_anew(seen["warnings"], control.answer["warnings"])
    cell = {**EMPTY, "warnings": len(anew), "right_value": _short(right)}
    if seen["error"] is not None:
        error = dict(seen["error"])
        # What was warned just before the exception is printed above it.
        error["faulty_line"] = error["faulty_line"] or any(_points(one, program, lines) for one in anew)
        return {**cell, **error, "outcome": RAISED, "stage": seen["stage"], "seconds": seen["seconds"]}
    value_right = fault.is_right(seen["figures"], right)
    cell |= {"value_right": value_right, "value": _short(seen["figures"])}
    if anew:
        return {**cell, "outcome": WARNED, **_warning(anew[0], fault, program, lines)}
    return {**cell, "outcome": HANDLED if value_right else SILENT}


def _unfit(control: Ended) -> str:
    """Return why the right program cannot serve as the measure, "" if it can."""
    if control.how != ANSWERED:
        return f"the right program: {control.reason}"[:300]
    error = control.answer["error"]
    if error is not None:
        return f"the right program raised {error['exception']}: {error['first_line']}"
    values = [value for part in control.answer["figures"].values() for value in part]
    if not values or not all(math.isfinite(value) for value in values):
        return "the right program's figures are not finite"
    return ""


def _warning(said: Mapping[str, Any], fault: Fault, program: Path, lines: Sequence[int]) -> dict[str, Any]:
    points = _points(said, program, lines)
    return {
        **NO_SIGNAL,
        **read_message(said["text"], program, fault),
        "exception": said["kind"],
        "stage": said["stage"],
        "seconds": said["seconds"],
        "faulty_line": points,
        "faulty_frame": points,
    }


def _points(said: Mapping[str, Any], program: Path, lines: Iterable[int]) -> bool:
    """True if a warning names the faulty line, as its place or in its text."""
    if said["file"] == str(program) and said["line"] in lines:
        return True
    return any(f'File "{program}", line {line},' in said["text"] for line in lines)


def _short(figures: Mapping[str, Sequence[float]]) -> list[float | None]:
    """Return the last losses and the first outputs, at most eight; None for what is not finite."""
    kept = [*figures["losses"][-4:], *figures["outputs"]][:_KEPT_FIGURES]
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in kept]
