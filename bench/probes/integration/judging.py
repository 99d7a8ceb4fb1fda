"""What is right: the judges of the cells, which know nothing but NumPy."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from bench.environment import one_line

_LONGEST = 300


def right(came: Any, expected: np.ndarray) -> str:
    """Return "" if the values came through, rows in order, else what came. A column more or less is no difference."""
    if not isinstance(came, np.ndarray):
        many = f"{len(came)} parts came, one a column, not rows" if isinstance(came, list) else ""
        return many or f"a {type(came).__name__} came, not an array"
    if came.size != expected.size or (came.shape != expected.shape and expected.ndim == 2):
        return f"shape {came.shape} came of {expected.shape}"
    if expected.dtype.kind not in "fiu":
        texts = [one.decode() if isinstance(one, bytes) else str(one) for one in came.ravel().tolist()]
        return "" if texts == [str(one) for one in expected.ravel().tolist()] else "other texts came"
    if came.dtype.kind not in "fiu":
        return f"dtype {came.dtype} came"
    one, other = came.ravel().astype(np.float64), expected.ravel().astype(np.float64)
    wrong = np.flatnonzero(~((one == other) | (np.isnan(one) & np.isnan(other))))
    return f"{one[wrong[0]]:.17g} came of {other[wrong[0]]:.17g}" if wrong.size else ""


def dtype_name(value: Any) -> str:
    """Return a tensor's dtype as NumPy would name it."""
    dtype = getattr(value, "dtype", "")
    return str(getattr(dtype, "name", dtype)).removeprefix("torch.")


def first_line(text: str) -> str:
    """Return the first line that says something, without paths and addresses, cut."""
    line = next((one for one in text.splitlines() if one.strip()), "")
    return re.sub(r"0x[0-9a-f]+", "0x...", one_line(line))[:_LONGEST]
