"""PyTorch by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.probes.integration.doors import BATCH, Doors, Epoch, Stack, joined
from bench.probes.integration.parquet import Batch, batches, counted

STACK = Stack("torch", "integration-torch", "torch")


def doors() -> Doors:
    """Return PyTorch's doors; what trains is fed by a DataLoader over the object itself."""
    import torch

    def feed(thing: Any, values: np.ndarray) -> Any:
        return joined(list(torch.utils.data.DataLoader(thing, batch_size=BATCH)))

    return Doors(
        torch.as_tensor,
        feed,
        lambda tensor: tensor.numpy(),
        lambda tensor: int(tensor.data_ptr()),
        torch.from_dlpack,
        lambda values: torch.nn.Parameter(torch.from_numpy(values)),
    )


def loader(batch: int) -> tuple[str, Epoch]:
    """Return a DataLoader over an IterableDataset."""
    import torch

    class Rows(torch.utils.data.IterableDataset):
        def __iter__(self) -> Iterator[Batch]:
            return batches(batch)

    rows = torch.utils.data.DataLoader(Rows(), batch_size=None)
    return "torch.utils.data.DataLoader over an IterableDataset", lambda: counted(iter(rows), np.asarray)
