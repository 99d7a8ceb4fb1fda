"""Run in an interpreter that holds one framework: takes the gates' figures of every program of one stack.

    python -m tests.bench.program_child STACK FOLDER

writes FOLDER/<workload>.npz (what `parity.figures` takes, on a small cut of the workload), FOLDER/facts.json.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import parity
from bench.discovery import load_workload
from bench.spec import Size, matched
from bench.stacks import MODES
from tests.bench.program_sizes import WORKLOADS, cut

STEPS = 3


def main(stack: str, folder: Path) -> None:
    """Take everything and write it."""
    mode = MODES[stack]
    division = matched(mode.mode)
    programs = f"bench.programs.{mode.framework}"
    base: Any = importlib.import_module(f"{programs}.base")
    base.configure(division)
    if "tensorflow" in mode.environment:
        _leave_graphs_as_they_are()
    facts: dict[str, Any] = {"canary": base.canary(division), "counts": {}, "resolved": {}, "blocks": {}}
    for name in WORKLOADS:
        module, workload, size = importlib.import_module(f"{programs}.{name}"), load_workload(name), cut(name)
        facts["counts"][name] = module.build(workload.SPEC.sizes["small"], division).trainable()
        program = module.build(size, division)
        taken = parity.figures(program, workload.batch(size, 0), workload.weights(size, 0))
        if name == "gpt":
            program.load(workload.weights(size, 0))
            taken["tokens"] = program.generate(workload.batch(size, 0)["x"], 10)
        np.savez(folder / f"{name}.npz", **taken)
        facts["resolved"][name] = program.resolved()
        # Seventeen shapes are seventeen compilations a function; the gates above went through all of them.
        if name != "ragged":
            facts["blocks"][name] = blocks(program, workload, size)
    size = cut("mlp")
    module, workload = importlib.import_module(f"{programs}.mlp"), load_workload("mlp")
    facts["host"] = blocks(module.build(size, replace(division, placement="host")), workload, size)
    facts["bf16"] = bfloat16(base, module, workload, size, division)
    facts["wrong epsilon"] = wrong_epsilon(programs, division)
    facts["shipped"] = module.build(size, replace(division, optimizer="shipped")).resolved()
    if mode.framework == "torch":
        facts["flops"] = {name: counted_flops(programs, name, division) for name in WORKLOADS if name != "lstm"}
    if mode.framework == "tensorflow":
        facts["any batch"] = {name: any_batch(programs, name, division) for name in WORKLOADS}
    (folder / "facts.json").write_text(json.dumps(facts, default=str))


def _leave_graphs_as_they_are() -> None:
    """Have TensorFlow spend no time on graphs that are run a few times."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def blocks(program: Any, workload: Any, size: Size) -> dict[str, float]:
    """Return the loss after a timed block of STEPS updates, and after a block of inference on top."""
    batch = workload.batch(size, 0)
    program.load(workload.weights(size, 0))
    placed = program.place(batch)
    program.block(placed, "train", STEPS)
    trained = program.loss_and_gradients(batch)[0]
    program.block(placed, "infer", STEPS)
    seconds = program.first_step(placed, "train")
    program.load(workload.weights(size, 0))
    return {"trained": trained, "again": program.loss_and_gradients(batch)[0], "first_step_s": seconds}


def bfloat16(base: Any, module: Any, workload: Any, size: Size, division: Any) -> dict[str, Any]:
    """Return how far the bf16 track's output is from float32's, and its canary."""
    outputs = []
    for track in (division, replace(division, precision="bf16")):
        program = module.build(size, track)
        program.load(workload.weights(size, 0))
        outputs.append(program.forward(workload.batch(size, 0)))
    program.block(program.place(workload.batch(size, 0)), "train", 1)
    error = float(np.abs(outputs[1] - outputs[0]).max() / np.abs(outputs[0]).max())
    return {"error": error, "canary": base.canary(track), "precision": program.resolved()["precision"]}


def wrong_epsilon(programs: str, division: Any) -> float:
    """Return the encoder's relative error at P1 when it is built with the framework's own epsilon."""
    size, workload = cut("encoder"), load_workload("encoder")
    outputs = []
    for norms in ("matched", "shipped"):
        program = importlib.import_module(f"{programs}.encoder").build(size, replace(division, norms=norms))
        program.load(workload.weights(size, 0))
        outputs.append(np.asarray(program.forward(workload.batch(size, 0)), np.float64))
    return parity.relative_error(outputs[0], outputs[1])


def counted_flops(programs: str, name: str, division: Any) -> dict[str, int]:
    """Return what PyTorch's own counter makes of one step, by phase; a generated token's step is one of "infer"."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    size, workload = cut(name), load_workload(name)
    program = importlib.import_module(f"{programs}.{name}").build(size, division)
    placed = program.place(workload.batch(size, 0))
    counted = {}
    for phase in ("train", "infer"):
        # A workload of several lengths meets each once. The counter does not know the CPU's fused attention.
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            program.block(placed, phase, len(placed))
        counted[phase] = counter.get_total_flops()
    return counted


def any_batch(programs: str, name: str, division: Any) -> float:
    """Return the largest error of one graph, traced with batch (and changing length) left open, at one and at three."""
    import tensorflow as tf

    size, workload = cut(name).with_batch(3), load_workload(name)
    program = importlib.import_module(f"{programs}.{name}").build(size, division)
    program.load(workload.weights(size, 0))
    inputs, _ = program.place(workload.batch(size, 0))[0]
    free = 2 if name == "ragged" else 1
    opened = tf.nest.map_structure(lambda x: tf.TensorSpec([None] * free + x.shape[free:].as_list(), x.dtype), inputs)
    function = tf.function(lambda given: program.model(given, train=False), [opened], autograph=False)
    errors = []
    for count in (1, 3):
        few = tf.nest.map_structure(lambda x, count=count: x[:count], inputs)
        errors.append(parity.relative_error(program.predict(few).numpy(), function(few).numpy()))
    assert function.experimental_get_tracing_count() == 1
    return max(errors)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
