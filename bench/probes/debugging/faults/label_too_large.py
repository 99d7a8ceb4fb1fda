"""A label stands for a class that the model does not have."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=4,
    title="label out of range",
    family="data",
    about="Some labels are 17; the model has five classes.",
    sizes=((17,), (5,)),
    expected=pilot("RSRRSR"),
)


def keras(kit: Kit) -> Figures:
    import numpy as np

    labels = np.where(kit.y == 4, 17, kit.y)  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def torch(kit: Kit) -> Figures:
    import numpy as np

    labels = np.where(kit.y == 4, 17, kit.y)  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def tensorflow(kit: Kit) -> Figures:
    import numpy as np

    labels = np.where(kit.y == 4, 17, kit.y)  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)


def jax(kit: Kit) -> Figures:
    import numpy as np

    labels = np.where(kit.y == 4, 17, kit.y)  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)
