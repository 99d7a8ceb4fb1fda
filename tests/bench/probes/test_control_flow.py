"""The control-flow probe without a framework: the arithmetic it is held against, verdicts, records."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.probes import records as files
from bench.probes.control_flow import PROBE, form, running
from bench.probes.probe import ANSWERED, Outcome, ProbeOptions

NAMES = form.names()


def test_every_form_has_a_program_in_every_framework():
    assert [
        *("branch", "loop", "changing_shapes", "side_effects", "tree_recursion", "shape_python", "mask_selection"),
    ] == NAMES
    assert [form.load(name).number for name in NAMES] == list(range(1, 8))
    assert form.rewriting("branch", "jax") == "jax.lax.cond"
    assert form.rewriting("changing_shapes", "torch") == ""


def test_the_inputs_go_both_ways_and_make_stale_programs_wrong():
    """A program that kept what its first call did would be found out by a later one."""
    for name in NAMES:
        w, inputs = form.weights(name, 0), form.inputs(name)
        values = [form.value(name, x, w, call) for call, x in enumerate(inputs, 1)]
        assert len({value.shape for value in values}) > 1 or not all(form.is_right(one, values[0]) for one in values)
    signs = {float(np.sum(x @ form.weights("branch", 0))) > 0 for x in form.inputs("branch")}
    assert signs == {True, False}
    w = form.weights("loop", 0)
    turns = {round(float((form.value("loop", x, w, 1) / (x @ w)).max())) for x in form.inputs("loop")}
    assert len(turns) == 4
    assert len({x.shape for x in form.inputs("changing_shapes")}) == 6
    picked = {int((x[:, 0] > 0).sum()) for x in form.inputs("mask_selection")}
    assert len(picked) > 1


@pytest.mark.parametrize("seed", [0, 1])
def test_gradients_are_the_ones_of_calculus(seed: int):
    w = form.weights("side_effects", seed)
    x = form.inputs("side_effects")[0]
    by_hand = 3 * np.repeat(x.sum(0)[:, None], w.shape[1], 1)
    np.testing.assert_allclose(form.gradient("side_effects", x, w, 3), by_hand, rtol=1e-5)
    x = form.inputs("branch")[0]
    by_hand = x.T @ (1 - np.tanh(x @ w) ** 2)
    np.testing.assert_allclose(form.gradient("branch", x, w, 1), by_hand, rtol=1e-4)
    np.testing.assert_allclose(form.gradient("branch", -x, w, 1), -2 * np.repeat(x.sum(0)[:, None], 3, 1), rtol=1e-4)


def test_a_tree_of_one_pair_is_the_cell_by_hand():
    w = form.weights("tree_recursion", 0).astype(float)
    a, b = form.inputs("tree_recursion")[0]
    i, f, o, u = np.split(np.concatenate([np.tanh(a), np.tanh(b)], 1) @ w, 4, 1)
    cell = np.tanh(u) / (1 + np.exp(-i)) + (a + b) / (1 + np.exp(-f))
    np.testing.assert_allclose(form.value("tree_recursion", (a, b), w, 1), np.tanh(cell) / (1 + np.exp(-o)), rtol=1e-6)


def test_right_is_the_same_shape_and_close():
    wanted = np.array([[1.0, 100.0]])
    assert form.is_right(wanted + 0.09, wanted)
    assert not form.is_right(wanted + 0.11, wanted)
    assert not form.is_right(wanted[0], wanted)
    assert not form.is_right(wanted * np.nan, wanted)


SEEN = {"calls": 3, "right_calls": 3, "largest_error": 1e-7, "counter": "a counter"}
SEEN |= {"exception": None, "message": None}


@pytest.mark.parametrize(
    ("change", "version", "outcome"),
    [
        ({}, "as-written", "runs-right"),
        ({"right_calls": 2}, "as-written", "wrong-silently"),
        ({"right_calls": 2, "exception": "builtins.TypeError"}, "as-written", "needs-rewriting"),
        ({"right_calls": 0, "exception": "builtins.TypeError"}, "rewritten", "raised"),
        ({}, "rewritten", "runs-right"),
    ],
)
def test_an_outcome_follows_from_the_calls(change: dict[str, Any], version: str, outcome: str):
    assert running.judge({**SEEN, **change}, version)["outcome"] == outcome


def checked(outcome: Outcome, stack: str = "jax-jit") -> list[dict[str, Any]]:
    """The stack's records, each held against the schema."""
    (asked,) = PROBE.units(ProbeOptions(stacks=(stack,)))
    found = PROBE.records(asked, [outcome])
    assert [files.problem(record) for record in found if files.problem(record)] == []
    return found


def test_a_child_that_gives_no_answer_leaves_every_cell_with_its_reason():
    found = checked(Outcome("died", reason="it died of SIGSEGV"))
    assert len(found) == 7 * 2 * 2
    as_written = [one for one in found if one["version"] == "as-written"]
    assert {(one["status"], one["reason"]) for one in as_written} == {("not-run", "died: it died of SIGSEGV")}
    assert {one["status"] for one in found if one["version"] == "rewritten"} == {"not-run", "absent"}
    assert all(one["outcome"] is None and one["reason"] for one in found)


def test_answers_become_records_and_forks_that_died_say_so():
    def answer(form: str, change: dict[str, Any]) -> dict[str, Any]:
        where = running.place(form, "forward", "as-written", "jax")
        return {**where, **running.EMPTY, **running.judge({**SEEN, **change}, "as-written")}

    wrong = {"right_calls": 1}
    given = [answer("branch", {}), answer("loop", wrong), answer("tree_recursion", wrong)]
    found = {
        (one["form"], one["version"]): one
        for one in checked(Outcome(ANSWERED, {"cells": given}))
        if one["phase"] == "forward"
    }
    first = found["branch", "as-written"]
    assert (first["outcome"], first["right_calls"], first["counter"]) == ("runs-right", 3, "a counter")
    rewritten = {form: found[form, "rewritten"] for form in ("branch", "loop", "tree_recursion")}
    # Of the loop the child would have given one; a tree has no words of its own in JAX.
    assert [one["status"] for one in rewritten.values()] == ["not-needed", "not-run", "absent"]
    assert [one["call"] for one in rewritten.values()] == ["jax.lax.cond", "jax.lax.while_loop", ""]


def test_units_are_one_a_stack_and_narrowed():
    assert len(PROBE.units(ProbeOptions())) == 14
    quick = PROBE.units(ProbeOptions(quick=True))
    assert [unit.key for unit in quick] == [
        *("keras-tensorflow-graph", "keras-jax-jit", "keras-torch-eager", "torch-eager", "tensorflow-graph", "jax-jit"),
    ]
    assert all(unit.arguments["names"] == ["branch", "side_effects"] for unit in quick)
