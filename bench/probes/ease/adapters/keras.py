"""Keras on any backend: losses are seen after each batch of `fit`, gradients where the optimizer gets them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import keras
import numpy as np
from keras import layers as kinds
from keras.src.optimizers.base_optimizer import BaseOptimizer

from bench.probes.ease.adapters import Array, Seen
from bench.probes.ease.slots import Layer, Slot, joined, reshaped

Keep = Callable[..., None]
SUFFIX = ".keras"
EXPORT_SUFFIX = ""
LEAVES = {
    "gamma": "scale",
    "beta": "bias",
    "moving_mean": "mean",
    "moving_variance": "variance",
    "recurrent_kernel": "recurrent",
    "embeddings": "embedding",
}


def layers(model: keras.Model, workload: str) -> list[Layer]:
    """Return the layers in the order in which they were made, which the numbers behind their names tell."""
    held = [layer for layer in model._flatten_layers() if layer is not model]
    attentions = [layer for layer in held if isinstance(layer, kinds.MultiHeadAttention)]
    inner = {id(part) for layer in attentions for part in layer._flatten_layers()}
    plain = [layer for layer in held if id(layer) not in inner and layer._trainable_variables]
    found: list[Layer] = [_plain(layer) for layer in sorted(plain, key=_made)]
    for layer in sorted(attentions, key=_made):
        found += _attention(layer)
    return found


def _made(layer: Any) -> tuple[str, int]:
    """Return a layer's class and number: `dense_12` was made after `dense_3`. An LSTM's arrays are its cell's."""
    word, _, number = layer.name.rpartition("_")
    return (word, int(number)) if number.isdigit() else (layer.name, 0)


def _plain(layer: Any) -> Layer:
    variables = [*layer._trainable_variables, *layer._non_trainable_variables]
    return {LEAVES.get(one.name, one.name): Slot(tuple(one.shape), (id(one),)) for one in variables}


def _attention(layer: Any) -> list[Layer]:
    parts = [layer.query_dense, layer.key_dense, layer.value_dense]
    width = layer.query_dense.kernel.shape[0]
    kernel = joined([Slot(tuple(one.kernel.shape), (id(one.kernel),)) for one in parts], (width, 3 * width))
    bias = joined([Slot(tuple(one.bias.shape), (id(one.bias),)) for one in parts], (3 * width,))
    last = layer.output_dense
    out = reshaped(id(last.kernel), tuple(last.kernel.shape), (width, width))
    return [{"kernel": kernel, "bias": bias}, {"kernel": out, "bias": Slot((width,), (id(last.bias),))}]


def _variable(model: keras.Model, key: Hashable) -> Any:
    return next(variable for variable in model.variables if id(variable) == key)


def read(model: keras.Model, key: Hashable) -> Array:
    """Return a variable's value."""
    return np.array(keras.ops.convert_to_numpy(_variable(model, key)))


def write(model: keras.Model, key: Hashable, value: Array) -> None:
    """Assign a variable's value."""
    _variable(model, key).assign(value)


def trainable(program: ModuleType) -> int:
    """Return the number of values in trainable variables."""
    return sum(int(np.prod(variable.shape)) for variable in program.model().trainable_variables)


def new(program: ModuleType, quick: bool) -> Any:
    """Return a new model."""
    return program.model()


def batches(dataset: Any) -> list[list[Any]]:
    """Return the inputs of every batch: of arrays as they are, of a PyDataset in its order."""
    if isinstance(dataset, tuple):
        return [[dataset[0]]]
    return [[dataset[index][0]] for index in range(len(dataset))]


def rows(inputs: Any) -> Array:
    """Return an input as an array; of several by name, side by side."""
    parts = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    return np.concatenate([np.asarray(part) for part in parts], axis=-1) if len(parts) > 1 else np.asarray(parts[0])


def predict(model: keras.Model, inputs: Sequence[Any]) -> Array:
    """Return the output in inference mode."""
    return np.asarray(model.predict(inputs[0], verbose=0), np.float32)


class _Batches(keras.callbacks.Callback):
    """Keeps each batch's own loss; Keras tells the mean over the epoch so far."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self.seen = seen
        self.total = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin the mean anew."""
        self.total = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Take the batch's share out of the mean."""
        total = float(logs["loss"]) * (batch + 1)
        self.seen.loss(total - self.total)
        self.total = total


@contextmanager
def watch() -> Iterator[Seen]:
    """Watch `Model.fit` and the optimizers' `apply`.

    What a compiled step hands out is only kept there and read when all steps are done: below JAX, reading it may wait
    for the very thread that the callback runs on.
    """
    seen, fit, apply = Seen(), keras.Model.fit, BaseOptimizer.apply
    kept: list[tuple[list[int], Sequence[Any]]] = []

    def fitted(self: Any, *args: Any, callbacks: Any = None, **kwargs: Any) -> Any:
        return fit(self, *args, callbacks=[*(callbacks or []), _Batches(seen)], **{"verbose": 0, **kwargs})

    def applied(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
        variables = self._trainable_variables if trainable_variables is None else trainable_variables
        keys = [id(variable) for variable in variables]
        _WATCH[keras.backend.backend()](lambda *arrays: kept.append((keys, arrays)), list(grads))
        return apply(self, grads, trainable_variables)

    keras.Model.fit, BaseOptimizer.apply = fitted, applied
    try:
        yield seen
    finally:
        keras.Model.fit, BaseOptimizer.apply = fit, apply
    if keras.backend.backend() == "jax":
        importlib.import_module("jax").effects_barrier()
    for keys, arrays in kept[:1]:
        for key, array in zip(keys, arrays, strict=True):
            seen.gradient(key, array)


def _in_torch(keep: Keep, grads: list[Any]) -> None:
    keep(*(gradient.detach().cpu().numpy().copy() for gradient in grads))


def _in_jax(keep: Keep, grads: list[Any]) -> None:
    importlib.import_module("jax").debug.callback(keep, *grads, ordered=True)


def _in_tensorflow(keep: Keep, grads: list[Any]) -> None:
    tf = importlib.import_module("tensorflow")

    def kept(*arrays: Array) -> Array:
        keep(*(array.copy() for array in arrays))
        return np.zeros((), np.float32)

    tf.numpy_function(kept, [tf.convert_to_tensor(gradient) for gradient in grads], tf.float32)


_WATCH = {"torch": _in_torch, "jax": _in_jax, "tensorflow": _in_tensorflow}


def restored(program: ModuleType, path: str) -> Any:
    """Return the saved model, which needs no code of the program's but its registered classes."""
    return keras.saving.load_model(path)


def exported(path: str, x: Array) -> Array:
    """Return what a SavedModel's endpoint answers."""
    tf = importlib.import_module("tensorflow")
    # Its variables live as long as the loaded object.
    loaded = tf.saved_model.load(path)
    value: Array = loaded.serve(tf.constant(x)).numpy()
    return value


def reset() -> None:
    """Put the process's dtype policy back."""
    keras.config.set_dtype_policy("float32")
