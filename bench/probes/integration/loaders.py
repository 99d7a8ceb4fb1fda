"""Rows a second from one Parquet file, through DuckDB and Arrow, into one stack's own loader. Runs in a child.

Every epoch begins at the file. What the loaders share (reading, Arrow to NumPy) is the floor, measured by itself; the
rest is the loader's. No training step runs.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.probes.integration import stacks
from bench.probes.integration.doors import Epoch
from bench.probes.integration.parquet import batches, counted, label_sum, write


def measure(stack: str, rows: int, batch: int, epochs: int) -> dict[str, Any]:
    """Return `loader` (in words), `file_bytes`, and `seconds` of each epoch behind one untimed one.

    `stack` is a file of stacks/, "" for the floor. Raises ValueError where rows were lost or changed.
    """
    size = write(rows)
    name, epoch = stacks.load(stack).loader(batch) if stack else _floor(batch)
    seconds = []
    for _ in range(epochs + 1):
        begun = time.perf_counter()
        came = epoch()
        seconds.append(time.perf_counter() - begun)
        if came != (rows, label_sum(rows)):
            raise ValueError(f"{came[0]} of {rows} rows came, their labels add up to {came[1]}, not {label_sum(rows)}")
    return {"loader": name, "file_bytes": size, "seconds": seconds[1:]}


def _floor(batch: int) -> tuple[str, Epoch]:
    return "a plain loop over Arrow batches, no framework", lambda: counted(batches(batch), np.asarray)
