"""The child's end: every form in one stack, each phase and version in a fork of its own, held against NumPy."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.environment import one_line
from bench.probes.control_flow import form as forms
from bench.probes.control_flow.form import AS_WRITTEN, FORWARD, PHASES, REWRITTEN
from bench.probes.forked import ANSWERED, DIED, HUNG, Ended, ask_all, cores, share_caches, warm

RIGHT, REWRITE, WRONG, RAISED = "runs-right", "needs-rewriting", "wrong-silently", "raised"
OUTCOMES = (RIGHT, REWRITE, WRONG, RAISED, HUNG, DIED)
OK, NOT_RUN, ABSENT, NOT_NEEDED = STATUSES = ("ok", "not-run", "absent", "not-needed")
_KEPT_MESSAGE = 1000
EMPTY: Mapping[str, Any] = {
    "status": OK,
    "reason": "",
    "outcome": None,
    "calls": None,
    "right_calls": None,
    "largest_error": None,
    "exception": None,
    "message": None,
    "body_runs": None,
    "compilations": None,
    "graph_breaks": None,
    "counter": "",
}


def measure(
    framework: str,
    mode: str,
    names: Sequence[str],
    device: str,
    seed: int,
    timeout_s: float,
    within_s: float,
) -> dict[str, Any]:
    """Return `cells`: for each form and phase what became of it as written, and rewritten where that was not right.

    timeout_s   for one fork      within_s   after it nothing more is begun
    """
    begun = time.monotonic()
    share_caches()
    importlib.import_module(f"bench.probes.control_flow.drivers.{framework}")
    warm(partial(_calls, names[0], FORWARD, AS_WRITTEN, framework, mode, device, seed), within_s / 2)

    def ask(wanted: Sequence[tuple[str, str]], version: str) -> list[dict[str, Any]]:
        questions = [partial(_calls, *one, version, framework, mode, device, seed) for one in wanted]
        ended = ask_all(questions, cores(), timeout_s, begun + within_s)
        return [_cell(*one, version, framework, end) for one, end in zip(wanted, ended, strict=True)]

    written = ask([(name, phase) for name in names for phase in PHASES], AS_WRITTEN)
    needy = [cell for cell in written if needs_rewriting(cell) and forms.rewriting(cell["form"], framework)]
    return {"cells": [*written, *ask([(cell["form"], cell["phase"]) for cell in needy], REWRITTEN)]}


def needs_rewriting(cell: Mapping[str, Any]) -> bool:
    """True for a cell that was run as written and is not right."""
    return cell["status"] == OK and cell["outcome"] != RIGHT


def without_rewriting(written: Mapping[str, Any], framework: str) -> dict[str, Any]:
    """Return the rewriting's cell where it was not run, with the reason, from the cell as written."""
    status, reason = NOT_RUN, "what is written was not run" if written["outcome"] is None else "its fork gave nothing"
    if written["outcome"] == RIGHT:
        status, reason = NOT_NEEDED, "as written it runs right"
    elif not forms.rewriting(written["form"], framework):
        status, reason = ABSENT, "the framework has no words of its own for it"
    where = place(written["form"], written["phase"], REWRITTEN, framework)
    return {**where, **EMPTY, "status": status, "reason": reason}


def place(name: str, phase: str, version: str, framework: str) -> dict[str, Any]:
    """Return what tells one cell of a stack from the others."""
    call = forms.rewriting(name, framework) if version == REWRITTEN else ""
    return {"form": name, "phase": phase, "version": version, "call": call}


def _cell(name: str, phase: str, version: str, framework: str, ended: Ended) -> dict[str, Any]:
    where = place(name, phase, version, framework)
    if ended.how in (HUNG, DIED):
        return {**where, **EMPTY, "outcome": ended.how, "reason": one_line(ended.reason)[:300]}
    if ended.how != ANSWERED:
        return {**where, **EMPTY, "status": NOT_RUN, "reason": ended.reason}
    return {**where, **EMPTY, **judge(ended.answer, version)}


def judge(seen: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return a cell's outcome from what the calls gave.

    runs-right        every call gave what NumPy gives
    needs-rewriting   as written, a call raised
    raised            rewritten in the framework's own words, a call raised
    wrong-silently    no call raised, and at least one gave something else
    """
    cell = {key: value for key, value in seen.items() if key in EMPTY}
    if seen["exception"]:
        cell["largest_error"] = cell["largest_error"] if seen["right_calls"] else None
        outcome = REWRITE if version == AS_WRITTEN else RAISED
    else:
        outcome = RIGHT if seen["right_calls"] == seen["calls"] else WRONG
    return {**cell, "outcome": outcome}


def _calls(
    name: str, phase: str, version: str, framework: str, mode: str, device: str, seed: int, output: Path
) -> dict[str, Any]:
    """Make the program and call it with every input in turn, up to the first exception."""
    drivers = importlib.import_module(f"bench.probes.control_flow.drivers.{framework}")
    made = forms.program(name, framework, version)()
    runs: list[int] = []

    class Counted:
        """The program, its runs by Python counted."""

        state = getattr(made, "state", None)

        def __call__(self, x: Any, w: Any) -> Any:
            runs.append(1)
            return made(x, w)

    weight = forms.weights(name, seed)
    # Dynamo would trace the counting itself: there, the framework's own counter has to do.
    counting = mode != "compile"
    seen: dict[str, Any] = {"exception": None, "message": None, "right_calls": 0, "largest_error": 0.0}
    inputs = forms.inputs(name)
    seen |= {"calls": len(inputs), "counter": drivers.COUNTER, "compilations": None, "graph_breaks": None}
    try:
        driver = drivers.Driver(Counted() if counting else made, weight, mode, device)
        for call, x in enumerate(inputs, 1):
            found = driver.value(x) if phase == FORWARD else driver.gradient(x)
            wanted = (forms.value if phase == FORWARD else forms.gradient)(name, x, weight, call)
            seen["right_calls"] += forms.is_right(found, wanted)
            seen["largest_error"] = _further(seen["largest_error"], found, wanted)
        seen |= {"compilations": driver.compilations(), "graph_breaks": driver.graph_breaks()}
    except Exception as error:
        kind = type(error)
        words = one_line(str(error))[:_KEPT_MESSAGE]
        seen |= {"exception": f"{kind.__module__}.{kind.__qualname__}", "message": words}
    seen["body_runs"] = len(runs) if counting else None
    return seen


def _further(largest: float | None, found: np.ndarray, wanted: np.ndarray) -> float | None:
    """Return the larger of an error so far and this call's; None once one cannot be told."""
    if largest is None or found.shape != wanted.shape or not np.all(np.isfinite(found)):
        return None
    return max(largest, float(f"{np.max(np.abs(found - wanted), initial=0.0):.6g}"))
