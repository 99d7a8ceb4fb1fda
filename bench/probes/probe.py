"""What a probe is: units that children answer, and records made of their outcomes. See docs/adding-a-probe.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.results import Record

ANSWERED = "answered"
RAISED = "raised"
DIED = "died"
HUNG = "hung"
GARBAGE = "garbage"
NOT_RUN = "not-run"
HOWS = (ANSWERED, RAISED, DIED, HUNG, GARBAGE, NOT_RUN)


@dataclass(frozen=True)
class Unit:
    """One child process's worth of work.

    `key` is unique within the probe and stable over runs: --resume and SQL join on it. `environment` names a
    requirements file, or is "" for the runner's own interpreter. `module` is imported in the child and its
    `measure(**arguments) -> dict` is called; arguments and answer are what JSON holds, numbers finite. `variables` are
    environment variables. `repeat` asks for that many fresh processes, whose outcomes are handed over together.
    `alone` has the one unit run by itself where its probe's others run side by side; units that bear the same word as
    `apart` run beside each other and beside nothing else.
    """

    key: str
    environment: str
    module: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 120.0
    repeat: int = 1
    alone: bool = False
    apart: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a child.

    how             answered | raised | died | hung | garbage | not-run
    answer          measure()'s dict if answered, else empty
    reason          in words, on one line, without paths; "" if answered
    exception       the type's qualified name if measure() itself raised, else ""
    traceback       the formatted one from measure() down, with the child's real paths, at most 200 kB; "" if none
    output          what it printed, stdout and stderr together: the first 32 kB and the last 32 kB
    output_bytes    how much it printed in all
    seconds         from its start to its answer or end
    peak_rss_bytes  the most memory it held; None where the system does not tell
    """

    how: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    exception: str = ""
    traceback: str = ""
    output: str = ""
    output_bytes: int = 0
    seconds: float = 0.0
    peak_rss_bytes: int | None = None


@dataclass(frozen=True)
class ProbeOptions:
    """What narrows a probe. `stacks` are names of bench.stacks.MODES or of environments; an empty tuple is all.

    `quick` is the small form: fewer processes, sizes and workloads, the same records.
    """

    stacks: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    device: str = "cpu"
    seed: int = 0
    quick: bool = False

    def wants(self, *names: str) -> bool:
        """True if nothing narrows the stacks, or one of the names is asked for."""
        return not self.stacks or any(name in self.stacks for name in names)


class Probe(Protocol):
    """One probe. `name` is its folder's, `about` one line for a reader who has never met it.

    `alone` is true where a unit on another core would falsify what every unit measures; where that holds for some of
    them, import times or throughput, those say so themselves.
    """

    name: str
    about: str
    alone: bool

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return the work, in the order in which it is to be done."""

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return the records of the probe's own kinds; each has `kind` and `unit`. Also where nothing was answered."""
