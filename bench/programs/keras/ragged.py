"""The encoder in Keras, fed with changing lengths: the same network with an open length."""

from __future__ import annotations

from bench.programs.keras.base import KerasProgram
from bench.programs.keras.encoder import network
from bench.spec import Division, Size
from bench.workloads.ragged import SPEC, shapes


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(size, division, None), shapes(size), SPEC.loss, division)
