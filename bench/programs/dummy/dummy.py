"""The dummy framework's program: a real forward and backward pass in numpy, and steps of known length."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.programs.dummy import base
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, Division, Size


class DummyProgram:
    """Dense, layer normalisation, ReLU, dense. Inference takes half a training step."""

    def __init__(self, size: Size, division: Division) -> None:
        self.size = size
        self.division = division
        self.heap = base.heap()
        self.weights: dict[str, np.ndarray] = {}
        self.epsilon = 1e-3 if base.fault() == "wrong-epsilon" or division.norms == "shipped" else NORM_EPSILON
        self.adam = dict(MATCHED_OPTIMIZERS["adam"])
        if base.fault() == "adam-epsilon" or division.optimizer == "shipped":
            self.adam["epsilon"] = 1e-8

    def trainable(self) -> int:
        """Return the number of trainable parameters."""
        features, width = self.size.dimensions["features"], self.size.dimensions["width"]
        return features * width + width + width + 1 + (base.fault() == "wrong-count")

    def load(self, weights: Mapping[str, np.ndarray]) -> None:
        """Keep the weights in double precision."""
        self.weights = {name: array.astype(np.float64) for name, array in weights.items()}
        if base.fault() == "perturbed-weight":
            self.weights["hidden/kernel"][0, 0] += 1e-3

    def _hidden(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the normalised hidden values, their scale, and the values after ReLU."""
        hidden = x @ self.weights["hidden/kernel"] + self.weights["hidden/bias"]
        centred = hidden - hidden.mean(axis=1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + self.epsilon)
        normed = centred / scale
        return normed, scale, np.maximum(normed, 0)

    def forward(self, batch: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the output, float32, (batch, 1), by what inference runs."""
        base.compiled("infer")
        _, _, active = self._hidden(batch["x"].astype(np.float64))
        return (active @ self.weights["output/kernel"] + self.weights["output/bias"]).astype(np.float32)

    def loss_and_gradients(self, batch: Mapping[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
        """Return the mean squared error and its gradients."""
        x, y = batch["x"].astype(np.float64), batch["y"].astype(np.float64)
        normed, scale, active = self._hidden(x)
        error = active @ self.weights["output/kernel"] + self.weights["output/bias"] - y
        outer = 2 * error / error.size
        inner = (outer @ self.weights["output/kernel"].T) * (normed > 0)
        width_mean = inner.mean(axis=1, keepdims=True)
        along = normed * (inner * normed).mean(axis=1, keepdims=True)
        before = (inner - width_mean - along) / scale
        gradients = {
            "hidden/kernel": x.T @ before,
            "hidden/bias": before.sum(axis=0),
            "output/kernel": active.T @ outer,
            "output/bias": outer.sum(axis=0),
        }
        if base.fault() == "wrong-gradient":
            gradients["output/bias"] = gradients["output/bias"] * 1.001
        return float((error**2).mean()), gradients

    def trajectory(self, batch: Mapping[str, np.ndarray], optimizer: str, steps: int) -> list[float]:
        """Return the loss before each update."""
        rate = MATCHED_OPTIMIZERS[optimizer]["learning_rate"] * (1.5 if base.fault() == "wrong-optimizer" else 1)
        first = {name: np.zeros_like(array) for name, array in self.weights.items()}
        second = {name: np.zeros_like(array) for name, array in self.weights.items()}
        losses = []
        for step in range(1, steps + 1):
            loss, gradients = self.loss_and_gradients(batch)
            losses.append(loss)
            for name, gradient in gradients.items():
                if optimizer == "sgd":
                    self.weights[name] = self.weights[name] - rate * gradient
                    continue
                first[name] = self.adam["beta_1"] * first[name] + (1 - self.adam["beta_1"]) * gradient
                second[name] = self.adam["beta_2"] * second[name] + (1 - self.adam["beta_2"]) * gradient**2
                mean = first[name] / (1 - self.adam["beta_1"] ** step)
                spread = np.sqrt(second[name] / (1 - self.adam["beta_2"] ** step))
                self.weights[name] = self.weights[name] - rate * mean / (spread + self.adam["epsilon"])
        return losses

    def place(self, batch: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the batch as it is: the dummy's device is the host."""
        return batch

    def block(self, placed: Mapping[str, np.ndarray], phase: str, steps: int) -> None:
        """Take the known time for `steps` steps, and wait for it unless told to forget."""
        base.DEVICE.misbehave()
        base.DEVICE.run(steps * base.step_seconds() * (1.0 if phase == "train" else 0.5))
        if base.fault() != "missing-sync":
            base.DEVICE.wait()

    def first_step(self, placed: Mapping[str, np.ndarray], phase: str) -> float:
        """Take twenty steps' time, as if something were compiled."""
        if base.fault() == "oom":
            raise MemoryError("the dummy was told to have no memory")
        begun = time.perf_counter()
        base.compiled(phase)
        base.DEVICE.run(20 * base.step_seconds())
        base.DEVICE.wait()
        return time.perf_counter() - begun

    def resolved(self) -> dict[str, Any]:
        """Return what is in force."""
        return {
            "jit": False,
            "device": "cuda" if base.fault() == "wrong-device" else self.division.device,
            "dtype": "float32",
            "layout": None,
            "threads": self.division.threads,
            "precision": "fp32" if self.division.precision == "shipped" else self.division.precision,
            "optimizer": dict(self.adam),
            "norm_epsilon": self.epsilon,
            "versions": {"numpy": np.__version__},
        }

    def memory(self) -> dict[str, Any]:
        """Return the process's high water of resident memory."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return {"peak_bytes": peak, "method": "ru_maxrss"}

    def compiles(self) -> dict[str, Any]:
        """Return nothing: the dummy compiles nothing."""
        return {"compiles": 0, "graph_breaks": 0}


def build(size: Size, division: Division) -> DummyProgram:
    """Return the dummy program at that size under that division."""
    return DummyProgram(size, division)
