"""Three workloads' forward passes in plain numpy and float64, written from their definitions and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Weights = Mapping[str, np.ndarray]


def _wide(weights: Weights) -> dict[str, np.ndarray]:
    return {name: array.astype(np.float64) for name, array in weights.items()}


def mlp(weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return logits of the perceptron."""
    arrays, hidden = _wide(weights), x.astype(np.float64)
    for layer in range(3):
        hidden = np.maximum(hidden @ arrays[f"hidden{layer}/kernel"] + arrays[f"hidden{layer}/bias"], 0)
    return hidden @ arrays["output/kernel"] + arrays["output/bias"]


def cnn(weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return logits of the convolutional network."""
    arrays, maps = _wide(weights), x.astype(np.float64)
    for name in ("conv1", "conv2"):
        kernel = arrays[f"{name}/kernel"]
        side = maps.shape[1] - 2
        total = np.zeros((len(maps), side, side, kernel.shape[3])) + arrays[f"{name}/bias"]
        for row in range(3):
            for column in range(3):
                total += maps[:, row : row + side, column : column + side] @ kernel[row, column]
        even = side // 2 * 2
        pooled = np.maximum(total, 0)[:, :even, :even].reshape(len(maps), even // 2, 2, even // 2, 2, -1)
        maps = pooled.max(axis=(2, 4))
    return maps.reshape(len(maps), -1) @ arrays["output/kernel"] + arrays["output/bias"]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm(weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return the value read off the last step of two layers."""
    arrays, sequence = _wide(weights), x.astype(np.float64)
    for name in ("lstm0", "lstm1"):
        kernel, recurrent, bias = (arrays[f"{name}/{part}"] for part in ("kernel", "recurrent", "bias"))
        units = len(recurrent)
        hidden, cell = np.zeros((len(x), units)), np.zeros((len(x), units))
        states = []
        for step in range(sequence.shape[1]):
            gates = sequence[:, step] @ kernel + hidden @ recurrent + bias
            write, forget, candidate, read = (gates[:, part * units : (part + 1) * units] for part in range(4))
            cell = _sigmoid(forget) * cell + _sigmoid(write) * np.tanh(candidate)
            hidden = _sigmoid(read) * np.tanh(cell)
            states.append(hidden)
        sequence = np.stack(states, axis=1)
    return sequence[:, -1] @ arrays["output/kernel"] + arrays["output/bias"]


FORWARD: Mapping[str, Callable[[Weights, np.ndarray], np.ndarray]] = {"mlp": mlp, "cnn": cnn, "lstm": lstm}
