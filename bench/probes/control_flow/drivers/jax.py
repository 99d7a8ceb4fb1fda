"""Programs under jax.jit, or as they are in eager mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

COUNTER = "jax.jit cache size"


class Driver:
    """One program in one phase."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray, mode: str, device: str) -> None:
        self._weight = jnp.asarray(weight)
        self._compiled = mode == "jit"
        slope: Any = jax.grad(lambda w, x: program(x, w).sum())
        self._value: Any = jax.jit(program) if self._compiled else program
        self._slope: Any = jax.jit(slope) if self._compiled else slope

    def value(self, x: Any) -> np.ndarray:
        """Return the output of one call."""
        return np.asarray(self._value(_placed(x), self._weight))

    def gradient(self, x: Any) -> np.ndarray:
        """Return the gradient of the output's sum by the weight."""
        return np.asarray(self._slope(self._weight, _placed(x)))

    def compilations(self) -> int | None:
        """Return how many versions of the function were compiled so far."""
        if not self._compiled:
            return 0
        return sum(int(one._cache_size()) for one in (self._value, self._slope))

    def graph_breaks(self) -> int | None:
        """Return nothing: a graph is whole or is not."""
        return None


def _placed(x: Any) -> Any:
    return tuple(map(_placed, x)) if isinstance(x, tuple) else jnp.asarray(x)
