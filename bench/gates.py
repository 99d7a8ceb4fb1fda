"""The gates before any timing: each stack's program, built as matched, against all the others, in workers of its own.

The timed workers are not used for this: ten optimizer steps on another batch would leave compilations behind that a
timed worker must not have. They are held to the parameter count, the precision canary, the flags read back, and their
own forward output.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench import parity
from bench.context import Context, Job
from bench.discovery import load_workload
from bench.errors import WorkerError
from bench.group import Group, Member
from bench.parity import Gate
from bench.process import Worker
from bench.results import Record, finite, of_kind
from bench.spec import PARITY_FAILED, Division, Size, matched
from bench.stacks import MODES, untuned_variables

# What a track's own rounding allows between two forward outputs.
_FORWARD_LIMITS = {"tf32": 1e-2, "bf16": 1e-1}
_Key = tuple[str, str, str]
# (status, kind of failure, reason)
Failure = tuple[str, str, str]


class Gates:
    """Which stacks passed for which workload, size and device. Filled as groups ask, or from an earlier session."""

    def __init__(self, context: Context, records: Sequence[Record] = ()) -> None:
        self._context = context
        self._failed: dict[tuple[_Key, str], Failure] = {}
        self._judged: set[tuple[_Key, str]] = set()
        self._figures: dict[_Key, dict[str, Path]] = {}
        for one in of_kind(records, "parity"):
            if one["fork"] is None:
                at = ((one["workload"], one["size"], one["device"]), one["stack"])
                self._judged.add(at)
                if not one["passed"]:
                    self._failed.setdefault(at, (PARITY_FAILED, "parity", f"{one['gate']}: {one['detail']}"))

    def failure(self, group: Group, stack: str) -> Failure | None:
        """Return why the stack must not be timed in the group; None if it may."""
        return self._failed.get((_key(group), stack))

    def ensure(self, group: Group, members: Sequence[Member]) -> None:
        """Judge the members' stacks, unless all were judged before."""
        key = _key(group)
        first = {member.stack: member for member in reversed(members)}
        stacks = [stack for stack in MODES if stack in first]
        waiting = [stack for stack in stacks if (key, stack) not in self._judged]
        if not waiting:
            return
        known = self._figures.setdefault(key, {})
        # Figures of an earlier session are gone, so whoever is to be compared is asked again.
        asked = [stack for stack in stacks if stack not in known and (key, stack) not in self._failed]
        self._context.say(f"    parity: {', '.join(asked)}")
        threads = first[asked[0]].division.threads if asked else None
        workers: dict[str, Worker] = {}
        self._context.prepare([_judged(first[stack]) for stack in asked], bare=True)
        try:
            self._context.side_by_side(
                [
                    Job(
                        f"figures {stack}",
                        partial(self._take, group, first[stack], workers),
                        partial(self._start, group, first[stack], workers),
                    )
                    for stack in asked
                ],
                threads,
            )
        finally:
            for worker in workers.values():
                worker.kill()
        self._judge(key, group, known, waiting)

    def _start(self, group: Group, member: Member, workers: dict[str, Worker], cores: list[int]) -> None:
        try:
            # Nothing is measured cold here, so a stack's workloads share what its compiler can share.
            cache = self._context.cache("parity", member.stack)
            untuned = untuned_variables(group.device)
            workers[member.stack] = self._context.start(_judged(member), cache, cores, bare=True, more=untuned)
        except WorkerError as error:
            self._failed[_key(group), member.stack] = (error.status, error.kind, f"before timing: {error}")

    def _take(self, group: Group, member: Member, workers: Mapping[str, Worker], cores: list[int]) -> None:
        """Put the path of a stack's figures where `_judge` finds it, or why there are none into `_failed`."""
        worker, division = workers.get(member.stack), _judged(member).division
        if worker is None:
            return
        begun = time.monotonic()
        path = self._context.scratch / f"figures-{group.workload}-{group.size.name}-{member.stack}.npz"
        long = group.workload in self._context.options.tier.time_to_loss
        try:
            worker.move(cores)
            opening = self._context.opening(group.workload, _size(group), _judged(member))
            worker.ask("open", self._context.timeout, **opening)
            canary = worker.ask("canary", self._context.timeout)["value"]
            asked = {"seed": parity.SEED, "time_to_loss": long}
            answer = worker.ask("figures", self._context.timeout, path=str(path), **asked)
            gates = [parity.count_gate(answer["trainable"], _size(group)), parity.canary_gate(canary, "fp32", "start")]
            gates += parity.resolved_gates(answer["resolved"], division, MODES[member.stack])
            self._record(_key(group), member.stack, gates, None)
            self._figures[_key(group)][member.stack] = path
            self._context.say(f"    parity: {member.stack} took {time.monotonic() - begun:.0f} s")
        except WorkerError as error:
            self._failed[_key(group), member.stack] = (error.status, error.kind, f"before timing: {error}")
        finally:
            worker.kill()

    def _judge(self, key: _Key, group: Group, known: Mapping[str, Path], waiting: Sequence[str]) -> None:
        self._judged.update((key, stack) for stack in waiting)
        taken = {stack: _read(known[stack]) for stack in MODES if stack in known}
        if not taken:
            return
        best, judged = parity.judge(taken, _size(group), group.device)
        for stack in judged:
            self._record(key, stack, judged[stack], best)

    def _record(self, key: _Key, stack: str, gates: Sequence[Gate], reference: str | None) -> None:
        self._context.write(*(gate_record(key, stack, gate, reference, None) for gate in gates))
        failed = next((gate for gate in gates if not gate.passed), None)
        if failed is not None:
            self._failed.setdefault((key, stack), (PARITY_FAILED, "parity", in_words(failed)))


def gate_record(key: _Key, stack: str, gate: Gate, reference: str | None, fork: str | None) -> Record:
    """Return a gate as a record of the result file."""
    return {
        "kind": "parity",
        "workload": key[0],
        "size": key[1],
        "device": key[2],
        "stack": stack,
        "fork": fork,
        "reference": reference,
        "gate": gate.gate,
        "value": finite(gate.value),
        "limit": finite(gate.limit),
        "passed": bool(gate.passed),
        "detail": gate.detail,
    }


def in_words(gate: Gate) -> str:
    """Return a failed gate's name, figure, limit and subject."""
    return f"{gate.gate}: {gate.value:.3g} against {gate.limit:.3g} ({gate.detail})"


def forward_gates(outputs: Mapping[str, Path], group: Group, precision: str) -> dict[str, Gate]:
    """Return each member's P1 between the timed programs themselves, against the one that most others agree with."""
    limit = _FORWARD_LIMITS.get(precision, parity.limits_of(group.size, group.device)["P1"])
    taken = {member: _read(path)["forward"] for member, path in outputs.items()}
    errors = {one: {two: parity.relative_error(taken[one], taken[two]) for two in taken} for one in taken}
    best = max(taken, key=lambda member: sum(error <= limit for error in errors[member].values()))
    lonely = len(taken) > 1 and sum(error <= limit for error in errors[best].values()) < 2
    return {
        member: Gate("P1-timed", errors[best][member], limit, not lonely and errors[best][member] <= limit, "forward")
        for member in taken
    }


def count_gates(counts: Mapping[str, int], group: Group) -> dict[str, Gate]:
    """Return each member's P0: against the workload's count, or in a sweep without one against the most frequent."""
    if group.size.trainable:
        return {member: parity.count_gate(count, group.size) for member, count in counts.items()}
    usual = Counter(counts.values()).most_common(1)[0][0] if counts else 0
    return {
        member: Gate("P0", float(count), float(usual), count == usual, "trainable parameters, as most members have")
        for member, count in counts.items()
    }


def worker_gates(resolved: Mapping[str, object], division: Division, stack: str) -> list[Gate]:
    """Return P5's gates on what a timed worker read back."""
    return parity.resolved_gates(resolved, division, MODES[stack])


def key_of(group: Group) -> _Key:
    """Return what a gate holds for: workload, size and device."""
    return _key(group)


def _key(group: Group) -> _Key:
    return group.workload, group.size.name, group.device


def _judged(member: Member) -> Member:
    """Return what is judged for a member: every knob matched, in fp32, in its own mode."""
    division = member.division
    return Member(member.stack, matched(division.mode, division.device, threads=division.threads))


def _size(group: Group) -> Size:
    """Return the size whose programs are judged: in a sweep the one it comes from, since the program is the same."""
    return load_workload(group.workload).SPEC.sizes[group.size.name]


def _read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}
