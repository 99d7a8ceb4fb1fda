"""A multilayer perceptron: ReLU layers of one width, classified into ten."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, labels, normal

SPEC = WorkloadSpec(
    id="mlp",
    title="multilayer perceptron",
    loss="sparse-crossentropy",
    sizes={
        "small": Size("small", 256, 142_602, {"inputs": 32, "width": 256, "layers": 3, "classes": 10}),
        "full": Size("full", 4096, 53_600_266, {"inputs": 784, "width": 4096, "layers": 4, "classes": 10}),
    },
    sweeps={"width": (64, 256, 1024, 2048)},
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
    """Return `x` [batch, inputs] and class labels `y` [batch]."""
    generator = np.random.default_rng([seed, 1])
    x = normal(generator, size.batch, size.dimensions["inputs"])
    return {"x": x, "y": labels(generator, size.dimensions["classes"], size.batch)}


def _declare(size: Size, store: Shapes) -> None:
    inputs, width = size.dimensions["inputs"], size.dimensions["width"]
    for layer in range(size.dimensions["layers"]):
        store.dense(f"hidden{layer}", inputs, width)
        inputs = width
    store.dense("output", inputs, size.dimensions["classes"])
