"""A pre-norm transformer in Keras, for the encoder and for GPT."""

from __future__ import annotations

from collections.abc import Mapping

import keras
from keras import layers, ops

from bench.programs.keras.base import layer_norm
from bench.spec import Division


@keras.saving.register_keras_serializable("bench")
class TokensAndPositions(layers.Layer):
    """The sum of two embeddings: of the tokens and of their places."""

    def __init__(self, vocabulary: int, steps: int, width: int, **options: object) -> None:
        super().__init__(**options)
        self.tokens = layers.ReversibleEmbedding(vocabulary, width, name="tokens")
        self.positions = layers.Embedding(steps, width, name="positions")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both tables."""
        self.tokens.build(input_shape)
        self.positions.build(input_shape)

    def call(self, tokens: keras.KerasTensor) -> keras.KerasTensor:
        """Return (batch, steps, width)."""
        return self.tokens(tokens) + self.positions(ops.arange(ops.shape(tokens)[1]))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape with the width behind it."""
        return (*input_shape, self.tokens.output_dim)


def _gelu_tanh(x: keras.KerasTensor) -> keras.KerasTensor:
    return keras.activations.gelu(x, approximate=True)


def block(
    x: keras.KerasTensor, dimensions: Mapping[str, int], division: Division, path: str, causal: bool
) -> keras.KerasTensor:
    """Return attention, then a perceptron with GELU, each behind a layer normalisation and added to what came in."""
    width, heads = dimensions["width"], dimensions["heads"]
    attention = layers.MultiHeadAttention(heads, width // heads, name=f"{path}_attention")
    normed = layer_norm(f"{path}_norm1", division)(x)
    x = x + attention(normed, normed, use_causal_mask=causal)
    # GPT-2 was trained with the tanh form; encoders use the exact one.
    gelu = _gelu_tanh if causal else "gelu"
    inner = layer_norm(f"{path}_norm2", division)(x)
    inner = layers.Dense(dimensions["hidden"], activation=gelu, name=f"{path}_expand")(inner)
    return x + layers.Dense(width, name=f"{path}_contract")(inner)


def trunk(
    dimensions: Mapping[str, int], division: Division, causal: bool, steps: int | None
) -> tuple[keras.KerasTensor, keras.KerasTensor, TokensAndPositions]:
    """Return the tokens' input, the normalised hidden states, and the embedding."""
    inputs = keras.Input((steps,), dtype="int32")
    embed = TokensAndPositions(dimensions["vocabulary"], dimensions["steps"], dimensions["width"], name="embed")
    x = embed(inputs)
    for layer in range(dimensions["layers"]):
        x = block(x, dimensions, division, f"blocks_{layer}", causal)
    return inputs, layer_norm("norm", division)(x), embed
