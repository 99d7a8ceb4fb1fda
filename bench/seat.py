"""A member's place in one fork: its worker while it lives, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bench.group import Member
from bench.process import Worker
from bench.results import Record, now
from bench.spec import OK


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
