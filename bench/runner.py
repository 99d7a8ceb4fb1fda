"""A run from its options to its file: the plan, the units in order, and an orderly end at any moment."""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import environment, gpu, pressure
from bench.context import Context
from bench.environments import interpreter
from bench.errors import OptionError, ResultError, WorkerError
from bench.fork import Fork
from bench.further import choose
from bench.gates import Gates
from bench.group import Group, Member, Unit
from bench.history import History
from bench.pressure import Rule
from bench.progress import Progress, Say, quiet
from bench.results import Record, ResultFile, now, read, schema, trim
from bench.schedule import groups, primary, units
from bench.spec import NOT_RUN, OK
from bench.stacks import BREAK_EVEN, CONTRASTS, MODES
from bench.stop import BUDGET, Stop, Stopped
from bench.tiers import Options

COMPLETE = "complete"
# What a file says where the runner ended by an error of its own.
FAILED = "failed"


@dataclass(frozen=True)
class Request:
    """What a caller wants run. `budget_s` None is without end; `chosen` maps environments to interpreters.

    `variables` are extra environment variables by stack, for tests of the instrument.
    """

    options: Options
    out: Path
    resume: bool = False
    budget_s: float | None = None
    timeout_s: float = 600.0
    chosen: Mapping[str, str] = field(default_factory=dict)
    rule: Rule = field(default_factory=Rule)
    say: Say = quiet
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def run(request: Request) -> str:
    """Run, or go on with, a result file; return how it ended: complete, budget or interrupted.

    Raises OptionError for options that name nothing to run, ResultError where the file is another run's. However it
    ends, the file holds only complete rounds and a status for every cell.
    """
    pythons, skipped = _interpreters(request)
    options = replace(request.options, skipped=skipped)
    plan = groups(options)
    order = units(plan, options.tier.wave)
    host = environment.host(options.device)
    head = _head(options, request.rule, host, len(order))
    before = _before(request, head)
    rule = Rule(**before[0]["rule"]) if before else request.rule
    stop = Stop(request.budget_s)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, ResultFile(request.out) as file, stop.listening():
        context = Context(
            options,
            file,
            History(before),
            pythons,
            Path(scratch),
            rule,
            stop,
            request.say,
            head["host_id"],
            pressure.allowed_cores(),
            request.timeout_s,
            gpu.Log(Path(scratch) / "gpu.csv") if options.device == "cuda" else None,
            request.variables,
        )
        session = {"kind": "session", "started_at": now(), "resumed": bool(before), "host_id": head["host_id"]}
        context.write(*([] if before else [head]), session)
        return _run(context, plan, order, Gates(context, before))


def _run(context: Context, plan: Sequence[Group], order: Sequence[Unit], gates: Gates) -> str:
    for group in plan:
        if group.id not in context.history.groups:
            context.write({"kind": "group", **group.as_dict()})
    todo = [unit for unit in order if (unit.group.id, unit.number) not in context.history.done]
    progress = Progress(todo, context.stop, context.say)
    # How the call ended, and what the file says of the run: complete once all that was planned is there.
    ended = reason = FAILED
    try:
        for unit in todo:
            context.stop.check()
            _enough_time(context, progress, unit)
            _unit(context, gates, unit, progress)
        ended = _further(context, gates, plan, progress)
        reason = COMPLETE
    except Stopped as stopped:
        ended = reason = stopped.reason
    finally:
        context.servers.close()
        if context.gpu is not None:
            context.gpu.close()
        for group in plan:
            context.write(*_cells(context, gates, group))
        elapsed = round(context.stop.elapsed(), 3)
        context.write({"kind": "end", "at": now(), "reason": reason, "elapsed_s": elapsed})
    return ended


def _further(context: Context, gates: Gates, plan: Sequence[Group], progress: Progress) -> str:
    """Spend the time that is left on more forks where intervals are wide; return how that ended.

    That the time ends here is no early stop; that somebody stops it is one of the call, not of the run.
    """
    among, most = primary(plan), context.options.tier.most_forks
    try:
        while wish := choose(among, most, read(context.file.path), context.stop.left()):
            context.stop.check()
            progress.further(wish)
            _unit(context, gates, wish.unit, progress)
    except Stopped as stopped:
        return COMPLETE if stopped.reason == BUDGET else stopped.reason
    return COMPLETE


def _enough_time(context: Context, progress: Progress, unit: Unit) -> None:
    """Raise Stopped where less than half the time that a unit takes is left: it would be cut before its rounds."""
    left = context.stop.left()
    if left is not None and progress.learned and left < progress.expected(unit) / 2:
        raise Stopped(BUDGET)


def _unit(context: Context, gates: Gates, unit: Unit, progress: Progress) -> None:
    progress.begin(unit)
    begun = time.monotonic()
    if unit.group.purpose == "fit":
        fork = "fit"
        _largest_batches(context, unit.group)
    else:
        worked = Fork(context, gates, unit)
        fork = worked.id
        worked.run()
    seconds = time.monotonic() - begun
    done = {"kind": "unit", "fork": fork, "group": unit.group.id, "number": unit.number, "seconds": round(seconds, 3)}
    context.write(done, *_cells(context, gates, unit.group))
    progress.finish(unit, seconds)


def _largest_batches(context: Context, group: Group) -> None:
    """Double each member's batch until it does not fit, a fresh worker a try. `value` is the most doublings."""
    for member in group.members:
        for doubling in range(group.value + 1):
            bigger = replace(group, size=group.size.with_batch(group.size.batch << doubling))
            status, reason = _fits(context, bigger, member)
            tried = {"kind": "fit", "group": group.id, "member": member.id, "batch": bigger.size.batch}
            context.write({**tried, "status": status, "reason": reason})
            if status != OK:
                break


def _fits(context: Context, group: Group, member: Member) -> tuple[str, str]:
    context.stop.check()
    worker = None
    try:
        cache = context.cache(group.id, member.id, str(group.size.batch))
        worker = context.start(member, cache, context.cores, afresh=True)
        worker.ask("open", context.timeout, **context.opening(group.workload, group.size, member))
        worker.ask("place", context.timeout, seed=context.options.seed)
        worker.ask("first", context.timeout, phase="train")
        worker.ask("block", context.timeout, phase="train", steps=2)
    except WorkerError as error:
        return error.status, str(error)
    finally:
        if worker is not None:
            worker.kill()
    return OK, ""


def _cells(context: Context, gates: Gates, group: Group) -> list[Record]:
    """Return how every cell of a group stands, those included that could not run here; none where another has them."""
    if group.same_as:
        return []
    records: list[Record] = []
    for phase in group.phases:
        for member in group.members:
            if not member.twin and group.purpose != "fit":
                status, reason = context.history.outcome(group, member, phase)
                failure = gates.failure(group, member.stack)
                if failure is not None and status == NOT_RUN:
                    status, reason = failure[0], failure[2]
                records.append(_cell(group, member, phase, status, reason))
        records += [_cell(group, member, phase, NOT_RUN, reason) for member, reason in group.absent]
    return records


def _cell(group: Group, member: Member, phase: str, status: str, reason: str) -> Record:
    fields = asdict(group.cell(member, phase))
    return {"kind": "cell", "group": group.id, **fields, "status": status, "reason": reason}


def _interpreters(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    """Return the interpreter by environment, and the reason by stack where there is none."""
    pythons: dict[str, str] = {}
    skipped: dict[str, str] = {}
    wanted = request.options.stacks or request.options.tier.stacks or tuple(MODES)
    for stack in wanted:
        if stack in MODES:
            python, reason = interpreter(MODES[stack], request.chosen)
            if python is None:
                skipped[stack] = reason
            else:
                pythons[MODES[stack].environment] = python
    return pythons, skipped


def _head(options: Options, rule: Rule, host: Mapping[str, Any], planned: int) -> Record:
    asked = {"stacks": list(options.stacks), "workloads": list(options.workloads), "phases": list(options.phases)}
    return {
        "kind": "run",
        "schema": schema()["version"],
        "run": uuid.uuid4().hex,
        "started_at": now(),
        "tier": options.tier.name,
        "device": options.device,
        "seed": options.seed,
        "options": {**_plain(asdict(options.tier)), **asked, "pairwise": options.pairwise},
        "rule": rule.as_dict(),
        "contrasts": [list(pair) for pair in CONTRASTS],
        "break_even": [list(pair) for pair in BREAK_EVEN],
        "host": dict(host),
        "host_id": environment.identity(host),
        "code": code_hash(),
        "units": planned,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON gives them back, so that a file's options compare equal to new ones."""
    return {f"tier_{name}": value for name, value in json.loads(json.dumps(values)).items()}


def _before(request: Request, head: Record) -> list[Record]:
    """Return the records to go on from, [] for a new file. Raises where the file exists and is not this run's."""
    if not request.out.exists() or request.out.stat().st_size == 0:
        return []
    if not request.resume:
        raise OptionError(f"{request.out.name} exists.", "Go on with it (--resume), or name another file (--out).")
    trim(request.out)
    records = read(request.out)
    if not records:
        return []
    for name in ("tier", "device", "seed", "options", "host_id", "code"):
        if records[0][name] != head[name]:
            raise ResultError(
                f"{request.out.name} was begun with another {name}: {_difference(records[0][name], head[name])}.",
                "Environments and options never mix within a run: name another file (--out).",
            )
    return records


def _difference(before: object, after: object) -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        name = next(key for key in sorted({*before, *after}) if before.get(key) != after.get(key))
        return f"{name} {before.get(name)}, now {after.get(name)}"
    return f"{before}, now {after}"


def code_hash(probes: bool = False) -> str:
    """Return sixteen hexadecimal digits of the runner's own files, programs included, and the probes' if asked."""
    folder = Path(__file__).resolve().parent
    digest = sha256()
    for path in sorted(set(folder.rglob("*.py")) - set(() if probes else (folder / "probes").rglob("*.py"))):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def default_out(home: Path, clock: Callable[[], str] = now) -> Path:
    """Return a new file's path in the home folder, named by the moment."""
    return home / "bench" / f"{clock().replace(':', '').replace('+0000', 'Z')}.jsonl"
