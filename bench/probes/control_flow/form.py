"""A form of control flow: the inputs of its calls, the same arithmetic in NumPy, and a program per framework.

A form's file in `forms/` declares FORM and has `inputs()`, `reference(x, w, call)` in NumPy, and for each framework a
function of its name that returns the program as plain Python writes it, called `(x, w)`. `<framework>_rewritten`
returns the same in the framework's own words for it, which REWRITING names. What has no words of its own has none.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.control_flow import forms as folders

FRAMEWORKS = ("keras", "torch", "tensorflow", "jax")
FORWARD, GRADIENT = PHASES = ("forward", "gradient")
AS_WRITTEN, REWRITTEN = "as-written", "rewritten"
# Central differences in float64 of functions that are smooth where they are taken.
_STEP = 1e-5
# Outputs and gradients are float32; the largest entry sets the scale.
TOLERANCE = 1e-3

# An array, or a tuple of two of these.
Tree = Any


@dataclass(frozen=True)
class Form:
    """One form of control flow. `weights` is the shape of the one weight that every program has."""

    number: int
    title: str
    about: str
    weights: tuple[int, ...]


def names() -> list[str]:
    """Return the ids of all forms, by number: the names of their files."""
    found = [path.stem for folder in folders.__path__ for path in Path(folder).glob("*.py") if path.stem != "__init__"]
    return sorted(found, key=lambda name: (load(name).number, name))


@cache
def load(name: str) -> Form:
    """Return a form's declaration. Raises ValueError where a framework has no program for it."""
    module = _module(name)
    missing = [framework for framework in FRAMEWORKS if not hasattr(module, framework)]
    unnamed = [one for one in FRAMEWORKS if hasattr(module, f"{one}_rewritten") != (one in module.REWRITING)]
    if missing or unnamed:
        raise ValueError(f"The form {name} needs a program, or the name of its rewriting, for {[*missing, *unnamed]}.")
    form: Form = module.FORM
    return form


def rewriting(name: str, framework: str) -> str:
    """Return what the framework calls its own way of writing the form, "" where it has none."""
    return str(_module(name).REWRITING.get(framework, ""))


def program(name: str, framework: str, version: str) -> Callable[[], Callable[[Any, Any], Any]]:
    """Return the function that makes a fresh program."""
    suffix = "" if version == AS_WRITTEN else "_rewritten"
    made: Callable[[], Callable[[Any, Any], Any]] = getattr(_module(name), f"{framework}{suffix}")
    return made


def inputs(name: str) -> Sequence[Tree]:
    """Return the arguments of the calls, in order; the same for every framework."""
    made: Sequence[Tree] = _module(name).inputs()
    return made


def weights(name: str, seed: int) -> np.ndarray:
    """Return the weight, float32, drawn between 0.1 and 0.9 so that every sum has a sign that is known."""
    drawn = np.random.default_rng(seed).uniform(0.1, 0.9, load(name).weights)
    return drawn.astype(np.float32)


def value(name: str, x: Tree, w: np.ndarray, call: int) -> np.ndarray:
    """Return what a call has to give, by NumPy in float64. `call` counts from 1."""
    return np.asarray(_module(name).reference(_float64(x), w.astype(np.float64), call))


def gradient(name: str, x: Tree, w: np.ndarray, call: int) -> np.ndarray:
    """Return the gradient of the output's sum by the weight, from central differences of the reference."""
    w = w.astype(np.float64)
    slopes = np.zeros_like(w)
    for index in np.ndindex(*w.shape):
        step = np.zeros_like(w)
        step[index] = _STEP
        higher, lower = (np.sum(_module(name).reference(_float64(x), w + sign * step, call)) for sign in (1, -1))
        slopes[index] = (higher - lower) / (2 * _STEP)
    return slopes


def is_right(found: np.ndarray, wanted: np.ndarray) -> bool:
    """True if shapes agree and no entry is further off than TOLERANCE of the largest."""
    if found.shape != wanted.shape or not np.all(np.isfinite(found)):
        return False
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    return bool(np.max(np.abs(found - wanted), initial=0.0) <= TOLERANCE * scale)


def arrays(*shapes: Sequence[int], seed: int = 3) -> list[np.ndarray]:
    """Return float32 arrays of the shapes, drawn between 0.1 and 0.9."""
    random = np.random.default_rng(seed)
    return [random.uniform(0.1, 0.9, shape).astype(np.float32) for shape in shapes]


def _float64(x: Tree) -> Tree:
    return tuple(map(_float64, x)) if isinstance(x, tuple) else x.astype(np.float64)


def _module(name: str) -> Any:
    return importlib.import_module(f"bench.probes.control_flow.forms.{name}")
