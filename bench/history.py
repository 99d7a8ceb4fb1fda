"""What a result file already says: which units are done, and how each cell stands. Kept up while a run writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bench.group import Group, Member
from bench.results import Record
from bench.spec import NOT_RUN, OK, PARITY_FAILED

# Another fork would fail in the same way.
_LASTING = {"parity", "oom", "hung"}
_TRIES = 2


class History:
    """Units done, rounds and failures, from records as they are written."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.done: set[tuple[str, int]] = set()
        self.groups: set[str] = set()
        self.environments: set[str] = set()
        self._kept: dict[tuple[str, str, str], int] = defaultdict(int)
        self._dropped: dict[tuple[str, str, str], int] = defaultdict(int)
        self._failures: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._seen: set[str] = set()
        # Rounds kept by a fork and phase; 0 where every one was voided.
        self._rounds: dict[tuple[str, str], int] = defaultdict(int)
        self.add(*records)

    def add(self, *records: Record) -> None:
        """Take notice of records."""
        for one in records:
            kind = one["kind"]
            # Also of forks that a kill left without their own record: an id is never given twice.
            if one.get("fork"):
                self._seen.add(one["fork"])
            if kind == "unit":
                # A fork with a phase that was contaminated throughout has not done its work: --resume tries again.
                if not any(fork == one["fork"] and kept == 0 for (fork, _), kept in self._rounds.items()):
                    self.done.add((one["group"], one["number"]))
            elif kind == "group":
                self.groups.add(one["group"])
            elif kind == "environment":
                self.environments.add(one["environment_id"])
            elif kind == "round":
                self._rounds[one["fork"], one["phase"]] += one["kept"]
                counts = self._kept if one["kept"] else self._dropped
                for member in one["members"]:
                    counts[one["group"], one["phase"], member] += 1
            elif kind == "fork" and one["status"] != OK:
                self._failures[one["group"], one["member"]].append(one)

    def next_fork(self) -> str:
        """Return an id that no fork in the file has."""
        number = len(self._seen) + 1
        while f"f{number:04}" in self._seen:
            number += 1
        return f"f{number:04}"

    def given_up(self, group: Group, member: Member) -> bool:
        """True if the member failed in a way that will not change, or too often."""
        failures = self._failures[group.id, member.id]
        return len(failures) >= _TRIES or any(one["failure"] in _LASTING for one in failures)

    def outcome(self, group: Group, member: Member, phase: str) -> tuple[str, str]:
        """Return the status of a cell and why: ok with a kept round and no failed gate, else the last failure."""
        failures = self._failures[group.id, member.id]
        failed = next((one for one in failures if one["status"] == PARITY_FAILED), None)
        if failed is not None:
            return PARITY_FAILED, failed["reason"]
        if self._kept[group.id, phase, member.id]:
            words = "; ".join(dict.fromkeys(one["reason"] for one in failures))
            return OK, f"{len(failures)} forks failed: {words}" if failures else ""
        if failures:
            return failures[-1]["status"], failures[-1]["reason"]
        dropped = self._dropped[group.id, phase, member.id]
        if not dropped:
            return NOT_RUN, "the run stopped before it"
        words = "something else was busy on the same cores; go on with --resume when the machine is quiet"
        return NOT_RUN, f"all {dropped} rounds were contaminated: {words}"
