"""A few features are NaN."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=19,
    title="NaN in the input",
    family="data",
    about="A few features are not a number.",
    expected=pilot("SSSSSS"),
)


def keras(kit: Kit) -> Figures:
    import numpy as np

    features = np.where(abs(kit.x) > 2, np.float32("nan"), kit.x)  # faulty; right: features = kit.x
    return kit.train(kit.classifier(), features, kit.y)


def torch(kit: Kit) -> Figures:
    import numpy as np

    features = np.where(abs(kit.x) > 2, np.float32("nan"), kit.x)  # faulty; right: features = kit.x
    return kit.train(kit.classifier(), features, kit.y)


def tensorflow(kit: Kit) -> Figures:
    import numpy as np

    features = np.where(abs(kit.x) > 2, np.float32("nan"), kit.x)  # faulty; right: features = kit.x
    return kit.train(*kit.classifier(), features, kit.y)


def jax(kit: Kit) -> Figures:
    import numpy as np

    features = np.where(abs(kit.x) > 2, np.float32("nan"), kit.x)  # faulty; right: features = kit.x
    return kit.train(*kit.classifier(), features, kit.y)
