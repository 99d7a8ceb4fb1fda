"""There is a label less than there are samples."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=14,
    title="features and labels of different length",
    family="data",
    about="26 samples come with 25 labels.",
    sizes=((26, 13), (25, 12)),
    expected=pilot("RRRRRR"),
)


def keras(kit: Kit) -> Figures:
    labels = kit.y[:-1]  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def torch(kit: Kit) -> Figures:
    labels = kit.y[:-1]  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def tensorflow(kit: Kit) -> Figures:
    labels = kit.y[:-1]  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)


def jax(kit: Kit) -> Figures:
    labels = kit.y[:-1]  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)
