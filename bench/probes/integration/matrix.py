"""Every cell of the matrix tried with one framework: accepted, refused, or silently wrong. Runs in a child.

The cells share a process of their own below this one, which keeps what it finds in a file. Where a cell ends that
process or never comes back, the cell bears it and the next process goes on behind it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.probes.integration import stacks
from bench.probes.integration.cells import Cell, cells
from bench.probes.oneshot import ask
from bench.probes.probe import ANSWERED, HUNG, RAISED, Unit

_TRYING = "bench.probes.integration.trying"


def measure(stack: str, quick: bool, timeout_s: float) -> dict[str, Any]:
    """Return `cells`: one dict a cell, with `library`, `input`, `operation` and what came of it.

    `stack` is a file of stacks/. Raises RuntimeError where its framework, or a library beside it, cannot be imported.
    """
    file = Path("cells.jsonl").absolute()
    file.touch()
    wanted = cells(quick)
    while True:
        done = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        if len(done) == len(wanted):
            return {"cells": done}
        arguments = {"stack": stack, "quick": quick, "file": str(file), "skip": len(done)}
        unit = Unit("cells", "", _TRYING, arguments, stacks.load(stack).STACK.variables, timeout_s)
        outcome = ask(unit, sys.executable)
        if outcome.how == RAISED:
            raise RuntimeError(outcome.reason)
        if outcome.how != ANSWERED:
            _blame(wanted, file, "hung" if outcome.how == HUNG else "died", outcome.reason)


def _blame(wanted: Sequence[Cell], file: Path, status: str, reason: str) -> None:
    """Write the cell that the process was at. A last line that its end cut short is that cell's, and goes."""
    *lines, _ = file.read_text(encoding="utf-8").split("\n")
    cell = wanted[len(lines)]
    about = {"library": cell.library, "input": cell.input, "operation": cell.operation}
    lines.append(json.dumps({**about, "status": status, "message": reason[:300]}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
