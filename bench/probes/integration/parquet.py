"""The loaders' file, and reading it through DuckDB and Arrow: what every loader shares. Runs in a child."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

FEATURES = 16
FILE = "rows.parquet"
_NAMES = [f"x{index}" for index in range(FEATURES)]

Batch = tuple[np.ndarray, np.ndarray]


def write(rows: int) -> int:
    """Write the file: features that no compression finds a pattern in, and labels 0 to 9 in turn; return its bytes."""
    columns = [
        f"(hash(i * {FEATURES} + {index}) % 65536 / 65536)::float as {name}" for index, name in enumerate(_NAMES)
    ]
    query = f"select {', '.join(columns)}, (i % 10)::integer as y from range({rows}) as rows(i)"
    importlib.import_module("duckdb").execute(f"copy ({query}) to '{FILE}' (format parquet)")
    with open(FILE, "rb") as file:
        return file.seek(0, 2)


def label_sum(rows: int) -> int:
    """Return what the labels of that many rows add up to."""
    return 45 * (rows // 10) + sum(range(rows % 10))


def batches(batch: int) -> Iterator[Batch]:
    """Yield the file's rows, at most `batch` at a time: features (rows, 16) float32, labels (rows,) int32."""
    duckdb = importlib.import_module("duckdb")
    for part in duckdb.connect().sql(f"select * from '{FILE}'").to_arrow_reader(batch):
        yield arrays(part)


def arrays(part: Any) -> Batch:
    """Return an Arrow record batch's or table's features as one array, and its labels."""
    columns = [np.asarray(part.column(name)) for name in _NAMES]
    return np.stack(columns, axis=1), np.asarray(part.column("y"))


def counted(parts: Iterator[Any], to_numpy: Callable[[Any], np.ndarray]) -> tuple[int, int]:
    """Take every batch; return the rows that came and the sum of their labels."""
    rows = total = 0
    for _, labels in parts:
        array = to_numpy(labels)
        rows += len(array)
        total += int(array.sum())
    return rows, total
