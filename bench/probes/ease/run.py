"""What runs in a stack's own environment: its programs against the gates, its changes for their effects, their counts.

Counts are taken where the gates are: a program that does not do the workload's work has none.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

from bench.environment import one_line
from bench.parity import Gate
from bench.probes.ease import edits, files
from bench.probes.ease.adapters import Adapter
from bench.probes.ease.check import failures, judged
from bench.probes.ease.effects import proven
from bench.probes.ease.syntax import measured
from bench.results import finite
from bench.spec import NOT_RUN, OK, PARITY_FAILED

RAISED = "raised"
NO_EFFECT = "no-effect"
_LONGEST = 300


def measure(folder: str, workloads: list[str], changes: dict[str, str], quick: bool, seed: int) -> dict[str, Any]:
    """Return `programs` and `changes`, each with status and reason, and with counts where the status is ok.

    `changes` maps each change to the reason why it is not run here, "" if it is.
    """
    adapter = cast(Adapter, importlib.import_module(f"bench.probes.ease.adapters.{folder}"))
    return {
        "programs": [_program(adapter, folder, workload, quick, seed) for workload in workloads],
        "changes": [_change(adapter, folder, name, why, quick, seed) for name, why in changes.items()],
    }


def _program(adapter: Adapter, folder: str, workload: str, quick: bool, seed: int) -> dict[str, Any]:
    path = files.program(folder, workload)
    told: dict[str, Any] = {"workload": workload, "status": NOT_RUN, "reason": "", "gates": [], "parts": {}}
    if not path.exists():
        return {**told, "reason": f"{folder} has no program for {workload}"}

    def gated() -> dict[str, Any]:
        gates = judged(adapter, path, workload, quick, seed)
        failed = failures(gates)
        parts = {} if failed else measured(path.read_text(encoding="utf-8"))
        status = PARITY_FAILED if failed else OK
        return {**told, "status": status, "reason": failed, "gates": [_plain(gate) for gate in gates], "parts": parts}

    return _guarded(gated, told)


def _change(adapter: Adapter, folder: str, name: str, why: str, quick: bool, seed: int) -> dict[str, Any]:
    path = files.change(folder, name)
    told: dict[str, Any] = {"change": name, "status": NOT_RUN, "reason": why, "effect": None, "cost": {}}
    if why or not path.exists():
        return {**told, "reason": why or f"{folder} has no program for the change {name}"}

    def effected() -> dict[str, Any]:
        effect = proven(adapter, path, name, quick, seed)
        found = {"value": finite(effect.value), "limit": finite(effect.limit), "detail": effect.detail}
        if not effect.passed:
            reason = f"{effect.detail}: {effect.value:.3g}, held to {effect.limit:.3g}"
            return {**told, "status": NO_EFFECT, "reason": reason, "effect": found}
        before, after = (one.read_text(encoding="utf-8") for one in (files.program(folder, files.BASE), path))
        return {**told, "status": OK, "reason": "", "effect": found, "cost": cost(before, after)}

    return _guarded(effected, told)


def cost(before: str, after: str) -> dict[str, int]:
    """Return what turns one program into the other: the trees' edit distance, and the lines added and removed."""
    added, removed = edits.changed_lines(before, after)
    return {"edit_distance": edits.edit_distance(before, after), "lines_added": added, "lines_removed": removed}


def _guarded(act: Callable[[], dict[str, Any]], told: dict[str, Any]) -> dict[str, Any]:
    """Return what `act` returns; where it raises, that it did. The next program is not kept from its turn."""
    try:
        return act()
    except Exception as error:
        traceback.print_exc()
        words = one_line(f"{type(error).__name__}: {error}")
        return {**told, "status": RAISED, "reason": words[:_LONGEST]}


def _plain(gate: Gate) -> dict[str, Any]:
    return {**asdict(gate), "value": finite(gate.value), "limit": finite(gate.limit), "passed": bool(gate.passed)}
