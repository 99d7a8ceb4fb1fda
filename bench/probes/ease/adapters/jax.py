"""JAX with Flax and Optax: losses and gradients are seen where `nnx.value_and_grad` hands them out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
import jax.export
import numpy as np
import orbax.checkpoint as ocp
from flax import nnx

from bench.probes.ease.adapters import Array, Seen
from bench.probes.ease.slots import Layer, Slot, joined, reshaped

SUFFIX = ""
EXPORT_SUFFIX = ".bin"
Place = tuple[Any, ...]


def layers(model: nnx.Module, workload: str) -> list[Layer]:
    """Return the layers in the order of their attributes."""
    return [layer for path, module in _modules(model) if (layer := _layer(path, module))]


def _modules(node: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield modules with their paths. Of an attention and of an LSTM cell the parts are not gone into."""
    if isinstance(node, nnx.MultiHeadAttention):
        for name in ("query", "out"):
            yield (*path, name), node
    elif isinstance(node, nnx.Module) and not isinstance(node, nnx.List):
        yield path, node
        if not isinstance(node, nnx.OptimizedLSTMCell):
            for name, part in vars(node).items():
                yield from _modules(part, (*path, name))
    elif isinstance(node, nnx.List | list | tuple):
        for index, part in enumerate(node):
            yield from _modules(part, (*path, index))


def _layer(path: Place, module: Any) -> Layer:
    if isinstance(module, nnx.MultiHeadAttention):
        return _attention(path[:-1], module, path[-1])
    held: dict[str, Place]
    if isinstance(module, nnx.OptimizedLSTMCell):
        held = {"kernel": ("dense_i", "kernel"), "recurrent": ("dense_h", "kernel"), "bias": ("dense_h", "bias")}
    elif isinstance(module, nnx.BatchNorm):
        held = {"scale": ("scale",), "bias": ("bias",), "mean": ("mean",), "variance": ("var",)}
    elif isinstance(module, nnx.ConvTranspose):
        return {"kernel": _raised((*path, "kernel"), module.kernel.shape), "bias": _plain((*path, "bias"), module.bias)}
    elif isinstance(module, nnx.Linear | nnx.Conv | nnx.LayerNorm | nnx.Embed):
        held = {name: (name,) for name in ("kernel", "bias", "scale", "embedding") if _has(module, name)}
    else:
        return {}
    return {leaf: _plain((*path, *names), _follow(module, names)) for leaf, names in held.items()}


def _has(module: Any, name: str) -> bool:
    return isinstance(getattr(module, name, None), nnx.Variable)


def _follow(node: Any, path: Place) -> Any:
    for name in path:
        node = node[name] if isinstance(name, int) else getattr(node, name)
    return node


def _plain(path: Place, variable: Any) -> Slot:
    return Slot(tuple(variable.shape), (path,))


def _raised(path: Place, shape: tuple[int, ...]) -> Slot:
    """Return a transposed convolution's slot: flax turns the squares round and puts inputs first."""

    def turned(array: Array) -> Array:
        return np.ascontiguousarray(array[::-1, ::-1].transpose(0, 1, 3, 2))

    return Slot((*shape[:2], shape[3], shape[2]), (path,), lambda array: [turned(array)], lambda held: turned(held[0]))


def _attention(path: Place, module: Any, name: str) -> Layer:
    if name == "out":
        width = module.out.bias.shape[0]
        kernel = reshaped((*path, "out", "kernel"), module.out.kernel.shape, (width, width))
        return {"kernel": kernel, "bias": _plain((*path, "out", "bias"), module.out.bias)}
    width = module.query.kernel.shape[0]
    parts = {
        leaf: [_plain((*path, one, leaf), getattr(getattr(module, one), leaf)) for one in ("query", "key", "value")]
        for leaf in ("kernel", "bias")
    }
    return {"kernel": joined(parts["kernel"], (width, 3 * width)), "bias": joined(parts["bias"], (3 * width,))}


def read(model: nnx.Module, key: Hashable) -> Array:
    """Return a variable's value."""
    assert isinstance(key, tuple)
    return np.array(_follow(model, key)[...])


def write(model: nnx.Module, key: Hashable, value: Array) -> None:
    """Set a variable's value."""
    assert isinstance(key, tuple)
    _follow(model, key)[...] = jax.numpy.asarray(value)


def trainable(program: ModuleType) -> int:
    """Return the number of values in parameters. The model is built as shapes only."""
    state = nnx.state(nnx.eval_shape(program.model), nnx.Param)
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(state))


def new(program: ModuleType, quick: bool) -> Any:
    """Return a new model; in the quick form its arrays are zeros, since drawing them costs a compilation each.

    Every array is overwritten by the canonical one before anything is computed.
    """
    if not quick:
        return program.model()
    names: dict[Place, list[str]] = {}

    def build() -> Any:
        model = program.model()
        names.update({place: list(vars(module)) for place, module in _modules(model)})
        return model

    definition, state = nnx.split(nnx.eval_shape(build))
    model = nnx.merge(definition, jax.tree.map(_empty, state))
    # Taking a model apart sorts its attributes, and their order is what layers are found by.
    for place, module in list(_modules(model)):
        held = vars(module)
        for name in names[place]:
            held[name] = held.pop(name)
    return model


def _empty(shape: Any) -> Any:
    if jax.dtypes.issubdtype(shape.dtype, jax.dtypes.prng_key):
        return jax.random.key(0)
    return jax.numpy.zeros(shape.shape, shape.dtype)


def batches(dataset: Any) -> list[list[Any]]:
    """Return the inputs of every batch of a loader, or of a list of batches."""
    return [list(batch[:-1]) for batch in dataset]


def rows(inputs: Any) -> Array:
    """Return an input as an array."""
    return np.asarray(inputs)


@nnx.jit
def _forward(model: Any, *arrays: Any) -> Any:
    return model(*arrays)


def predict(model: Any, inputs: Sequence[Any]) -> Array:
    """Return the output in inference mode; the model is in training mode afterwards, as a new one is."""
    model.eval()
    output = np.asarray(_forward(model, *inputs), np.float32)
    model.train()
    return output


@contextmanager
def watch() -> Iterator[Seen]:
    """Watch what every function made by `nnx.value_and_grad` returns, from inside compiled steps.

    What a callback is handed is only kept there and read when all steps are done: reading it may wait for the very
    thread that the callback runs on.
    """
    seen, value_and_grad = Seen(), nnx.value_and_grad
    kept: list[tuple[Any, dict[str, Any]]] = []
    paths: dict[str, Place] = {}

    def watching(*args: Any, **kwargs: Any) -> Any:
        function = value_and_grad(*args, **kwargs)

        def called(*inner: Any, **more: Any) -> Any:
            value, gradients = function(*inner, **more)
            paths.update({str(path): path for path, _ in nnx.to_flat_state(gradients)})
            flat = {str(path): variable[...] for path, variable in nnx.to_flat_state(gradients)}
            loss = value[0] if isinstance(value, tuple) else value
            jax.debug.callback(lambda *values: kept.append(values), loss, flat, ordered=True)
            return value, gradients

        return called

    nnx.value_and_grad = watching
    try:
        yield seen
    finally:
        nnx.value_and_grad = value_and_grad
    jax.effects_barrier()
    for loss, gradients in kept:
        seen.loss(loss)
        for name, value in gradients.items():
            seen.gradient(paths[name], value)


def restored(program: ModuleType, path: str) -> Any:
    """Return a new model with the checkpoint's state."""
    model = new(program, quick=True)
    with ocp.StandardCheckpointer() as checkpointer:
        nnx.update(model, checkpointer.restore(path, nnx.state(model)))
    return model


def exported(path: str, x: Array) -> Array:
    """Return what an exported function answers."""
    return np.asarray(jax.export.deserialize(bytearray(Path(path).read_bytes())).call(x))


def reset() -> None:
    """Undo nothing: no program sets anything for the process."""
