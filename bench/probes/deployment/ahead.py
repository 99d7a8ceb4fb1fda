"""All workloads of a stack exported after one import of its framework; the units that follow find the artefacts.

Importing a framework takes as long as many an export. What lies in the folder that the units of a session share is
taken from there; where nothing does, a unit makes its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.pressure import allowed_cores
from bench.probes import oneshot
from bench.probes.deployment import exporting, forked
from bench.probes.deployment.ways import WAYS, Way
from bench.probes.probe import Outcome, Unit

_PATIENCE = forked.Patience(cpu_s=180.0, wall_s=600.0)
_GLANCE_S = 0.2
_DONE = "exports.json"


def measure(stack: str, workloads: Sequence[str], seed: int) -> dict[str, Any]:
    """Export the workloads where later units look for them; return `exported`, those it came to."""
    way, cores = way_of(stack), allowed_cores()
    with _claimed(_folder(stack)):
        _prepare(way)
        if not forked.can_fork():
            return {"exported": []}
        for workload in workloads:
            here = _folder(stack) / workload
            here.mkdir(exist_ok=True)
            exports = {name: told(outcome) for name, outcome in _forked(way, workload, seed, here, cores).items()}
            part = here / "exports.part"
            part.write_text(json.dumps(exports), encoding="utf-8")
            part.replace(here / _DONE)
    return {"exported": list(workloads)}


def exports_of(stack: str, workload: str, seed: int) -> tuple[dict[str, Outcome], Path]:
    """Return the exports by format and the folder they lie in: those made before, or being made, else made here."""
    done = _folder(stack) / workload / _DONE
    while not done.exists() and _is_claimed(_folder(stack)):
        time.sleep(_GLANCE_S)
    if done.exists():
        exports = json.loads(done.read_text(encoding="utf-8"))
        return {name: Outcome(**export) for name, export in exports.items()}, done.parent
    way, here = way_of(stack), Path.cwd()
    _prepare(way)
    make = _forked if forked.can_fork() else _asked
    return make(way, workload, seed, here, allowed_cores()), here


def told(outcome: Outcome) -> dict[str, Any]:
    """Return of an outcome what a record bears."""
    return {
        "how": outcome.how,
        "reason": outcome.reason,
        "exception": outcome.exception,
        "answer": dict(outcome.answer),
    }


def way_of(stack: str) -> Way:
    """Return a stack's way."""
    return next(way for way in WAYS if way.stack == stack)


def _prepare(way: Way) -> None:
    importlib.import_module(way.module)
    for name in way.preload:
        # Inner modules move between versions; then each export imports its own.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _forked(way: Way, workload: str, seed: int, here: Path, cores: Sequence[int]) -> dict[str, Outcome]:
    work = {name: partial(exporting.measure, **given) for name, given in _questions(way, workload, seed, here).items()}
    return forked.run(work, here, cores, _PATIENCE)


def _asked(way: Way, workload: str, seed: int, here: Path, cores: Sequence[int]) -> dict[str, Outcome]:
    units = {
        name: Unit(name, way.environment, exporting.__name__, given, way.variables, _PATIENCE.wall_s)
        for name, given in _questions(way, workload, seed, here).items()
    }
    return {name: oneshot.ask(unit, sys.executable, here) for name, unit in units.items()}


def _questions(way: Way, workload: str, seed: int, here: Path) -> Mapping[str, dict[str, Any]]:
    common = {"module": way.module, "workload": workload, "seed": seed}
    return {form.name: {**common, "form": form.name, "folder": str(here / form.name)} for form in way.formats}


def _folder(stack: str) -> Path:
    return Path(os.environ.get("BENCH_PROBE_SHARED") or Path.cwd()) / stack


@contextlib.contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Hold the folder, so that who waits for an export waits no longer than somebody makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "claim").open("w", encoding="utf-8") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        yield


def _is_claimed(folder: Path) -> bool:
    try:
        with (folder / "claim").open(encoding="utf-8") as claim:
            fcntl.flock(claim, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
