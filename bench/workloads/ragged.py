"""The encoder fed with seventeen lengths in random order, without padding: what a changing shape costs.

A batch holds seventeen step batches: `x` [17, batch, steps] filled up with zeros, `lengths` [17] and `y` [17, batch].
Step number i uses `x[i, :, :lengths[i]]`; `bench.programs.steps.split` takes them apart before they are placed.
"""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads import encoder
from bench.workloads.declare import labels

SPEC = WorkloadSpec(
    id="ragged",
    title="transformer encoder, changing lengths",
    loss="sparse-crossentropy",
    sizes={
        # Few samples: a block is a pass over all lengths, and a machine's pace drifts within a long one.
        "small": Size("small", 8, 533_250, encoder.SMALL, parity_batch=4),
        "full": Size("full", 32, 108_891_650, encoder.FULL, parity_batch=2),
    },
)

LENGTHS = 17
shapes = encoder.shapes
weights = encoder.weights


def forward_flops(size: Size, phase: str) -> int:
    """Return the operations of one sample's forward pass, the mean over the seventeen lengths."""
    counts = [encoder.forward_flops(size.with_dimensions(steps=int(length)), phase) for length in _lengths(size)]
    return round(sum(counts) / len(counts))


def batch(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return seventeen batches of tokens, their lengths and class labels."""
    generator = np.random.default_rng([seed, 1])
    steps = size.dimensions["steps"]
    lengths = generator.permutation(_lengths(size))
    x = labels(generator, size.dimensions["vocabulary"], LENGTHS, size.batch, steps)
    x[np.broadcast_to(np.arange(steps) >= lengths[:, None, None], x.shape)] = 0
    y = labels(generator, size.dimensions["classes"], LENGTHS, size.batch)
    return {"x": x, "lengths": lengths, "y": y}


def _lengths(size: Size) -> np.ndarray:
    steps = size.dimensions["steps"]
    return np.linspace(steps / 16 if steps > 64 else steps / 4, steps, LENGTHS).astype(np.int32)
