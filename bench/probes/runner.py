"""A run of probes from its options to its file: units in order, each written whole, an orderly end at any moment."""

from __future__ import annotations

import importlib
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from bench import environment
from bench.environments import known
from bench.errors import OptionError, ResultError
from bench.pressure import allowed_cores
from bench.probes import oneshot, records
from bench.probes.probe import Probe, ProbeOptions
from bench.probes.records import ProbeFile
from bench.probes.session import Session, Shared, Task
from bench.progress import Say, quiet
from bench.results import Record, now, trim
from bench.runner import code_hash
from bench.stacks import MODES
from bench.stop import Stop

# The order in which they run, so that a budget that ends early has answered most; one that is added comes after them.
ORDER = ("integration", "ease", "control_flow", "debugging", "deployment", "footprint")
_FOLDER = Path(__file__).resolve().parent
# What a unit may hold at its worst: a framework, its compiler and what they make. Fewer run side by side with less.
_UNIT_BYTES = 4 << 30


@dataclass(frozen=True)
class Request:
    """What a caller wants run. No names are all probes; `budget_s` None is without end; `chosen` as for the runner."""

    options: ProbeOptions
    out: Path
    names: tuple[str, ...] = ()
    resume: bool = False
    budget_s: float | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    say: Say = quiet


def probe_names() -> list[str]:
    """Return the names of every probe there is: folders here whose `__init__.py` has a PROBE, in the order they run."""
    there = {path.parent.name for path in _FOLDER.glob("*/__init__.py") if "PROBE" in path.read_text(encoding="utf-8")}
    return [name for name in ORDER if name in there] + sorted(there - set(ORDER))


def load(names: Sequence[str] = ()) -> list[Probe]:
    """Return the probes, all if none is named. Raises OptionError for a name that is none."""
    for name in names:
        if name not in probe_names():
            raise OptionError(f"{name} is not a probe.", f"Probes are: {', '.join(probe_names())}.")
    wanted = [name for name in probe_names() if not names or name in names]
    return [cast(Probe, importlib.import_module(f"bench.probes.{name}").PROBE) for name in wanted]


def plan(options: ProbeOptions, probes: Sequence[Probe]) -> list[Task]:
    """Return every unit in order. Raises OptionError for a stack that is none, or where nothing is left to run."""
    environments = {mode.environment for mode in MODES.values()} | set(known())
    for name in options.stacks:
        if name not in MODES and name not in environments:
            words = ", ".join(sorted({*MODES, *environments}))
            raise OptionError(f"{name} is not a stack or an environment.", f"Those are: {words}.")
    tasks = [Task(probe, unit) for probe in probes for unit in probe.units(options)]
    twice = {task.key for number, task in enumerate(tasks) if task.key in {one.key for one in tasks[:number]}}
    if twice:
        raise OptionError(f"The probe {min(twice)[0]} has two units {min(twice)[1]}.", "Mend the probe.")
    if not tasks:
        raise OptionError("Nothing is left to run.", "Name other stacks, workloads or probes.")
    return tasks


def run(request: Request) -> str:
    """Run, or go on with, a probe file; return how it ended: complete, budget or interrupted.

    Raises OptionError for options that name nothing to run, ResultError where the file is another run's. However it
    ends, the file holds complete units only. Going on runs again what was not run for want of an environment.
    """
    tasks = plan(request.options, load(request.names))
    pythons, reasons = _interpreters(request, tasks)
    head = _head(request, len(tasks))
    before = _before(request, head)
    stop = Stop(request.budget_s)
    with (
        tempfile.TemporaryDirectory(prefix="bench-probe-", ignore_cleanup_errors=True) as scratch,
        ProbeFile(request.out) as file,
        stop.listening(),
    ):
        opened = {"kind": "session", "started_at": now(), "resumed": bool(before), "host_id": head["host_id"]}
        file.write(*([] if before else [head]), opened)
        device = request.options.device
        cores = side_by_side(head["host"], device)
        shared = Shared(file, pythons, reasons, Path(scratch), stop, device, request.say, cores)
        return Session(shared, head["host_id"], before).all(tasks)


def _interpreters(request: Request, tasks: Sequence[Task]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the interpreter by environment, and the reason where there is none.

    Raises OptionError where a stack that was named cannot run, or nothing can.
    """
    pythons: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name in sorted({task.unit.environment for task in tasks}):
        python, reason = oneshot.interpreter(name, request.chosen)
        if python is None:
            reasons[name] = reason
        else:
            pythons[name] = python
    for stack in request.options.stacks:
        name = MODES[stack].environment if stack in MODES else stack
        if name in reasons:
            raise OptionError(f"{stack} is not installed: {reasons[name]}.", "Make it, or leave it out of --stacks.")
    if not pythons:
        raise OptionError(f"Nothing can run here: {'; '.join(reasons.values())}.", "Make one, and run again.")
    return pythons, reasons


def _head(request: Request, planned: int) -> Record:
    options = request.options
    host = environment.host(options.device)
    return {
        "kind": records.FIRST,
        "schema": records.schema()["version"],
        "run": uuid.uuid4().hex,
        "started_at": now(),
        "device": options.device,
        "seed": options.seed,
        "quick": options.quick,
        "options": {
            "probes": sorted(request.names),
            "stacks": list(options.stacks),
            "workloads": list(options.workloads),
        },
        "host": host,
        "host_id": environment.identity(host),
        "code": code_hash(probes=True),
        "units": planned,
    }


def side_by_side(host: Mapping[str, Any], device: str) -> list[int]:
    """Return the cores that units run on side by side: as many as memory allows; one where they would share a GPU.

    `host` is as environment.host() gives it; a container's limit counts where it is below the machine's memory.
    """
    cores = allowed_cores()
    if device == "cuda":
        return cores[:1]
    limit = str(host["cgroup_memory"])
    known = [host["memory_bytes"], int(limit) if limit.isdigit() else None]
    most = min((amount // _UNIT_BYTES for amount in known if amount is not None), default=len(cores))
    return cores[: max(1, most)]


def _before(request: Request, head: Record) -> list[Record]:
    """Return the records to go on from, [] for a new file. Raises where the file exists and is not this run's."""
    if not request.out.exists() or request.out.stat().st_size == 0:
        return []
    if not request.resume:
        raise OptionError(f"{request.out.name} exists.", "Go on with it (--resume), or name another file (--out).")
    trim(request.out)
    found = records.read(request.out)
    for name in ("device", "seed", "quick", "options", "host_id", "code"):
        if found and found[0][name] != head[name]:
            raise ResultError(
                f"{request.out.name} was begun with another {name}: {_short(found[0][name])}, now {_short(head[name])}",
                "Environments and options never mix within a run: name another file (--out).",
            )
    return found


def _short(value: Any) -> str:
    return str(value)[:160]


def default_out(home: Path) -> Path:
    """Return a new file's path in the home folder, named by the moment."""
    return home / "probes" / f"{now().replace(':', '').replace('+0000', 'Z')}.jsonl"
