"""One program, run once in a process of its own: what it gave, what it said, how it failed and when."""

from __future__ import annotations

import importlib.util
import logging
import re
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from bench.probes.debugging import fault as faults
from bench.probes.debugging import switches
from bench.probes.debugging.kits.data import BUILD, COMPILE, FIRST_STEP
from bench.probes.debugging.reading import frames_of, read_error

# Lines by which the frameworks' C++ warns: glog's "W0102 ..." and "E0102 ...", and plain words.
# How long something took is no warning of a fault.
_PRINTED_WARNING = re.compile(
    r"^(?!.*slow_operation_alarm)(?:[WEF]\d{4} .*|.*\bwarning\b.*)$", re.IGNORECASE | re.MULTILINE
)
# Functions that stand in a traceback only while something is traced or compiled, and while shapes are inferred.
_COMPILING = re.compile(
    r"/torch/_dynamo/(?:convert_frame|symbolic_convert)|/tensorflow/python/(?:autograph/|framework/func_graph)|"
    r"/jax/_src/\S+ (?:_infer_params|_trace_for_jit|trace_to_jaxpr|lower_jaxpr)"
)
_INFERRING = re.compile(r" (?:_symbolic_build|compute_output_spec)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """What is to be run: a written program, in one stack, style and mode, under one switch."""

    fault: str
    function: str
    program: Path
    lines: tuple[int, ...]
    environment: str
    framework: str
    mode: str
    style: str
    device: str
    seed: int
    switch: str = switches.OFF
    filtered: bool = True


def run(case: Case, output: Path) -> dict[str, Any]:
    """Run the program and return what there was to see; the process is spent afterwards.

    figures    losses and outputs as the program gave them, None if it raised
    stage      build, compile, first step or later: where it raised, else where it ended
    seconds    from its first line to its end or exception; importing frameworks is not in it
    warnings   kind, text, file, line, stage and seconds of each
    error      what reading.read_error() tells of the exception, None if there was none
    """
    switches.turn(case.switch)
    if not case.filtered:
        switches.unfilter(case.environment)
    module = _load(case.program)
    kit = _kit(case)
    kit.start()
    heard = Heard(kit)
    program = getattr(module, case.function)
    figures, error = None, None
    begun = time.perf_counter()
    try:
        figures = program(kit)
    except BaseException as raised:
        error = raised
    seconds = time.perf_counter() - begun
    stage = kit.stage
    seen: dict[str, Any] = {"figures": figures, "stage": stage, "seconds": seconds, "error": None}
    if error is not None:
        error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        seen["error"] = read_error(error, case.program, case.lines, faults.load(case.fault))
        seen["stage"] = _stage(stage, error)
    sys.stdout.flush()
    sys.stderr.flush()
    return {**seen, "warnings": [*heard.all, *_printed(output, stage, seconds)]}


class Heard:
    """Collects what a user would see: Python's warnings as its filters let them through, and logged warnings."""

    def __init__(self, kit: Any) -> None:
        self.all: list[dict[str, Any]] = []
        self._kit = kit
        self._begun = time.perf_counter()
        warnings.showwarning = self._warned
        self._make = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._logged)

    def _warned(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        self._note(category.__name__, str(message), filename, lineno)

    def _logged(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if record.levelno >= logging.WARNING:
            self._note(f"log {record.levelname.lower()}", record.getMessage(), record.pathname, record.lineno)
        return record

    def _note(self, kind: str, text: str, file: str, line: int) -> None:
        seconds = time.perf_counter() - self._begun
        self.all.append(
            {"kind": kind, "text": text, "file": file, "line": line, "stage": self._kit.stage, "seconds": seconds}
        )


def _printed(output: Path, stage: str, seconds: float) -> list[dict[str, Any]]:
    """Return the warnings that were printed past Python; when, nobody knows, but at the latest at the end."""
    text = output.read_text(encoding="utf-8", errors="replace")
    found = [match.group(0).strip() for match in _PRINTED_WARNING.finditer(text)]
    return [
        {"kind": "printed", "text": line, "file": "", "line": 0, "stage": stage, "seconds": seconds} for line in found
    ]


def _stage(stage: str, error: BaseException) -> str:
    """Return the stage at which an exception arose. Only an unfiltered traceback tells compiling from running."""
    frames = "\n".join(f"{frame.filename} {frame.name}" for frame in frames_of(error))
    if _INFERRING.search(frames):
        return BUILD
    return COMPILE if stage == FIRST_STEP and _COMPILING.search(frames) else stage


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("program", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    return module


def _kit(case: Case) -> Any:
    kits = importlib.import_module(f"bench.probes.debugging.kits.{case.framework}")
    kit = kits.Kit(case.style, case.mode, case.device, case.seed)
    if case.switch.startswith("run_eagerly"):
        kit.asked_eagerly = True
    return kit
