"""The causal transformer in Keras: training on the next token, greedy generation in a fixed window."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from bench.programs.keras.base import KerasProgram
from bench.programs.keras.transformer import trunk
from bench.programs.steps import Window
from bench.spec import Division, Size
from bench.workloads.gpt import SPEC, shapes


def network(size: Size, division: Division) -> keras.Model:
    """Return the trunk with its token table as head."""
    inputs, hidden, embed = trunk(size.dimensions, division, causal=True, steps=size.dimensions["steps"])
    return keras.Model(inputs, embed.tokens(hidden, reverse=True))


class GptProgram(KerasProgram):
    """A step of inference is one new token for every sequence."""

    def __init__(self, size: Size, division: Division) -> None:
        self.window = Window(size.dimensions["steps"])
        super().__init__(lambda: network(size, division), shapes(size), SPEC.loss, division)

    def _compile(self, optimizer: str) -> None:
        super()._compile(optimizer)
        self.trunk = keras.Model(self.model.inputs, self.model.get_layer("norm").output)
        self.table = self.model.get_layer("embed").tokens
        self.extend = self.engine.in_mode(self._extend, self.trunk)

    def _extend(self, tokens: Any, position: Any) -> Any:
        """Return the window with the likeliest token written behind `position`, and the next position."""
        last = ops.take(self.trunk(tokens, training=False), position, axis=1)
        following = ops.cast(ops.argmax(self.table(last, reverse=True), axis=-1), tokens.dtype)
        places = ops.equal(ops.arange(tokens.shape[1]), position + 1)
        return ops.where(places[None, :], following[:, None], tokens), position + 1

    def generate(self, prompt: Any, count: int) -> Any:
        """Return the tokens (batch, steps) of a window whose first half is the prompt, extended by `count` tokens."""
        placed = self._place({"x": prompt, "y": prompt})
        self.engine.enter("infer")
        self.window.restart()
        for _ in range(count):
            self._infer(placed)
        return ops.convert_to_numpy(self.window.tokens)

    def _generates(self) -> bool:
        return True

    def _infer(self, placed: Any) -> None:
        tokens, _ = placed if self.division.placement == "device" else self._move(placed)
        if self.window.is_full():
            self.window.open(tokens, ops.convert_to_tensor(self.window.first, dtype="int32"))
        self.window.advance(*self.extend(self.window.tokens, self.window.position))
        self._last = self.window.tokens


def build(size: Size, division: Division) -> GptProgram:
    """Return the program at that size under that division."""
    return GptProgram(size, division)
