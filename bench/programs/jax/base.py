"""What all JAX programs share: settings, the training and inference step, and the way in and out for weights.

A program is a function `apply(params, statistics, inputs, train) -> (output, statistics)`. Images are channels last in
every division. On the bf16 track parameters and inputs are cast at its door; normalisations and the loss stay in
float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.programs.jax import optimizers
from bench.programs.jax.trees import flatten, nest
from bench.programs.steps import Arrays, Steps, host_peak, inputs_of, split
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, Division
from bench.workloads import is_trainable

Tree = Any
Apply = Callable[[Tree, Tree, Any, bool], tuple[jax.Array, Tree]]
COMPILE_EVENT = "/jax/core/compile/backend_compile_duration"
# JAX ships no optimizer; this is the paper's epsilon, and optax's.
SHIPPED_ADAM = {**MATCHED_OPTIMIZERS["adam"], "epsilon": 1e-8}
_compiles: list[str] = []


def _log_softmax_loss(output: jax.Array, y: jax.Array) -> jax.Array:
    chosen = jnp.take_along_axis(jax.nn.log_softmax(output), y[..., None], axis=-1)
    return -chosen.mean()


def _logit_loss(output: jax.Array, y: jax.Array) -> jax.Array:
    # max(o, 0) - o y + log(1 + exp(-|o|)): the same value without overflow.
    return (jax.nn.relu(output) - output * y + jnp.log1p(jnp.exp(-jnp.abs(output)))).mean()


LOSSES: Mapping[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "sparse-crossentropy": _log_softmax_loss,
    "binary-crossentropy": _logit_loss,
    "mse": lambda output, y: jnp.square(output - y).mean(),
}


def configure(division: Division) -> None:
    """Choose the platform and matmul precision, and count compilations from here on. Thread pools follow affinity.

    The cache's folder is read from the environment again: JAX read it when it was imported, before this fork.
    """
    jax.config.update("jax_compilation_cache_dir", os.environ.get("JAX_COMPILATION_CACHE_DIR"))
    jax.config.update("jax_platforms", division.device)
    set_precision(division)
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: _compiles.append(event) if event == COMPILE_EVENT else None
    )


def set_precision(division: Division) -> None:
    """Set the precision of matrix products; compiled functions are kept apart by it."""
    names = {"fp32": "float32", "bf16": "float32", "tf32": "tensorfloat32"}
    if division.precision in names:
        jax.config.update("jax_default_matmul_precision", names[division.precision])


def canary(division: Division) -> float:
    """Return an entry of (1024² matrix of 1.0001) @ ones: 1024.0 under TF32 or bf16, about 1024.1 in fp32."""
    dtype = compute_dtype(division)
    return float((jnp.full((1024, 1024), 1.0001, dtype) @ jnp.ones((1024, 1024), dtype))[0, 0])


def gemm(division: Division, n: int, repeats: int) -> None:
    """Multiply two n×n matrices `repeats` times in a chain, then synchronise."""
    left = jnp.full((n, n), 1 / n, compute_dtype(division))
    multiply = jax.jit(jnp.matmul)
    right = left
    for _ in range(repeats):
        right = multiply(left, right)
    right.block_until_ready()


def epoch(examples: Arrays, batch: int, division: Division) -> int:
    """Read the examples once in shuffled slices onto the device (JAX has no loader); return the batches seen."""
    order = np.random.default_rng(0).permutation(len(next(iter(examples.values()))))
    count = len(order) // batch
    placed: Any = None
    for index in range(count):
        chosen = order[index * batch : (index + 1) * batch]
        placed = jax.device_put({name: array[chosen] for name, array in examples.items()})
    jax.block_until_ready(placed)
    return count


def synchronize() -> None:
    """Wait until everything dispatched has run."""
    jax.effects_barrier()
    jax.block_until_ready(jax.live_arrays())


def precision_in_force(division: Division) -> str:
    """Return the precision of matrix products, read back."""
    if division.precision == "bf16":
        return "bf16"
    if jax.default_backend() == "cpu":
        return "fp32"
    # Unset, an NVIDIA GPU that has TF32 uses it.
    return "fp32" if jax.config.jax_default_matmul_precision in {"float32", "highest"} else "tf32"


def peak_memory() -> dict[str, Any] | None:
    """Return the allocator's peak, or None where JAX keeps no statistics (on a CPU)."""
    statistics = jax.devices()[0].memory_stats()
    if statistics and "peak_bytes_in_use" in statistics:
        return {"peak_bytes": statistics["peak_bytes_in_use"], "method": "memory_stats.peak_bytes_in_use"}
    return None


def compile_count() -> int:
    """Return how often XLA compiled since `configure`."""
    return len(_compiles)


def compute_dtype(division: Division) -> Any:
    """Return the dtype of matrix products."""
    return jnp.bfloat16 if division.precision == "bf16" else jnp.float32


def stateless(forward: Callable[[Tree, Any], jax.Array]) -> Apply:
    """Return a function of parameters and inputs as `apply`: the same in training, without statistics."""
    return lambda params, statistics, inputs, train: (forward(params, inputs), statistics)


class JaxProgram(Steps):
    """A function over trees with its loss, optimizer and mode; arrays exist from `load` on."""

    def __init__(
        self, apply: Apply, shapes: Mapping[str, tuple[int, ...]], loss: str, division: Division, norms: bool = False
    ) -> None:
        super().__init__()
        self.division = division
        self.shapes = dict(shapes)
        self.loss = LOSSES[loss]
        self.has_norms = norms
        self.values = SHIPPED_ADAM if division.optimizer == "shipped" else MATCHED_OPTIMIZERS["adam"]
        self.params: Tree = None
        self.statistics: Tree = None
        self.state: Tree = None
        self._apply = apply
        self._last: Any = None
        self._forget()

    def _forget(self) -> None:
        jax.clear_caches()
        self.step = self._in_mode(self._step(optimizers.adam(self.values)), donate_argnums=(0, 1, 2))
        self.predict = self._in_mode(lambda params, statistics, x: self.apply(params, statistics, x, False)[0])
        self.gradient = self._in_mode(jax.value_and_grad(self._loss, has_aux=True))

    def _in_mode(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        return function if self.division.mode == "eager" else jax.jit(function, **options)

    def apply(self, params: Tree, statistics: Tree, inputs: Any, train: bool) -> tuple[jax.Array, Tree]:
        """Return the output in float32 and the statistics, computed in the track's dtype."""
        if self.division.precision == "bf16":
            params, inputs = jax.tree.map(_to_bfloat16, (params, inputs))
        output, statistics = self._apply(params, statistics, inputs, train)
        return output.astype(jnp.float32), statistics

    def _loss(self, params: Tree, statistics: Tree, inputs: Any, y: jax.Array) -> tuple[jax.Array, Tree]:
        output, statistics = self.apply(params, statistics, inputs, True)
        return self.loss(output, y), statistics

    def _step(self, update: optimizers.Update) -> Callable[..., Any]:
        def step(params: Tree, statistics: Tree, state: Tree, inputs: Any, y: jax.Array) -> Any:
            (loss, statistics), gradients = jax.value_and_grad(self._loss, has_aux=True)(params, statistics, inputs, y)
            params, state = update(params, gradients, state)
            return params, statistics, state, loss

        return step

    def trainable(self) -> int:
        """Return the number of trainable values: what the tree of parameters will hold."""
        return sum(int(np.prod(shape)) for name, shape in self.shapes.items() if is_trainable(name))

    def load(self, weights: Arrays) -> None:
        """Put canonical weights on the device; the optimizer starts afresh, the precision flags are this division's."""
        set_precision(self.division)
        if {name: array.shape for name, array in weights.items()} != self.shapes:
            raise ValueError("weights and program differ in names or shapes")
        placed = {name: jnp.array(array) for name, array in weights.items()}
        self.params = nest({name: array for name, array in placed.items() if is_trainable(name)})
        self.statistics = nest({name: array for name, array in placed.items() if not is_trainable(name)})
        self.state = optimizers.start(self.params)

    def forward(self, batch: Arrays) -> np.ndarray:
        """Return the output in inference mode; a workload of several shapes gives one after the other."""
        parts = [self._move(part) for part in split(batch)]
        return np.concatenate([np.asarray(self.predict(self.params, self.statistics, part[0])) for part in parts])

    def loss_and_gradients(self, batch: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Return loss and gradients of the first step."""
        (loss, _), gradients = self.gradient(self.params, self.statistics, *self._move(split(batch)[0]))
        return float(loss), {name: np.asarray(array) for name, array in flatten(gradients).items()}

    def trajectory(self, batch: Arrays, optimizer: str, steps: int) -> list[float]:
        """Return the loss before each update; the weights move."""
        make = optimizers.adam if optimizer == "adam" else optimizers.sgd
        kept, self.state = self.state, optimizers.start(self.params)
        kept_step, self.step = self.step, self._in_mode(self._step(make(MATCHED_OPTIMIZERS[optimizer])))
        placed = self.place(batch)
        losses = []
        for index in range(steps):
            self._train(placed[index % len(placed)])
            losses.append(float(self._last))
        self.state, self.step = kept, kept_step
        return losses

    def resolved(self) -> dict[str, Any]:
        """Return what is in force, read back from JAX."""
        return {
            "jit": self.division.mode == "jit",
            "device": {"gpu": "cuda"}.get(jax.default_backend(), jax.default_backend()),
            "dtype": str(jnp.dtype(compute_dtype(self.division))),
            "layout": "channels-last" if _has_images(self.shapes) else None,
            "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "precision": precision_in_force(self.division),
            "optimizer": {name: self.values[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon")},
            "norm_epsilon": NORM_EPSILON if self.has_norms else None,
            "async_dispatch": jax.config.values.get("jax_cpu_enable_async_dispatch"),
            "versions": {"jax": jax.__version__, "jaxlib": jax.lib.__version__, "numpy": np.__version__},
        }

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        return peak_memory() or host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return how often XLA compiled in this process, eager operations included. JAX has no graph breaks."""
        return {"compiles": compile_count(), "graph_breaks": 0 if self.division.mode == "jit" else None}

    def _move(self, part: Arrays) -> Any:
        moved = jax.device_put(dict(part))
        return inputs_of(moved), moved["y"]

    def _place(self, part: Arrays) -> Any:
        return part if self.division.placement == "host" else self._move(part)

    def _ready(self, placed: Any) -> Any:
        return placed if self.division.placement == "device" else self._move(placed)

    def _train(self, placed: Any) -> None:
        inputs, y = self._ready(placed)
        self.params, self.statistics, self.state, self._last = self.step(
            self.params, self.statistics, self.state, inputs, y
        )

    def _infer(self, placed: Any) -> None:
        inputs, _ = self._ready(placed)
        self._last = self.predict(self.params, self.statistics, inputs)

    def _wait(self) -> None:
        jax.block_until_ready((self._last, self.params, self.state))


def _to_bfloat16(array: jax.Array) -> jax.Array:
    return array.astype(jnp.bfloat16) if array.dtype == jnp.float32 else array


def _has_images(shapes: Mapping[str, tuple[int, ...]]) -> bool:
    return any(len(shape) == 4 for shape in shapes.values())
