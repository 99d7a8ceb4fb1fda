"""Keras on TensorFlow."""

from __future__ import annotations

from bench.probes.integration import keras
from bench.probes.integration.doors import Doors, Epoch, Stack
from bench.probes.integration.stacks import tensorflow as below

STACK = Stack("keras-tensorflow", "integration-tensorflow", "keras", "tensorflow", {"KERAS_BACKEND": "tensorflow"})


def doors() -> Doors:
    """Return Keras' doors."""
    return keras.doors(below.doors())


def loader(batch: int) -> tuple[str, Epoch]:
    """Return Keras' loader."""
    return keras.loader(batch)
