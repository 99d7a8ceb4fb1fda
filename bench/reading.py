"""A result file's raw records, indexed: which blocks count, and why a cell may not be shown."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.results import Record, of_kind
from bench.spec import NOT_RUN, OK, PARITY_FAILED

CELL_FIELDS = ("workload", "size", "phase", "device", "track", "division", "precision", "stack")


class Reading:
    """The records of one file by what they belong to.

    groups    group id → its record
    blocks    (group, phase, fork, round) → member id → block, of complete and kept rounds alone
    dropped   (group, phase) → number of rounds voided by the rule
    cells     cell fields → its last record
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.run = records[0]
        self.groups: dict[str, Record] = {one["group"]: one for one in of_kind(records, "group")}
        self.forks = {(one["fork"], one["member"]): one for one in of_kind(records, "fork")}
        self.phases = of_kind(records, "phase")
        self.steps = of_kind(records, "steps")
        self.gemms = of_kind(records, "gemm")
        self.fits = of_kind(records, "fit")
        self.parity = of_kind(records, "parity")
        self.environments = of_kind(records, "environment")
        self.cells = {cell_key(one): one for one in of_kind(records, "cell")}
        self.dropped: dict[tuple[str, str], int] = defaultdict(int)
        # By group and phase: a long run has thousands of rounds, and every statistic asks for those of one phase.
        self._rounds: dict[tuple[str, str], list[tuple[str, dict[str, Record]]]] = defaultdict(list)
        for (group, phase, fork, _), blocks in self._complete(records).items():
            self._rounds[group, phase].append((fork, blocks))

    def _complete(self, records: Sequence[Record]) -> dict[tuple[str, str, str, int], dict[str, Record]]:
        kept: dict[tuple[str, str, str, int], dict[str, Record]] = {}
        members: dict[tuple[str, str, str, int], set[str]] = {}
        for one in of_kind(records, "round"):
            if one["kept"]:
                members[_place(one)] = set(one["members"])
                kept[_place(one)] = {}
            else:
                self.dropped[one["group"], one["phase"]] += 1
        for one in of_kind(records, "block"):
            if _place(one) in kept:
                kept[_place(one)][one["member"]] = one
        return {place: blocks for place, blocks in kept.items() if set(blocks) >= members[place]}

    def seconds(self, group: str, phase: str, member: str) -> dict[str, list[float]]:
        """Return the member's seconds a step by fork, one a kept round."""
        found: dict[str, list[float]] = defaultdict(list)
        for fork, blocks in self._rounds.get((group, phase), ()):
            if member in blocks:
                found[fork].append(blocks[member]["wall_s"] / blocks[member]["steps"])
        return dict(found)

    def pairs(self, group: str, phase: str, measured: str, against: str) -> dict[str, list[float]]:
        """Return log(measured / against) by fork, one a kept round in which both ran."""
        found: dict[str, list[float]] = defaultdict(list)
        for fork, blocks in self._rounds.get((group, phase), ()):
            if measured in blocks and against in blocks:
                one, other = blocks[measured], blocks[against]
                found[fork].append(math.log(one["wall_s"] / one["steps"]) - math.log(other["wall_s"] / other["steps"]))
        return dict(found)

    def of_member(self, group: str, phase: str, member: str) -> list[Record]:
        """Return the member's blocks of kept rounds."""
        return [blocks[member] for _, blocks in self._rounds.get((group, phase), ()) if member in blocks]

    def number(self, fork: str) -> int:
        """Return which of its group's forks a fork is."""
        return next((one["number"] for (name, _), one in self.forks.items() if name == fork), 0)

    def state(self, group: Mapping[str, Any], member: Mapping[str, Any], phase: str) -> tuple[str, str]:
        """Return a cell's status and reason. A failed gate withholds the cell whatever its own record says."""
        record = self.cells.get(cell_key(cell_fields(group, member, phase)))
        status, reason = (record["status"], record["reason"]) if record else (NOT_RUN, "the run stopped before it")
        if status == OK:
            failed = next(
                (one for one in self.parity if not one["passed"] and self._concerns(one, group, member)), None
            )
            if failed is not None:
                return PARITY_FAILED, f"{failed['gate']}: {failed['detail']}"
        return status, reason

    def _concerns(self, gate: Record, group: Mapping[str, Any], member: Mapping[str, Any]) -> bool:
        fork = self.forks.get((gate["fork"], member["id"]))
        if fork is not None:
            return fork["group"] == group["group"] and gate["stack"] == member["stack"]
        if any(name == gate["fork"] for name, _ in self.forks):
            return False
        # Before any fork, or of one that a kill left without its record.
        same = gate["workload"] == group["workload"] and gate["device"] == group["device"]
        return same and gate["stack"] == member["stack"] and gate["size"] == group["size"]


def cell_fields(group: Mapping[str, Any], member: Mapping[str, Any], phase: str) -> dict[str, Any]:
    """Return the fields that name a cell, with the group it belongs to outside the plain cells (sweeps, ladders)."""
    return {
        "group": group["group"],
        "workload": group["workload"],
        "size": group["size"],
        "phase": phase,
        "device": group["device"],
        "track": group["track"],
        "division": member["division"]["name"],
        "precision": group["precision"],
        "stack": member["stack"],
    }


def cell_key(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells one cell from another, within one group."""
    return (fields["group"], *(fields[name] for name in CELL_FIELDS))


def _place(record: Record) -> tuple[str, str, str, int]:
    return record["group"], record["phase"], record["fork"], record["round"]


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that are there, None without any."""
    there = sorted(value for value in values if value is not None)
    if not there:
        return None
    middle = len(there) // 2
    return there[middle] if len(there) % 2 else (there[middle - 1] + there[middle]) / 2
