"""A pre-norm transformer in TensorFlow, for the encoder and for GPT."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from bench.programs.tensorflow.layers import Dense, Embedding, LayerNorm, shape_of


class Attention(tf.Module):
    """Self-attention by one projection to queries, keys and values, spelled out: TensorFlow has no fused operation."""

    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.qkv = Dense(width, 3 * width)
        self.out = Dense(width, width)
        self.heads = heads
        self.causal = causal

    def _apart(self, x: tf.Tensor) -> tf.Tensor:
        batch, steps, width = shape_of(x)
        return tf.transpose(tf.reshape(x, (batch, steps, self.heads, width // self.heads)), [0, 2, 1, 3])

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return attended values, (batch, steps, width)."""
        query, key, value = (self._apart(part) for part in tf.split(self.qkv(x), 3, axis=-1))
        scores = tf.linalg.matmul(query, key, transpose_b=True) * (query.shape[-1] ** -0.5)
        if self.causal:
            allowed = tf.linalg.band_part(tf.ones(shape_of(scores)[-2:], tf.bool), -1, 0)
            scores = tf.where(allowed, scores, scores.dtype.min)
        weights = tf.cast(tf.nn.softmax(tf.cast(scores, tf.float32)), x.dtype)
        mixed = tf.transpose(tf.linalg.matmul(weights, value), [0, 2, 1, 3])
        return self.out(tf.reshape(mixed, shape_of(x)))


class Block(tf.Module):
    """Attention, then a perceptron with GELU, each behind a layer normalisation and added to what came in."""

    def __init__(self, width: int, heads: int, hidden: int, causal: bool) -> None:
        super().__init__()
        self.norm1 = LayerNorm(width)
        self.attention = Attention(width, heads, causal)
        self.norm2 = LayerNorm(width)
        self.expand = Dense(width, hidden)
        self.contract = Dense(hidden, width)
        # GPT-2 was trained with the tanh form; encoders use the exact one.
        self.approximate = causal

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Return the block's output, (batch, steps, width)."""
        x = x + self.attention(self.norm1(x))
        return x + self.contract(tf.nn.gelu(self.expand(self.norm2(x)), approximate=self.approximate))


class Trunk(tf.Module):
    """Embedded tokens and positions through all blocks and a last normalisation."""

    def __init__(self, dimensions: Mapping[str, int], dtype: tf.DType, causal: bool) -> None:
        super().__init__()
        width = dimensions["width"]
        self.tokens = Embedding(dimensions["vocabulary"], width)
        self.positions = Embedding(dimensions["steps"], width)
        self.blocks = [
            Block(width, dimensions["heads"], dimensions["hidden"], causal) for _ in range(dimensions["layers"])
        ]
        self.norm = LayerNorm(width)
        self.dtype = dtype

    def hidden(self, tokens: tf.Tensor) -> tf.Tensor:
        """Return the normalised hidden states, (batch, steps, width)."""
        x = tf.cast(self.tokens(tokens) + self.positions.embedding[: shape_of(tokens)[1]], self.dtype)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)
