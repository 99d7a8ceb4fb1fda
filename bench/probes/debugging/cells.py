"""The child's end: one stack in one mode; every fault, style, switch and filter, each in a fork of its own."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bench.probes.debugging import fault as faults
from bench.probes.debugging import marking, switches
from bench.probes.debugging.fault import RAISED
from bench.probes.debugging.reading import said_anew
from bench.probes.debugging.running import Case, run
from bench.probes.debugging.verdict import judge
from bench.probes.forked import ANSWERED, Ended, ask_all, cores, share_caches, warm


def measure(
    stack: str,
    environment: str,
    framework: str,
    mode: str,
    names: Sequence[str],
    styles: Sequence[str],
    asked: Sequence[str],
    device: str,
    seed: int,
    timeout_s: float,
    within_s: float,
    left_out: Sequence[str] = (),
    other_styles: Sequence[str] = (),
) -> dict[str, Any]:
    """Return `cells`: for each fault, style, switch and filter what verdict.judge() says of it.

    stack, mode   as in bench.stacks      names   the faults' ids      asked   the debug switches
    timeout_s     for one cell            within_s   after it nothing more is begun
    left_out, other_styles   what is not tried here: the runner's to record
    """
    begun = time.monotonic()
    share_caches()
    _import(framework)
    written = {name: marking.write(faults.source(name), Path.cwd()) for name in names}
    group = _Group(written, environment, framework, mode, device, seed)
    jobs = cores()
    ask = partial(_ask, jobs=jobs, timeout_s=timeout_s, until=begun + within_s)
    places = _places(framework, names, styles)
    warmed = warm(partial(run, group.control(*places[0])), within_s / 2) if places else Ended(ANSWERED)
    cells = _all(group, places, asked, ask)
    return {"stack": stack, "cells": cells, "warm_up": warmed.reason, "jobs": jobs}


@dataclass(frozen=True)
class _Group:
    """The cases of one child, made from the programs it has written."""

    written: Mapping[str, tuple[Path, Path, marking.Marked]]
    environment: str
    framework: str
    mode: str
    device: str
    seed: int

    def faulty(self, name: str, style: str) -> Case:
        """Return the faulty program's case, without a switch, its traceback filtered."""
        return self._case(name, style, right=False)

    def control(self, name: str, style: str) -> Case:
        """Return the right program's."""
        return self._case(name, style, right=True)

    def _case(self, name: str, style: str, right: bool) -> Case:
        faulty_path, right_path, marked = self.written[name]
        function = faults.program(name, self.framework, style)
        assert function is not None
        return Case(
            name,
            function,
            right_path if right else faulty_path,
            tuple(marked.lines[function]),
            self.environment,
            self.framework,
            self.mode,
            style,
            self.device,
            self.seed,
        )


Ask = Callable[[Sequence[Case]], dict[Case, Ended]]


def _all(group: _Group, places: Sequence[tuple[str, str]], asked: Sequence[str], ask: Ask) -> list[dict[str, Any]]:
    """Run the right programs, then the faulty ones, then what only some need: unfiltered, and controls of switches."""
    first = asked[0]
    controls = {place: replace(group.control(*place), switch=first) for place in places}
    faulty = [
        replace(group.faulty(*place), switch=switch)
        for place in places
        for switch in asked
        if switches.ONLY.get(switch, place[0]) == place[0]
    ]
    # A program's right form is followed by its faulty ones: what time allows is whole.
    seen = ask([one for place in places for one in (controls[place], *_of(faulty, place))])
    plain = {(case.fault, case.style): seen[case] for case in faulty if case.switch == first}
    odd = [case for case in faulty if _differs(seen[case], plain[case.fault, case.style])]
    again = {case: replace(group.control(case.fault, case.style), switch=case.switch) for case in odd}
    # Filters are no matter of switches: once is enough.
    plain_cases = [case for case in faulty if case.switch == first]
    bare = {case: replace(case, filtered=False) for case in plain_cases if _filtered_error(case, seen[case])}
    seen |= ask([*again.values(), *bare.values()])
    cells = []
    for case in faulty:
        control = seen[again.get(case, controls[case.fault, case.style])]
        twin = bare.get(replace(case, switch=first))
        cells += _cells(case, case.switch == first, control, seen[case], seen[twin] if twin else None)
    return cells


def _cells(case: Case, first: bool, control: Ended, faulty: Ended, bare: Ended | None) -> list[dict[str, Any]]:
    """Return a case's cell, and a second one where it was run again without traceback filters.

    `bare` is that second run, or the one of the same program under the first switch.
    """
    fault = faults.load(case.fault)
    cell = judge(fault, case.program, case.lines, faulty, control)
    where = {"fault": case.fault, "style": case.style, "switch": case.switch}
    filtering = switches.ON if case.environment in switches.FILTERS else switches.NONE
    if bare is None:
        return [{**where, "filtering": filtering, **cell}]
    other = judge(fault, case.program, case.lines, bare, control)
    if cell["outcome"] == RAISED and cell["exception"] == other["exception"]:
        # Only the unfiltered traceback has the frames that tell compiling from running.
        cell["stage"] = other["stage"]
    found = [{**where, "filtering": filtering, **cell}]
    return [*found, {**where, "filtering": switches.OFF, **other}] if first else found


def _of(cases: Sequence[Case], place: tuple[str, str]) -> list[Case]:
    return [case for case in cases if (case.fault, case.style) == place]


def _differs(one: Ended, plain: Ended) -> bool:
    """True if a switch changed how a program ends or what it says: the right one must then be tried under it too."""
    if one.how != plain.how or one.how != ANSWERED:
        return one.how != plain.how
    if bool(one.answer["error"]) != bool(plain.answer["error"]):
        return True
    return bool(said_anew(one.answer["warnings"], plain.answer["warnings"]))


def _filtered_error(case: Case, ended: Ended) -> bool:
    return case.environment in switches.FILTERS and ended.how == ANSWERED and ended.answer["error"] is not None


def _ask(cases: Sequence[Case], jobs: int, timeout_s: float, until: float) -> dict[Case, Ended]:
    ended = ask_all([partial(run, case) for case in cases], jobs, timeout_s, until)
    return dict(zip(cases, ended, strict=True))


def _places(framework: str, names: Sequence[str], styles: Sequence[str]) -> list[tuple[str, str]]:
    """Return every fault and style in which the fault can be put into this framework."""
    return [(name, style) for name in names for style in styles if faults.program(name, framework, style) is not None]


def _import(framework: str) -> None:
    """Import the framework and its kit, and compute nothing.

    TensorFlow takes a frame for its own by the path, but not if "keras" is part of it: an environment of such a name
    would bring all its frames into tracebacks. So modules are found by a path without names.
    """
    packages = Path.cwd() / "packages"
    for number, folder in enumerate(sys.path):
        if folder.endswith("site-packages") and not packages.exists():
            packages.symlink_to(folder)
            sys.path[number] = str(packages)
    importlib.import_module(framework)
    importlib.import_module(f"bench.probes.debugging.kits.{framework}")
