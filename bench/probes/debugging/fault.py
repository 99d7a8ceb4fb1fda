"""What a fault is, where it can stand, and the table of all faults: one file each in `faults/`.

A fault's file declares FAULT and holds its programs: `<framework>_<style>`, or `<framework>` for both styles where the
fault does not touch the model. A program takes a kit (kits/) and returns its figures. Its faulty line bears
the right one in a comment, which marking.py takes away before anything runs.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from bench.probes.debugging import faults

# How a model is written: layers put in a row or functions over a dict of weights, or a class of one's own.
STYLES: Mapping[str, tuple[str, str]] = {
    "keras": ("sequential", "subclass"),
    "torch": ("sequential", "subclass"),
    "tensorflow": ("functional", "subclass"),
    "jax": ("functional", "subclass"),
}
FRAMEWORKS = tuple(STYLES)
FAMILIES = ("model", "data", "training", "api", "device")
RAISED, WARNED, HANDLED, SILENT, HUNG, DIED = OUTCOMES = ("raised", "warned", "handled", "silent", "hung", "died")
# A value is right if it is the right program's up to rounding, or if the last loss has come down as far.
SAME, LEARNS = RIGHTS = ("same", "learns")
# Both programs run in the same stack and mode: they differ by rounding only.
_RELATIVE, _ABSOLUTE, _AS_FAR = 1e-4, 1e-5, 1.1

Figures = Mapping[str, Sequence[float]]

# The stacks of the pilot, in the order of its table, and raw TensorFlow as first measured here (2.21).
_PILOT = ("keras-tensorflow", "keras-jax", "keras-torch", "torch", "jax", "tensorflow")


def pilot(letters: str) -> dict[str, str]:
    """Return the outcome by stack from a row of the pilot's table: R raised, W warned, H handled, S silent.

    A dash is for a stack in which it depends on the style.
    """
    words = {"R": RAISED, "W": WARNED, "H": HANDLED, "S": SILENT}
    return {stack: words[letter] for stack, letter in zip(_PILOT, letters, strict=True) if letter != "-"}


class Kit(Protocol):
    """What a user has beside the faulty line: data, a healthy model, a training loop. One for each framework."""

    x: np.ndarray
    y: np.ndarray
    targets: np.ndarray
    images: np.ndarray
    ids: np.ndarray

    def classifier(self) -> Any:
        """Return a healthy two-layer classifier in the kit's style."""

    def train(self, *args: Any, **kwargs: Any) -> Figures:
        """Train and return `losses`, one a step, and `outputs`, the first two samples' after training."""

    def __getattr__(self, name: str) -> Any:
        """Return what one framework's kit has beyond the others'."""


@dataclass(frozen=True)
class Fault:
    """One canonical fault.

    number     its place in the list that the pilot was made with
    family     model, data, training, api or device
    about      what was done wrong, in a sentence
    layer      the names by which a message can tell the faulty layer; () where no layer is at fault
    sizes      the conflicting sizes, which a good message tells, each with those that may stand for it; () for none
    right      when a value is right: "same" as the right program's, or "learns" as far
    device     "cuda" for what only a GPU shows
    expected   the outcome by stack as first seen; a stack is an environment's name
    absent     why it cannot be put in, by framework or `<framework>-<style>`
    """

    number: int
    title: str
    family: str
    about: str
    layer: tuple[str, ...] = ()
    sizes: tuple[tuple[int, ...], ...] = ()
    right: str = SAME
    device: str = ""
    expected: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)

    def why_absent(self, framework: str, style: str) -> str:
        """Return why the fault cannot be put in there, "" if it can."""
        return self.absent.get(f"{framework}-{style}") or self.absent.get(framework, "")

    def is_right(self, figures: Figures, control: Figures) -> bool:
        """True if a program's figures are those that the right program gives, by the fault's own rule."""
        if self.right == LEARNS:
            last, wanted = figures["losses"][-1], control["losses"][-1]
            return bool(np.isfinite(last)) and last <= _AS_FAR * wanted
        for name in ("losses", "outputs"):
            ours, theirs = np.asarray(figures[name], float), np.asarray(control[name], float)
            if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=_RELATIVE, atol=_ABSOLUTE):
                return False
        return True


def names() -> list[str]:
    """Return the ids of all faults, by number: the names of their files."""
    found = [path.stem for folder in faults.__path__ for path in Path(folder).glob("*.py") if path.stem != "__init__"]
    return sorted(found, key=lambda name: (load(name).number, name))


def source(name: str) -> Path:
    """Return the path of a fault's file."""
    return Path(str(_module(name).__file__))


@cache
def load(name: str) -> Fault:
    """Return a fault's declaration. Raises ValueError where it is not sound."""
    fault = _module(name).FAULT
    problem = _problem(name, fault)
    if problem:
        raise ValueError(f"The fault {name} {problem}.")
    return fault


def program(name: str, framework: str, style: str) -> str | None:
    """Return the name of the function that holds the fault's program, None where the fault cannot be put in."""
    if load(name).why_absent(framework, style):
        return None
    return _function(name, framework, style)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bench.probes.debugging.faults.{name}")


def _function(name: str, framework: str, style: str) -> str | None:
    candidates = (f"{framework}_{style}", framework)
    return next((one for one in candidates if hasattr(_module(name), one)), None)


def _problem(name: str, fault: Fault) -> str:
    """Return what is wrong with a declaration, "" if nothing."""
    if fault.family not in FAMILIES or fault.right not in RIGHTS:
        return f"has a family or a rule that is none: {fault.family}, {fault.right}"
    wrong = set(fault.expected.values()) - set(OUTCOMES)
    if wrong:
        return f"expects {min(wrong)}, which is no outcome"
    for framework, styles in STYLES.items():
        for style in styles:
            function = _function(name, framework, style)
            reason = fault.why_absent(framework, style)
            if (function is None) != bool(reason):
                return f"needs either a program or a reason why it cannot be, for {framework}, {style}"
    return ""
