"""Integration: the judges on answers made by hand, a stack that lies and dies, and the stacks that are here."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.probes import records
from bench.probes.integration import PROBE, doors, judging, keras, parquet, pointers, stacks
from bench.probes.integration.cells import CELLS, cells
from bench.probes.oneshot import ask
from bench.probes.probe import Outcome, ProbeOptions, Unit
from bench.results import Record
from tests.bench.probes import copied, front, kinds, need

PLAIN = np.arange(8, dtype=np.float32).reshape(4, 2) / 8
# A stack whose doors each go wrong in their own way: NumPy's, spoilt.
SPOILT = '''
"""NumPy, spoilt."""
import os

import numpy as np

from bench.probes.integration.doors import Doors, Stack

STACK = Stack("spoilt", "integration-jax", "numpy")


def convert(thing):
    array = np.asarray(thing)
    if array.dtype == np.float64:
        os._exit(9)
    return array + 1 if array.dtype.kind == "f" else array


def feed(thing, values):
    raise TypeError("only pancakes\\nand syrup")


def doors():
    return Doors(convert, feed, np.asarray, lambda array: 1, np.from_dlpack, np.asarray)


def loader(batch):
    return "a loader that loses a row", lambda: (19_999, 89_991)
'''


def checked(unit: Unit, outcome: Outcome) -> list[Record]:
    """The probe's records of the outcome, each held against the schema."""
    made = PROBE.records(unit, [outcome])
    assert [records.problem(one) for one in made] == [""] * len(made)
    return made


def unit_of(key: str, **options: Any) -> Unit:
    return next(unit for unit in PROBE.units(ProbeOptions(**options)) if unit.key == key)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (PLAIN, ""),
        (PLAIN.astype(np.float64), ""),
        (np.asfortranarray(PLAIN), ""),
        (PLAIN.T, "shape (2, 4) came of (4, 2)"),
        (PLAIN[:3], "shape (3, 2) came of (4, 2)"),
        (PLAIN + np.float32(1e-6), "9.9999999747524271e-07 came of 0"),
        (np.where(PLAIN == 0.5, np.nan, PLAIN), "nan came of 0.5"),
        (PLAIN.astype(str), "dtype <U32 came"),
        ([PLAIN[:, 0], PLAIN[:, 1]], "2 parts came, one a column, not rows"),
        ("text", "a str came, not an array"),
    ],
)
def test_values_are_right_or_said_to_be_wrong(came: Any, words: str):
    assert judging.right(came, PLAIN) == words


def test_the_judge_knows_missing_values_texts_and_columns():
    holed = np.where(PLAIN == 0.5, np.nan, PLAIN)
    assert judging.right(holed, holed) == ""
    assert judging.right(PLAIN, holed) == "0.5 came of nan"
    assert judging.right(PLAIN[:, :1], PLAIN[:, 0]) == ""
    texts = np.array([["a", "b"]])
    assert judging.right(np.array([[b"a", b"b"]], dtype=object), texts) == ""
    assert judging.right(np.array([[b"a", b"c"]], dtype=object), texts) == "other texts came"
    large = np.array([2**40 + 8])
    assert judging.right(large.astype(np.int32), large) == "8 came of 1099511627784"


def test_a_loss_tells_which_values_came_in():
    values = np.array([[1, 2], [3, 4]])
    # Rows add up to 3 and 7; their squares' mean is 29.
    assert keras.arrived(29.0, values) == ""
    assert keras.arrived(29.01, values) == "the loss is 29.01, of these values it is 29"
    assert keras.arrived(float("nan"), values).startswith("the loss is nan")
    holed = np.array([[1, np.nan], [3, 4]])
    assert keras.arrived(float("nan"), holed) == ""
    assert keras.arrived(25.0, holed) == "the loss is 25, of these values it is nan"
    assert keras.arrived(1.0, np.array([["a", "b"]])) == "text became numbers"


def test_pointers_decide_what_was_copied():
    array = np.arange(64, dtype=np.float32)
    where = int(array.__array_interface__["data"][0])
    assert pointers.of_capsule(array.__dlpack__()) == where
    assert pointers.of_capsule(array[3:].__dlpack__()) == where + 12
    assert doors.same_place(where, where) == "zero-copy"
    assert doors.same_place(pointers.of_capsule(array.copy().__dlpack__()), where) == "copy"
    assert doors.same_place(None, where) == doors.same_place(where, None) == "unknown"
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    with pytest.raises(ValueError, match="incorrect name"):
        pointers.of_capsule(make(where, b"used_dltensor", None))


def test_batches_are_joined_in_order():
    halves = [PLAIN[:2], PLAIN[2:]]
    assert (doors.joined(halves) == PLAIN).all()
    apart = doors.joined([[half[:, 0], half[:, 1]] for half in halves])
    assert [part.tolist() for part in apart] == PLAIN.T.tolist()
    assert parquet.label_sum(23) == sum(row % 10 for row in range(23))
    assert parquet.counted(iter([(None, [1, 2]), (None, [3])]), np.asarray) == (3, 6)


def test_what_was_not_answered_is_a_row_all_the_same():
    unit = unit_of("matrix/jax", quick=True)
    wanted = cells(quick=True)
    assert len(wanted) < len(CELLS)
    for how, status in (("not-run", "not-run"), ("died", "died"), ("hung", "hung"), ("raised", "not-run")):
        made = checked(unit, Outcome(how, reason="why"))
        assert [(one["input"], one["operation"]) for one in made] == [(one.input, one.operation) for one in wanted]
        assert {(one["status"], one["message"]) for one in made} == {(status, "why")}
    loader = unit_of("loader/keras-jax", quick=True)
    for how, status in (("not-run", "not-run"), ("died", "failed"), ("raised", "failed")):
        (made,) = checked(loader, Outcome(how, reason="why"))
        assert (made["status"], made["reason"], made["seconds"], made["file_bytes"]) == (status, "why", [], None)


def test_every_stack_of_the_timing_runner_is_in_the_matrix():
    names = {one.name: one.environment for one in stacks.table().values()}
    assert names == {
        "torch": "integration-torch",
        "jax": "integration-jax",
        "tensorflow": "integration-tensorflow",
        "keras-torch": "integration-torch",
        "keras-jax": "integration-jax",
        "keras-tensorflow": "integration-tensorflow",
    }


def test_a_stack_is_one_file_and_what_it_spoils_costs_its_own_cell(tmp_path: Path):
    """The guide's stack and a spoilt one beside it, in a copy of the room; the spoilt one ends its process once."""
    need("integration-jax")
    tree = tmp_path / "tree"
    folder = copied(tree) / "probes" / "integration" / "stacks"
    guide = (Path(__file__).parents[3] / "docs" / "adding-a-probe.md").read_text(encoding="utf-8")
    plain = guide.partition("`bench/probes/integration/stacks/plain.py`:\n\n```python\n")[2].partition("```")[0]
    (folder / "plain.py").write_text(plain, encoding="utf-8")
    (folder / "spoilt.py").write_text(SPOILT, encoding="utf-8")
    out = tmp_path / "x.jsonl"
    words = ["--device", "cpu", "--quick", "--stacks", "integration-jax", "--out", str(out)]
    # The environment's own stacks would run as well; of these two only the made ones are wanted.
    for name in ("jax", "keras_jax"):
        (folder / f"{name}.py").rename(folder / f"{name}.txt")
    done = front(tmp_path, tree, "probe", "integration", *words)
    assert done.returncode == 0, done.stderr
    found = {(one["stack"], one["input"], one["operation"]): one for one in kinds(out, "integration_cell")}
    assert {one["status"] for key, one in found.items() if key[0] == "plain"} == {"accepted"}
    first = found["plain", "numpy-float32", "convert"]
    assert (first["dtype_in"], first["dtype_out"], first["sharing"]) == ("float32", "float32", "zero-copy")
    assert found["plain", "arrow-table", "convert"]["sharing"] == "unknown"
    spoilt = {key[1:]: one for key, one in found.items() if key[0] == "spoilt"}
    assert spoilt["numpy-float32", "convert"]["status"] == "wrong"
    assert spoilt["numpy-float32", "convert"]["message"] == "1 came of 0"
    assert spoilt["numpy-float32", "convert"]["sharing"] == "copy"
    fed = spoilt["pandas-frame", "feed"]
    assert (fed["status"], fed["message"]) == ("refused", "TypeError: only pancakes")
    assert (fed["bridge"], fed["bridged"]) == ("frame.to_numpy()", "refused")
    assert spoilt["numpy-float64", "convert"]["status"] == "died"
    assert "ended with 9" in spoilt["numpy-float64", "convert"]["message"]
    # The next process goes on with the next cell.
    assert spoilt["numpy-float64", "back"]["status"] == "not-run"
    assert len(spoilt) == len(cells(quick=True))
    loaders = {one["stack"]: one for one in kinds(out, "integration_loader")}
    assert (loaders["plain"]["status"], loaders["numpy"]["status"]) == ("ok", "ok")
    assert loaders["plain"]["rows"] == 20_000
    assert loaders["spoilt"]["status"] == "failed"
    assert "19999 of 20000 rows came" in loaders["spoilt"]["reason"]


@pytest.mark.parametrize("stack", ["torch", "keras-jax"])
def test_what_a_framework_takes(stack: str):
    """Facts that its own documentation states, so that a change of them is news."""
    unit = unit_of(f"matrix/{stack}", stacks=(stack,), quick=True)
    python = need(unit.environment)
    made = {(one["input"], one["operation"]): one for one in checked(unit, ask(unit, python))}
    assert {one["status"] for one in made.values()} <= {"accepted", "refused", "wrong", "not-run"}
    assert all(bool(one["message"]) != (one["status"] == "accepted") for one in made.values())
    numbers = [made["numpy-float32", operation]["status"] for operation in ("convert", "feed", "back")]
    assert numbers == ["accepted"] * 3
    assert made["tensor", "plot"]["status"] == "accepted"
    if stack == "torch":
        assert made["numpy-float32", "convert"]["sharing"] == "zero-copy"
        assert made["numpy-float64", "convert"]["dtype_out"] == "float64"
        assert made["pandas-frame", "convert"]["status"] == "refused"
        assert (made["pandas-frame", "convert"]["bridge"], made["pandas-frame", "convert"]["bridged"]) == (
            "frame.to_numpy()",
            "accepted",
        )
    else:
        assert made["pandas-frame", "feed"]["status"] == "accepted"
        # JAX keeps 32 bits unless told otherwise.
        assert made["numpy-float64", "convert"]["dtype_out"] == "float32"


@pytest.mark.parametrize("stack", ["torch", "keras-jax"])
def test_a_loader_brings_every_row(stack: str):
    unit = unit_of(f"loader/{stack}", stacks=(stack,), quick=True)
    (made,) = checked(unit, ask(unit, need(unit.environment)))
    assert made["status"] == "ok", made["reason"]
    assert len(made["seconds"]) == 1
    assert made["seconds"][0] > 0
    assert made["file_bytes"] > 20_000 * 16
