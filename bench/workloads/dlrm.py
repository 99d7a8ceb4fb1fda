"""A recommendation model: embedded categories beside dense features, through a perceptron to one click logit."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, normal

SMALL = {"tables": 8, "rows": 10_000, "width": 16, "dense": 13, "hidden0": 256, "hidden1": 128}
FULL = {"tables": 26, "rows": 100_000, "width": 64, "dense": 13, "hidden0": 1024, "hidden1": 512}

SPEC = WorkloadSpec(
    id="dlrm",
    title="recommendation model",
    loss="binary-crossentropy",
    sizes={"small": Size("small", 512, 1_349_377, SMALL), "full": Size("full", 8192, 168_643_585, FULL)},
    sweeps={"rows": (1_000, 10_000, 100_000)},
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
    """Return `categories` [batch, tables], `dense` [batch, features] and clicks `y` [batch, 1], 0.0 or 1.0."""
    generator = np.random.default_rng([seed, 1])
    categories = generator.integers(
        0, size.dimensions["rows"], size=(size.batch, size.dimensions["tables"]), dtype=np.int32
    )
    dense = normal(generator, size.batch, size.dimensions["dense"])
    clicks = generator.integers(0, 2, size=(size.batch, 1)).astype(np.float32)
    return {"categories": categories, "dense": dense, "y": clicks}


def _declare(size: Size, store: Shapes) -> None:
    dimensions = size.dimensions
    for table in range(dimensions["tables"]):
        store.embedding(f"tables/{table}", dimensions["rows"], dimensions["width"], spread=0.1)
    store.dense("hidden0", dimensions["tables"] * dimensions["width"] + dimensions["dense"], dimensions["hidden0"])
    store.dense("hidden1", dimensions["hidden0"], dimensions["hidden1"])
    store.dense("output", dimensions["hidden1"], 1)
