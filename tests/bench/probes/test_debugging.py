"""The debugging probe without a framework: marks, what is counted in messages, verdicts, and records."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bench.probes import records as files
from bench.probes.debugging import PROBE, looking, marking, places, reading, verdict
from bench.probes.debugging import fault as faults
from bench.probes.debugging.fault import HANDLED, LEARNS, RAISED, SILENT, WARNED, Fault
from bench.probes.forked import ANSWERED, DIED, HUNG, Ended
from bench.probes.probe import Outcome, ProbeOptions, Unit

LINES = [5, 7, 13]
FAULT = Fault(99, "a fault", "model", "for the test", layer=("hidden", "Dense.call"), sizes=((17,), (23, 299)))
MARKED = '''"""About."""


def torch(kit):
    width = 17  # faulty; right: width = 23
    for _ in range(2):
        # faulty; right: kit.reset()
        kit.step(width)
    return kit


def jax(kit):
    return kit.train("# no mark")  # faulty; right: return kit.train()
'''


def test_a_marked_file_gives_two_programs_that_differ_in_the_marked_lines_only():
    marked = marking.take_apart(MARKED)
    faulty, right = marked.faulty.splitlines(), marked.right.splitlines()
    assert [number for number, pair in enumerate(zip(faulty, right, strict=True), 1) if pair[0] != pair[1]] == [
        5,
        7,
        13,
    ]
    assert marked.lines == {"torch": [5, 7], "jax": [13]}
    assert (faulty[4], right[4]) == ("    width = 17", "    width = 23")
    assert (faulty[6], right[6]) == ("", "        kit.reset()")
    assert marked.code("jax") == 'return kit.train("# no mark")'
    assert marked.code("jax", right=True) == "return kit.train()"
    assert marked.program("torch").splitlines()[1] == "    width = 17"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def torch(kit):\n    return kit\n", ValueError),
        ("rate = 10  # faulty; right: rate = 1\n", ValueError),
        ("def torch(kit):\n    return 1  # faulty; right: return (\n", SyntaxError),
    ],
)
def test_a_file_without_a_sound_mark_is_refused(text: str, error: type[Exception]):
    with pytest.raises(error):
        marking.take_apart(text)


def test_every_fault_is_whole():
    names = faults.names()
    numbers = [faults.load(name).number for name in names]
    assert numbers == list(range(1, 27))
    assert [faults.load(name).device for name in names].count("cuda") == 3
    for name in names:
        marked = marking.take_apart(faults.source(name).read_text(encoding="utf-8"))
        assert "# faulty" not in marked.faulty + marked.right, name
        used = {faults.program(name, one, style) for one, styles in faults.STYLES.items() for style in styles}
        assert used - {None} == set(marked.lines), name
        assert all(len(lines) == 1 for lines in marked.lines.values()), name


def test_places_tell_where_a_fault_cannot_be_and_why():
    answer = places.measure(["missing_zero_grad"])
    there = {(one["framework"], one["style"]): one for one in answer["places"]}
    assert {key for key, one in there.items() if one["exists"]} == {("torch", "sequential"), ("torch", "subclass")}
    assert all(bool(one["reason"]) != one["exists"] for one in there.values())
    torch = there["torch", "subclass"]
    assert (torch["faulty_code"], torch["right_code"]) == ("", "optimizer.zero_grad()")
    assert "optimizer.step()" in torch["program"]


def raised_by(folder: Path, text: str) -> tuple[BaseException, Path]:
    """Run a program's text as a file and return what it raised."""
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    try:
        exec(compile(text, str(path), "exec"), {})
    except Exception as error:
        return error.with_traceback(error.__traceback__ and error.__traceback__.tb_next), path
    raise AssertionError("the program did not raise")


def test_frames_and_lines_of_an_exception_are_counted(tmp_path: Path):
    text = "import json\n\n\ndef load(text):\n    return json.loads(text)\n\n\nload('{')\n"
    error, path = raised_by(tmp_path, text)
    found = reading.read_error(error, path, [5], FAULT)
    assert found["exception"] == "json.decoder.JSONDecodeError"
    # loads, decode and raw_decode are json's own frames; lines 8 and 5 are the program's.
    assert (found["user_frames"], found["foreign_frames"]) == (2, 3)
    assert found["faulty_frame"]
    assert found["faulty_line"]
    assert not reading.read_error(error, path, [6], FAULT)["faulty_line"]


def test_a_cause_is_part_of_the_traceback_and_a_line_in_the_message_is_no_frame(tmp_path: Path):
    path = tmp_path / "program.py"
    text = (
        f"place = 'File \"{path}\", line 1'\n\n\ndef inner():\n    raise ValueError('first')\n\n\n"
        "try:\n    inner()\nexcept ValueError as error:\n    raise RuntimeError(place) from error\n"
    )
    error, path = raised_by(tmp_path, text)
    in_cause = reading.read_error(error, path, [5], FAULT)
    assert (in_cause["user_frames"], in_cause["faulty_frame"], in_cause["faulty_line"]) == (4, True, True)
    in_message = reading.read_error(error, path, [1], FAULT)
    assert (in_message["faulty_frame"], in_message["faulty_line"]) == (False, True)


@pytest.mark.parametrize(
    ("message", "layer", "sizes", "suggests"),
    [
        ('Input 0 of layer "hidden" has 23 features, expected 17', True, True, False),
        ("mat1 and mat2 shapes cannot be multiplied (13x23 and 17x19)", False, True, False),
        ("invalid for input of size 299, 170 wanted", False, False, False),
        ("Exception encountered when calling Dense.call(). Did you forget to build?", True, False, True),
        ("in forbidden.py, line 17: unhidden 23", False, False, False),
        ("Instead of x[idx] = y, use x = x.at[idx].set(y)", False, False, True),
        ("expected 3 channels, but got 9 channels instead", False, False, False),
    ],
)
def test_what_a_message_names(message: str, layer: bool, sizes: bool, suggests: bool):
    found = reading.read_message(message, Path("program.py"), FAULT)
    assert (found["names_layer"], found["both_sizes"], found["suggests"]) == (layer, sizes, suggests)
    assert found["message_length"] == len(message)
    plain = reading.read_message(message, Path("program.py"), Fault(99, "", "model", ""))
    assert (plain["names_layer"], plain["both_sizes"]) == (None, None)


def test_a_message_bears_no_path_and_its_first_line_is_not_empty():
    found = reading.read_message("\n\n  in /srv/somebody/env/lib/x.py:3 it broke\nmore", Path("program.py"), FAULT)
    assert found["first_line"] == "in x.py:3 it broke"
    assert "somebody" not in found["message"]


def said(text: str, file: str = "", line: int = 0) -> dict[str, Any]:
    """One warning as the child hears it."""
    return {"kind": "UserWarning", "text": text, "file": file, "line": line, "stage": "first step", "seconds": 0.5}


def test_a_warning_counts_only_where_the_right_program_does_not_give_it():
    control = [said("pool of 3 threads"), said("deprecated")]
    assert reading.said_anew([said("pool of 4 threads"), said("deprecated")], control) == []
    assert reading.said_anew([said("deprecated"), said("no gradients")], control) == [said("no gradients")]


PROGRAM = Path("program.py")
ERROR = {"exception": "ValueError", "first_line": "no", "faulty_line": False, "faulty_frame": False}
GOOD = [1.0, 0.5]


def ended(losses: list[float] | None = None, **more: Any) -> Ended:
    """A fork that answered with these losses, or raised if there are none."""
    figures = None if losses is None else {"losses": losses, "outputs": [0.25]}
    error = ERROR if losses is None else None
    answer = {"figures": figures, "stage": "later", "seconds": 0.1, "warnings": [], "error": error}
    return Ended(ANSWERED, {**answer, **more}, seconds=0.2)


@pytest.mark.parametrize(
    ("faulty", "outcome", "right"),
    [
        (ended(GOOD), HANDLED, True),
        (ended([1.0, 0.50001]), HANDLED, True),
        (ended([1.0, 0.6]), SILENT, False),
        (ended([1.0, math.nan]), SILENT, False),
        (ended([1.0]), SILENT, False),
        (ended(GOOD, warnings=[said("careful")]), WARNED, True),
        (ended([9.0, 9.0], warnings=[said("careful")]), WARNED, False),
        (ended(), RAISED, None),
        (Ended(HUNG, reason="no end"), HUNG, None),
        (Ended(DIED, reason="it died of SIGSEGV"), DIED, None),
    ],
)
def test_an_outcome_follows_from_figures_and_signals(faulty: Ended, outcome: str, right: bool | None):
    cell = verdict.judge(FAULT, PROGRAM, [5], faulty, ended(GOOD))
    assert (cell["status"], cell["outcome"], cell["value_right"]) == (verdict.OK, outcome, right)
    assert set(cell) == set(verdict.EMPTY)


@pytest.mark.parametrize("control", [ended(), ended([1.0, math.inf]), Ended(DIED, reason="it died"), ended([])])
def test_nothing_is_told_where_the_right_program_does_not_run(control: Ended):
    if control.answer and control.answer["figures"] == {"losses": [], "outputs": [0.25]}:
        control.answer["figures"]["outputs"] = []
    cell = verdict.judge(FAULT, PROGRAM, [5], ended(GOOD), control)
    assert (cell["status"], cell["outcome"]) == (verdict.CONTROL_FAILED, None)
    assert "right program" in cell["reason"]


def test_a_warning_that_points_at_the_faulty_line_says_so():
    pointing = ended(GOOD, warnings=[said("careful", str(PROGRAM), 5)])
    assert verdict.judge(FAULT, PROGRAM, [5], pointing, ended(GOOD))["faulty_line"]
    assert not verdict.judge(FAULT, PROGRAM, [6], pointing, ended(GOOD))["faulty_line"]


def test_learning_is_right_if_the_loss_comes_down_as_far():
    fault = Fault(99, "", "training", "", right=LEARNS)
    control = {"losses": [2.0, 0.5], "outputs": [1.0]}
    for last, right in ((0.4, True), (0.54, True), (0.56, False), (math.nan, False)):
        assert fault.is_right({"losses": [2.0, last], "outputs": [7.0]}, control) is right


def test_looks_are_counted_step_by_step():
    mark = f"\n{looking.MARK}\n"
    stop = "> /a/b/net.py(12)forward()\n-> return h\n(Pdb) {}\n(Pdb) "
    shown = ["1.5", "*** TypeError: traced", None, "9.0", "7.5"]
    text = mark.join("" if one is None else stop.format(one) for one in shown)
    expected = [1.5, 2.5, 3.5, 4.5]
    assert looking.count("breakpoint", text, expected) == {"times": 3, "shown": 1, "example": "1.5"}
    first = "seen tensor(1.5000)\nseen tensor(1.5000)\n"
    printed = mark.join([first, "seen Traced<float32[]>\n", "seen 3.5\n", "", "seen 7.5"])
    assert looking.count("print", printed, expected) == {"times": 4, "shown": 2, "example": "tensor(1.5000)"}
    assert looking.count("print", "", expected) == {"times": 0, "shown": 0, "example": ""}


OPTIONS = ProbeOptions(stacks=("torch-eager",))


def unit(key: str, options: ProbeOptions = OPTIONS) -> Unit:
    """The unit of this key."""
    return next(one for one in PROBE.units(options) if one.key == key)


def checked(asked: Unit, outcome: Outcome) -> list[dict[str, Any]]:
    """The unit's records, each held against the schema."""
    found = PROBE.records(asked, [outcome])
    assert [files.problem(record) for record in found if files.problem(record)] == []
    assert all(record["unit"] == asked.key for record in found)
    return found


def test_a_child_that_gives_no_answer_leaves_every_cell_with_its_reason():
    asked = unit("cells torch-eager")
    found = checked(asked, Outcome("hung", reason="no answer within 780 s"))
    assert len(found) == 26 * 2 * 2
    by_status = {status: [one for one in found if one["status"] == status] for status in verdict.STATUSES}
    assert {one["fault"] for one in by_status["cannot-exist"]} == {"reused_key"}
    words = {one["reason"] for one in by_status["not-run"]}
    assert words == {"hung: no answer within 780 s", "only a GPU shows it; this run is on cpu"}
    assert all(one["outcome"] is None for one in found)


def test_a_fault_that_is_no_fault_any_more_is_reported():
    asked = unit("cells torch-eager")
    where = {"fault": "float_labels", "style": "subclass", "filtering": "none"}
    cells = [{**where, **verdict.EMPTY, "switch": switch, "outcome": HANDLED} for switch in ("off", "detect_anomaly")]
    cells.append({**where, **verdict.EMPTY, "switch": "off", "fault": "nan_input", "outcome": SILENT})
    found = checked(asked, Outcome(ANSWERED, {"cells": cells}))
    subclassed = [one for one in found if one["style"] == "subclass"]
    told = {(one["fault"], one["switch"]): (one["expected"], one["changed"]) for one in subclassed}
    assert told["float_labels", "off"] == (RAISED, True)
    assert told["nan_input", "off"] == (SILENT, False)
    # Under a switch nothing is expected; what was not run has not changed.
    assert told["float_labels", "detect_anomaly"] == (None, None)
    assert told["bad_reshape", "off"] == (RAISED, None)


def test_looks_and_places_have_records_whatever_happens():
    looks = unit("looks jax-jit", ProbeOptions(stacks=("jax-jit",)))
    found = checked(looks, Outcome("not-run", reason="no environment jax"))
    assert [(one["look"], one["status"]) for one in found] == [
        ("breakpoint", "not-run"),
        ("print", "not-run"),
        ("own-print", "not-run"),
    ]
    where = unit("places")
    told = checked(where, Outcome(ANSWERED, places.measure(**where.arguments)))
    kinds = [record["kind"] for record in told]
    assert kinds.count("debugging_fault") == 26
    assert kinds.count("debugging_place") == 26 * 8


def test_units_are_unique_and_narrowed_by_stacks():
    every = [one.key for one in PROBE.units(ProbeOptions())]
    assert len(every) == len(set(every)) == 1 + 14 * 2
    assert [one.key for one in PROBE.units(ProbeOptions(stacks=("torch-eager",), quick=True))] == [
        "places",
        "looks torch-eager",
        "cells torch-eager",
    ]
    assert PROBE.units(ProbeOptions(stacks=("dummy-one",))) == []
