"""Features are float64, as NumPy makes them."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=9,
    title="float64 input",
    family="data",
    about="Features are float64, which is what NumPy makes; weights are float32.",
    expected=pilot("HHHRHR"),
)


def keras(kit: Kit) -> Figures:
    features = kit.x.astype("float64")  # faulty; right: features = kit.x
    return kit.train(kit.classifier(), features, kit.y)


def torch(kit: Kit) -> Figures:
    features = kit.x.astype("float64")  # faulty; right: features = kit.x
    return kit.train(kit.classifier(), features, kit.y)


def tensorflow(kit: Kit) -> Figures:
    features = kit.x.astype("float64")  # faulty; right: features = kit.x
    return kit.train(*kit.classifier(), features, kit.y)


def jax(kit: Kit) -> Figures:
    features = kit.x.astype("float64")  # faulty; right: features = kit.x
    return kit.train(*kit.classifier(), features, kit.y)
