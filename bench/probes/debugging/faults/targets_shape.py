"""Predictions are (N, 1), targets (N,): their difference is (N, N)."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=5,
    title="(N,) against (N, 1) in a squared error",
    family="data",
    about="Targets are (N,), predictions (N, 1); broadcasting makes (N, N) of their difference.",
    sizes=((13,), (1,)),
    expected=pilot("HHHWSS"),
)


def keras(kit: Kit) -> Figures:
    targets = kit.targets[:, 0]  # faulty; right: targets = kit.targets
    return kit.train(kit.regressor(), kit.x, targets, loss="mse")


def torch(kit: Kit) -> Figures:
    from torch import nn

    targets = kit.targets[:, 0]  # faulty; right: targets = kit.targets
    return kit.train(kit.regressor(), kit.x, targets, loss=nn.MSELoss())


def tensorflow(kit: Kit) -> Figures:
    import tensorflow as tf

    def squared(targets: Any, outputs: Any) -> Any:
        return tf.reduce_mean(tf.square(targets - outputs))

    targets = kit.targets[:, 0]  # faulty; right: targets = kit.targets
    return kit.train(*kit.regressor(), kit.x, targets, loss=squared)


def jax(kit: Kit) -> Figures:
    def squared(targets: Any, outputs: Any) -> Any:
        return ((targets - outputs) ** 2).mean()

    targets = kit.targets[:, 0]  # faulty; right: targets = kit.targets
    return kit.train(*kit.regressor(), kit.x, targets, loss=squared)
