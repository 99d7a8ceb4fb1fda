"""The control-flow probe's small form in every framework that is there, in real children."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.probes import records as files
from bench.probes.control_flow import PROBE
from bench.probes.oneshot import ask, interpreter
from bench.probes.probe import ANSWERED, ProbeOptions

# As written, forward: a branch that a value decides, and a side effect in Python.
OUTCOMES = {
    "keras-tensorflow-graph": ("needs-rewriting", "wrong-silently"),
    "keras-jax-jit": ("needs-rewriting", "wrong-silently"),
    "keras-torch-eager": ("runs-right", "runs-right"),
    "torch-eager": ("runs-right", "runs-right"),
    "tensorflow-graph": ("runs-right", "wrong-silently"),
    "jax-jit": ("needs-rewriting", "wrong-silently"),
}
pytestmark = pytest.mark.xdist_group("probes-in-frameworks")


@pytest.mark.parametrize("stack", OUTCOMES)
def test_a_branch_and_a_side_effect(stack: str, tmp_path: Path):
    (unit,) = PROBE.units(ProbeOptions(stacks=(stack,), quick=True))
    python, reason = interpreter(unit.environment)
    if python is None:
        pytest.skip(reason)
    outcome = ask(unit, python, tmp_path, {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"})
    assert outcome.how == ANSWERED, (outcome.reason, outcome.output[-2000:])
    found = PROBE.records(unit, [outcome])
    assert [files.problem(record) for record in found if files.problem(record)] == []
    cells = {(one["form"], one["phase"], one["version"]): one for one in found}
    written = tuple(cells[form, "forward", "as-written"]["outcome"] for form in ("branch", "side_effects"))
    assert written == OUTCOMES[stack]
    # In its own words every framework branches, both ways and backwards, where plain Python does not.
    for phase in ("forward", "gradient"):
        plain, own = cells["branch", phase, "as-written"], cells["branch", phase, "rewritten"]
        assert own["status"] == ("not-needed" if plain["outcome"] == "runs-right" else "ok")
        assert own["outcome"] in (None, "runs-right")
