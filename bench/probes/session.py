"""One session of a probe run: units in order, each put to fresh processes and written whole with its records.

Units run side by side, one a core, each kept to its own; those that measure `alone` one after the other, on all cores.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bench.environment import identity, one_line
from bench.probes import inventory
from bench.probes.oneshot import ask
from bench.probes.probe import ANSWERED, GARBAGE, NOT_RUN, Outcome, Probe, Unit
from bench.probes.records import ProbeFile, kinds_of, problem, settled
from bench.progress import Say, clock
from bench.results import Record, now
from bench.runner import COMPLETE, FAILED
from bench.stop import BUDGET, Stop, Stopped, wait_for

# What the runner's own interpreter is called where an environment is named.
RUNNER = "runner"
# Before anything of a probe was run: seconds a process takes.
_FIRST_GUESS_S = 8.0


@dataclass(frozen=True)
class Task:
    """One unit of one probe."""

    probe: Probe
    unit: Unit

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other."""
        return self.probe.name, self.unit.key

    @property
    def alone(self) -> bool:
        """Whether nothing may run beside it."""
        return self.probe.alone or self.unit.alone


@dataclass(frozen=True)
class Shared:
    """What every unit of a session needs. `pythons` maps an environment to its interpreter, `reasons` to why not.

    `cores` are those that units run on side by side, one each.
    """

    file: ProbeFile
    pythons: Mapping[str, str]
    reasons: Mapping[str, str]
    scratch: Path
    stop: Stop
    device: str
    say: Say
    cores: Sequence[int]


class Session:
    """One start on a file: runs what is not done, each unit written whole."""

    def __init__(self, shared: Shared, host_id: str, before: Sequence[Record] = ()) -> None:
        """Go on from the records of `before`."""
        self._shared = shared
        self._host_id = host_id
        self._took: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._done: set[tuple[str, str]] = set()
        self._environments = {one["environment_id"] for one in before if one["kind"] == "environment"}
        self._told: set[str] = set()
        self._left: list[Task] = []
        self._begun = 0
        # Units end on several cores: what they share is read and written under this.
        self._lock = threading.RLock()
        for one in settled(before):
            if one["kind"] == "unit" and not self._can_run_now(one):
                self._done.add((one["probe"], one["unit"]))

    def _can_run_now(self, unit: Record) -> bool:
        """True for a unit that waited for an environment which is there by now."""
        environment = "" if unit["environment"] == RUNNER else unit["environment"]
        return unit["how"] == NOT_RUN and unit["processes"] == 0 and environment in self._shared.pythons

    def all(self, tasks: Sequence[Task]) -> str:
        """Run what is not done; return how it ended."""
        reason = FAILED
        self._left = [task for task in tasks if task.key not in self._done]
        self._begun = len(tasks) - len(self._left)
        waiting = tuple(self._left)
        try:
            with ThreadPoolExecutor(len(self._shared.cores)) as pool:
                for (alone, _), some in groupby(waiting, lambda task: (task.alone, task.unit.apart)):
                    queue = deque(some)
                    lanes = [None] if alone else self._shared.cores
                    wait_for([pool.submit(self._lane, queue, core, len(tasks)) for core in lanes])
            reason = COMPLETE
        except Stopped as stopped:
            reason = stopped.reason
        finally:
            self._shared.file.write(
                {"kind": "end", "at": now(), "reason": reason, "elapsed_s": round(self._shared.stop.elapsed(), 3)}
            )
        return reason

    def _lane(self, queue: deque[Task], core: int | None, total: int) -> None:
        """Run units until the queue is empty, on one core if it is given. What ends it ends the other lanes' queue."""
        try:
            while True:
                with self._lock:
                    if not queue:
                        return
                    task = queue.popleft()
                    self._shared.stop.check()
                    self._enough_time(task)
                    self._begun += 1
                    self._say_begin(task, total)
                self._one(task, core)
        except BaseException:
            queue.clear()
            raise

    def _one(self, task: Task, core: int | None) -> None:
        unit = task.unit
        python = self._shared.pythons.get(unit.environment)
        if python is None:
            outcomes = [Outcome(NOT_RUN, reason=self._shared.reasons[unit.environment])]
        else:
            with self._lock:
                self._tell_environment(unit.environment, python)
            outcomes = [self._ask(task, python, core) for _ in range(unit.repeat)]
        with self._lock:
            self._write(task, outcomes)
            self._left.remove(task)
            if python is not None:
                self._took[task.probe.name, unit.module].append(sum(outcome.seconds for outcome in outcomes))

    def _ask(self, task: Task, python: str, core: int | None) -> Outcome:
        shared = self._shared.scratch / task.probe.name
        shared.mkdir(exist_ok=True)
        variables = {**_device_variables(self._shared.device), "BENCH_PROBE_SHARED": str(shared)}
        if core is not None:
            variables["BENCH_CPUS"] = str(core)
        return ask(task.unit, python, self._shared.scratch, variables, self._shared.stop.check)

    def _write(self, task: Task, outcomes: Sequence[Outcome]) -> None:
        head = _unit_record(task, outcomes)
        try:
            own = task.probe.records(task.unit, outcomes)
            wrong = next((words for words in (_foreign(task, one) for one in own) if words), "")
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            own, wrong = [], f"{type(error).__name__}: {error}"
        if wrong:
            reason = one_line(f"the probe made no records of the outcome: {wrong}")[:600]
            head, own = {**head, "how": GARBAGE, "reason": reason}, []
        self._shared.file.write(head, *own)
        if head["how"] != ANSWERED:
            self._shared.say(f"    {head['how']}: {head['reason'][:300]}")

    def _tell_environment(self, name: str, python: str) -> None:
        """Write what the environment holds, once a run, if it answers."""
        if name in self._told:
            return
        self._told.add(name)
        outcome = ask(Unit("inventory", name, inventory.__name__), python, self._shared.scratch)
        if outcome.how == ANSWERED:
            facts = {"environment": name or RUNNER, **outcome.answer}
            digits = identity({**facts, "host_id": self._host_id})
            if digits not in self._environments:
                self._environments.add(digits)
                self._shared.file.write({"kind": "environment", "environment_id": digits, **facts})

    def _expected(self, task: Task) -> float:
        if task.unit.environment not in self._shared.pythons:
            return 0.0
        took = self._took[task.probe.name, task.unit.module]
        return sum(took) / len(took) if took else _FIRST_GUESS_S * task.unit.repeat

    def _enough_time(self, task: Task) -> None:
        """Raise Stopped where less than half the time that a unit takes is left: it would be cut before its end."""
        left = self._shared.stop.left()
        if left is not None and self._took[task.probe.name, task.unit.module] and left < self._expected(task) / 2:
            raise Stopped(BUDGET)

    def _say_begin(self, task: Task, total: int) -> None:
        cores = len(self._shared.cores)
        rest = sum(self._expected(one) / (1 if one.alone else cores) for one in self._left)
        words = f"; about {clock(rest)} left"
        budget = self._shared.stop.left()
        if budget is not None and budget < rest:
            words += f", the budget ends in {clock(budget)}"
        self._shared.say(f"[{self._begun}/{total}] {task.probe.name} {task.unit.key}{words}")


def _foreign(task: Task, record: Record) -> str:
    """Return why a record may not stand behind this unit, "" if it may."""
    if record.get("kind") not in kinds_of(task.probe.name):
        return f"{record.get('kind')!r} is not a kind of {task.probe.name}/schema.json"
    if record.get("unit") != task.unit.key:
        return f"{record['kind']}.unit is {record.get('unit')!r}"
    return problem(record)


def _unit_record(task: Task, outcomes: Sequence[Outcome]) -> Record:
    worst = next((outcome for outcome in outcomes if outcome.how != ANSWERED), outcomes[0])
    peaks = [outcome.peak_rss_bytes for outcome in outcomes if outcome.peak_rss_bytes is not None]
    return {
        "kind": "unit",
        "probe": task.probe.name,
        "unit": task.unit.key,
        "environment": task.unit.environment or RUNNER,
        "how": worst.how,
        "reason": worst.reason,
        "processes": sum(outcome.how != NOT_RUN for outcome in outcomes),
        "answered": sum(outcome.how == ANSWERED for outcome in outcomes),
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 3),
        "peak_rss_bytes": max(peaks, default=None),
        "output_bytes": sum(outcome.output_bytes for outcome in outcomes),
    }


def _device_variables(device: str) -> dict[str, str]:
    """Return the variables that keep every framework to the device, and to the memory it needs."""
    if device == "cpu":
        return {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    return {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
