"""What a user of TensorFlow without Keras writes: variables, a `tf.Module` or functions, a step under `tf.function`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from bench.probes.debugging.kits.data import BATCH, CLASSES, FIRST_STEP, HIDDEN, WIDTH, Data


class Kit(Data):
    """Eager mode is `tf.config.run_functions_eagerly(True)`; xla is `tf.function(jit_compile=True)`."""

    def classifier(self) -> tuple[Callable[[Any], Any], list[Any]]:
        """Return a forward function or a module, and its variables."""
        if self.style == "subclass":
            model = Classifier(self)
            return model, list(model.trainable_variables)
        hidden = self.dense("hidden", WIDTH, HIDDEN)
        head = self.dense("head", HIDDEN, CLASSES)

        def forward(x: Any) -> Any:
            return apply(head, tf.nn.relu(apply(hidden, x)))

        return forward, [*hidden, *head]

    def regressor(self) -> tuple[Callable[[Any], Any], list[Any]]:
        """Return one linear layer with one output, and its variables."""
        head = self.dense("head", WIDTH, 1)
        return lambda x: apply(head, x), list(head)

    def layer(self, name: str, inputs: int, outputs: int, trainable: bool = True) -> Any:
        """Return a dense layer as a module."""
        return Dense(self, name, inputs, outputs, trainable)

    def function(self, body: Callable[..., Any]) -> Any:
        """Return a function as the kit's mode runs it."""
        tf.config.run_functions_eagerly(self.mode == "eager")
        return tf.function(body, jit_compile=self.mode == "xla")

    def dense(self, name: str, inputs: int, outputs: int, trainable: bool = True) -> tuple[Any, Any]:
        """Return a layer's weights: kernel and bias."""
        kernel = tf.Variable(self.weights(inputs, outputs), name=f"{name}/kernel", trainable=trainable)
        return kernel, tf.Variable(np.zeros(outputs, np.float32), name=f"{name}/bias", trainable=trainable)

    def train(
        self,
        forward: Callable[[Any], Any],
        variables: Sequence[Any],
        x: Any,
        y: Any,
        loss: Callable[[Any, Any], Any] | None = None,
        rate: float = 0.1,
        epochs: int = 2,
    ) -> dict[str, list[float]]:
        """Train by SGD on cross-entropy of logits, if nothing else is said; return losses and outputs."""
        loss = loss or cross_entropy
        batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)

        @self.function
        def step(features: Any, labels: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(labels, forward(features))
            for variable, gradient in zip(variables, tape.gradient(value, variables), strict=True):
                variable.assign_sub(rate * tf.convert_to_tensor(gradient))
            return value

        self.stage = FIRST_STEP
        for _ in range(epochs):
            for features, labels in batches:
                self.stepped(step(features, labels))
        return self.figures(forward(x[:2]))

    def start(self) -> None:
        """Set every seed."""
        tf.random.set_seed(self.seed)


class Classifier(tf.Module):
    """The healthy model, subclassed."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self.hidden = kit.layer("hidden", WIDTH, HIDDEN)
        self.head = kit.layer("head", HIDDEN, CLASSES)

    def __call__(self, x: Any) -> Any:
        """Return logits."""
        return self.head(tf.nn.relu(self.hidden(x)))


class Dense(tf.Module):
    """A dense layer as the guide to tf.Module writes it."""

    def __init__(self, kit: Kit, name: str, inputs: int, outputs: int, trainable: bool) -> None:
        super().__init__(name=name)
        self.weights = kit.dense(name, inputs, outputs, trainable)

    @tf.Module.with_name_scope
    def __call__(self, x: Any) -> Any:
        """Return the layer's output."""
        return apply(self.weights, x)


def apply(weights: tuple[Any, Any], x: Any) -> Any:
    """Return x times the kernel, plus the bias."""
    kernel, bias = weights
    return tf.matmul(x, kernel) + bias


def cross_entropy(labels: Any, logits: Any) -> Any:
    """Return the mean cross-entropy of class numbers and logits."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
