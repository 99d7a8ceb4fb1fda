"""A member's place in one fork, and all of a fork's places: who still takes part, and how one is taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import gates
from bench.context import Context
from bench.errors import WorkerError
from bench.group import Group, Member
from bench.parity import Gate
from bench.process import Worker
from bench.results import Record, now
from bench.spec import OK, PARITY_FAILED


@dataclass
class Seat:
    """A member's place in this fork: its worker while it lives, and what became of it."""

    member: Member
    worker: Worker | None = None
    cold: bool = True
    started_at: str = ""
    status: str = OK
    failure: str | None = None
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    step_s: dict[str, float] = field(default_factory=dict)

    def record(self, fork: str, group: str, number: int) -> Record:
        """Return what became of the member, for the result file."""
        facts = self.facts
        return {
            "kind": "fork",
            "fork": fork,
            "group": group,
            "number": number,
            "member": self.member.id,
            "stack": self.member.stack,
            "twin": self.member.twin,
            "cold": self.cold,
            "started_at": self.started_at or now(),
            "import_s": facts.get("import_s"),
            "build_s": facts.get("build_s"),
            "trainable": facts.get("trainable"),
            "environment_id": facts.get("environment_id"),
            "resolved": facts.get("resolved"),
            "memory": facts.get("memory"),
            "compiles": facts.get("compiles"),
            "status": self.status,
            "failure": self.failure,
            "reason": self.reason,
        }


class Seats:
    """All seats of one fork. What fails takes only its own seat out; the others go on."""

    def __init__(self, context: Context, group: Group, fork: str) -> None:
        self.context = context
        self.group = group
        self.fork = fork
        self.all = [Seat(member) for member in group.members if not context.history.given_up(group, member)]

    def living(self) -> list[Seat]:
        """Return the seats that still take part."""
        return [seat for seat in self.all if seat.status == OK]

    def threads(self) -> int | None:
        """Return how many threads each worker has; None where that is not set, or nobody is seated."""
        return self.all[0].member.division.threads if self.all else None

    def each(self, act: Callable[[Seat], None]) -> None:
        """Do something with every living seat; what fails takes only that seat out."""
        for seat in self.living():
            self.guard(seat, act)

    def guard(self, seat: Seat, act: Callable[[Seat], None]) -> bool:
        """Do something with one seat; return whether it still takes part. Raises Stopped where the run is to end."""
        self.context.stop.check()
        try:
            act(seat)
        except WorkerError as error:
            self.drop(seat, error.status, error.kind, str(error))
        return seat.status == OK

    def drop(self, seat: Seat, status: str, failure: str, reason: str) -> None:
        """Take a seat out, say why, and end its worker."""
        seat.status, seat.failure, seat.reason = status, failure, reason
        self.context.say(f"    {seat.member.id}: {status}: {reason[:300]}")
        if seat.worker is not None:
            seat.worker.kill()
            seat.worker = None

    def ask(self, seat: Seat, what: str, timeout: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Return the answer of a seat's worker, awaited for `timeout` seconds, or the run's. Raises WorkerError."""
        assert seat.worker is not None
        return seat.worker.ask(what, self.context.timeout if timeout is None else timeout, **arguments)

    def hold(self, seat: Seat, judged: Sequence[Gate]) -> None:
        """Write the gates, and take the seat out if one failed."""
        key = gates.key_of(self.group)
        self.context.write(*(gates.gate_record(key, seat.member.stack, gate, None, self.fork) for gate in judged))
        failed = next((gate for gate in judged if not gate.passed), None)
        if failed is not None:
            self.drop(seat, PARITY_FAILED, "parity", gates.in_words(failed))

    def named(self, name: str) -> Seat:
        """Return the seat of the member with that id."""
        return next(seat for seat in self.all if seat.member.id == name)
