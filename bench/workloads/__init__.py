"""The ten workloads: what is computed, on which data, from which weights. Numpy only: every framework can read it.

Each module holds `SPEC`, `shapes(size)`, `weights(size, seed)` and `batch(size, seed)`. Canonical names and layouts:

    <path>/kernel      dense [in, out]; convolution [height, width, in, out]; transposed convolution
                       [height, width, out, in]; LSTM [in, 4 x units], gates in the order input, forget, cell, output
    <path>/recurrent   LSTM [units, 4 x units]
    <path>/bias        [out]; of a normalisation its shift
    <path>/scale       of a normalisation
    <path>/mean, <path>/variance   running statistics of a batch normalisation; not trainable, without a gradient
    <path>/embedding   [rows, width]

A path is the same in every framework, joined with slashes (`blocks/0/attention/qkv`). Queries, keys and values lie
side by side in `qkv` ([width, 3 x width]), each with its heads side by side. A batch holds the inputs by name (`x` if
it is one) and the labels as `y`; images are channels last.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def count_trainable(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Return the number of trainable values among canonical arrays: all but running statistics."""
    return sum(int(np.prod(shape)) for name, shape in shapes.items() if is_trainable(name))


def is_trainable(name: str) -> bool:
    """Return whether a canonical array is trained. Running means and variances are not."""
    return name.rpartition("/")[2] not in ("mean", "variance")
