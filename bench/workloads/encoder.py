"""A pre-norm transformer encoder with learned positions and exact GELU, mean-pooled into two classes."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, labels

SMALL = {"vocabulary": 1000, "steps": 64, "width": 128, "layers": 2, "heads": 4, "hidden": 512, "classes": 2}
FULL = {"vocabulary": 30522, "steps": 512, "width": 768, "layers": 12, "heads": 12, "hidden": 3072, "classes": 2}

SPEC = WorkloadSpec(
    id="encoder",
    title="transformer encoder",
    loss="sparse-crossentropy",
    # Four samples for the gates: with eight the two classes nearly balance, and cancel in the last biases' gradients.
    sizes={
        "small": Size("small", 32, 533_250, SMALL, parity_batch=4),
        "full": Size("full", 32, 108_891_650, FULL, parity_batch=4),
    },
    sweeps={"width": (64, 128, 256), "steps": (16, 64)},
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
    """Return tokens `x` [batch, steps] and class labels `y` [batch]."""
    generator = np.random.default_rng([seed, 1])
    x = labels(generator, size.dimensions["vocabulary"], size.batch, size.dimensions["steps"])
    return {"x": x, "y": labels(generator, size.dimensions["classes"], size.batch)}


def _declare(size: Size, store: Shapes) -> None:
    width, steps = size.dimensions["width"], size.dimensions["steps"]
    store.embedding("tokens", size.dimensions["vocabulary"], width)
    store.embedding("positions", steps, width)
    store.transformer("blocks", size.dimensions["layers"], width, size.dimensions["hidden"], steps)
    store.layer_norm("norm", width)
    store.dense("output", width, size.dimensions["classes"], gain=0.1)
