"""The instrument's own workload: dense, layer normalisation, ReLU, dense, for frameworks of known speed.

Weights: `hidden/kernel` (features, width), `hidden/bias` (width), `output/kernel` (width, 1), `output/bias` (1).
"""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec

SPEC = WorkloadSpec(
    id="dummy",
    title="the instrument's own: dense, layer normalisation, ReLU, dense",
    loss="mse",
    sizes={
        "small": Size("small", batch=16, trainable=161, dimensions={"features": 8, "width": 16}),
        "full": Size("full", batch=64, trainable=641, dimensions={"features": 8, "width": 64}),
    },
    sweeps={"width": (8, 16, 32)},
)


def batch(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return `x` (batch, features) and `y` (batch, 1), float32."""
    rng = np.random.default_rng([seed, 1])
    x = rng.standard_normal((size.batch, size.dimensions["features"])).astype(np.float32)
    return {"x": x, "y": np.tanh(x.sum(axis=1, keepdims=True)).astype(np.float32)}


def forward_flops(size: Size, phase: str) -> int:
    """Return the operations of one sample's forward pass: two dense layers, a multiply-add being two."""
    return 2 * (size.dimensions["features"] + 1) * size.dimensions["width"]


def weights(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return the canonical weights, float32: Glorot-uniform kernels, zero biases."""
    rng = np.random.default_rng([seed, 2])
    features, width = size.dimensions["features"], size.dimensions["width"]

    def glorot(rows: int, columns: int) -> np.ndarray:
        limit = np.sqrt(6 / (rows + columns))
        return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)

    return {
        "hidden/kernel": glorot(features, width),
        "hidden/bias": np.zeros(width, np.float32),
        "output/kernel": glorot(width, 1),
        "output/bias": np.zeros(1, np.float32),
    }
