"""The workloads' small cuts that programs are compared on: the same code at every depth, without its compile time."""

from __future__ import annotations

from bench.discovery import ORDER as WORKLOADS
from bench.discovery import load_workload
from bench.spec import Size

CUTS: dict[str, dict[str, int]] = {
    "mlp": {},
    "cnn": {"side": 14},
    "resnet": {"side": 16, "blocks": 1},
    "lstm": {"steps": 12, "units": 32},
    "encoder": {"layers": 1, "steps": 24},
    "gpt": {"layers": 1, "steps": 32},
    "unet": {"side": 16, "levels": 2},
    "dlrm": {"rows": 500, "tables": 3},
    "dispatch": {"layers": 6},
    # Few lengths among its seventeen batches: each is a compilation of its own.
    "ragged": {"layers": 1, "steps": 4},
}

__all__ = ["CUTS", "WORKLOADS", "cut"]


def cut(name: str) -> Size:
    """Return a workload's small size with fewer layers and the gates' batch."""
    size = load_workload(name).SPEC.sizes["small"].with_dimensions(**CUTS[name])
    return size.with_batch(size.parity_batch)
