"""PyTorch Lightning: a module is a torch module and is watched as one; only what it saves is its own."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import torch

from bench.probes.ease.adapters.torch import (
    EXPORT_SUFFIX,
    batches,
    exported,
    layers,
    new,
    predict,
    read,
    reset,
    rows,
    trainable,
    watch,
    write,
)

SUFFIX = ".ckpt"

__all__ = [
    "EXPORT_SUFFIX",
    "SUFFIX",
    "batches",
    "exported",
    "layers",
    "new",
    "predict",
    "read",
    "reset",
    "restored",
    "rows",
    "trainable",
    "watch",
    "write",
]


def restored(program: ModuleType, path: str) -> Any:
    """Return a new model with the checkpoint's state."""
    model = program.model()
    model.load_state_dict(torch.load(path, weights_only=False)["state_dict"])
    return model
