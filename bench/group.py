"""Groups: cells that are timed together, their members, and the forks they are run in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.discovery import forward_flops
from bench.spec import Cell, Division, Size
from bench.stacks import MODES

# The phase of a data-set sweep: reading the examples once through the framework's own loader.
LOAD = "load"


@dataclass(frozen=True)
class Member:
    """One worker of a group: a stack under a division; `twin` is the second run of the same, for the A/A contrast."""

    stack: str
    division: Division
    twin: bool = False

    @property
    def id(self) -> str:
        """The member's name within its group."""
        return f"{self.stack}@{self.division.name}" + ("#twin" if self.twin else "")


@dataclass(frozen=True)
class Group:
    """Cells that are timed together, round by round. `purpose` is cells, ladder, batch, model, data or fit.

    `value` is the sweep's: samples a batch, a dimension's value, or examples in the data set; 0 outside sweeps.
    `same_as` is the group whose blocks are this one's too, which then has no forks: the size that a sweep starts from.
    """

    purpose: str
    workload: str
    size: Size
    device: str
    track: str
    precision: str
    division: str
    phases: tuple[str, ...]
    members: tuple[Member, ...]
    forks: int
    value: int = 0
    knob: str = ""
    # Stacks that were asked for and cannot run here, with the reason.
    absent: tuple[tuple[Member, str], ...] = ()
    same_as: str = ""

    @property
    def id(self) -> str:
        """The group's name, unique in a run and equal in another run with the same options."""
        words = [self.purpose, self.workload, self.size.name, self.device, self.track, self.precision, self.division]
        if self.purpose == "ladder":
            words.append(MODES[self.members[0].stack].environment)
        if self.value:
            words.append(f"{self.knob}={self.value}")
        return "/".join(words)

    def cell(self, member: Member, phase: str) -> Cell:
        """Return the cell a member's phase stands for."""
        return Cell(
            self.workload,
            self.size.name,
            phase,
            self.device,
            self.track,
            member.division.name,
            self.precision,
            member.stack,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the group for the result file."""
        return {
            "group": self.id,
            "purpose": self.purpose,
            "workload": self.workload,
            "size": self.size.name,
            "batch": self.size.batch,
            "trainable": self.size.trainable,
            "forward_flops": forward_flops(self.workload, self.size, "train"),
            "infer_flops": forward_flops(self.workload, self.size, "infer"),
            "device": self.device,
            "track": self.track,
            "precision": self.precision,
            "division": self.division,
            "phases": list(self.phases),
            "forks": self.forks,
            "value": self.value,
            "knob": self.knob,
            "same_as": self.same_as,
            "members": [
                {"id": one.id, "stack": one.stack, "twin": one.twin, "division": one.division.as_dict()}
                for one in self.members
            ],
        }


@dataclass(frozen=True)
class Unit:
    """One fork of one group: fresh processes for every member. `number` counts the group's forks from 0."""

    group: Group
    number: int
