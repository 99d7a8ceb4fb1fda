"""Fifty narrow dense layers on one sample, ReLU between them: hardly any arithmetic, so calls are what is timed."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, normal

SPEC = WorkloadSpec(
    id="dispatch",
    title="fifty tiny layers",
    loss="mse",
    sizes={name: Size(name, 1, 208_000, {"layers": 50, "width": 64}, parity_batch=1) for name in ("small", "full")},
    sweeps={"width": (8, 64, 256)},
)


def shapes(size: Size) -> dict[str, tuple[int, ...]]:
    """Return the canonical arrays' shapes."""
    store = Shapes()
    _declare(size, store)
    return store.arrays


def forward_flops(size: Size, phase: str) -> int:
    """Return the operations of one sample's forward pass, as `declare` counts them; in either phase the same."""
    store = Shapes()
    _declare(size, store)
    return store.flops


def weights(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return the canonical arrays, drawn from the seed."""
    store = Arrays(seed)
    _declare(size, store)
    return store.drawn


def batch(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return `x` [batch, width] and targets `y` [batch, width]."""
    generator = np.random.default_rng([seed, 1])
    width = size.dimensions["width"]
    return {"x": normal(generator, size.batch, width), "y": normal(generator, size.batch, width)}


def _declare(size: Size, store: Shapes) -> None:
    width = size.dimensions["width"]
    for layer in range(size.dimensions["layers"]):
        store.dense(f"layers/{layer}", width, width, gain=0.8)
