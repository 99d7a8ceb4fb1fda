"""The one function of all statistics, against figures worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bench.spec import NOT_RUN, OK, PARITY_FAILED
from bench.summary import summarize
from tests.bench.recorded import FORKS, GROUP, MEMBERS, block, cell, failed_gate, group, member, round_of, run, world


def by_pair(rows):
    return {(row["measured"], row["against"]): row for row in rows}


def test_ratios_times_and_verdicts_are_those_worked_out_by_hand():
    rows = by_pair(summarize(world()).contrasts)
    compiled = rows["torch-compile", "torch-eager"]
    assert compiled["ratio"] == pytest.approx(0.5)
    assert compiled["low"] == pytest.approx(0.5)
    assert compiled["verdict"] == "faster"
    assert (compiled["measured_s"], compiled["against_s"]) == pytest.approx((1.0, 2.0))
    assert (compiled["group"], compiled["workload"], compiled["track"]) == (GROUP, "mlp", "pinned")
    assert (compiled["forks"], compiled["rounds"], compiled["method"]) == (4, 12, "t")
    assert rows["keras-torch-eager", "torch-eager"]["verdict"] == "slower"
    control = rows["torch-eager", "torch-eager"]
    assert control["kind"] == "A/A"
    assert control["ratio"] == pytest.approx(1.0)


def test_a_cell_has_its_own_figures():
    cells = {row["stack"]: row for row in summarize(world()).cells}
    one = cells["torch-compile"]
    assert one["step_s"] == pytest.approx(1.0)
    assert one["samples_per_s"] == pytest.approx(256)
    assert (one["first_step_cold_s"], one["first_step_warm_s"]) == (30.0, 8.0)
    assert one["peak_bytes"] == 101.5
    assert one["joules_per_step"] == 5.0
    # Nine of ten seconds: the middle one of three rounds' factors.
    assert one["cpu_s"] == pytest.approx(0.9)
    assert one["device_s"] is None
    assert one["flops_per_s"] == pytest.approx(3 * 1000 * 256)
    assert one["ceiling_fraction"] is None
    ceiling = {"kind": "gemm", "fork": "f0001", "group": GROUP, "member": "x", "n": 100, "repeats": 1, "wall_s": 1.0}
    held = {row["stack"]: row for row in summarize([*world(), ceiling]).cells}
    assert held["torch-compile"]["ceiling_fraction"] == pytest.approx(768_000 / 2_000_000)


def test_inference_is_a_third_of_the_work_and_memory_is_the_stacks_own():
    records = [one | {"phases": ["train", "infer"]} if one["kind"] == "group" else dict(one) for one in world()]
    records += [one | {"phase": "infer"} for one in records if one["kind"] in {"block", "round", "phase", "cell"}]
    for one in records:
        if one["kind"] == "fork" and one["stack"] == "torch-compile":
            one["memory"] = {"peak_bytes": 7000 + one["number"], "method": "ru_maxrss"}
    cells = {(row["stack"], row["phase"]): row for row in summarize(records).cells}
    assert cells["torch-compile", "infer"]["flops_per_s"] == pytest.approx(1000 * 256)
    assert cells["torch-compile", "train"]["flops_per_s"] == pytest.approx(3 * 1000 * 256)
    assert cells["torch-compile", "train"]["peak_bytes"] == 7001.5
    assert cells["torch-eager", "train"]["peak_bytes"] == 101.5


def test_a_first_step_after_an_output_was_not_cold():
    """Files of schema 1 asked matched programs for their output between the phases, later ones at the end."""
    both = ["train", "infer"]

    def cold(schema: int, of: str = "matched") -> dict[str, float | None]:
        records = [one | {"phases": both} if one["kind"] == "group" else dict(one) for one in world()]
        for one in [one for one in records if one["kind"] in {"block", "round", "phase", "cell"}]:
            records.append(one | {"phase": "infer"} | ({"first_step_s": 0.1} if one["kind"] == "phase" else {}))
        records = [one | {"schema": schema} if one["kind"] == "run" else one for one in records]
        records = [one | {"division": of} if one["kind"] == "group" else one for one in records]
        cells = {(row["stack"], row["phase"]): row for row in summarize(records).cells}
        return {phase: cells["torch-compile", phase]["first_step_cold_s"] for phase in both}

    assert cold(2) == {"train": 30.0, "infer": 0.1}
    assert cold(1) == {"train": 30.0, "infer": None}
    assert cold(1, "as-shipped") == {"train": 30.0, "infer": 0.1}


def test_quantiles_come_from_single_steps():
    named = {"kind": "steps", "group": GROUP, "member": "torch-eager@matched", "phase": "train"}
    singles = [{**named, "fork": name, "seconds": [1.0, 2.0, 3.0]} for name in FORKS[:2]]
    cells = {row["stack"]: row for row in summarize(world() + singles).cells}
    assert cells["torch-eager"]["p50_s"] == 2.0
    assert cells["torch-eager"]["p95_s"] == 3.0
    even = {**named, "fork": FORKS[0], "seconds": [float(second) for second in range(101)]}
    cells = {row["stack"]: row for row in summarize([*world(), even]).cells}
    assert cells["torch-eager"]["p95_s"] == pytest.approx(95.0)
    assert cells["torch-compile"]["p50_s"] is None


def test_blocks_without_their_round_and_dropped_rounds_do_not_count():
    """A kill left half a round; the rule voided another, in which one stack took ten times as long."""
    half = [block("f0001", one["id"], 7, 99.0) for one in MEMBERS]
    voided = [block("f0001", one["id"], 8, 99.0 if one["stack"] == "torch-eager" else 1.0) for one in MEMBERS]
    names = [one["id"] for one in MEMBERS]
    torn = [block("f0001", MEMBERS[0]["id"], 9, 99.0), round_of("f0001", 9, names)]
    spoilt = summarize([*world(), *half, *voided, round_of("f0001", 8, names, kept=False), *torn])
    clean = summarize(world())
    assert by_pair(spoilt.contrasts) == by_pair(clean.contrasts)
    assert {row["rounds_dropped"] for row in spoilt.cells} == {1}
    assert [row["step_s"] for row in spoilt.cells] == [row["step_s"] for row in clean.cells]


@pytest.mark.parametrize("of_fork", [None, "f0002"])
def test_a_failed_gate_withholds_the_cell_whatever_the_cell_says(of_fork: str | None):
    gate = failed_gate(fork=of_fork)
    found = summarize([*world(), gate])
    cells = {row["stack"]: row for row in found.cells}
    assert cells["torch-compile"]["status"] == PARITY_FAILED
    assert cells["torch-compile"]["step_s"] is None
    assert not any("torch-compile" in (row["measured"], row["against"]) for row in found.contrasts)
    assert cells["torch-eager"]["status"] == OK
    elsewhere = summarize([*world(), {**gate, "fork": None, "size": "full"}])
    assert {row["status"] for row in elsewhere.cells} == {OK}


def test_a_gate_before_any_fork_concerns_its_own_workload_size_device_and_stack_alone():
    def withheld(**changes: Any) -> set[str]:
        rows = summarize([*world(), failed_gate(**changes)]).cells
        return {row["stack"] for row in rows if row["status"] == PARITY_FAILED}

    assert withheld() == {"torch-compile"}
    for name, other in (("workload", "cnn"), ("size", "full"), ("device", "cuda"), ("stack", "jax-jit")):
        assert withheld(**{name: other}) == set(), name
    # Of a fork that was killed before its record.
    assert withheld(fork="f0099") == {"torch-compile"}
    # Of a fork that this stack took no part in.
    gone = [one for one in world() if not (one["kind"] == "fork" and one["stack"] == "torch-compile")]
    assert {row["status"] for row in summarize([*gone, failed_gate(fork="f0002")]).cells} == {OK}


def test_a_round_that_one_of_a_pair_sat_out_is_none_of_the_pairs():
    names = [one["id"] for one in MEMBERS if one["stack"] != "torch-compile"]
    more = [block("f0001", name, 3, 50.0 if name == "torch-eager@matched" else 2.0) for name in names]
    rows = by_pair(summarize([*world(), *more, round_of("f0001", 3, names)]).contrasts)
    assert rows["torch-compile", "torch-eager"]["rounds"] == 12
    assert rows["keras-torch-eager", "torch-eager"]["rounds"] == 13


def test_without_a_round_of_the_twin_there_is_no_control_and_the_margin_is_five_percent():
    twin = next(one["id"] for one in MEMBERS if one["twin"])
    records = [dict(one) for one in world() if not (one["kind"] == "block" and one["member"] == twin)]
    for one in records:
        if one["kind"] == "round":
            one["members"] = [name for name in one["members"] if name != twin]
    rows = summarize(records).contrasts
    assert {row["kind"] for row in rows} == {"contrast"}
    assert {row["aa_low"] for row in rows} == {None}
    assert [row["margin"] for row in rows] == pytest.approx([1.05] * len(rows))


def test_cells_that_never_ran_are_rows_too():
    absent = cell(member("jax-jit"), status=NOT_RUN)
    rows = {row["stack"]: row for row in summarize([*world(), absent]).cells}
    assert rows["jax-jit"]["status"] == NOT_RUN
    assert rows["jax-jit"]["reason"] == "why"
    assert rows["jax-jit"]["step_s"] is None


@pytest.mark.parametrize(
    ("compiled_s", "cold_s", "steps"),
    [
        # The first step costs 30 - 4 s more, a step saves 2 - 1 s.
        (1.0, 30.0, 26.0),
        (1.5, 30.0, 52.0),
        # Dearer first, no quicker after: never. No dearer, no slower: at once. Cheaper first, slower after: no step.
        (4.0, 30.0, None),
        (2.0, 30.0, None),
        (1.0, 3.0, 0.0),
        (2.0, 4.0, 0.0),
        (4.0, 3.0, None),
    ],
)
def test_break_even_is_the_dearer_first_step_over_what_a_step_saves(
    compiled_s: float, cold_s: float, steps: float | None
):
    records = [dict(one) for one in world()]
    for one in records:
        if one.get("member") == "torch-compile@matched" and one["kind"] == "block":
            one["wall_s"] *= compiled_s
        if one.get("member") == "torch-compile@matched" and one["kind"] == "phase" and one["cold"]:
            one["first_step_s"] = cold_s
    (row,) = summarize(records).break_even
    assert row["steps"] == (None if steps is None else pytest.approx(steps))
    assert (row["cost_s"], row["saving_s"]) == pytest.approx((cold_s - 4, 2 - compiled_s))


def test_the_best_backend_is_chosen_on_one_fork_and_measured_on_the_others():
    """On the first fork keras-torch is best by luck; its figure must be that of the other forks."""
    row = next(row for row in summarize(world()).contrasts if row["measured"] == "keras-best")
    assert (row["chosen"], row["against"], row["ratio"]) == ("keras-jax-jit", "torch-compile", pytest.approx(1.5))
    records = [dict(one) for one in world()]
    for one in records:
        if one["kind"] == "block" and one["fork"] == "f0001" and one["member"] == "keras-torch-eager@matched":
            one["wall_s"] /= 100
    row = next(row for row in summarize(records).contrasts if row["measured"] == "keras-best")
    assert row["chosen"] == "keras-torch-eager"
    assert row["ratio"] == pytest.approx(3.0)
    assert row["forks"] == 3


def test_a_ladder_holds_each_rung_to_the_one_before_and_to_the_first():
    rungs = {"rung-0-as-shipped": 4.0, "rung-1-precision": 2.0, "rung-2-layout": 3.0}
    members = [member("torch-eager", division=name) for name in rungs]
    of = "ladder/mlp/small/cpu/pinned/mixed/ladder/torch"
    records = [run(), group(group=of, purpose="ladder", precision="mixed", division="ladder", members=members)]
    for name in FORKS:
        for at in range(2):
            records += [block(name, one["id"], at, rungs[one["division"]["name"]], of) for one in members]
            records.append(round_of(name, at, [one["id"] for one in members], of))
    records += [cell(one, of, precision="mixed") for one in members]
    found = summarize(records).ladder
    assert [row["knob"] for row in found] == ["as-shipped", "precision", "layout"]
    assert [row["ratio"] for row in found] == pytest.approx([1.0, 0.5, 1.5])
    assert [row["to_shipped"] for row in found] == pytest.approx([1.0, 0.5, 0.75])
    # The first is held against nothing: exactly 1, of no forks.
    assert [(row["low"], row["high"], row["forks"]) for row in found[:1]] == [(1.0, 1.0, 0)]
    assert [row["forks"] for row in found[1:]] == [4, 4]
    failed = [*records[:-2], cell(members[1], of, NOT_RUN, "mixed"), records[-1]]
    found = summarize(failed).ladder
    assert [row["ratio"] for row in found] == pytest.approx([1.0, None, 0.75])
    # Two rungs that never shared a round have no ratio, though both have a time and share rounds with the first.
    apart = [one for one in records if one["kind"] in {"run", "group", "cell"}]
    for at, names in enumerate([members[:2], members[::2]]):
        apart += [block("f0001", one["id"], at, rungs[one["division"]["name"]], of) for one in names]
        apart.append(round_of("f0001", at, [one["id"] for one in names], of))
    found = summarize(apart).ladder
    assert [row["ratio"] for row in found] == pytest.approx([1.0, 0.5, None])
    assert [row["step_s"] for row in found] == pytest.approx([4.0, 2.0, 3.0])


def test_scaling_has_a_row_a_value_and_the_largest_batch():
    of = "batch/mlp/small/cpu/pinned/fp32/matched/batch=64"
    one = member("torch-eager")
    swept = group(group=of, purpose="batch", members=[one], batch=64, value=64, knob="batch")
    fit = group(group="fit", purpose="fit", members=[one], value=4, knob="doublings")
    records = [run(), swept, fit, *(block("f0001", one["id"], at, 0.5, of) for at in range(2))]
    records += [round_of("f0001", at, [one["id"]], of) for at in range(2)]
    tried = {"kind": "fit", "group": "fit", "member": one["id"], "reason": ""}
    tries = [{**tried, "batch": 256, "status": OK}, {**tried, "batch": 512, "status": "oom"}]
    found = summarize([*records, cell(one, of), *tries]).scaling
    assert [(row["sweep"], row["value"], row["samples_per_s"]) for row in found[:1]] == [
        ("batch", 64, pytest.approx(128))
    ]
    assert (found[1]["sweep"], found[1]["largest"], found[1]["status"]) == ("fit", 256, "oom")

    def largest(*tries: tuple[int, str, str]) -> tuple[Any, ...]:
        rows = [{**tried, "batch": batch, "status": status, "reason": reason} for batch, status, reason in tries]
        (row,) = (one for one in summarize([*records, *rows]).scaling if one["sweep"] == "fit")
        return row["value"], row["largest"], row["status"], row["reason"]

    assert largest((256, OK, ""), (512, OK, ""), (1024, "oom", "no room")) == (512, 512, "oom", "no room")
    assert largest((256, OK, ""), (512, OK, "")) == (512, 512, OK, "")
    assert largest((256, "oom", "no room")) == (0, None, "oom", "no room")


def test_a_size_that_is_timed_as_a_cell_stands_in_the_sweep_too():
    records = world()
    cells = next(one for one in records if one["kind"] == "group")
    swept = group(group="batch/again", purpose="batch", value=256, knob="batch", same_as=cells["group"], forks=0)
    found = summarize([records[0], swept, *records[1:]])
    times = {(row["phase"], row["stack"]): (row["step_s"], row["low_s"], row["high_s"]) for row in found.cells}
    again = {(row["phase"], row["stack"]): (row["step_s"], row["low_s"], row["high_s"]) for row in found.scaling}
    assert again == times
    assert all(None not in row for row in again.values())
    assert {(row["sweep"], row["value"], row["group"]) for row in found.scaling} == {("batch", 256, "batch/again")}


def test_the_interval_widens_with_what_forks_disagree_on():
    records = [dict(one) for one in world()]
    for one in records:
        if one["kind"] == "block" and one["member"] == "torch-compile@matched":
            one["wall_s"] *= math.exp(0.1 * (FORKS.index(one["fork"]) - 1.5))
    row = by_pair(summarize(records).contrasts)["torch-compile", "torch-eager"]
    assert row["ratio"] == pytest.approx(0.5)
    # t(3) = 3.1824 times the standard error of -0.15, -0.05, 0.05, 0.15.
    assert math.log(row["high"] / row["ratio"]) == pytest.approx(3.1824 * 0.1290994 / 2, rel=1e-3)
