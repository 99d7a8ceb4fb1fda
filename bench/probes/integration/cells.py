"""The matrix, fixed before anything is tried: what is handed over, and what is to be done with it."""

from __future__ import annotations

from dataclasses import dataclass

CONVERT, FEED, BACK = "convert", "feed", "back"


@dataclass(frozen=True)
class Cell:
    """`library` is whose object is handed over, `input` the object's name in inputs.py, `operation` what is done.

    convert   the framework's own converter makes a tensor of it
    feed      its own way to train takes it: Keras' fit, torch's DataLoader, tf.data, a jitted function
    back      the tensor becomes a NumPy array again
    from-dlpack, to-dlpack   the framework's DLPack doors, in and out
    plot, hist, imshow       Matplotlib is handed the framework's tensor
    """

    library: str
    input: str
    operation: str


# What NumPy users hold, and the forms that converters trip over.
_NUMPY = ("float32", "aligned", "noncontiguous", "fortran", "float64", "int64", "int64-large", "readonly")
_OTHERS = {
    "pandas": ("frame", "frame-mixed", "series", "nullable", "nullable-missing", "strings"),
    "polars": ("frame", "series"),
    "arrow": ("table", "array", "chunked"),
    "duckdb": ("relation",),
    "python": ("lists",),
    "dlpack": ("object",),
}


def _cells() -> tuple[Cell, ...]:
    inputs = [("numpy", f"numpy-{name}") for name in _NUMPY]
    inputs += [(library, f"{library}-{name}") for library, names in _OTHERS.items() for name in names]
    found = [Cell(library, name, operation) for library, name in inputs for operation in (CONVERT, FEED, BACK)]
    found += [Cell("numpy", "parameter", BACK)]
    found += [Cell("dlpack", f"numpy-{name}", "from-dlpack") for name in ("float32", "aligned")]
    found += [Cell("dlpack", "tensor", "to-dlpack")]
    found += [Cell("matplotlib", "tensor", operation) for operation in ("plot", "hist", "imshow")]
    return (*found, Cell("matplotlib", "parameter", "plot"))


CELLS: tuple[Cell, ...] = _cells()
_QUICK = ("numpy-float32", "numpy-float64", "pandas-frame", "pandas-strings", "arrow-table", "python-lists", "tensor")


def cells(quick: bool) -> tuple[Cell, ...]:
    """Return the cells to try, the small form's or all, in the order in which they are tried."""
    return tuple(cell for cell in CELLS if not quick or cell.input in _QUICK)
