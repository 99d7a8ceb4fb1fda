"""A small TreeLSTM: recursion over a tree of tuples, another tree at every call (Tai, Socher and Manning 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.probes.control_flow.form import Form, Tree, arrays

FORM = Form(5, "recursion over a tree", "A TreeLSTM cell calls itself on both branches of a tree of tuples.", (4, 8))
REWRITING: dict[str, str] = {}


def inputs() -> list[Tree]:
    a, b, c, d = arrays((1, 2), (1, 2), (1, 2), (1, 2))
    return [(a, b), ((a, b), c), (a, (b, (c, d))), (d, c), ((a, b), (c, d))]


def reference(x: Tree, w: np.ndarray, call: int) -> np.ndarray:
    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def node(tree: Tree) -> tuple[np.ndarray, np.ndarray]:
        if not isinstance(tree, tuple):
            return np.tanh(tree), tree
        (left, left_cell), (right, right_cell) = node(tree[0]), node(tree[1])
        i, f, o, u = np.split(np.concatenate([left, right], 1) @ w, 4, 1)
        cell = sigmoid(i) * np.tanh(u) + sigmoid(f) * (left_cell + right_cell)
        return sigmoid(o) * np.tanh(cell), cell

    return node(x)[0]


def keras() -> Callable[[Any, Any], Any]:
    from keras import ops

    def node(tree: Any, w: Any) -> Any:
        if not isinstance(tree, tuple | list):
            return ops.tanh(tree), tree
        (left, left_cell), (right, right_cell) = node(tree[0], w), node(tree[1], w)
        i, f, o, u = ops.split(ops.matmul(ops.concatenate([left, right], 1), w), 4, 1)
        cell = ops.sigmoid(i) * ops.tanh(u) + ops.sigmoid(f) * (left_cell + right_cell)
        return ops.sigmoid(o) * ops.tanh(cell), cell

    return lambda tree, w: node(tree, w)[0]


def torch() -> Callable[[Any, Any], Any]:
    import torch

    def node(tree: Any, w: Any) -> Any:
        if not isinstance(tree, tuple):
            return torch.tanh(tree), tree
        (left, left_cell), (right, right_cell) = node(tree[0], w), node(tree[1], w)
        i, f, o, u = (torch.cat([left, right], 1) @ w).chunk(4, 1)
        cell = torch.sigmoid(i) * torch.tanh(u) + torch.sigmoid(f) * (left_cell + right_cell)
        return torch.sigmoid(o) * torch.tanh(cell), cell

    return lambda tree, w: node(tree, w)[0]


def tensorflow() -> Callable[[Any, Any], Any]:
    import tensorflow as tf

    def node(tree: Any, w: Any) -> Any:
        if not isinstance(tree, tuple):
            return tf.tanh(tree), tree
        (left, left_cell), (right, right_cell) = node(tree[0], w), node(tree[1], w)
        i, f, o, u = tf.split(tf.matmul(tf.concat([left, right], 1), w), 4, 1)
        cell = tf.sigmoid(i) * tf.tanh(u) + tf.sigmoid(f) * (left_cell + right_cell)
        return tf.sigmoid(o) * tf.tanh(cell), cell

    return lambda tree, w: node(tree, w)[0]


def jax() -> Callable[[Any, Any], Any]:
    import jax
    import jax.numpy as jnp

    def node(tree: Any, w: Any) -> Any:
        if not isinstance(tree, tuple):
            return jnp.tanh(tree), tree
        (left, left_cell), (right, right_cell) = node(tree[0], w), node(tree[1], w)
        i, f, o, u = jnp.split(jnp.concatenate([left, right], 1) @ w, 4, 1)
        cell = jax.nn.sigmoid(i) * jnp.tanh(u) + jax.nn.sigmoid(f) * (left_cell + right_cell)
        return jax.nn.sigmoid(o) * jnp.tanh(cell), cell

    return lambda tree, w: node(tree, w)[0]
