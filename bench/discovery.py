"""What there is to run: workloads and programs, found by the names of their files."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from bench.errors import OptionError
from bench.spec import Size, WorkloadSpec

_HERE = Path(__file__).resolve().parent
# The order of the tables; a workload that is added comes after them, by name.
ORDER = ("mlp", "cnn", "resnet", "lstm", "encoder", "gpt", "unet", "dlrm", "dispatch", "ragged")
# The instrument's own, run only when it is named.
OWN = "dummy"


class Workload(Protocol):
    """The module `bench/workloads/<id>.py`."""

    SPEC: WorkloadSpec

    def batch(self, size: Size, seed: int) -> dict[str, np.ndarray]:
        """Return one batch of `size.batch` samples."""

    def weights(self, size: Size, seed: int) -> dict[str, np.ndarray]:
        """Return the canonical weights."""


def workload_ids() -> list[str]:
    """Return the ids of every workload there is, in the tables' order, the instrument's own left out."""
    found = {path.stem for path in (_HERE / "workloads").glob("*.py") if not path.stem.startswith("_")} - {OWN}
    found = {name for name in found if "SPEC" in (_HERE / "workloads" / f"{name}.py").read_text(encoding="utf-8")}
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


def load_workload(name: str) -> Workload:
    """Return a workload's module. Raises OptionError for a name that is none."""
    if name not in {*workload_ids(), OWN}:
        raise OptionError(f"{name} is not a workload.", f"Workloads are: {', '.join(workload_ids())}.")
    return cast(Workload, importlib.import_module(f"bench.workloads.{name}"))


def forward_flops(name: str, size: Size, phase: str) -> int | None:
    """Return the operations of one sample's forward pass in a phase; None for a workload that does not count them."""
    count = getattr(load_workload(name), "forward_flops", None)
    return None if count is None else int(count(size, phase))


def has_program(framework: str, workload: str) -> bool:
    """True if the framework has a program for the workload."""
    return (_HERE / "programs" / framework / f"{workload}.py").exists()
