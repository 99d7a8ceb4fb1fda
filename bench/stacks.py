"""The table of stacks, and what is compared with what: fixed here, before anything is timed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.spec import Division, Mode, as_shipped, matched

# JAX and TensorFlow take nearly all of a GPU's memory unless told; the allocator's peak would then say nothing.
_JAX = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
_TENSORFLOW = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "TF_CPP_MIN_LOG_LEVEL": "2"}


def _keras(backend: str, modes: tuple[str, ...], variables: Mapping[str, str]) -> list[Mode]:
    return [
        Mode(
            f"keras-{backend}-{mode}",
            f"keras-{backend}",
            "keras",
            mode,
            {"KERAS_BACKEND": backend, **variables},
            modules=("keras", backend),
        )
        for mode in modes
    ]


def _native(framework: str, modes: tuple[str, ...], variables: Mapping[str, str]) -> list[Mode]:
    return [Mode(f"{framework}-{mode}", framework, framework, mode, variables, modules=(framework,)) for mode in modes]


def _table() -> dict[str, Mode]:
    modes = [
        *_keras("tensorflow", ("graph", "xla", "eager"), _TENSORFLOW),
        *_keras("jax", ("jit", "eager"), _JAX),
        *_keras("torch", ("eager", "compile"), {}),
        *_native("torch", ("eager", "compile", "compile-reduce-overhead", "compile-max-autotune"), {}),
        *_native("tensorflow", ("graph", "xla", "eager"), _TENSORFLOW),
        *_native("jax", ("jit", "eager"), _JAX),
        # Of known ratio, and faulty on demand: what the instrument itself is tested with.
        Mode("dummy-one", "dummy", "dummy", "eager"),
        Mode("dummy-slow", "dummy", "dummy", "eager", {"BENCH_DUMMY_RATIO": "1.2"}),
        Mode("dummy-odd", "dummy", "dummy", "eager"),
    ]
    tuned = {"torch-compile-reduce-overhead", "torch-compile-max-autotune", "keras-torch-compile"}
    return {mode.stack: replace(mode, tuned=mode.stack in tuned) for mode in modes}


MODES: Mapping[str, Mode] = _table()
# The order in which a reference, and the stack that runs twice, is looked for.
REFERENCES = ("torch-eager", "jax-jit", "tensorflow-xla", "keras-jax-jit", "dummy-one")
# Modes in which XLA or Inductor must be found compiling the step.
COMPILED = ("xla", "jit", "compile", "compile-reduce-overhead", "compile-max-autotune")

# (measured, against): the ratio is the first's time over the second's, so above 1 is slower.
CONTRASTS: tuple[tuple[str, str], ...] = (
    ("keras-torch-eager", "torch-eager"),
    ("keras-torch-compile", "torch-compile"),
    ("keras-torch-eager", "torch-compile"),
    ("keras-jax-jit", "torch-compile"),
    ("keras-tensorflow-graph", "torch-compile"),
    ("keras-tensorflow-xla", "torch-compile"),
    ("keras-jax-jit", "torch-eager"),
    ("keras-tensorflow-graph", "torch-eager"),
    ("keras-tensorflow-xla", "torch-eager"),
    ("keras-jax-jit", "jax-jit"),
    ("keras-tensorflow-graph", "tensorflow-graph"),
    ("keras-tensorflow-xla", "tensorflow-xla"),
    ("jax-jit", "torch-eager"),
    ("jax-jit", "torch-compile"),
    ("tensorflow-graph", "torch-eager"),
    ("tensorflow-xla", "torch-compile"),
    ("torch-compile", "torch-eager"),
    ("torch-compile-reduce-overhead", "torch-compile"),
    ("torch-compile-max-autotune", "torch-compile"),
    ("keras-torch-compile", "keras-torch-eager"),
    ("keras-tensorflow-graph", "keras-tensorflow-eager"),
    ("keras-tensorflow-xla", "keras-tensorflow-graph"),
    ("keras-jax-jit", "keras-jax-eager"),
    ("tensorflow-graph", "tensorflow-eager"),
    ("tensorflow-xla", "tensorflow-graph"),
    ("jax-jit", "jax-eager"),
    ("dummy-slow", "dummy-one"),
    ("dummy-odd", "dummy-one"),
)

# Of those the main ones, which time that is left is spent on first: Keras against PyTorch run the same way, and against
# what it runs on.
MAIN_CONTRASTS: tuple[tuple[str, str], ...] = (
    ("keras-torch-eager", "torch-eager"),
    ("keras-torch-compile", "torch-compile"),
    ("keras-jax-jit", "torch-compile"),
    ("keras-tensorflow-graph", "torch-compile"),
    ("keras-jax-jit", "jax-jit"),
    ("keras-tensorflow-graph", "tensorflow-graph"),
)

# (compiled, not compiled): after how many steps the first has paid back its longer first step.
BREAK_EVEN: tuple[tuple[str, str], ...] = (
    ("torch-compile", "torch-eager"),
    ("torch-compile-reduce-overhead", "torch-eager"),
    ("torch-compile-max-autotune", "torch-eager"),
    ("keras-torch-compile", "keras-torch-eager"),
    ("keras-tensorflow-graph", "keras-tensorflow-eager"),
    ("keras-tensorflow-xla", "keras-tensorflow-eager"),
    ("keras-tensorflow-xla", "keras-tensorflow-graph"),
    ("keras-jax-jit", "keras-jax-eager"),
    ("tensorflow-graph", "tensorflow-eager"),
    ("tensorflow-xla", "tensorflow-eager"),
    ("tensorflow-xla", "tensorflow-graph"),
    ("jax-jit", "jax-eager"),
    ("dummy-one", "dummy-slow"),
)

# The way a reader gets the framework without asking for anything, and the compiled way it documents beside it.
SHIPPED_MODE = {"keras-tensorflow": "graph", "keras-jax": "jit", "keras-torch": "eager", "torch": "eager"}
SHIPPED_MODE |= {"tensorflow": "graph", "jax": "jit", "dummy": "eager"}
COMPILED_MODE = {"keras-tensorflow": "xla", "keras-jax": "jit", "keras-torch": "compile", "torch": "compile"}
COMPILED_MODE |= {"tensorflow": "xla", "jax": "jit", "dummy": "eager"}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: the knob that was turned, and the division it leads to."""

    knob: str
    division: Division


def ladder(environment: str, device: str, threads: int | None = None, compiled: bool = True) -> list[Rung]:
    """Return the rungs from as-shipped to matched for one environment, one knob a rung, none that would turn nothing.

    The knobs, in their fixed order: precision, layout, allocator, compile, placement, optimizer (its values and the
    normalisation's). The first rung is as-shipped; the last has every knob of the matched division in the environment's
    compiled mode, or unless `compiled` still in the one that ships. The allocator comes before compiling, because a
    compiled step has less to allocate.
    """
    goal = matched((COMPILED_MODE if compiled else SHIPPED_MODE)[environment], device, threads=threads)
    now = replace(as_shipped(SHIPPED_MODE[environment], device, threads=threads), name="rung-0-as-shipped")
    rungs = [Rung("as-shipped", now)]
    turns: tuple[tuple[str, dict[str, Any]], ...] = (
        ("precision", {"precision": goal.precision}),
        ("layout", {"layout": goal.layout}),
        ("allocator", {"allocator": goal.allocator}),
        ("compile", {"mode": goal.mode}),
        ("placement", {"placement": goal.placement}),
        ("optimizer", {"optimizer": goal.optimizer, "norms": goal.norms}),
    )
    for number, (knob, change) in enumerate(turns, 1):
        then = replace(now, **change)
        if then != now:
            now = replace(then, name=f"rung-{number}-{knob}")
            rungs.append(Rung(knob, now))
    return rungs


def reference(stacks: list[str]) -> str:
    """Return the stack that is run twice and asked first in doubt: the first of REFERENCES, else the first given."""
    return next((stack for stack in REFERENCES if stack in stacks), stacks[0])


# Everything is cached, however quickly it compiled.
CACHE_RULES = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}


# Flags that XLA has known for years: it ends the process at one that it does not know.
_UNTUNED = {
    "cpu": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
    "cuda": "--xla_gpu_autotune_level=0",
}


def untuned_variables(device: str) -> dict[str, str]:
    """Return the variables under which XLA compiles quickly rather than well, added to what XLA_FLAGS says already.

    On a GPU it takes kernels as they come instead of choosing among them by timing; on a processor it leaves out most
    optimizations. No answer is the righter for either.
    """
    return {"XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {_UNTUNED[device]}".strip()}


def cache_variables(folder: str) -> dict[str, str]:
    """Return the variables that put every framework's compile cache below `folder`, an empty one being a cold start."""
    return {
        "TORCHINDUCTOR_CACHE_DIR": f"{folder}/inductor",
        "TRITON_CACHE_DIR": f"{folder}/triton",
        "CUDA_CACHE_PATH": f"{folder}/cuda",
        "JAX_COMPILATION_CACHE_DIR": f"{folder}/jax",
        **CACHE_RULES,
    }


def thread_variables(threads: int | None) -> dict[str, str]:
    """Return the variables that size the pools of libraries which a division's `threads` does not reach."""
    if threads is None:
        return {}
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return dict.fromkeys(names, str(threads))
