"""The objects that are handed over, each with the values it holds and where they lie. Runs in a child.

Values are eighths and small whole numbers, so that no float32 on the way can change them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

# Installed where they are measured, never beside the runner.
duckdb, pd, pl, pa = (importlib.import_module(name) for name in ("duckdb", "pandas", "polars", "pyarrow"))

ROWS, COLUMNS = 64, 4
# More than any int32 holds.
_LARGE = 2**40 + 8
_LINE = 64


@dataclass(frozen=True)
class Given:
    """One object. `values` are what it holds, `address` where the first one lies, None where they lie in no one place.

    `bridge` is the call that a user writes when the object is refused, and what it gives.
    """

    thing: Any
    values: np.ndarray
    address: int | None = None
    bridge: tuple[str, Callable[[], Any]] | None = None


def laid(values: np.ndarray, offset: int) -> np.ndarray:
    """Return a copy whose first byte lies `offset` bytes past a multiple of 64, in C order.

    Allocators give multiples of 16. Which one a run happens to get must not decide whether JAX copies.
    """
    room = np.empty(values.nbytes + 2 * _LINE, np.uint8)
    begin = -room.ctypes.data % _LINE + offset
    there = room[begin : begin + values.nbytes].view(values.dtype).reshape(values.shape)
    there[...] = values
    return there


def address(array: np.ndarray) -> int:
    """Return where the first element lies."""
    return int(array.__array_interface__["data"][0])


class Exporter:
    """Has nothing but DLPack's two methods."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


def inputs() -> dict[str, Given]:
    """Return every object by its name in cells.py."""
    plain = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS) / 8
    return {**_numpy(plain), **_pandas(plain), **_columnar(plain), **_others(plain)}


def _numpy(plain: np.ndarray) -> dict[str, Given]:
    wide = laid(np.repeat(plain, 2, axis=1), 16)
    whole = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    readonly = laid(plain, 16)
    readonly.flags.writeable = False
    arrays = {
        "float32": laid(plain, 16),
        "aligned": laid(plain, 0),
        "noncontiguous": wide[:, ::2],
        "fortran": laid(np.ascontiguousarray(plain.T), 16).T,
        "float64": laid(plain.astype(np.float64), 16),
        "int64": laid(whole.astype(np.int64), 16),
        "int64-large": laid(whole.astype(np.int64) + _LARGE, 16),
        "readonly": readonly,
    }
    return {f"numpy-{name}": Given(array, np.array(array), address(array)) for name, array in arrays.items()}


def _pandas(plain: np.ndarray) -> dict[str, Given]:
    frame = pd.DataFrame(laid(plain, 16), columns=list("abcd"), copy=False)
    mixed = pd.DataFrame({"a": plain[:, 0].astype(np.float64), "b": np.arange(ROWS)})
    series = pd.Series(laid(plain[:, 0], 16), copy=False)
    nullable = pd.DataFrame({name: pd.array(plain[:, index], dtype="Float32") for index, name in enumerate("abcd")})
    missing = nullable.copy()
    missing.loc[0, "a"] = pd.NA
    strings = pd.DataFrame({"a": [f"{value:g}" for value in plain[:, 0]], "b": ["x"] * ROWS})
    holed = plain.copy()
    holed[0, 0] = np.nan
    whole = partial(nullable.to_numpy, dtype="float32")
    call, words = partial(missing.to_numpy, dtype="float32", na_value=np.nan), "dtype='float32', na_value=nan"
    return {
        "pandas-frame": Given(frame, plain, _steady(frame.to_numpy), ("frame.to_numpy()", frame.to_numpy)),
        "pandas-frame-mixed": Given(mixed, mixed.to_numpy(), None, ("frame.to_numpy()", mixed.to_numpy)),
        "pandas-series": Given(series, plain[:, 0], _steady(series.to_numpy), ("series.to_numpy()", series.to_numpy)),
        "pandas-nullable": Given(nullable, plain, None, ("frame.to_numpy(dtype='float32')", whole)),
        "pandas-nullable-missing": Given(missing, holed, None, (f"frame.to_numpy({words})", call)),
        "pandas-strings": Given(strings, strings.to_numpy().astype(str)),
    }


def _columnar(plain: np.ndarray) -> dict[str, Given]:
    names = list("abcd")
    frame = pl.DataFrame(plain, schema=names)
    array = pa.array(plain[:, 0])
    # Arrow's allocator gives multiples of 64, and Polars keeps the buffer: where it lies is no matter of luck.
    series = pl.from_arrow(array)
    table = pa.table({name: pa.array(plain[:, index]) for index, name in enumerate(names)})
    chunked = pa.chunked_array([plain[: ROWS // 2, 0], plain[ROWS // 2 :, 0]])
    return {
        "polars-frame": Given(frame, plain, None, ("frame.to_numpy()", frame.to_numpy)),
        "polars-series": Given(series, plain[:, 0], _steady(series.to_numpy), ("series.to_numpy()", series.to_numpy)),
        "arrow-table": Given(table, plain, None, ("numpy.asarray(table)", partial(np.asarray, table))),
        "arrow-array": Given(array, plain[:, 0], array.buffers()[1].address, ("array.to_numpy()", array.to_numpy)),
        "arrow-chunked": Given(chunked, plain[:, 0], None, ("array.to_numpy()", chunked.to_numpy)),
    }


def _others(plain: np.ndarray) -> dict[str, Given]:
    columns = ", ".join(f"((i * {COLUMNS} + {index}) / 8)::float as {name}" for index, name in enumerate("abcd"))
    relation = duckdb.sql(f"select {columns} from range({ROWS}) as rows(i) order by i")
    behind = laid(plain, 16)
    lists = plain.tolist()
    return {
        "duckdb-relation": Given(relation, plain, None, ("relation.df().to_numpy()", lambda: relation.df().to_numpy())),
        "python-lists": Given(
            lists, plain, None, ("numpy.array(lists, 'float32')", partial(np.array, lists, "float32"))
        ),
        "dlpack-object": Given(
            Exporter(behind), plain, address(behind), ("numpy.from_dlpack(object)", lambda: np.from_dlpack(behind))
        ),
    }


def _steady(view: Callable[[], np.ndarray]) -> int | None:
    """Return where the values lie if NumPy sees them in place: two looks at them see one address; else None."""
    first, second = view(), view()
    return address(first) if address(first) == address(second) else None
