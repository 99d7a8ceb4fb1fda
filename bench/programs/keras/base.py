"""What all Keras programs share, whatever the backend: settings, losses, optimizer, and two ways to run steps.

With the batch on the device, steps go through the very functions that `fit` and `predict` compile, one call a step.
With the batch on the host they go through `fit` and `predict` themselves, loop, callbacks and conversion included: what
a reader of the documentation writes. Images are channels last in every division: Keras' own layout on every backend.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from bench.programs.keras.weights import assign, bindings, read
from bench.programs.steps import Arrays, Steps, inputs_of, split
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, NORM_MOMENTUM, Division

BACKEND = keras.backend.backend()
native: Any = importlib.import_module(f"bench.programs.{BACKEND}.base")
engine: Any = importlib.import_module(f"bench.programs.keras.on_{BACKEND}")

LOSSES: Mapping[str, Callable[[], keras.losses.Loss]] = {
    "sparse-crossentropy": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "binary-crossentropy": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
    "mse": keras.losses.MeanSquaredError,
}
# With jit_compile=True: XLA below TensorFlow and JAX, Inductor below torch.
COMPILED = ("xla", "jit", "compile")


def configure(division: Division) -> None:
    """Set the backend's own flags, and the device and dtype policy that Keras builds with."""
    native.configure(division)
    # Entered for good: the process has one device.
    keras.device("gpu" if division.device == "cuda" else "cpu").__enter__()
    set_policy(division)


def set_policy(division: Division) -> None:
    """Set the dtype policy of layers built from here on."""
    keras.config.set_dtype_policy("mixed_bfloat16" if division.precision == "bf16" else "float32")


def canary(division: Division) -> float:
    """Return an entry of (1024² matrix of 1.0001) @ ones: 1024.0 under TF32 or bf16, about 1024.1 in fp32."""
    dtype = "bfloat16" if division.precision == "bf16" else "float32"
    left = keras.ops.full((1024, 1024), 1.0001, dtype=dtype)
    product = keras.ops.matmul(left, keras.ops.ones((1024, 1024), dtype=dtype))
    return float(keras.ops.convert_to_numpy(keras.ops.cast(product[0, 0], "float32")))


def gemm(division: Division, n: int, repeats: int) -> None:
    """Multiply two n×n matrices `repeats` times in a chain, by the backend itself."""
    native.gemm(division, n, repeats)


def epoch(examples: Arrays, batch: int, division: Division) -> int:
    """Read the examples once through Keras' own array adapter, shuffled, onto the device; return the batches seen."""
    from keras.src.trainers.epoch_iterator import EpochIterator

    count = len(examples["y"]) // batch
    kept = {name: array[: count * batch] for name, array in examples.items()}
    iterator: Any = EpochIterator(x=inputs_of(kept), y=kept["y"], batch_size=batch, shuffle=True)
    iterator.reset()
    seen = 0
    for _, _, data in iterator:
        for part in data if isinstance(data, list) else [next(data)]:
            keras.tree.map_structure(lambda array: array if array is None else keras.ops.convert_to_tensor(array), part)
        seen += 1
    synchronize()
    return seen


def synchronize() -> None:
    """Wait until the device is idle."""
    native.synchronize()


def layer_norm(name: str, division: Division) -> keras.layers.Layer:
    """Return a layer normalisation with the division's epsilon."""
    if division.norms == "shipped":
        return keras.layers.LayerNormalization(name=name)
    return keras.layers.LayerNormalization(epsilon=NORM_EPSILON, name=name)


def batch_norm(name: str, division: Division) -> keras.layers.Layer:
    """Return a batch normalisation with the division's epsilon and momentum."""
    if division.norms == "shipped":
        return keras.layers.BatchNormalization(name=name)
    return keras.layers.BatchNormalization(epsilon=NORM_EPSILON, momentum=NORM_MOMENTUM, name=name)


def make_optimizer(name: str) -> keras.optimizers.Optimizer:
    """Return "sgd" or "adam" with the values of MATCHED_OPTIMIZERS, or "shipped": Adam as Keras ships it."""
    if name == "shipped":
        return keras.optimizers.Adam()
    kind = keras.optimizers.Adam if name == "adam" else keras.optimizers.SGD
    return engine.with_dense_gradients(kind)(**MATCHED_OPTIMIZERS[name])


class Repeat(keras.utils.PyDataset):
    """The step batches over and over, as `(inputs, labels)`."""

    def __init__(self, parts: list[Mapping[str, Any]], start: int, steps: int) -> None:
        super().__init__()
        self.parts, self.start, self.steps = parts, start, steps

    def __len__(self) -> int:
        """Return the number of steps."""
        return self.steps

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Return one step's inputs and labels."""
        part = self.parts[(self.start + index) % len(self.parts)]
        return inputs_of(part), part["y"]


class KerasProgram(Steps):
    """A model that `make()` builds under the division's dtype policy, compiled with its loss, optimizer and mode."""

    def __init__(
        self,
        make: Callable[[], keras.Model],
        shapes: Mapping[str, tuple[int, ...]],
        loss: str,
        division: Division,
    ) -> None:
        super().__init__()
        self.division = division
        set_policy(division)
        self.model = make()
        self.bindings = bindings(self.model, shapes)
        self._loss = loss
        self._last: Any = None
        self.engine: Any = None
        self._forget()

    def _forget(self) -> None:
        if self.engine is not None:
            self.engine.settle()
        engine.forget()
        self._compile("shipped" if self.division.optimizer == "shipped" else "adam")

    def _compile(self, optimizer: str) -> None:
        mode = self.division.mode
        self.model.compile(
            optimizer=make_optimizer(optimizer),
            loss=LOSSES[self._loss](),
            jit_compile=mode in COMPILED,
            run_eagerly=mode == "eager" and BACKEND != "torch",
            steps_per_execution=self.division.steps_per_execution,
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self.engine = engine.Engine(self.model, self.division)

    def trainable(self) -> int:
        """Return the number of values in trainable variables."""
        return sum(int(np.prod(variable.shape)) for variable in self.model.trainable_variables)

    def load(self, weights: Arrays) -> None:
        """Assign canonical weights; the optimizer starts afresh, the precision flags are this division's."""
        native.set_precision(self.division)
        self.engine.settle()
        assign(self.bindings, weights)
        for variable in self.model.optimizer.variables:
            if not variable.path.endswith("learning_rate"):
                variable.assign(np.zeros(variable.shape))

    def forward(self, batch: Arrays) -> np.ndarray:
        """Return the output in inference mode; a workload of several shapes gives one after the other."""
        outputs = [self.engine.predict(self._move(part)[0]) for part in split(batch)]
        return np.concatenate([keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for output in outputs])

    def loss_and_gradients(self, batch: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Return loss and gradients of the first step; running statistics are put back."""
        self.engine.settle()
        statistics = [keras.ops.convert_to_numpy(variable) for variable in self.model.non_trainable_variables]
        loss, gradients = self.engine.gradients(*self._move(split(batch)[0]))
        for variable, array in zip(self.model.non_trainable_variables, statistics, strict=True):
            variable.assign(array)
        variables = self.model.trainable_variables
        values = {variable.path: gradient for variable, gradient in zip(variables, gradients, strict=True)}
        trained = {n: b for n, b in self.bindings.items() if b.variables[0].path in values}
        return float(loss), {name: read(binding, values) for name, binding in trained.items()}

    def trajectory(self, batch: Arrays, optimizer: str, steps: int) -> list[float]:
        """Return the loss before each update; the weights move."""
        self.engine.settle()
        self._compile(optimizer)
        placed = [self._move(part) for part in split(batch)]
        losses = [self.engine.train_alone(placed[step % len(placed)]) for step in range(steps)]
        self.engine.settle()
        self._forget()
        return losses

    def block(self, placed: list[Any], phase: str, steps: int) -> None:
        """Run `steps` steps and synchronise once; through `fit` or `predict` where the batch lies on the host."""
        self.engine.begin()
        if self.division.placement == "device" or (phase == "infer" and self._generates()):
            self.engine.enter(phase)
            super().block(placed, phase, steps)
            return
        self.engine.settle()
        data = engine.dataset(placed) if len(placed) == 1 else None
        if data is None:
            data = Repeat(placed, self._next, steps)
        if phase == "train":
            self.model.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)
        else:
            self.model.predict(data, steps=steps, verbose=0)
        self._next += steps
        self._wait()

    def device_seconds(self) -> float | None:
        """Return the GPU's own seconds of the last block, None where the backend has no events."""
        seconds: float | None = self.engine.device_seconds()
        return seconds

    def _generates(self) -> bool:
        return False

    def resolved(self) -> dict[str, Any]:
        """Return what is in force, read back from Keras and its backend."""
        # After training the optimizer's own variables are where the engine holds them.
        self.engine.settle()
        kinds = keras.layers.LayerNormalization | keras.layers.BatchNormalization
        layers = list(self.model._flatten_layers())
        norms = [layer.epsilon for layer in layers if isinstance(layer, kinds)]
        convolutions = [layer.data_format for layer in layers if isinstance(layer, keras.layers.Conv2D)]
        optimizer = self.model.optimizer
        formats = {"channels_last": "channels-last", "channels_first": "channels-first"}
        return {
            "jit": bool(self.model.jit_compile),
            "run_eagerly": bool(self.model.run_eagerly),
            "device": self.engine.device(),
            "dtype": self.model.layers[-1].compute_dtype,
            "layout": formats[convolutions[0]] if convolutions else None,
            "threads": self.engine.threads(),
            "precision": self.engine.precision(self.division),
            "optimizer": {
                "learning_rate": float(keras.ops.convert_to_numpy(optimizer.learning_rate)),
                "beta_1": optimizer.beta_1,
                "beta_2": optimizer.beta_2,
                "epsilon": optimizer.epsilon,
            },
            "norm_epsilon": norms[0] if norms else None,
            "steps_per_execution": self.model.steps_per_execution,
            "versions": {"keras": keras.__version__, "backend": BACKEND, **self.engine.versions()},
        }

    def memory(self) -> dict[str, Any]:
        """Return the backend's peak: its allocator's on a GPU, else the process's high-water mark."""
        return self.engine.memory()

    def compiles(self) -> dict[str, Any]:
        """Return compilations and graph breaks as far as the backend tells."""
        return self.engine.compiles()

    def _move(self, part: Mapping[str, Any]) -> Any:
        moved = {name: keras.ops.convert_to_tensor(array) for name, array in part.items()}
        return inputs_of(moved), moved["y"]

    def _place(self, part: Arrays) -> Any:
        return part if self.division.placement == "host" else self._move(part)

    def _train(self, placed: Any) -> None:
        self._last = self.engine.train(placed)

    def _infer(self, placed: Any) -> None:
        self._last = self.engine.predict(placed[0])

    def _wait(self) -> None:
        self.engine.wait(self._last)
