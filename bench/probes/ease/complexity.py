"""Cyclomatic complexity and Halstead volume of the programs, by radon: what runs in the environment that has it.

Radon's Halstead counts arithmetic, comparisons and assignments with an operator, not calls: a program that only puts
layers together has volume 0. `syntax_volume` of the programs' counts has the same formula over the whole syntax tree.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from radon.complexity import cc_visit
from radon.metrics import h_visit
from radon.visitors import Function

from bench.probes.ease.files import texts
from bench.probes.ease.syntax import ALL, Program


def measure(folders: list[str], workloads: list[str]) -> dict[str, Any]:
    """Return `radon`, its version, and `programs`: of every program and part the two measures."""
    found = []
    for folder, workload, change, text in texts(folders, workloads):
        if change:
            continue
        program = Program(text)
        for part in ALL:
            found.append({"program": folder, "workload": workload, "part": part, **_measures(program.source(part))})
    return {"radon": version("radon"), "programs": found}


def _measures(text: str) -> dict[str, Any]:
    """Return the sum and the largest of the cyclomatic complexities of all functions and methods, and the volume."""
    blocks = cc_visit(text)
    functions = [one for one in blocks if isinstance(one, Function)]
    inner = [closure for one in functions for closure in one.closures]
    values = [one.complexity for one in (*functions, *inner)]
    return {
        "cyclomatic_sum": sum(values),
        "cyclomatic_max": max(values, default=0),
        "halstead_volume": round(h_visit(text).total.volume, 3),
    }
