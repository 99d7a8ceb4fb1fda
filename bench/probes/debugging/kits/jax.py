"""What a user of JAX alone writes: functions over a dict of weights, or a class that is a pytree, and a jitted step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.probes.debugging.kits.data import BATCH, CLASSES, FIRST_STEP, HIDDEN, WIDTH, Data


class Kit(Data):
    """Eager mode is `jax_disable_jit`."""

    def classifier(self) -> tuple[Callable[[Any, Any], Any], Any]:
        """Return a forward function and its weights: a dict, or an object whose class has the function."""
        hidden, head = self.dense(WIDTH, HIDDEN), self.dense(HIDDEN, CLASSES)
        if self.style == "subclass":
            return Classifier.__call__, Classifier(hidden, head)
        return forward, {"hidden": hidden, "head": head}

    def regressor(self) -> tuple[Callable[[Any, Any], Any], Any]:
        """Return one linear layer with one output: its function and its weights."""
        return apply, self.dense(WIDTH, 1)

    def apply(self, layer: dict[str, Any], x: Any) -> Any:
        """Return x times the kernel, plus the bias."""
        return apply(layer, x)

    def dense(self, inputs: int, outputs: int) -> dict[str, Any]:
        """Return a layer's weights: kernel and bias."""
        return {"kernel": jnp.asarray(self.weights(inputs, outputs)), "bias": jnp.zeros(outputs)}

    def train(
        self,
        forward: Callable[[Any, Any], Any],
        params: Any,
        x: Any,
        y: Any,
        loss: Callable[[Any, Any], Any] | None = None,
        rate: float = 0.1,
        epochs: int = 2,
    ) -> dict[str, list[float]]:
        """Train by SGD on cross-entropy of logits, if nothing else is said; return losses and outputs."""
        loss = loss or cross_entropy

        @jax.jit
        def step(params: Any, features: Any, labels: Any) -> Any:
            value, gradients = jax.value_and_grad(lambda params: loss(labels, forward(params, features)))(params)
            return value, jax.tree.map(lambda param, gradient: param - rate * gradient, params, gradients)

        self.stage = FIRST_STEP
        for _ in range(epochs):
            for first in range(0, len(x), BATCH):
                value, params = step(params, x[first : first + BATCH], y[first : first + BATCH])
                self.stepped(value)
        return self.figures(np.asarray(forward(params, x[:2])))

    def start(self) -> None:
        """Set nothing: what is drawn at random has a key."""


@jax.tree_util.register_dataclass
@dataclass
class Classifier:
    """The healthy model as a class."""

    hidden: dict[str, Any]
    head: dict[str, Any]

    def __call__(self, x: Any) -> Any:
        """Return logits."""
        return apply(self.head, jax.nn.relu(apply(self.hidden, x)))


def forward(params: Any, x: Any) -> Any:
    """Return the logits of the healthy model."""
    return apply(params["head"], jax.nn.relu(apply(params["hidden"], x)))


def apply(layer: dict[str, Any], x: Any) -> Any:
    """Return x times the kernel, plus the bias."""
    return x @ layer["kernel"] + layer["bias"]


def cross_entropy(labels: Any, logits: Any) -> Any:
    """Return the mean cross-entropy of class numbers and logits, indexed as Optax does it."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).mean()
