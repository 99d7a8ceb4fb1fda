"""Cells of the matrix tried one after the other, each written before the next. Runs in a child of matrix.py's."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.integration import stacks
from bench.probes.integration.cells import CONVERT, FEED, Cell, cells
from bench.probes.integration.doors import Doors, Missing, same_place
from bench.probes.integration.inputs import Given, address, inputs
from bench.probes.integration.judging import dtype_name, first_line, right

ACCEPTED, REFUSED, WRONG, NOT_RUN = "accepted", "refused", "wrong", "not-run"


@dataclass(frozen=True)
class _Tried:
    """What a call gave: `value` if it returned, else `message`; the first warning's line beside it."""

    value: Any = None
    message: str = ""
    warning: str = ""


def measure(stack: str, quick: bool, file: str, skip: int) -> dict[str, Any]:
    """Try the cells behind the first `skip` and append a line for each to the file; return their count."""
    there = stacks.load(stack).doors()
    given = inputs()
    wanted = cells(quick)
    tensors = _converted_before(there, given, wanted[skip - 1] if skip else None)
    with Path(file).open("a", encoding="utf-8") as stream:
        for cell in wanted[skip:]:
            stream.write(json.dumps(_cell(cell, there, given, tensors)) + "\n")
            stream.flush()
    return {"tried": len(wanted) - skip}


def _converted_before(there: Doors, given: dict[str, Given], last: Cell | None) -> dict[str, Any]:
    """Return the tensor of the input at which an earlier process stopped, if it got beyond converting it."""
    if last is None or last.operation != FEED:
        return {}
    tried = _try(there.convert, given[last.input].thing)
    return {} if tried.message else {last.input: tried.value}


def _cell(cell: Cell, there: Doors, given: dict[str, Given], tensors: dict[str, Any]) -> dict[str, Any]:
    if cell.library == "matplotlib":
        found = _drawn(cell, there, given)
    elif cell.operation == CONVERT:
        found = _converted(there.convert, there, given[cell.input], tensors, cell.input)
    elif cell.operation == "from-dlpack":
        found = _converted(there.from_dlpack, there, given[cell.input], {}, cell.input)
    elif cell.operation == FEED:
        found = _fed(there, given[cell.input])
    else:
        found = _returned(cell, there, given, tensors)
    return {"library": cell.library, "input": cell.input, "operation": cell.operation, **found}


def _converted(
    convert: Callable[[Any], Any], there: Doors, one: Given, tensors: dict[str, Any], name: str
) -> dict[str, Any]:
    tried = _try(convert, one.thing)
    dtype_in = str(one.values.dtype)
    if tried.message:
        bridge = _bridge(one, lambda thing: right(_numbers(there, convert(thing)), one.values))
        return {"status": REFUSED, "message": tried.message, "warning": tried.warning, "dtype_in": dtype_in, **bridge}
    tensors[name] = tried.value
    # TensorFlow ends the process when a tensor of strings is asked for its DLPack capsule.
    pointer = None if one.address is None else _try(there.pointer, tried.value).value
    words = right(_numbers(there, tried.value), one.values)
    return {
        "status": WRONG if words else ACCEPTED,
        "message": words,
        "warning": tried.warning,
        "dtype_in": dtype_in,
        "dtype_out": dtype_name(tried.value),
        "sharing": same_place(pointer, one.address),
    }


def _fed(there: Doors, one: Given) -> dict[str, Any]:
    arrived = there.arrived or right

    def judge(thing: Any) -> str:
        return arrived(there.feed(thing, one.values), one.values)

    tried = _try(judge, one.thing)
    words = tried.message or tried.value
    status = REFUSED if tried.message else WRONG if words else ACCEPTED
    bridge = _bridge(one, judge) if words else {}
    return {"status": status, "message": words, "warning": tried.warning, "dtype_in": str(one.values.dtype), **bridge}


def _returned(cell: Cell, there: Doors, given: dict[str, Given], tensors: dict[str, Any]) -> dict[str, Any]:
    """Return what became of a tensor on its way out: to NumPy by the framework's own call, or through DLPack."""
    if cell.input in given and cell.input not in tensors:
        return {"status": NOT_RUN, "message": "it did not become a tensor"}
    plain = given["numpy-float32"]
    made = _Tried(tensors[cell.input]) if cell.input in tensors else _own(cell, there, plain.values)
    if made.message:
        return {"status": NOT_RUN, "message": made.message}
    tensor = made.value
    leave = np.from_dlpack if cell.operation == "to-dlpack" else there.back
    tried = _try(leave, tensor)
    about = {"dtype_in": dtype_name(tensor), "warning": tried.warning}
    if tried.message:
        return {"status": REFUSED, "message": tried.message, **about}
    words = right(tried.value, given.get(cell.input, plain).values)
    numbers = isinstance(tried.value, np.ndarray) and tried.value.dtype.kind in "fiu"
    pointer = _try(there.pointer, tensor).value if numbers else None
    return {
        "status": WRONG if words else ACCEPTED,
        "message": words,
        "dtype_out": dtype_name(tried.value),
        "sharing": same_place(pointer, address(tried.value) if isinstance(tried.value, np.ndarray) else None),
        **about,
    }


def _drawn(cell: Cell, there: Doors, given: dict[str, Given]) -> dict[str, Any]:
    """Return whether Matplotlib takes a tensor, by what it then holds."""
    figure = importlib.import_module("matplotlib.figure").Figure()
    values = given["numpy-float32"].values
    made = _own(cell, there, values)
    if made.message:
        return {"status": NOT_RUN, "message": made.message}
    tensor, axes = made.value, figure.subplots()

    def draw(thing: Any) -> Any:
        if cell.operation == "plot":
            return np.stack([np.asarray(line.get_ydata()) for line in axes.plot(thing)], axis=1)
        if cell.operation == "imshow":
            return np.asarray(axes.imshow(thing).get_array())
        return np.asarray(axes.hist(thing, bins=8)[0]).sum(axis=-1)

    rows, columns = values.shape
    expected = np.full(columns, rows, np.float64) if cell.operation == "hist" else values
    tried = _try(draw, tensor)
    about = {"dtype_in": dtype_name(tensor), "warning": tried.warning}
    if tried.message:
        bridge = _bridge(Given(tensor, values, None, ("the tensor's NumPy array", lambda: values)), lambda _: "")
        return {"status": REFUSED, "message": tried.message, **about, **bridge}
    words = right(tried.value, expected)
    return {"status": WRONG if words else ACCEPTED, "message": words, **about}


def _own(cell: Cell, there: Doors, values: np.ndarray) -> _Tried:
    """Return a parameter or a plain tensor of the framework's own, with these values."""
    return _try(there.parameter if cell.input == "parameter" else there.convert, values.copy())


def _try(call: Callable[..., Any], *arguments: Any) -> _Tried:
    """Call; return what came back, or the exception's type and first line, and the first warning's first line."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            value, message = call(*arguments), ""
        except Missing as error:
            value, message = None, str(error)
        except Exception as error:
            value, message = None, first_line(f"{type(error).__name__}: {error}")
    return _Tried(value, message, first_line(str(heard[0].message)) if heard else "")


def _bridge(one: Given, judge: Callable[[Any], str]) -> dict[str, str]:
    """Return the call that a user writes instead, and what becomes of the object then."""
    if one.bridge is None:
        return {}
    words, cross = one.bridge
    tried = _try(lambda: judge(cross()))
    return {"bridge": words, "bridged": REFUSED if tried.message else WRONG if tried.value else ACCEPTED}


def _numbers(there: Doors, tensor: Any) -> Any:
    """Return a tensor's values for judging, whatever way out works."""
    tried = _try(there.back, tensor)
    return np.asarray(tensor) if tried.message else tried.value
