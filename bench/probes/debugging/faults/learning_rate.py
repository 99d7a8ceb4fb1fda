"""The learning rate is a hundred times too large."""

from __future__ import annotations

from bench.probes.debugging.fault import LEARNS, Fault, Figures, Kit, pilot

FAULT = Fault(
    number=11,
    title="learning rate of 10",
    family="training",
    about="SGD steps a hundred times too far.",
    right=LEARNS,
    expected=pilot("SSSSSS"),
)


def keras(kit: Kit) -> Figures:
    import keras

    optimizer = keras.optimizers.SGD(10.0)  # faulty; right: optimizer = keras.optimizers.SGD(0.1)
    return kit.train(kit.classifier(), kit.x, kit.y, optimizer=optimizer, epochs=10)


def torch(kit: Kit) -> Figures:
    import torch

    model = kit.classifier()
    optimizer = torch.optim.SGD(model.parameters(), 10.0)  # faulty; right: optimizer = None
    return kit.train(model, kit.x, kit.y, optimizer=optimizer, epochs=10)


def tensorflow(kit: Kit) -> Figures:
    rate = 10.0  # faulty; right: rate = 0.1
    return kit.train(*kit.classifier(), kit.x, kit.y, rate=rate, epochs=10)


def jax(kit: Kit) -> Figures:
    rate = 10.0  # faulty; right: rate = 0.1
    return kit.train(*kit.classifier(), kit.x, kit.y, rate=rate, epochs=10)
