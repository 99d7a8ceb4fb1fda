"""A causal transformer whose head is its token table (GPT-2's form, tanh GELU): next-token training, greedy generation.

Generation keeps a window of fixed length and no cache of keys and values: every new token costs one forward pass over
the whole window and the head at one position. Every framework does exactly that work, in static shapes. One step of the
phase "infer" is one new token for each sequence of the batch; the prompt is the first half of `x`, and when the window
is full, generation starts again from it.
"""

from __future__ import annotations

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, labels

SMALL = {"vocabulary": 256, "steps": 128, "width": 128, "layers": 4, "heads": 4, "hidden": 512}
FULL = {"vocabulary": 50257, "steps": 1024, "width": 768, "layers": 12, "heads": 12, "hidden": 3072}

SPEC = WorkloadSpec(
    id="gpt",
    title="causal transformer",
    loss="sparse-crossentropy",
    sizes={"small": Size("small", 8, 842_496, SMALL), "full": Size("full", 8, 124_439_808, FULL)},
    generates=True,
    sweeps={"width": (64, 128, 256), "steps": (32, 128)},
)


def shapes(size: Size) -> dict[str, tuple[int, ...]]:
    """Return the canonical arrays' shapes."""
    store = Shapes()
    _declare(size, store)
    return store.arrays


def forward_flops(size: Size, phase: str) -> int:
    """Return the operations of one sample's forward pass, as `declare` counts them, and of the head.

    The head multiplies by the token table: at every position in training, at one for a generated token.
    """
    store = Shapes()
    _declare(size, store)
    positions = size.dimensions["steps"] if phase == "train" else 1
    return store.flops + 2 * size.dimensions["width"] * size.dimensions["vocabulary"] * positions


def weights(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return the canonical arrays, drawn from the seed."""
    store = Arrays(seed)
    _declare(size, store)
    return store.drawn


def batch(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return tokens `x` [batch, steps] and the tokens that follow, `y` [batch, steps]."""
    generator = np.random.default_rng([seed, 1])
    text = labels(generator, size.dimensions["vocabulary"], size.batch, size.dimensions["steps"] + 1)
    return {"x": np.ascontiguousarray(text[:, :-1]), "y": np.ascontiguousarray(text[:, 1:])}


def _declare(size: Size, store: Shapes) -> None:
    width, steps = size.dimensions["width"], size.dimensions["steps"]
    store.embedding("tokens", size.dimensions["vocabulary"], width, spread=0.1)
    store.embedding("positions", steps, width, spread=0.1)
    store.transformer("blocks", size.dimensions["layers"], width, size.dimensions["hidden"], steps)
    store.layer_norm("norm", width)
