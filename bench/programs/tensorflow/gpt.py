"""The causal transformer in TensorFlow: training on the next token, greedy generation in a fixed window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from bench.programs.steps import Window
from bench.programs.tensorflow.base import TensorFlowProgram, compute_dtype
from bench.programs.tensorflow.transformer import Trunk
from bench.spec import Division, Size
from bench.workloads.gpt import SPEC


class Gpt(Trunk):
    """The trunk with its token table as head."""

    def __init__(self, dimensions: Mapping[str, int], dtype: tf.DType) -> None:
        super().__init__(dimensions, dtype, causal=True)

    def _head(self, hidden: tf.Tensor) -> tf.Tensor:
        return tf.linalg.matmul(hidden, tf.cast(self.tokens.embedding, hidden.dtype), transpose_b=True)

    def __call__(self, tokens: tf.Tensor, train: bool) -> tf.Tensor:
        """Return logits for the token after each, (batch, steps, vocabulary)."""
        return self._head(self.hidden(tokens))

    def extend(self, tokens: tf.Tensor, position: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the window with the likeliest token written behind `position`, and the next position."""
        last = tf.gather(self.hidden(tokens), position, axis=1)
        following = tf.argmax(self._head(last), axis=-1, output_type=tokens.dtype)
        place = tf.one_hot(position + 1, tokens.shape[1], on_value=True, off_value=False, dtype=tf.bool)
        return tf.where(place[None, :], following[:, None], tokens), position + 1


class GptProgram(TensorFlowProgram):
    """A step of inference is one new token for every sequence."""

    def __init__(self, size: Size, division: Division) -> None:
        self.gpt = Gpt(size.dimensions, compute_dtype(division))
        super().__init__(self.gpt, SPEC.loss, division)
        self.window = Window(size.dimensions["steps"])

    def _forget(self) -> None:
        super()._forget()
        self.extend = self._in_mode(self.gpt.extend)

    def generate(self, prompt: Any, count: int) -> Any:
        """Return the tokens (batch, steps) of a window whose first half is the prompt, extended by `count` tokens."""
        placed = self._place({"x": prompt, "y": prompt})
        self.window.restart()
        for _ in range(count):
            self._infer(placed)
        return self.window.tokens.numpy()

    def _infer(self, placed: Any) -> None:
        tokens, _ = self._ready(placed)
        if self.window.is_full():
            self.window.open(tokens, tf.constant(self.window.first))
        self.window.advance(*self.extend(self.window.tokens, self.window.position))


def build(size: Size, division: Division) -> GptProgram:
    """Return the program at that size under that division."""
    return GptProgram(size, division)
