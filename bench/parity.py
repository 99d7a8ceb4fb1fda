"""Parity: whether two programs are the same model. Figures are taken in the worker and judged in the runner.

The gates are the benchmark's own, P0 to P5. A relative error is the largest absolute difference over the largest
absolute value of the reference. Gradients are judged twice: all together, by the norm of the difference over the norm
of the reference, and each tensor by itself. There a gradient whose reference is nearly zero everywhere (a key's bias
under a softmax) is held against a thousandth of the largest one: rounding is all that such a tensor contains.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.program import Arrays, Program
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, Division, Mode, Size
from bench.stacks import COMPILED

LIMITS: Mapping[str, float] = {
    "P1": 1e-5,
    "P2-loss": 1e-5,
    "P2-gradients": 1e-5,
    "P2-tensors": 1e-5,
    "P3-sgd": 1e-5,
    "P3-adam": 1e-3,
}
# On a GPU libraries choose among algorithms that add up in other orders, by transforms too: limits are this many times
# as wide. What TF32 loses (2^-11 of a factor, 5e-4) is beyond that of outputs and gradients; the canary sees TF32.
ON_GPU = 10.0
# Steps to half the first loss, in logarithms: a tenth is one step in ten.
TIME_TO_LOSS_LIMIT = 0.1
TIME_TO_LOSS_STEPS = 50
TIME_TO_LOSS_SEEDS = 5
TRAJECTORY_STEPS = 10
# Whether programs do the same work does not hang on the data, but a gradient whose terms happen to cancel magnifies
# their rounding: of `encoder`'s under seed 7 it made 2.9e-5, of those under seed 0 2e-6. So all runs judge on one seed.
SEED = 0
# Larger tensors are judged on this many entries at fixed places, and on their norm over all entries.
SAMPLE = 65_536
# (1024² matrix of 1.0001) @ ones: 1.0001 is 1 in TF32 and in bf16, whose mantissas have 10 and 7 bits.
CANARY = {"fp32": (1024.05, 1024.2), "tf32": (1023.9, 1024.05), "bf16": (1023.0, 1025.0)}
# A block that left more than this to the device had not waited for it.
LATE_SECONDS = 0.002
LATE_SHARE = 0.05


@dataclass(frozen=True)
class Gate:
    """One judged figure: the gate, the figure, its limit, whether it passed, and in words what was compared."""

    gate: str
    value: float
    limit: float
    passed: bool
    detail: str = ""


def figures(program: Program, batch: Arrays, weights: Arrays) -> dict[str, np.ndarray]:
    """Return what P1 to P3 compare, by name: `forward`, `loss`, `gradient:*`, `norm:*`, `sgd`, `adam`."""
    program.load(weights)
    taken = {"forward": sampled("forward", program.forward(batch))}
    loss, gradients = program.loss_and_gradients(batch)
    taken["loss"] = np.asarray([loss], np.float64)
    for name, gradient in gradients.items():
        taken[f"gradient:{name}"] = sampled(name, gradient)
        taken[f"norm:{name}"] = np.asarray([np.linalg.norm(np.asarray(gradient, np.float64).ravel()), gradient.size])
    for optimizer in ("sgd", "adam"):
        program.load(weights)
        taken[optimizer] = np.asarray(program.trajectory(batch, optimizer, TRAJECTORY_STEPS), np.float64)
    return taken


def few_shapes(batch: Arrays) -> Arrays:
    """Return a batch as it is, of one with many step batches every fourth: each shape is compiled for each figure.

    The timed programs are held to each other on all of them.
    """
    return {name: array[::4] for name, array in batch.items()} if "lengths" in batch else batch


def steps_to_half(losses: Sequence[float]) -> int:
    """Return the number of updates after which the loss is at most half the first one; one more than all if never."""
    return next((step for step, loss in enumerate(losses) if loss <= losses[0] / 2), len(losses))


def sampled(name: str, array: np.ndarray) -> np.ndarray:
    """Return the array flat, float64; of a large one SAMPLE entries at places that depend on its name alone."""
    flat = np.asarray(array).ravel()
    if flat.size > SAMPLE:
        rng = np.random.default_rng([zlib.crc32(name.encode()), flat.size])
        flat = flat[rng.integers(0, flat.size, SAMPLE)]
    return flat.astype(np.float64)


def limits_of(size: Size, device: str) -> dict[str, float]:
    """Return what each gate allows for a size on a device, in fp32."""
    wider = ON_GPU if device == "cuda" else 1.0
    return {gate: wider * limit for gate, limit in {**LIMITS, **size.tolerances}.items()}


def compare(reference: Arrays, other: Arrays, size: Size, device: str = "cpu") -> list[Gate]:
    """Return P1 to P3 of `other` against `reference`, each at its worst tensor."""
    limits = limits_of(size, device)
    gates = [
        _close("P1", reference, other, ["forward"], limits),
        _close("P2-loss", reference, other, ["loss"], limits),
        _gradients(reference, other, limits),
        _tensors(reference, other, limits),
        _close("P3-sgd", reference, other, ["sgd"], limits),
        _close("P3-adam", reference, other, ["adam"], limits),
    ]
    if "steps-to-half" in reference and "steps-to-half" in other:
        gates.append(_time_to_loss(reference["steps-to-half"], other["steps-to-half"]))
    return gates


def _close(gate: str, reference: Arrays, other: Arrays, names: list[str], limits: Mapping[str, float]) -> Gate:
    errors = {name: relative_error(reference.get(name), other.get(name)) for name in names}
    worst = max(errors, key=lambda name: errors[name])
    return Gate(gate, errors[worst], limits[gate], errors[worst] <= limits[gate], worst)


def _gradients(reference: Arrays, other: Arrays, limits: Mapping[str, float]) -> Gate:
    """Hold all gradients together to each other; of a large tensor its sample stands for all its entries."""
    limit, names = limits["P2-gradients"], [name for name in reference if name.startswith("gradient:")]
    apart = whole = 0.0
    for name in names:
        one, two = reference[name], other.get(name)
        if two is None or one.shape != two.shape:
            return Gate("P2-gradients", float("inf"), limit, False, f"{name} is missing or of another size")
        entries = float(reference[name.replace("gradient:", "norm:", 1)][1]) / max(1, one.size)
        apart += entries * float(np.square(one - two).sum())
        whole += entries * float(np.square(one).sum())
    error = math.sqrt(apart / whole) if whole > 0 and math.isfinite(apart) else float("inf")
    return Gate("P2-gradients", error, limit, error <= limit, "all gradients, by norm")


def _tensors(reference: Arrays, other: Arrays, limits: Mapping[str, float]) -> Gate:
    """Hold each gradient to its own size."""
    names = sorted(name for name in {*reference, *other} if name.startswith("gradient:"))
    largest = max((float(np.abs(reference[name]).max(initial=0)) for name in names if name in reference), default=0.0)
    errors = {name: relative_error(reference.get(name), other.get(name), 1e-3 * largest) for name in names}
    for name in [name for name in {*reference, *other} if name.startswith("norm:")]:
        values = reference.get(name)
        floor = 1e-3 * largest * float(np.sqrt(values[1])) if values is not None else 0.0
        norms = [None if values is None else values[:1] for values in (values, other.get(name))]
        errors[name] = relative_error(norms[0], norms[1], floor)
    if not errors:
        return Gate("P2-tensors", float("inf"), limits["P2-tensors"], False, "no gradients")
    worst = max(errors, key=lambda name: errors[name])
    return Gate("P2-tensors", errors[worst], limits["P2-tensors"], errors[worst] <= limits["P2-tensors"], worst)


def relative_error(reference: np.ndarray | None, other: np.ndarray | None, floor: float = 0.0) -> float:
    """Return the largest difference over the reference's largest value, at least `floor`; infinite if incomparable.

    Incomparable are a missing array, another number of entries, and anything that is not finite.
    """
    if reference is None or other is None or reference.shape != other.shape:
        return float("inf")
    if not (np.isfinite(reference).all() and np.isfinite(other).all()):
        return float("inf")
    difference = float(np.abs(reference - other).max(initial=0))
    scale = max(float(np.abs(reference).max(initial=0)), floor)
    return 0.0 if difference == 0 else difference / scale if scale > 0 else float("inf")


def _time_to_loss(reference: np.ndarray, other: np.ndarray) -> Gate:
    apart = float(abs(np.log(other + 1).mean() - np.log(reference + 1).mean()))
    return Gate("P4", apart, TIME_TO_LOSS_LIMIT, apart <= TIME_TO_LOSS_LIMIT, "log steps to half the first loss")


def judge(taken: Mapping[str, Arrays], size: Size, device: str = "cpu") -> tuple[str, dict[str, list[Gate]]]:
    """Return the reference stack and every stack's gates P1 to P3.

    `taken` is in the declared order. The reference is the stack that most others agree with, the first in order among
    equals: one wrong program must not condemn all the right ones. Where no two agree, nobody passes. One stack alone
    passes unopposed; it stands in no contrast either.
    """
    stacks = list(taken)
    against = {
        one: {other: compare(taken[one], taken[other], size, device) for other in stacks if other != one}
        for one in stacks
    }
    friends = {one: sum(all(gate.passed for gate in gates) for gates in against[one].values()) for one in stacks}
    best = max(stacks, key=lambda stack: friends[stack])
    judged = {stack: against[best][stack] for stack in stacks if stack != best}
    lonely = len(stacks) > 1 and friends[best] == 0
    judged[best] = [
        Gate("P1", 0.0, limits_of(size, device)["P1"], not lonely, "no two stacks agree" if lonely else "reference")
    ]
    return best, judged


def count_gate(found: int, size: Size) -> Gate:
    """Return P0: the trainable count against the workload's. A size without a count (0) passes with any."""
    passed = size.trainable in (0, found)
    return Gate("P0", float(found), float(size.trainable or found), passed, "trainable parameters")


def canary_gate(value: float, precision: str, when: str) -> Gate:
    """Return the precision canary's gate. `shipped` passes with any value, which is recorded."""
    low, high = CANARY.get(precision, (float("-inf"), float("inf")))
    passed = low <= value <= high
    detail = f"canary at the {when}: {value:.4f}, {precision} gives {low} to {high}"
    return Gate("P5-canary", value, high, passed, detail)


def resolved_gates(resolved: Mapping[str, Any], division: Division, mode: Mode) -> list[Gate]:
    """Return P5's gates on what the worker read back: device, compilation, threads, layout, precision, allocator, Adam
    and epsilon.

    A program without images has no layout, and one without normalisation no epsilon: there is nothing to judge then.
    """
    wanted: dict[str, Any] = {"device": division.device, "jit": division.mode in COMPILED}
    if division.threads is not None and resolved.get("threads") is not None:
        wanted["threads"] = division.threads
    if division.layout != "shipped" and resolved.get("layout") is not None:
        wanted["layout"] = division.layout
    if division.precision != "shipped":
        wanted["precision"] = division.precision
    # Another C library than glibc does not tell.
    if division.allocator != "shipped" and resolved.get("allocator") is not None:
        wanted["allocator"] = division.allocator
    gates = [_equal(f"P5-{key}", resolved.get(key), value) for key, value in wanted.items()]
    if division.optimizer == "matched":
        held = resolved.get("optimizer") or {}
        gates += [_near(f"P5-adam-{key}", held.get(key), value) for key, value in MATCHED_OPTIMIZERS["adam"].items()]
    if division.norms == "matched" and resolved.get("norm_epsilon") is not None:
        gates.append(_near("P5-norm-epsilon", resolved["norm_epsilon"], NORM_EPSILON))
    return gates


def _equal(gate: str, found: object, wanted: object) -> Gate:
    same = found == wanted
    return Gate(gate, float(same), 1.0, same, f"found {found}, wanted {wanted}")


def _near(gate: str, found: object, wanted: float) -> Gate:
    """An optimizer may hold its values in float32, so a millionth is equal."""
    value = float(found) if isinstance(found, int | float) else float("nan")
    same = abs(value - wanted) <= 1e-6 * abs(wanted)
    return Gate(gate, value, wanted, bool(same), f"found {found}, wanted {wanted}")


def sync_gate(wall: float, left: float) -> Gate:
    """Return whether a block of `wall` seconds had waited for the device, which then needed `left` seconds more."""
    limit = max(LATE_SECONDS, LATE_SHARE * wall)
    detail = f"the device worked {left * 1000:.2f} ms beyond a block of {wall * 1000:.2f} ms"
    return Gate("P5-sync", left, limit, left <= limit, detail)
