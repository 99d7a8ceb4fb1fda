"""The child's end: does a breakpoint inside the model stop, does a print show values, at every step?

Proven by value: what the debugger or the print shows has to be the number that the step's own batch gives.
"""

from __future__ import annotations

import importlib
import io
import os
import pdb
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.environment import one_line
from bench.probes.debugging import switches
from bench.probes.debugging.kits.data import BATCH, SAMPLES
from bench.probes.forked import ANSWERED, Ended, ask_all

BREAKPOINT, PRINT, OWN_PRINT = LOOKS = ("breakpoint", "print", "own-print")
# What prints from inside a compiled step in each framework, or backend; torch has nothing of its own.
OWN: Mapping[str, str] = {"tensorflow": "tf.print", "jax": "jax.debug.print"}
STEPS = 4
MARK = "== a step has ended"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?|-?\d+e[+-]?\d+")
# Pdb's line on where it stopped: `> <file>(<line>)<function>()`, the prompt of the command before it in front.
_STOPPED = re.compile(r"^(?:\(Pdb\) )?> .*?\.py\(\d+\)\w+\(\)", re.MULTILINE)
_SHOWN = re.compile(r"^\(Pdb\) (.*)$", re.MULTILINE)
_SEEN = re.compile(r"^seen (.*)$", re.MULTILINE)


def measure(
    stack: str,
    framework: str,
    backend: str,
    mode: str,
    switch: str,
    device: str,
    seed: int,
    timeout_s: float,
) -> dict[str, Any]:
    """Return `looks`: one dict for each way to look into a model, see `_facts`. `switch` is the mode's own, or off."""
    importlib.import_module(framework)
    importlib.import_module(f"bench.probes.debugging.looks.{framework}")
    calls = ways(framework, backend)
    questions = [partial(_look, look, framework, mode, switch, device, seed) for look in calls]
    ended = ask_all(questions, 1, timeout_s, time.monotonic() + timeout_s * len(calls))
    looks = [_facts(look, call, one) for (look, call), one in zip(calls.items(), ended, strict=True)]
    return {"stack": stack, "looks": looks}


def ways(framework: str, backend: str) -> dict[str, str]:
    """Return the call by way to look into a model; what prints from a compiled step is the backend's own."""
    own = OWN.get(backend or framework)
    return {BREAKPOINT: "breakpoint()", PRINT: "print", **({OWN_PRINT: own} if own else {})}


def _facts(look: str, call: str, ended: Ended) -> dict[str, Any]:
    """Return what a way to look showed.

    steps   the steps taken                                  times   stops, or printed lines, up to the last one's end
    shown   steps at which the step's own number was seen    example the first thing seen
    """
    common = {"look": look, "call": call, "steps": STEPS}
    if ended.how != ANSWERED:
        reason = one_line(f"{ended.how}: {ended.reason}")[:300]
        return {**common, "status": "not-run", "reason": reason, "times": None, "shown": None, "example": ""}
    return {**common, "status": "ok", **ended.answer}


def _look(look: str, framework: str, mode: str, switch: str, device: str, seed: int, output: Path) -> dict[str, Any]:
    kits = importlib.import_module(f"bench.probes.debugging.kits.{framework}")
    program = importlib.import_module(f"bench.probes.debugging.looks.{framework}")
    # Some modes are a switch.
    switches.turn(switch)
    kit = _marking(kits.Kit)("subclass", mode, device, seed)
    kit.start()
    expected = [float(np.sum(kit.x[start])) for start in range(0, SAMPLES, BATCH)] * (STEPS * BATCH // SAMPLES)
    sys.breakpointhook = _scripted
    reason = ""
    try:
        program.train(kit, look)
    except Exception as error:
        reason = one_line(f"{type(error).__name__}: {error}")[:300]
    sys.stdout.flush()
    return {"reason": reason, **count(look, output.read_text(encoding="utf-8", errors="replace"), expected)}


def count(look: str, text: str, expected: Sequence[float]) -> dict[str, Any]:
    """Return times, shown and example from what was printed, cut into steps by the marks between them."""
    parts = text.split(MARK)[: len(expected)]
    times, shown, example = 0, 0, ""
    for part, value in zip(parts, expected, strict=False):
        lines = (_SHOWN if look == BREAKPOINT else _SEEN).findall(part)
        times += len(_STOPPED.findall(part)) if look == BREAKPOINT else len(lines)
        numbers = [float(number) for line in lines for number in _NUMBER.findall(line)]
        shown += any(abs(number - value) <= 1e-3 * max(1.0, abs(value)) for number in numbers)
        example = example or next(iter(lines), "")
    return {"times": times, "shown": shown, "example": one_line(example)[:200]}


def _marking(kind: type[Any]) -> Callable[..., Any]:
    """Return the kit with a mark in the output after every step."""

    def stepped(self: Any, loss: float) -> None:
        kind.stepped(self, loss)
        if "jax" in sys.modules:
            # What jax.debug.print has not delivered yet belongs to this step.
            sys.modules["jax"].effects_barrier()
        sys.stdout.flush()
        os.write(1, f"\n{MARK}\n".encode())

    return type("Marking", (kind,), {"stepped": stepped})


def _scripted(*args: Any, **kwargs: Any) -> None:
    """Be breakpoint(): stop where it was called, print the unit's value as a user would, and go on."""
    script = io.StringIO("p hidden[0, 0]\ncontinue\n")
    debugger = pdb.Pdb(stdin=script, stdout=sys.stdout, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    debugger.set_trace(sys._getframe(1))
