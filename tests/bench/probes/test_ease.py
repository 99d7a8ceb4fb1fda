"""Ease of use: its counts on hand-made code, its records, and the programs' form."""

from __future__ import annotations

import io
import time
import tokenize
from pathlib import Path

import numpy as np
import pytest

from bench.discovery import ORDER
from bench.probes import records
from bench.probes.ease import PROBE, edits, files, syntax
from bench.probes.ease.edits import Tree
from bench.probes.probe import ANSWERED, HOWS, NOT_RUN, Outcome, ProbeOptions, Unit

# Counted by hand, below.
PROGRAM = """import torch
from torch import nn

RATE = 0.1
UNUSED_HERE = 2


def data(x):
    return x


def layer(width):
    return nn.Linear(width, width)


def equalize(model):
    return model


class Net(nn.Module):
    def __init__(self):
        self.first = layer(UNUSED_HERE)

    def training_step(self, batch):
        return loss_fn(batch)


def model():
    return equalize(Net()).to("cpu")


def loss_fn(batch):
    return batch.sum()


def train(model, data):
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    model.train()
    for batch in data:
        optimizer.zero_grad()
        model.training_step(batch).backward()
        optimizer.step()


def evaluate(model, data):
    model.eval()
    with torch.no_grad():
        return {"loss": 0}


def save(model, path): torch.save(model, path)
"""


def test_parts_hold_what_they_use_first() -> None:
    counts = syntax.measured(PROGRAM)
    lines = {part: counts[part]["logical_lines"] for part in syntax.ALL}
    # model: UNUSED_HERE; layer 2; class 1, __init__ 2; model 2. train: RATE; training_step 2; loss_fn 2; train 7.
    assert lines == {
        "imports": 2,
        "data": 2,
        "model": 8,
        "train": 12,
        "evaluate": 4,
        "save": 1,
        "parity": 2,
        "whole": 29,
    }


def test_nodes_and_names_are_counted() -> None:
    counts = syntax.measured(PROGRAM)
    # def, arguments, arg, return, name.
    assert counts["data"]["ast_nodes"] == 5
    # nn.Linear and nn.Module; torch.optim.SGD; torch.no_grad; torch.save.
    assert [counts[part]["framework_names"] for part in ("model", "train", "evaluate", "save")] == [2, 1, 1, 1]
    assert counts["whole"]["framework_names"] == 5
    # parameters, train, zero_grad, backward, step, sum: `training_step` is the program's own.
    assert counts["train"]["method_names"] == 6


def test_statements_about_state_are_counted_by_kind() -> None:
    counts = syntax.measured(PROGRAM)
    assert counts["model"]["state"] == {"device": 1}
    assert counts["train"]["state"] == {"mode": 1, "gradients": 2, "update": 1}
    assert counts["evaluate"]["state"] == {"mode": 1, "no-gradient": 1}
    assert counts["train"]["state_statements"] == 4


def test_a_statement_of_two_kinds_counts_once() -> None:
    text = PROGRAM.replace("        optimizer.step()\n", "        optimizer.step(batch.to('cpu'))\n")
    counts = syntax.measured(text)["train"]
    assert counts["state"] == {"mode": 1, "gradients": 2, "update": 1, "device": 1}
    assert counts["state_statements"] == 4


def test_keys_and_modes_of_the_functional_stacks_are_state() -> None:
    text = """from flax import nnx
import jax
def data(x): return x
def model():
    rngs = nnx.Rngs(0)
    key = jax.random.key(1)
    return nnx.Linear(1, 1, rngs=rngs)
def train(model, data): return model(data, training=True)
def evaluate(model, data): return model(data, training=False)
def save(model, path): return path
"""
    counts = syntax.measured(text)
    assert counts["model"]["state"] == {"keys": 3}
    assert counts["train"]["state"] == {"mode": 1}
    assert counts["model"]["framework_names"] == 3


def test_volume_is_n_log_n() -> None:
    text = "def data(x): return x\ndef model(): return 1\ndef train(m, d): pass\ndef evaluate(m, d): pass\n"
    counts = syntax.measured(text + "def save(m, p): pass\n")
    # def, arguments, arg, return: operators; data, x, x: operands. Seven words, six of them distinct.
    assert counts["data"]["syntax_volume"] == pytest.approx(7 * np.log2(6), abs=1e-3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("def model():", "def modell():"), "in this order; here: data, train, evaluate, save"),
        (("RATE = 0.1", "RATE = 0.1\nNOBODY = 3"), "line 5 is used by none"),
    ],
)
def test_a_program_of_another_form_is_refused(change: tuple[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        syntax.measured(PROGRAM.replace(*change))


def _tree(text: str) -> Tree:
    """Return the tree of `f(d(a,c(b)),e)`."""
    label, children, depth, start = "", [], 0, 0
    for place, letter in enumerate(text):
        if letter == "(":
            label, start = (text[:place], place + 1) if depth == 0 else (label, start)
            depth += 1
        elif letter in ",)":
            if depth == 1:
                children.append(_tree(text[start:place]))
                start = place + 1
            depth -= letter == ")"
    return Tree(label or text, tuple(children))


@pytest.mark.parametrize(
    ("before", "after", "distance"),
    [
        # Zhang and Shasha's own example: one node deleted, one inserted.
        ("f(d(a,c(b)),e)", "f(c(d(a,b)),e)", 2),
        ("f(a,b)", "f(a,b)", 0),
        ("f(a,b)", "f(b)", 1),
        ("f(a)", "g(b)", 2),
        ("f(a,b,c)", "f(x(a,b),c)", 1),
        ("a", "f(g(h(a)))", 3),
    ],
)
def test_tree_distance(before: str, after: str, distance: int) -> None:
    assert edits.tree_distance(_tree(before), _tree(after)) == distance
    assert edits.tree_distance(_tree(after), _tree(before)) == distance


def test_edit_distance_counts_what_a_reader_would() -> None:
    before = "import keras\n\ndef f(x):\n    return keras.layers.Dense(8)(x)\n"
    assert edits.edit_distance(before, before) == 0
    assert edits.edit_distance(before, before.replace("8", "16")) == 1
    assert edits.edit_distance(before, before.replace("layers.Dense", "ops.relu")) == 1
    # A keyword and its value.
    assert edits.edit_distance(before, before.replace("(8)", "(8, name='a')")) == 2
    # with, withitem, name around the statement that stays.
    wrapped = "import keras\n\ndef f(x):\n    with scope:\n        return keras.layers.Dense(8)(x)\n"
    assert edits.edit_distance(before, wrapped) == 3
    assert edits.changed_lines(before, wrapped) == (2, 1)


@pytest.mark.parametrize("change", files.CHANGES)
def test_taking_equal_statements_first_is_exact_where_it_can_be_checked(change: str) -> None:
    before, after = files.program("keras", "mlp").read_text(), files.change("keras", change).read_text()
    whole = [Tree("", tuple(edits.tree(node) for node in edits.ast.parse(text).body)) for text in (before, after)]
    assert edits.edit_distance(before, after) == edits.tree_distance(*whole)


@pytest.mark.parametrize("folder", files.folders())
def test_a_folder_is_whole(folder: str) -> None:
    assert [name for name in ORDER if not files.program(folder, name).exists()] == []
    assert [name for name in files.CHANGES if not files.change(folder, name).exists()] == []
    assert (files.HERE / "adapters" / f"{folder}.py").exists()


def test_programs_bear_no_comments() -> None:
    for folder, workload, change, text in files.texts(files.folders(), ORDER):
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        assert [one for one in tokens if one.type == tokenize.COMMENT] == [], (folder, workload, change)


def test_all_programs_are_measured_within_five_seconds() -> None:
    begun = time.process_time()
    texts = [text for *_, change, text in files.texts(files.folders(), ORDER) if not change]
    counts = [syntax.measured(text) for text in texts]
    assert time.process_time() - begun < 5
    assert len(counts) == 50
    assert all(one[part]["logical_lines"] > 1 for one in counts for part in syntax.PARTS)


@pytest.mark.parametrize("options", [ProbeOptions(), ProbeOptions(quick=True, stacks=("jax",), workloads=("cnn",))])
@pytest.mark.parametrize("how", [how for how in HOWS if how != ANSWERED])
def test_a_unit_without_an_answer_has_all_its_rows(how: str, options: ProbeOptions) -> None:
    for unit in PROBE.units(options):
        rows = PROBE.records(unit, [Outcome(how, reason="no such environment")])
        assert rows
        for row in rows:
            assert records.problem(row) == ""
            assert (row["status"], row["reason"]) == (how, "no such environment")
            assert row.get("logical_lines") is None
            assert row.get("edit_distance") is None
    programs = [one for one in rows if one["kind"] == "ease_program"]
    assert len(programs) == len(syntax.ALL) * len(unit.arguments["workloads"])


def test_stacks_are_asked_for_by_name_mode_or_framework() -> None:
    def asked(*stacks: str, quick: bool = False) -> list[str]:
        units = PROBE.units(ProbeOptions(stacks=stacks, quick=quick))
        return [unit.key.partition("/")[2] for unit in units if unit.key.startswith("programs/")]

    assert asked("torch-eager") == ["torch"]
    assert asked("lightning") == ["lightning"]
    assert asked("jax-jit") == asked("jax") == ["jax-flax"]
    assert asked("keras-jax-jit", "tensorflow") == ["keras-jax", "tensorflow"]
    assert asked("dummy") == []
    assert asked(quick=True) == ["keras-tensorflow", "torch", "lightning", "tensorflow", "jax-flax"]
    assert len(asked()) == 7


def test_a_change_that_cannot_run_says_why() -> None:
    unit = next(unit for unit in PROBE.units(ProbeOptions()) if unit.key == "programs/keras-torch")
    reasons = {name: why for name, why in unit.arguments["changes"].items() if why}
    assert set(reasons) == {"custom_step", "export"}
    assert "TensorFlow" in reasons["export"]


def test_counts_are_withheld_from_what_does_other_work() -> None:
    unit = Unit("programs/torch", "torch", "", {})
    gate = {"gate": "P1", "value": None, "limit": 1e-5, "passed": False, "detail": "forward"}
    failed = {"workload": "mlp", "status": "parity-failed", "reason": "P1", "gates": [gate], "parts": {}}
    changed = {"change": "export", "status": NOT_RUN, "reason": "why", "effect": None, "cost": {}}
    rows = PROBE.records(unit, [Outcome(ANSWERED, {"programs": [failed], "changes": [changed]})])
    assert [records.problem(row) for row in rows] == [""] * len(rows)
    assert [row["kind"] for row in rows] == ["ease_program"] * 8 + ["ease_parity", "ease_change"]
    assert {row["logical_lines"] for row in rows[:8]} == {None}
    assert rows[-1]["edit_distance"] is None


def test_texts_are_published(tmp_path: Path) -> None:
    unit = next(unit for unit in PROBE.units(ProbeOptions(workloads=("mlp",))) if unit.key == "texts")
    from bench.probes.ease.sources import measure

    rows = PROBE.records(unit, [Outcome(ANSWERED, measure(**unit.arguments))])
    assert len(rows) == 5 * 10
    assert [records.problem(row) for row in rows] == [""] * 50
    assert rows[0]["text"] == files.program("keras", "mlp").read_text(encoding="utf-8")
