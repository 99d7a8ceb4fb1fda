"""The debugging probe's small form in every framework that is there, in real children, as a user runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.probes import records as files
from bench.probes.debugging import PROBE
from bench.probes.debugging.fault import HANDLED, RAISED, SILENT, WARNED
from bench.probes.oneshot import ask, interpreter
from bench.probes.probe import ANSWERED, ProbeOptions, Unit
from bench.stacks import MODES
from tests.support import ROOT

# The pilot's rows for three faults, and what raw TensorFlow does, as shipped.
OUTCOMES = {
    "keras-tensorflow-graph": (RAISED, HANDLED, WARNED),
    "keras-jax-jit": (RAISED, HANDLED, SILENT),
    "keras-torch-eager": (RAISED, HANDLED, SILENT),
    "torch-eager": (RAISED, WARNED, SILENT),
    "tensorflow-graph": (RAISED, SILENT, SILENT),
    "jax-jit": (RAISED, SILENT, SILENT),
}
FAULTS = ("wrong_input_width", "targets_shape", "double_softmax")
pytestmark = pytest.mark.xdist_group("probes-in-frameworks")


def answered(unit: Unit, scratch: Path) -> list[dict[str, Any]]:
    """The unit's records from a real child. Skips where its environment is missing."""
    python, reason = interpreter(unit.environment)
    if python is None:
        pytest.skip(reason)
    outcome = ask(unit, python, scratch, {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"})
    assert outcome.how == ANSWERED, (outcome.reason, outcome.output[-2000:])
    found = PROBE.records(unit, [outcome])
    assert [files.problem(record) for record in found if files.problem(record)] == []
    return found


def units(stack: str) -> dict[str, Unit]:
    """The small form's units for one stack, by what they measure."""
    found = PROBE.units(ProbeOptions(stacks=(stack,), quick=True))
    return {unit.key.split()[0]: unit for unit in found}


@pytest.mark.parametrize("stack", OUTCOMES)
def test_three_faults_end_as_they_did_in_the_pilot(stack: str, tmp_path: Path):
    found = answered(units(stack)["cells"], tmp_path)
    shipped = {one["fault"]: one for one in found if one["filtering"] in ("on", "none")}
    assert tuple(shipped[name]["outcome"] for name in FAULTS) == OUTCOMES[stack]
    assert not any(one["changed"] for one in found)
    refused = shipped["wrong_input_width"]
    assert refused["both_sizes"]
    assert refused["user_frames"] > 0
    assert "program.py" not in refused["first_line"]
    if refused["filtering"] == "on":
        bare = next(one for one in found if one["filtering"] == "off")
        assert bare["outcome"] == RAISED
        assert bare["foreign_frames"] > refused["foreign_frames"]


@pytest.mark.parametrize(
    ("stack", "shown"),
    [
        ("torch-eager", {"breakpoint": 4, "print": 4}),
        ("jax-jit", {"breakpoint": 0, "print": 0, "own-print": 4}),
    ],
)
def test_looking_inside_shows_values_or_does_not(stack: str, shown: dict[str, int], tmp_path: Path):
    found = answered(units(stack)["looks"], tmp_path)
    assert {one["look"]: one["shown"] for one in found} == shown
    assert all(one["status"] == "ok" for one in found)


RIGHT_PROGRAMS = """
import json, sys, tempfile
from pathlib import Path
from bench.probes.debugging import fault as faults, marking
from bench.probes.debugging.running import Case, run

environment, framework, mode = sys.argv[1:]
output = Path("output.txt")
output.touch()
for name in [name for name in faults.names() if faults.load(name).device]:
    _, right, marked = marking.write(faults.source(name), Path.cwd())
    for style in faults.STYLES[framework]:
        function = faults.program(name, framework, style)
        if function:
            lines = tuple(marked.lines[function])
            seen = run(Case(name, function, right, lines, environment, framework, mode, style, "cpu", 0), output)
            print("ran", name, style, bool(seen["figures"]), seen["error"])
"""


@pytest.mark.parametrize("stack", ["keras-torch-eager", "torch-eager", "tensorflow-graph", "jax-jit"])
def test_the_right_programs_of_faults_that_need_a_gpu_run_without_one(stack: str, tmp_path: Path):
    mode = MODES[stack]
    python, reason = interpreter(mode.environment)
    if python is None:
        pytest.skip(reason)
    framework = mode.environment.split("-")[0]
    on_cpu = {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [python, "-c", RIGHT_PROGRAMS, mode.environment, framework, mode.mode],
        env={**os.environ, **mode.variables, **on_cpu},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ran = [line for line in done.stdout.splitlines() if line.startswith("ran ")]
    # Keras has no program for a batch on another device.
    assert len(ran) == (4 if framework == "keras" else 6)
    assert [line for line in ran if not line.endswith("True None")] == []
