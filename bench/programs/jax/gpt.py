"""The causal transformer in JAX: training on the next token, greedy generation in a fixed window."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.programs.jax.base import JaxProgram, stateless
from bench.programs.jax.layers import Tree, transformer
from bench.programs.steps import Window
from bench.spec import Division, Size
from bench.workloads.gpt import SPEC, shapes


def forward(params: Tree, tokens: jax.Array, heads: int) -> jax.Array:
    """Return logits for the token after each, (batch, steps, vocabulary)."""
    return transformer(params, tokens, heads, causal=True) @ params["tokens"]["embedding"].T


class GptProgram(JaxProgram):
    """A step of inference is one new token for every sequence."""

    def __init__(self, size: Size, division: Division) -> None:
        self.heads = size.dimensions["heads"]
        apply = stateless(partial(forward, heads=self.heads))
        super().__init__(apply, shapes(size), SPEC.loss, division, norms=True)
        self.window = Window(size.dimensions["steps"])

    def _forget(self) -> None:
        super()._forget()
        self.extend = self._in_mode(self._extend)

    def _extend(self, params: Tree, tokens: jax.Array, position: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the window with the likeliest token written behind `position`, and the next position."""
        if self.division.precision == "bf16":
            params = jax.tree.map(lambda array: array.astype(jnp.bfloat16), params)
        hidden = transformer(params, tokens, self.heads, causal=True)
        last = jax.lax.dynamic_index_in_dim(hidden, position, axis=1, keepdims=False)
        following = (last @ params["tokens"]["embedding"].T).argmax(axis=-1).astype(tokens.dtype)
        return tokens.at[:, position + 1].set(following), position + 1

    def generate(self, prompt: Any, count: int) -> Any:
        """Return the tokens (batch, steps) of a window whose first half is the prompt, extended by `count` tokens."""
        placed = self._place({"x": prompt, "y": prompt})
        self.window.restart()
        for _ in range(count):
            self._infer(placed)
        return np.asarray(self.window.tokens)

    def _infer(self, placed: Any) -> None:
        tokens, _ = self._ready(placed)
        if self.window.is_full():
            self.window.open(tokens, jnp.array(self.window.first, jnp.int32))
        self.window.advance(*self.extend(self.params, self.window.tokens, self.window.position))
        self._last = self.window.tokens


def build(size: Size, division: Division) -> GptProgram:
    """Return the program at that size under that division."""
    return GptProgram(size, division)
