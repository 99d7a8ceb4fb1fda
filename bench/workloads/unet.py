"""U-Net: four levels down and up, two 3 x 3 convolutions with ReLU at each, transposed convolutions up, one mask."""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, normal

SPEC = WorkloadSpec(
    id="unet",
    title="U-Net",
    loss="binary-crossentropy",
    sizes={
        "small": Size("small", 4, 1_941_105, {"side": 64, "channels": 3, "base": 16, "levels": 4}, parity_batch=4),
        "full": Size("full", 16, 31_031_745, {"side": 256, "channels": 3, "base": 64, "levels": 4}, parity_batch=2),
    },
    sweeps={"base": (8, 16, 32), "side": (32, 64, 128)},
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
    """Return `x` [batch, side, side, channels] and masks `y` [batch, side, side, 1], 0.0 or 1.0."""
    generator = np.random.default_rng([seed, 1])
    side = size.dimensions["side"]
    x = normal(generator, size.batch, side, side, size.dimensions["channels"])
    return {"x": x, "y": generator.integers(0, 2, size=(size.batch, side, side, 1)).astype(np.float32)}


def _declare(size: Size, store: Shapes) -> None:
    levels, base = size.dimensions["levels"], size.dimensions["base"]
    inputs = size.dimensions["channels"]
    positions = [(size.dimensions["side"] // 2**level) ** 2 for level in range(levels + 1)]
    for level in range(levels + 1):
        width = base * 2**level
        path = f"down/{level}" if level < levels else "bottom"
        store.gated_conv(f"{path}/conv1", 3, inputs, width, at=positions[level])
        store.gated_conv(f"{path}/conv2", 3, width, width, at=positions[level])
        inputs = width
    for level in reversed(range(levels)):
        width = base * 2**level
        store.conv_transpose(f"up/{level}/raise_", 2, 2 * width, width, at=positions[level + 1])
        store.gated_conv(f"up/{level}/conv1", 3, 2 * width, width, at=positions[level])
        store.gated_conv(f"up/{level}/conv2", 3, width, width, at=positions[level])
    store.conv("output", 1, base, 1, gain=0.3, at=positions[0])
