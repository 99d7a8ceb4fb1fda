"""Every program in every framework against the same gates that come before timing, in real child processes.

A framework that is not installed is skipped with the reason; `python -m bench setup` makes its environment.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import parity
from bench.discovery import forward_flops, load_workload
from bench.environments import interpreter
from bench.spec import matched
from bench.stacks import MODES
from bench.workloads.ragged import LENGTHS
from tests.bench import numpy_models
from tests.bench.frameworks import untuned
from tests.bench.program_sizes import WORKLOADS, cut
from tests.support import ROOT

REFERENCE = "torch-eager"
STACKS = (
    REFERENCE,
    "jax-jit",
    "tensorflow-graph",
    "keras-tensorflow-graph",
    "keras-jax-jit",
    "keras-torch-eager",
)
pytestmark = pytest.mark.xdist_group("programs")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every stack's figures go."""
    return tmp_path_factory.mktemp("programs")


@cache
def _run(stack: str, folder: Path) -> Path:
    """Return the folder of a stack's figures, taken once a session. Skips where the framework is missing."""
    mode = MODES[stack]
    python, reason = interpreter(mode)
    if python is None:
        pytest.skip(reason)
    out = folder / stack
    out.mkdir()
    environment = {**os.environ, **mode.variables, **untuned(), "PYTHONPATH": str(ROOT)}
    environment["JAX_COMPILATION_CACHE_DIR"] = str(folder / "compiled")
    command = [python, "-m", "tests.bench.program_child", stack, str(out)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return out


def facts(stack: str, folder: Path) -> dict[str, Any]:
    """Return what a stack's child wrote beside its figures."""
    return json.loads((_run(stack, folder) / "facts.json").read_text())


def figures(stack: str, name: str, folder: Path) -> dict[str, np.ndarray]:
    """Return the gates' figures of a program."""
    with np.load(_run(stack, folder) / f"{name}.npz") as taken:
        return dict(taken)


@pytest.mark.parametrize("name", WORKLOADS)
@pytest.mark.parametrize("stack", STACKS[1:])
def test_programs_agree(stack: str, name: str, folder: Path) -> None:
    """P1 forward, P2 loss and gradients, P3 ten steps of SGD and Adam."""
    gates = parity.compare(figures(REFERENCE, name, folder), figures(stack, name, folder), cut(name))
    assert [gate for gate in gates if not gate.passed] == []


@pytest.mark.parametrize("stack", STACKS)
def test_counts(stack: str, folder: Path) -> None:
    """P0: the small size's trainable count, as the framework counts it."""
    wanted = {name: load_workload(name).SPEC.sizes["small"].trainable for name in WORKLOADS}
    assert facts(stack, folder)["counts"] == wanted


@pytest.mark.parametrize("name", sorted(numpy_models.FORWARD))
@pytest.mark.parametrize("stack", STACKS)
def test_forward_is_what_numpy_computes(stack: str, name: str, folder: Path) -> None:
    """An independent model in float64 guards against the same mistake made everywhere."""
    size, workload = cut(name), load_workload(name)
    wanted = numpy_models.FORWARD[name](workload.weights(size, 0), workload.batch(size, 0)["x"])
    found = figures(stack, name, folder)["forward"]
    assert parity.relative_error(wanted.ravel(), found) <= 1e-5


@pytest.mark.parametrize("stack", STACKS)
def test_a_timed_block_takes_the_steps_that_the_gates_saw(stack: str, folder: Path) -> None:
    """After three timed updates the loss is the trajectory's fourth: with the batch on the device and on the host."""
    found = facts(stack, folder)
    for name in WORKLOADS:
        if name == "ragged":
            continue
        blocks, taken = found["blocks"][name], figures(stack, name, folder)
        assert blocks["trained"] == pytest.approx(taken["adam"][3], rel=1e-4), name
        assert blocks["again"] == pytest.approx(taken["loss"][0], rel=1e-6), name
        assert blocks["first_step_s"] > 0
    assert found["host"]["trained"] == pytest.approx(figures(stack, "mlp", folder)["adam"][3], rel=1e-4)


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_in_force_is_what_was_asked(stack: str, folder: Path) -> None:
    """P5: device, compilation, precision, optimizer and epsilon read back, and the canary in both precisions."""
    found, division = facts(stack, folder), matched(MODES[stack].mode)
    for name in WORKLOADS:
        gates = parity.resolved_gates(found["resolved"][name], division, MODES[stack])
        assert [gate for gate in gates if not gate.passed] == [], name
    assert parity.canary_gate(found["canary"], "fp32", "start").passed
    assert parity.canary_gate(found["bf16"]["canary"], "bf16", "start").passed
    assert not parity.canary_gate(found["bf16"]["canary"], "fp32", "start").passed
    assert found["bf16"]["precision"] == "bf16"
    assert 1e-4 < found["bf16"]["error"] < 0.1


@pytest.mark.parametrize("stack", STACKS)
def test_generation_is_the_same_everywhere(stack: str, folder: Path) -> None:
    tokens, reference = (figures(one, "gpt", folder)["tokens"] for one in (stack, REFERENCE))
    prompt = load_workload("gpt").batch(cut("gpt"), 0)["x"]
    half = prompt.shape[1] // 2
    assert np.array_equal(tokens, reference)
    assert np.array_equal(tokens[:, :half], prompt[:, :half])
    assert not np.array_equal(tokens[:, half : half + 10], prompt[:, half : half + 10])
    assert np.array_equal(tokens[:, half + 10 :], prompt[:, half + 10 :])


def test_a_tensorflow_graph_takes_any_batch(folder: Path) -> None:
    """One graph for all batches: what is exported for serving has to take the batch that comes."""
    errors = facts("tensorflow-graph", folder)["any batch"]
    assert set(errors) == set(WORKLOADS)
    assert {name: error for name, error in errors.items() if not error <= parity.LIMITS["P1"]} == {}


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack.startswith("keras")])
def test_an_optimizer_left_as_shipped_fails_the_last_gate(stack: str, folder: Path) -> None:
    """Keras' own Adam has another epsilon: ten steps do not show it, what the worker reads back does."""
    gates = parity.resolved_gates(facts(stack, folder)["shipped"], matched(MODES[stack].mode), MODES[stack])
    assert [gate.gate for gate in gates if not gate.passed] == ["P5-adam-epsilon"]


@pytest.mark.parametrize("name", [name for name in WORKLOADS if name != "lstm"])
def test_operations_are_what_pytorch_counts(name: str, folder: Path) -> None:
    """Inference to the last operation; training is three times the forward pass but for the first layer's inputs."""
    size, found = cut(name), facts(REFERENCE, folder)["flops"][name]
    steps = LENGTHS if name == "ragged" else 1
    wanted = {phase: steps * size.batch * (forward_flops(name, size, phase) or 0) for phase in ("train", "infer")}
    assert found["infer"] == pytest.approx(wanted["infer"], rel=1e-6)
    assert 2 * wanted["train"] < found["train"] <= 3 * wanted["train"] * (1 + 1e-6)


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack.startswith("keras")])
def test_a_forgotten_epsilon_fails_the_first_gate(stack: str, folder: Path) -> None:
    assert facts(stack, folder)["wrong epsilon"] > parity.LIMITS["P1"]
