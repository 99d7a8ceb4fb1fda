"""The recommendation model in Keras. As shipped, TensorFlow's gradients of the tables are lists of slices."""

from __future__ import annotations

import keras
from keras import layers

from bench.programs.keras.base import KerasProgram
from bench.spec import Division, Size
from bench.workloads.dlrm import SPEC, shapes


def network(tables: int, rows: int, width: int, dense: int, hidden0: int, hidden1: int) -> keras.Model:
    """Return one table a category and a perceptron over all vectors and dense features."""
    inputs = {
        "categories": keras.Input((tables,), dtype="int32", name="categories"),
        "dense": keras.Input((dense,), name="dense"),
    }
    vectors = [
        layers.Embedding(rows, width, name=f"tables_{table}")(inputs["categories"][:, table]) for table in range(tables)
    ]
    x = layers.Concatenate()([*vectors, inputs["dense"]])
    x = layers.Dense(hidden0, activation="relu", name="hidden0")(x)
    x = layers.Dense(hidden1, activation="relu", name="hidden1")(x)
    return keras.Model(inputs, layers.Dense(1, name="output")(x))


def build(size: Size, division: Division) -> KerasProgram:
    """Return the program at that size under that division."""
    return KerasProgram(lambda: network(**size.dimensions), shapes(size), SPEC.loss, division)
