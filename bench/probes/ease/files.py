"""Where the programs lie, and which stacks run them.

    programs/<folder>/stack.json      the stacks that run the folder's programs, and its framework
    programs/<folder>/<workload>.py   a whole program of the workload, as the stack's documentation teaches it
    changes/<folder>/<change>.py      the mlp's program with one of the nine changes made
    adapters/<folder>.py              what the check must know of the stack (adapters.Adapter)

A program has five functions, in this order; helpers stand above the one that uses them first, and nothing is commented:

    data(**batch)             from the workload's arrays, by their names, what the others are handed
    model()                   the model, in the workload's architecture
    train(model, data)        EPOCHS epochs of SGD with LEARNING_RATE, reporting each epoch's loss
    evaluate(model, data)     {"loss": ..., "accuracy": ...}, the accuracy where labels are classes, clicks or masks
    save(model, path)         what the stack's documentation saves
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# In the order of the tables.
CHANGES = (
    "optimizer",
    "mixed_precision",
    "early_stopping",
    "gradient_clipping",
    "custom_loss",
    "custom_step",
    "second_input",
    "checkpoint_resume",
    "export",
)
# The program that every change starts from.
BASE = "mlp"


@dataclass(frozen=True)
class Stack:
    """One stack: its environment's name, the folder whose programs it runs, the framework and Keras' backend.

    `only` maps a change that this stack does not run to the reason.
    """

    name: str
    folder: str
    framework: str
    backend: str
    variables: Mapping[str, str]
    only: Mapping[str, str]


def stacks() -> list[Stack]:
    """Return every stack that has a folder of programs, in the order of their `place`."""
    found = []
    for path in (HERE / "programs").glob("*/stack.json"):
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for number, one in enumerate(told["stacks"]):
            only = {name: why["reason"] for name, why in told["only"].items() if why["backend"] != one["backend"]}
            stack = Stack(one["stack"], path.parent.name, told["framework"], one["backend"], one["variables"], only)
            found.append((told["place"], number, stack.name, stack))
    return [stack for *_, stack in sorted(found, key=lambda entry: entry[:3])]


def folders() -> list[str]:
    """Return the folders of programs in the stacks' order."""
    return list(dict.fromkeys(stack.folder for stack in stacks()))


def program(folder: str, workload: str) -> Path:
    """Return where a program is."""
    return HERE / "programs" / folder / f"{workload}.py"


def change(folder: str, name: str) -> Path:
    """Return where a changed program is."""
    return HERE / "changes" / folder / f"{name}.py"


def texts(chosen: Iterable[str], workloads: Iterable[str]) -> list[tuple[str, str, str, str]]:
    """Return (folder, workload, change, text) of all that are there; `change` is "" for a program unchanged."""
    found, names = [], list(workloads)
    for folder in chosen:
        paths = [(name, "", program(folder, name)) for name in names]
        paths += [(BASE, name, change(folder, name)) for name in CHANGES if BASE in names]
        found += [(folder, name, what, path.read_text("utf-8")) for name, what, path in paths if path.exists()]
    return found
