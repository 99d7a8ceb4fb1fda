"""What all TensorFlow programs share: settings, the training and inference step, and the way in and out for weights.

A step is one tf.function, with or without XLA, or plain eager code. Images are channels last in every division. On the
bf16 track models cast their inputs, and layers their kernels, to bfloat16; normalisations and the loss stay in float32.
Gradients of embeddings are made dense before the optimizer sees them, as in every other framework.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from bench.programs.steps import Arrays, Steps, host_peak, inputs_of, split
from bench.programs.tensorflow.layers import BatchNorm, Conv, LayerNorm
from bench.programs.tensorflow.optimizers import Adam, Sgd
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, Division

LOSSES: Mapping[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "sparse-crossentropy": lambda output, y: tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=output)
    ),
    "binary-crossentropy": lambda output, y: tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=output)
    ),
    "mse": lambda output, y: tf.reduce_mean(tf.math.squared_difference(output, y)),
}
# Plain TensorFlow ships no optimizer outside Keras; this is the paper's epsilon.
SHIPPED_ADAM = {**MATCHED_OPTIMIZERS["adam"], "epsilon": 1e-8}


def configure(division: Division) -> None:
    """Set thread pools, devices and precision. Pools can be set only before TensorFlow has started."""
    if division.threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(division.threads)
        tf.config.threading.set_inter_op_parallelism_threads(division.threads)
    if division.device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    for device in tf.config.get_visible_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    set_precision(division)


def set_precision(division: Division) -> None:
    """Allow TF32 or not; "shipped" leaves it, which means allowed."""
    if division.precision != "shipped":
        tf.config.experimental.enable_tensor_float_32_execution(division.precision == "tf32")


def canary(division: Division) -> float:
    """Return an entry of (1024² matrix of 1.0001) @ ones: 1024.0 under TF32 or bf16, about 1024.1 in fp32."""
    dtype = compute_dtype(division)
    product = tf.linalg.matmul(tf.fill((1024, 1024), tf.constant(1.0001, dtype)), tf.ones((1024, 1024), dtype))
    return float(product[0, 0])


def gemm(division: Division, n: int, repeats: int) -> None:
    """Multiply two n×n matrices `repeats` times in a chain, then synchronise."""
    left = tf.fill((n, n), tf.constant(1 / n, compute_dtype(division)))
    right = left
    for _ in range(repeats):
        right = tf.linalg.matmul(left, right)
    synchronize()


def epoch(examples: Arrays, batch: int, division: Division) -> int:
    """Read the examples once through a shuffling tf.data pipeline; return the batches seen."""
    count = len(next(iter(examples.values())))
    data = tf.data.Dataset.from_tensor_slices(dict(examples)).shuffle(count)
    data = data.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    seen = 0
    for part in data:
        for array in part.values():
            tf.identity(array)
        seen += 1
    synchronize()
    return seen


def synchronize() -> None:
    """Wait until every device is idle."""
    if tf.config.get_visible_devices("GPU"):
        tf.test.experimental.sync_devices()


def compute_dtype(division: Division) -> tf.DType:
    """Return the dtype of matrix products."""
    return tf.bfloat16 if division.precision == "bf16" else tf.float32


def paths(module: Any, path: str = "") -> dict[str, tf.Variable]:
    """Return the variables by canonical name: attributes and list positions joined with slashes."""
    if isinstance(module, tf.Variable):
        return {path: module}
    if isinstance(module, list | tuple):
        parts = {str(index): part for index, part in enumerate(module)}
    elif isinstance(module, tf.Module):
        parts = {name: part for name, part in vars(module).items() if not name.startswith("_")}
    else:
        return {}
    found: dict[str, tf.Variable] = {}
    for name, part in parts.items():
        found |= paths(part, f"{path}/{name}" if path else name)
    return found


class TensorFlowProgram(Steps):
    """A tf.Module `model(inputs, train) -> output` with its loss, optimizer and mode."""

    def __init__(self, model: Any, loss: str, division: Division) -> None:
        super().__init__()
        self.division = division
        self.model = model
        self.loss = LOSSES[loss]
        self.variables = paths(model)
        self.parameters = {name: variable for name, variable in self.variables.items() if variable.trainable}
        values = SHIPPED_ADAM if division.optimizer == "shipped" else MATCHED_OPTIMIZERS["adam"]
        self.optimizer: Any = Adam(list(self.parameters.values()), values)
        self._last: Any = None
        self._functions: list[Any] = []
        self._forget()

    def _forget(self) -> None:
        self._functions = []
        self.step = self._in_mode(self._step)
        self.predict = self._in_mode(self._predict)
        self.gradient = self._in_mode(self._gradient)

    def _in_mode(self, function: Callable[..., Any]) -> Any:
        if self.division.mode == "eager":
            return function
        compiled = tf.function(function, jit_compile=self.division.mode == "xla", autograph=False)
        self._functions.append(compiled)
        return compiled

    def _gradient(self, inputs: Any, y: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        variables = list(self.parameters.values())
        with tf.GradientTape() as tape:
            loss = self.loss(tf.cast(self.model(inputs, train=True), tf.float32), y)
        return loss, [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]

    def _step(self, inputs: Any, y: tf.Tensor) -> tf.Tensor:
        loss, gradients = self._gradient(inputs, y)
        self.optimizer.apply(gradients, list(self.parameters.values()))
        return loss

    def _predict(self, inputs: Any) -> tf.Tensor:
        return tf.cast(self.model(inputs, train=False), tf.float32)

    def trainable(self) -> int:
        """Return the number of values in trainable variables."""
        return sum(int(np.prod(variable.shape)) for variable in self.parameters.values())

    def load(self, weights: Arrays) -> None:
        """Assign canonical weights; the optimizer starts afresh, the precision flags are this division's."""
        set_precision(self.division)
        if set(weights) != set(self.variables):
            raise ValueError(f"weights and model differ in {sorted(set(weights) ^ set(self.variables))}")
        for name, array in weights.items():
            self.variables[name].assign(array)
        for variable in self.optimizer.variables:
            variable.assign(tf.zeros_like(variable))

    def forward(self, batch: Arrays) -> np.ndarray:
        """Return the output in inference mode; a workload of several shapes gives one after the other."""
        return np.concatenate([self.predict(self._move(part)[0]).numpy() for part in split(batch)])

    def loss_and_gradients(self, batch: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Return loss and gradients of the first step; running statistics are put back."""
        statistics = {name: v.numpy() for name, v in self.variables.items() if not v.trainable}
        loss, gradients = self.gradient(*self._move(split(batch)[0]))
        for name, array in statistics.items():
            self.variables[name].assign(array)
        return float(loss), {name: g.numpy() for name, g in zip(self.parameters, gradients, strict=True)}

    def trajectory(self, batch: Arrays, optimizer: str, steps: int) -> list[float]:
        """Return the loss before each update; the weights move."""
        make = Adam if optimizer == "adam" else Sgd
        kept = self.optimizer, self.step
        self.optimizer = make(list(self.parameters.values()), MATCHED_OPTIMIZERS[optimizer])
        self.step = self._in_mode(lambda inputs, y: self._step(inputs, y))
        placed = self.place(batch)
        losses = []
        for index in range(steps):
            self._train(placed[index % len(placed)])
            losses.append(float(self._last))
        self.optimizer, self.step = kept
        return losses

    def resolved(self) -> dict[str, Any]:
        """Return what is in force, read back from TensorFlow."""
        parts = self.model.submodules
        norms = any(isinstance(part, LayerNorm | BatchNorm) for part in parts)
        images = any(isinstance(part, Conv) for part in parts)
        on_gpu = "GPU" in next(iter(self.parameters.values())).device
        return {
            "jit": self.division.mode == "xla",
            "graph": self.division.mode != "eager",
            "device": "cuda" if on_gpu else "cpu",
            "dtype": compute_dtype(self.division).name,
            "layout": "channels-last" if images else None,
            "threads": tf.config.threading.get_intra_op_parallelism_threads() or None,
            "precision": self._precision(on_gpu),
            "optimizer": {name: self.optimizer.values[name] for name in MATCHED_OPTIMIZERS["adam"]},
            "norm_epsilon": NORM_EPSILON if norms else None,
            "versions": {"tensorflow": tf.__version__, "numpy": np.__version__, **_builds()},
        }

    def _precision(self, on_gpu: bool) -> str:
        if self.division.precision == "bf16":
            return "bf16"
        return "tf32" if on_gpu and tf.config.experimental.tensor_float_32_execution_enabled() else "fp32"

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        if tf.config.get_visible_devices("GPU"):
            peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
            return {"peak_bytes": peak, "method": "tf.config.experimental.get_memory_info"}
        return host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return how many graphs tf.function traced for this program. A graph is never broken: it raises."""
        if self.division.mode == "eager":
            return {"compiles": 0, "graph_breaks": None}
        return {"compiles": sum(f.experimental_get_tracing_count() for f in self._functions), "graph_breaks": 0}

    def _move(self, part: Mapping[str, Any]) -> Any:
        moved = {name: tf.convert_to_tensor(array) for name, array in part.items()}
        return inputs_of(moved), moved["y"]

    def _place(self, part: Arrays) -> Any:
        return part if self.division.placement == "host" else self._move(part)

    def _ready(self, placed: Any) -> Any:
        return placed if self.division.placement == "device" else self._move(placed)

    def _train(self, placed: Any) -> None:
        self._last = self.step(*self._ready(placed))

    def _infer(self, placed: Any) -> None:
        self._last = self.predict(self._ready(placed)[0])

    def _wait(self) -> None:
        synchronize()


def _builds() -> dict[str, Any]:
    info = tf.sysconfig.get_build_info()
    return {name: info.get(f"{name}_version") for name in ("cuda", "cudnn")}
