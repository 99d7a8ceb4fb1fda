"""Class numbers are floating-point."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=8,
    title="float labels",
    family="data",
    about="Class numbers come as float32.",
    expected=pilot("HHHRRR"),
)


def keras(kit: Kit) -> Figures:
    labels = kit.y.astype("float32")  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def torch(kit: Kit) -> Figures:
    labels = kit.y.astype("float32")  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def tensorflow(kit: Kit) -> Figures:
    labels = kit.y.astype("float32")  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)


def jax(kit: Kit) -> Figures:
    labels = kit.y.astype("float32")  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)
