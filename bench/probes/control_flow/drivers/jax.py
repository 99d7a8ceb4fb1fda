"""Programs under jax.jit, or as they are in eager mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

COUNTER = "compilations that JAX reports"
_EVENT = "/jax/core/compile/backend_compile_duration"


class Driver:
    """One program in one phase."""

    def __init__(self, program: Callable[[Any, Any], Any], weight: np.ndarray, mode: str, device: str) -> None:
        self._weight = jnp.asarray(weight)
        slope: Any = jax.grad(lambda w, x: program(x, w).sum())
        self._value: Any = jax.jit(program) if mode == "jit" else program
        self._slope: Any = jax.jit(slope) if mode == "jit" else slope
        self._events: list[str] = []
        jax.monitoring.register_event_duration_secs_listener(
            lambda event, seconds, **_: self._events.append(event) if event == _EVENT else None
        )

    def value(self, x: Any) -> np.ndarray:
        """Return the output of one call."""
        return np.asarray(self._value(_placed(x), self._weight))

    def gradient(self, x: Any) -> np.ndarray:
        """Return the gradient of the output's sum by the weight."""
        return np.asarray(self._slope(self._weight, _placed(x)))

    def compilations(self) -> int | None:
        """Return how often JAX compiled so far; in eager mode it does so for every operation and shape."""
        return len(self._events)

    def graph_breaks(self) -> int | None:
        """Return nothing: a graph is whole or is not."""
        return None


def _placed(x: Any) -> Any:
    return tuple(map(_placed, x)) if isinstance(x, tuple) else jnp.asarray(x)
