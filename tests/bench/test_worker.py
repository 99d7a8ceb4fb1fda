"""What a worker does when it is asked, called here without a process: steps are counted, and errors put in words."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import pytest

from bench.programs.dummy import base
from bench.programs.steps import Steps
from bench.worker import Session, in_words


class Shapes(Steps):
    """A program of three shapes that counts how often it met each; a step takes a millisecond."""

    def __init__(self) -> None:
        super().__init__()
        self.met: list[int] = []

    def _train(self, placed: int) -> None:
        self.met.append(placed)
        time.sleep(0.001)

    def _wait(self) -> None:
        """Nothing is left to wait for."""

    def _place(self, part: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def _infer(self, placed: Any) -> None:
        raise NotImplementedError

    def _forget(self) -> None:
        raise NotImplementedError


def test_blocks_of_several_shapes_are_whole_passes_after_one_untimed():
    session = Session()
    program = Shapes()
    session.program, session.base, session.placed = program, base, [0, 1, 2]
    for seconds in (0.001, 1.0):
        program.met.clear()
        session.warm({"phase": "train"})
        found = session.calibrate({"phase": "train", "seconds": seconds})
        assert found["steps"] % 3 == 0
        # As near to the asked time as whole passes come, but one at least, which here takes three milliseconds.
        assert found["steps"] == 3 if seconds == 0.001 else abs(found["steps"] - seconds / found["step_s"]) < 1.51
        # Every shape was met once before anything was timed, and then again.
        assert {program.met.count(shape) for shape in (0, 1, 2)} == {len(program.met) // 3}
        assert len(program.met) >= 6


class CompilesTwice(Shapes):
    """A program of one shape that compiles in its first step, and once more in its second."""

    def _train(self, placed: int) -> None:
        super()._train(placed)
        if len(self.met) <= 2:
            time.sleep(0.3)

    def _forget(self) -> None:
        """Nothing was compiled before."""


def test_what_a_second_step_compiles_is_in_no_step_s_time():
    session = Session()
    session.program, session.base, session.placed = CompilesTwice(), base, [0]
    assert session.first({"phase": "train"})["first_step_s"] > 0.3
    session.warm({"phase": "train"})
    found = session.calibrate({"phase": "train", "seconds": 0.1})
    assert found["step_s"] < 0.1
    assert found["steps"] > 1


class Paused(Shapes):
    """A program of one shape whose third step meets a pause of the machine."""

    def _train(self, placed: int) -> None:
        super()._train(placed)
        if len(self.met) == 3:
            time.sleep(0.15)


def test_a_pause_of_the_machine_is_no_slow_step():
    session = Session()
    session.program, session.base, session.placed = Paused(), base, [0]
    session.warm({"phase": "train"})
    found = session.calibrate({"phase": "train", "seconds": 1.0})
    assert found["step_s"] < 0.05
    assert found["steps"] > 20


class Slow(Shapes):
    """A program of one shape whose steps are longer than a pause of the machine."""

    def _train(self, placed: int) -> None:
        super()._train(placed)
        time.sleep(0.25)


def test_a_step_longer_than_a_pause_is_counted_once():
    session = Session()
    session.program, session.base, session.placed = Slow(), base, [0]
    assert session.calibrate({"phase": "train", "seconds": 1.0})["step_s"] > 0.25
    assert len(session.program.met) == 1


def _raise(error: Exception) -> None:
    raise error


def test_an_exception_without_words_says_where_it_was_raised():
    with pytest.raises(ZeroDivisionError) as caught:
        _raise(ZeroDivisionError())
    assert re.fullmatch(r"ZeroDivisionError in test_worker.py, line \d+, _raise", in_words(caught.value))
    with pytest.raises(ValueError, match="why") as worded:
        _raise(ValueError("why"))
    assert in_words(worded.value) == "ValueError: why"
