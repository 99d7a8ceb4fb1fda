"""Two LSTM layers over a sequence; one value is read off the last step."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, normal

SPEC = WorkloadSpec(
    id="lstm",
    title="two-layer LSTM",
    loss="mse",
    sizes={
        "small": Size("small", 64, 214_145, {"steps": 64, "features": 32, "units": 128}),
        "full": Size("full", 256, 13_116_417, {"steps": 256, "features": 128, "units": 1024}),
    },
    sweeps={"units": (32, 128, 256), "steps": (16, 64, 256)},
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
    """Return `x` [batch, steps, features] and targets `y` [batch, 1]."""
    generator = np.random.default_rng([seed, 1])
    x = normal(generator, size.batch, size.dimensions["steps"], size.dimensions["features"])
    return {"x": x, "y": normal(generator, size.batch, 1)}


def _declare(size: Size, store: Shapes) -> None:
    units = size.dimensions["units"]
    steps = size.dimensions["steps"]
    store.lstm("lstm0", size.dimensions["features"], units, steps)
    store.lstm("lstm1", units, units, steps)
    store.dense("output", units, 1, gain=2.0)
