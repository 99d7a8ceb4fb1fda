"""Layers as functions of their parameters: `params` is the layer's part of the tree, arrays keep the caller's dtype."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from bench.spec import NORM_EPSILON, NORM_MOMENTUM

Tree = Any
IMAGES = ("NHWC", "HWIO", "NHWC")


def dense(params: Tree, x: jax.Array) -> jax.Array:
    """Return x @ kernel + bias."""
    return x @ params["kernel"] + params["bias"]


def conv(params: Tree, x: jax.Array, stride: int = 1, pad: int = 0) -> jax.Array:
    """Return a convolution with `pad` pixels of zeros on every side; the bias is optional."""
    padding = [(pad, pad), (pad, pad)]
    y = lax.conv_general_dilated(x, params["kernel"], (stride, stride), padding, dimension_numbers=IMAGES)
    return y + params["bias"] if "bias" in params else y


def conv_transpose(params: Tree, x: jax.Array) -> jax.Array:
    """Return a 2 x 2 transposed convolution of stride 2; the kernel is [height, width, out, in]."""
    kernel = params["kernel"]
    y = lax.conv_transpose(x, kernel, (2, 2), "VALID", dimension_numbers=IMAGES, transpose_kernel=True)
    return y + params["bias"]


def max_pool(x: jax.Array, side: int, stride: int, pad: int = 0) -> jax.Array:
    """Return the maximum over squares; padding never wins."""
    padding = [(0, 0), (pad, pad), (pad, pad), (0, 0)]
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, side, side, 1), (1, stride, stride, 1), padding)


def layer_norm(params: Tree, x: jax.Array) -> jax.Array:
    """Return x normalised over its last axis, computed in float32."""
    wide = x.astype(jnp.float32)
    mean = wide.mean(axis=-1, keepdims=True)
    variance = wide.var(axis=-1, keepdims=True)
    normed = (wide - mean) * lax.rsqrt(variance + NORM_EPSILON)
    return (normed * params["scale"] + params["bias"]).astype(x.dtype)


def batch_norm(params: Tree, statistics: Tree, x: jax.Array, train: bool) -> tuple[jax.Array, Tree]:
    """Return x normalised over batch and map, and the running statistics; in training these move."""
    wide = x.astype(jnp.float32)
    if train:
        mean, variance = wide.mean(axis=(0, 1, 2)), wide.var(axis=(0, 1, 2))
        moved = {"mean": mean, "variance": variance}
        statistics = jax.tree.map(lambda old, new: NORM_MOMENTUM * old + (1 - NORM_MOMENTUM) * new, statistics, moved)
    else:
        mean, variance = statistics["mean"], statistics["variance"]
    normed = (wide - mean) * (lax.rsqrt(variance + NORM_EPSILON) * params["scale"]) + params["bias"]
    return normed.astype(x.dtype), statistics


def lstm(params: Tree, x: jax.Array) -> jax.Array:
    """Return the hidden states (batch, steps, units); all inputs are projected at once, the recurrence is a scan."""
    units = params["recurrent"].shape[0]
    start = jnp.zeros((x.shape[0], units), x.dtype)

    def step(carry: tuple[jax.Array, jax.Array], projected: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        hidden, cell = carry
        gates = projected + hidden @ params["recurrent"]
        write, forget, candidate, read = jnp.split(gates, 4, axis=-1)
        cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(write) * jnp.tanh(candidate)
        hidden = jax.nn.sigmoid(read) * jnp.tanh(cell)
        return (hidden, cell), hidden

    _, states = lax.scan(step, (start, start), dense(params, x).swapaxes(0, 1))
    return states.swapaxes(0, 1)


def attention(params: Tree, x: jax.Array, heads: int, causal: bool) -> jax.Array:
    """Return self-attention, (batch, steps, width)."""
    batch, steps, width = x.shape
    query, key, value = jnp.split(dense(params["qkv"], x), 3, axis=-1)
    apart = (batch, steps, heads, width // heads)
    mixed = jax.nn.dot_product_attention(
        query.reshape(apart), key.reshape(apart), value.reshape(apart), is_causal=causal
    )
    return dense(params["out"], mixed.reshape(x.shape))


def transformer(params: Tree, tokens: jax.Array, heads: int, causal: bool) -> jax.Array:
    """Return the normalised hidden states of a pre-norm transformer; a causal one with GELU's tanh form."""
    x = params["tokens"]["embedding"][tokens] + params["positions"]["embedding"][: tokens.shape[1]]
    for block in params["blocks"]:
        x = x + attention(block["attention"], layer_norm(block["norm1"], x), heads, causal)
        inner = jax.nn.gelu(dense(block["expand"], layer_norm(block["norm2"], x)), approximate=causal)
        x = x + dense(block["contract"], inner)
    return layer_norm(params["norm"], x)
