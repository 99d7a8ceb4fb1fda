"""TensorFlow without Keras: losses and gradients are seen where `GradientTape.gradient` hands them out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import tensorflow as tf

from bench.probes.ease.adapters import Array, Seen
from bench.probes.ease.slots import Layer, Slot

SUFFIX = ""
EXPORT_SUFFIX = ""
LEAVES = ("kernel", "recurrent", "bias", "scale", "mean", "variance")


def layers(model: tf.Module, workload: str) -> list[Layer]:
    """Return the layers in the order of their attributes; a variable of another name is a table by itself."""
    grouped: dict[tuple[str, ...], dict[str, Slot]] = {}
    for path, variable in _variables(model):
        *parent, leaf = path
        table = leaf not in LEAVES
        slot = Slot(tuple(variable.shape), (variable.ref(),))
        grouped.setdefault(tuple(path if table else parent), {})["embedding" if table else leaf] = slot
    return list(grouped.values())


def _variables(module: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], tf.Variable]]:
    if isinstance(module, tf.Variable):
        return [(path, module)]
    if isinstance(module, list | tuple):
        parts = {str(index): part for index, part in enumerate(module)}
    elif isinstance(module, tf.Module):
        parts = {name: part for name, part in vars(module).items() if not name.startswith("_")}
    else:
        return []
    return [found for name, part in parts.items() for found in _variables(part, (*path, name))]


def read(model: tf.Module, key: Hashable) -> Array:
    """Return a variable's value."""
    value: Array = _of(key).numpy()
    return value


def write(model: tf.Module, key: Hashable, value: Array) -> None:
    """Assign a variable's value."""
    _of(key).assign(value)


def _of(key: Any) -> Any:
    return key.deref()


def trainable(program: ModuleType) -> int:
    """Return the number of values in trainable variables."""
    return sum(variable.shape.num_elements() for variable in program.model().trainable_variables)


def new(program: ModuleType, quick: bool) -> Any:
    """Return a new model."""
    return program.model()


def batches(dataset: Any) -> list[list[Any]]:
    """Return the inputs of every batch of a tf.data pipeline, or of a list of batches."""
    return [list(batch[:-1]) for batch in dataset]


def rows(inputs: Any) -> Array:
    """Return an input as an array."""
    value: Array = inputs.numpy()
    return value


def predict(model: Any, inputs: Sequence[Any]) -> Array:
    """Return the output in inference mode, through a graph; a model that has a mode takes it as `training`."""
    modes = {"training": False} if "training" in type(model).__call__.__code__.co_varnames else {}
    value: Array = tf.function(lambda *tensors: model(*tensors, **modes))(*inputs).numpy()
    return value


@contextmanager
def watch() -> Iterator[Seen]:
    """Watch every tape that is asked for the gradients of a list of variables, in graphs too."""
    seen, gradient = Seen(), tf.GradientTape.gradient

    def watched(self: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
        found = gradient(self, target, sources, *args, **kwargs)
        if isinstance(sources, list | tuple):
            keys = [source.ref() for source in sources]
            dense = [tf.convert_to_tensor(one) for one in found]

            def keep(loss: Array, *arrays: Array) -> Array:
                seen.loss(loss)
                for key, array in zip(keys, arrays, strict=True):
                    seen.gradient(key, array)
                return loss

            tf.numpy_function(keep, [target, *dense], target.dtype)
        return found

    tf.GradientTape.gradient = watched
    try:
        yield seen
    finally:
        tf.GradientTape.gradient = gradient


def restored(program: ModuleType, path: str) -> Any:
    """Return a new model with the checkpoint's values."""
    model = program.model()
    tf.train.Checkpoint(model=model).read(path).assert_consumed()
    return model


def exported(path: str, x: Array) -> Array:
    """Return what a SavedModel's one signature answers."""
    # Its variables live as long as the loaded object.
    loaded = tf.saved_model.load(path)
    outputs = loaded.signatures["serving_default"](tf.constant(x))
    value: Array = next(iter(outputs.values())).numpy()
    return value


def reset() -> None:
    """Undo nothing: no program sets anything for the process."""
