"""SGD and Adam over tf.Variables. Adam is algorithm 1 of Kingma and Ba (2015), with its epsilon outside the root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf


class Sgd(tf.Module):
    """Plain gradient descent."""

    def __init__(self, variables: Sequence[tf.Variable], values: Mapping[str, float]) -> None:
        super().__init__()
        self.values = dict(values)

    def apply(self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]) -> None:
        """Move each variable against its gradient."""
        for gradient, variable in zip(gradients, variables, strict=True):
            variable.assign_sub(self.values["learning_rate"] * gradient)


class Adam(tf.Module):
    """Adam with two moments a variable and one count."""

    def __init__(self, variables: Sequence[tf.Variable], values: Mapping[str, float]) -> None:
        super().__init__()
        self.values = dict(values)
        self.count = tf.Variable(0.0, trainable=False)
        self.first = [tf.Variable(tf.zeros_like(variable), trainable=False) for variable in variables]
        self.second = [tf.Variable(tf.zeros_like(variable), trainable=False) for variable in variables]

    def apply(self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]) -> None:
        """Move each variable by its bias-corrected moments."""
        rate, beta1, beta2, epsilon = (self.values[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon"))
        count = self.count.assign_add(1.0)
        scale1, scale2 = 1 / (1 - beta1**count), 1 / (1 - beta2**count)
        for gradient, variable, first, second in zip(gradients, variables, self.first, self.second, strict=True):
            first.assign(beta1 * first + (1 - beta1) * gradient)
            second.assign(beta2 * second + (1 - beta2) * tf.square(gradient))
            variable.assign_sub(rate * (first * scale1) / (tf.sqrt(second * scale2) + epsilon))
