"""Labels are one-hot, the loss takes class numbers."""

from __future__ import annotations

from bench.probes.debugging.fault import Fault, Figures, Kit, pilot

FAULT = Fault(
    number=7,
    title="one-hot labels into sparse cross-entropy",
    family="data",
    about="Labels are rows of zeros and a one; the loss wants class numbers.",
    sizes=((13,), (5,)),
    expected=pilot("RRRRRR"),
)


def keras(kit: Kit) -> Figures:
    import numpy as np

    labels = np.eye(5, dtype=np.int64)[kit.y]  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def torch(kit: Kit) -> Figures:
    import numpy as np

    labels = np.eye(5, dtype=np.int64)[kit.y]  # faulty; right: labels = kit.y
    return kit.train(kit.classifier(), kit.x, labels)


def tensorflow(kit: Kit) -> Figures:
    import numpy as np

    labels = np.eye(5, dtype=np.int64)[kit.y]  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)


def jax(kit: Kit) -> Figures:
    import numpy as np

    labels = np.eye(5, dtype=np.int64)[kit.y]  # faulty; right: labels = kit.y
    return kit.train(*kit.classifier(), kit.x, labels)
