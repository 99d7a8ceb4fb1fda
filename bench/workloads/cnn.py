"""A small convolutional network: twice a valid 3 x 3 convolution, ReLU and 2 x 2 pooling, then one dense layer."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, labels, normal

SPEC = WorkloadSpec(
    id="cnn",
    title="small convolutional network",
    loss="sparse-crossentropy",
    sizes={
        "small": Size("small", 64, 34_826, {"side": 28, "channels": 1, "width": 32, "classes": 10}),
        "full": Size("full", 4096, 34_826, {"side": 28, "channels": 1, "width": 32, "classes": 10}),
    },
    sweeps={"width": (8, 32, 128)},
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
    """Return `x` [batch, side, side, channels] and class labels `y` [batch]."""
    generator = np.random.default_rng([seed, 1])
    side, channels = size.dimensions["side"], size.dimensions["channels"]
    x = normal(generator, size.batch, side, side, channels)
    return {"x": x, "y": labels(generator, size.dimensions["classes"], size.batch)}


def _declare(size: Size, store: Shapes) -> None:
    width = size.dimensions["width"]
    first = size.dimensions["side"] - 2
    store.gated_conv("conv1", 3, size.dimensions["channels"], width, at=first**2)
    store.gated_conv("conv2", 3, width, 2 * width, at=(first // 2 - 2) ** 2)
    store.dense("output", flat_side(size) ** 2 * 2 * width, size.dimensions["classes"], gain=0.1)


def flat_side(size: Size) -> int:
    """Return the side of the last feature map: each stage takes two pixels off and halves, rounding down."""
    side = size.dimensions["side"]
    for _ in range(2):
        side = (side - 2) // 2
    return side
