"""What tests that run the frameworks themselves need: their interpreters, or a reason to skip that says what to do."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bench.environments import interpreter
from bench.results import Record
from bench.stacks import MODES, untuned_variables


def untuned() -> dict[str, str]:
    """Variables for tests that ask what a program computes, not how fast, on top of what all tests have.

    Three quarters of XLA's time go into code that is run a few times. The environments hold releases that know the
    flags.
    """
    return {
        "XLA_FLAGS": f"{untuned_variables('cpu')['XLA_FLAGS']} --xla_cpu_use_fusion_emitters=false",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }


def python_of(stack: str) -> str:
    """Return the interpreter that holds a stack's framework. Skips, naming the command that makes one, if none does."""
    python, reason = interpreter(MODES[stack])
    if python is None:
        pytest.skip(reason)
    return python


def all_of(*stacks: str) -> None:
    """Skip unless every stack can run here."""
    for stack in stacks:
        python_of(stack)


def every_gate_holds(records: Sequence[Record], stacks: Sequence[str]) -> None:
    """Assert that a run judged every stack, and that none failed: all are compared, but for the one they agree with."""
    judged = [one for one in records if one["kind"] == "parity"]
    assert [one for one in judged if not one["passed"]] == []
    gates = {stack: {one["gate"][:2] for one in judged if one["stack"] == stack} for stack in stacks}
    assert [stack for stack in stacks if not {"P0", "P1", "P5"} <= gates[stack]] == []
    compared = [stack for stack in stacks if {"P2", "P3"} <= gates[stack]]
    assert len(compared) == len(stacks) - 1
