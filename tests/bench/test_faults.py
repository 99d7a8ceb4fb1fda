"""Whatever one stack does wrong is caught and named, and the other stacks' rounds stay valid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.runner import Request, run
from bench.spec import NOT_RUN, OK, OOM, PARITY_FAILED, TIMEOUT
from tests.bench.dummies import kinds, options, read, run_dummies

# fault of dummy-odd: the status its cell must get, and a word its reason must hold.
CAUGHT = {
    "wrong-count": (PARITY_FAILED, "P0"),
    "perturbed-weight": (PARITY_FAILED, "P1"),
    "wrong-epsilon": (PARITY_FAILED, "P5-norm-epsilon"),
    "wrong-gradient": (PARITY_FAILED, "P2-gradients"),
    "wrong-optimizer": (PARITY_FAILED, "P3-sgd"),
    "adam-epsilon": (PARITY_FAILED, "P5-adam-epsilon"),
    "hidden-tf32": (PARITY_FAILED, "P5-canary"),
    "late-tf32": (PARITY_FAILED, "canary at the end"),
    "wrong-device": (PARITY_FAILED, "P5-device"),
    "missing-sync": (PARITY_FAILED, "P5-sync"),
    "oom": (OOM, "no memory"),
    "die-at-start": (NOT_RUN, "ended with 4"),
    "die": (NOT_RUN, "the dummy was told to die"),
    "killed": (NOT_RUN, "died of signal 9"),
    "hang": (TIMEOUT, "no answer to"),
    "garbage": (NOT_RUN, "garbage"),
    "raise": (NOT_RUN, "the dummy was told to raise"),
}


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_fault_is_caught_and_named_and_the_rest_stays_valid(tmp_path: Path, fault: str):
    out = tmp_path / "run.jsonl"
    timeout = 10 if fault == "hang" else 20
    assert run_dummies(out, fault=fault, timeout_s=timeout) == "complete"
    records, found = read(out)
    cells = {cell["stack"]: cell for cell in found.cells}
    status, word = CAUGHT[fault]
    assert cells["dummy-odd"]["status"] == status
    assert word in cells["dummy-odd"]["reason"]
    assert cells["dummy-odd"]["step_s"] is None
    assert [cells[stack]["status"] for stack in ("dummy-one", "dummy-slow")] == [OK, OK]
    assert all(cells[stack]["rounds"] == 2 for stack in ("dummy-one", "dummy-slow"))
    assert {row["measured"] for row in found.contrasts} == {"dummy-one", "dummy-slow"}
    assert kinds(records, "end")[-1]["reason"] == "complete"


def test_without_a_fault_every_stack_is_timed(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    run_dummies(out)
    records, found = read(out)
    assert {cell["stack"]: cell["status"] for cell in found.cells} == dict.fromkeys(
        ("dummy-one", "dummy-slow", "dummy-odd"), OK
    )
    assert all(gate["passed"] for gate in kinds(records, "parity"))
    assert {gate["gate"] for gate in kinds(records, "parity")} >= {
        "P0",
        "P1",
        "P1-timed",
        "P5-canary",
        "P5-adam-epsilon",
    }


def test_what_a_framework_prints_is_no_answer(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    run_dummies(out, fault="chatter")
    assert {cell["status"] for cell in read(out)[1].cells} == {OK}


def test_a_worker_that_dies_between_rounds_costs_its_own_cell_only_what_it_had_not_done(tmp_path: Path):
    """It dies after rounds that are complete; those stay, and the others go on without it."""
    out = tmp_path / "run.jsonl"
    # Each round is a settling and a timed block; counting steps before takes up to six more.
    run_dummies(out, options(rounds=10), fault="die", after=14)
    records, found = read(out)
    members = [len(one["members"]) for one in kinds(records, "round")]
    assert members[0] == 4
    assert members[-1] == 3
    assert members == [4] * members.count(4) + [3] * members.count(3)
    assert len(members) == 10
    cells = {cell["stack"]: cell for cell in found.cells}
    assert cells["dummy-one"]["rounds"] == 10
    assert cells["dummy-odd"]["status"] == OK
    assert cells["dummy-odd"]["rounds"] == members.count(4)
    assert "told to die" in cells["dummy-odd"]["reason"]


def test_a_loader_that_gives_nothing_costs_its_own_cell_alone(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    asked = options(stacks=("dummy-odd",), scaling=("dummy",), examples=(64,), batches=())
    assert run_dummies(out, asked, fault="no-batches") == "complete"
    cells = {cell["group"].partition("/")[0]: cell for cell in kinds(read(out)[0], "cell")}
    assert (cells["data"]["status"], cells["data"]["reason"]) == (NOT_RUN, "its loader gave no batch")
    assert cells["cells"]["status"] == OK


def test_a_run_that_ends_by_an_error_of_its_own_says_so(tmp_path: Path):
    def broken(line: str) -> None:
        raise BrokenPipeError("nobody reads")

    out = tmp_path / "run.jsonl"
    with pytest.raises(BrokenPipeError):
        run(Request(options(), out, say=broken))
    assert kinds(read(out)[0], "end")[-1]["reason"] == "failed"


def test_two_stacks_that_disagree_are_both_withheld(tmp_path: Path):
    """With no third to say which is wrong, neither may be timed."""
    out = tmp_path / "run.jsonl"
    run_dummies(out, options(stacks=("dummy-one", "dummy-odd")), fault="perturbed-weight")
    cells = read(out)[1].cells
    assert {cell["stack"]: cell["status"] for cell in cells} == dict.fromkeys(("dummy-one", "dummy-odd"), PARITY_FAILED)


def test_reasons_name_no_folder_of_the_machine(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    run_dummies(out, fault="raise")
    assert str(tmp_path.parent.parent) not in out.read_text(encoding="utf-8")
    assert str(Path.home()) + "/" not in out.read_text(encoding="utf-8")


def test_a_wrong_epsilon_is_seen_in_the_output_and_in_what_is_read_back(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    run_dummies(out, fault="wrong-epsilon")
    failed = {one["gate"] for one in kinds(read(out)[0], "parity") if not one["passed"]}
    assert {"P1", "P2-gradients", "P5-norm-epsilon"} <= failed


def test_whether_a_program_passes_does_not_hang_on_the_runs_seed(tmp_path: Path):
    found = []
    for seed in (0, 7):
        out = tmp_path / f"{seed}.jsonl"
        run_dummies(out, replace(options(), seed=seed), fault="wrong-epsilon")
        gates = [one for one in kinds(read(out)[0], "parity") if one["fork"] is None]
        found.append({(one["stack"], one["gate"]): one["value"] for one in gates})
    assert found[0] == found[1]
    assert found[0]["dummy-odd", "P2-gradients"] > 0
