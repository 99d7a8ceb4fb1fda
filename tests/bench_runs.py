"""Result files of runs that never took place: every figure known beforehand, every record as the runner writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.results import Record
from bench.spec import OK, Division, as_shipped, matched
from bench.stacks import BREAK_EVEN, COMPILED, CONTRASTS, MODES, ladder, reference

HOST = {"system": "Linux", "kernel": "6.1", "machine": "x86_64", "cpu": "Test CPU 1", "cores_online": 4}
HOST |= {"cores_allowed": 2, "memory_bytes": 8 * 2**30, "virtual": True, "gpu": None}
RULE = {"foreign": 0.05, "steal": 0.02, "throttled": 0.02, "pressure": 0.25, "grace_s": 0.02, "gpu_reasons": 232}
GPU = {"name": "Test GPU", "driver_version": "555.1", "memory.total": "24576"}


@dataclass
class Made:
    """One run. `times` are seconds a step by stack, times `factors` by workload; inference takes half of that.

    `forks` and `rounds` are how many, `cut` the forks of workloads that have fewer; `fork_noise` and `round_noise`
    spread their logarithms. `failed` maps (workload, stack) to a status; `sizes` are the examples of a data sweep over
    `loading` seconds a batch by stack.
    """

    times: Mapping[str, float]
    workloads: Sequence[str] = ("mlp",)
    factors: Mapping[str, float] = field(default_factory=dict)
    forks: int = 3
    cut: Mapping[str, int] = field(default_factory=dict)
    rounds: int = 3
    fork_noise: float = 0.01
    round_noise: float = 0.02
    run: str = "a1" * 16
    tier: str = "standard"
    precision: str = "fp32"
    device: str = "cpu"
    started_at: str = "2026-11-20T10:00:00+00:00"
    cpu: str = "Test CPU 1"
    batch: int = 100
    divisions: Sequence[str] = ("matched",)
    failed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ladders: Sequence[str] = ()
    sizes: Sequence[int] = ()
    loading: Mapping[str, float] = field(default_factory=dict)
    peak_bytes: Mapping[str, int] = field(default_factory=dict)
    dropped: int = 0
    ending: str | None = "complete"
    seed: int = 7

    def records(self) -> list[Record]:
        """Every record of the run, in an order in which the runner may have written them."""
        self._rng = np.random.default_rng(self.seed)
        self._forks = 0
        found = [self._run(), self._session()]
        found += [self._environment(name) for name in self._environments()]
        groups = self._groups()
        found += groups
        found += [gate for workload in self.workloads for stack in self.times for gate in self._gates(workload, stack)]
        for group in groups:
            for number in range(self.cut.get(group["workload"], group["forks"])):
                found += self._fork(group, number)
        found += [cell for group in groups for cell in self._cells(group)]
        if self.ending is not None:
            found.append({"kind": "end", "at": self.started_at, "reason": self.ending, "elapsed_s": 60.0})
        return found

    def content(self) -> bytes:
        """The records as the lines of a file."""
        return as_lines(self.records())

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        path.write_bytes(self.content())
        return path

    def _run(self) -> Record:
        host = {**HOST, "cpu": self.cpu, "gpu": GPU if self.device == "cuda" else None}
        return {
            "kind": "run",
            "schema": 1,
            "run": self.run,
            "started_at": self.started_at,
            "tier": self.tier,
            "device": self.device,
            "seed": 0,
            "options": {},
            "rule": RULE,
            "contrasts": [list(pair) for pair in CONTRASTS],
            "break_even": [list(pair) for pair in BREAK_EVEN],
            "host": host,
            "host_id": f"host of {self.cpu}",
            "code": "c0de",
            "units": 3,
        }

    def _session(self) -> Record:
        return {
            "kind": "session",
            "started_at": self.started_at,
            "resumed": False,
            "host_id": f"host of {self.cpu}",
        }

    def _environments(self) -> list[str]:
        return sorted({MODES[stack].environment for stack in self.times})

    def _environment(self, name: str) -> Record:
        modules = next(mode.modules for mode in MODES.values() if mode.environment == name) or ("dummy",)
        versions = dict.fromkeys(modules, "1.2.3")
        return {
            "kind": "environment",
            "environment": name,
            "environment_id": f"id-{name}",
            "python": "3.11.7",
            "distributions": {**versions, "numpy": "2.4.6"},
            "records": dict.fromkeys(modules, "f11e"),
        }

    @property
    def _track(self) -> str:
        return "gpu" if self.device == "cuda" else "pinned"

    def _groups(self) -> list[Record]:
        made = []
        for workload in self.workloads:
            for division in self.divisions:
                shipped = division == "as-shipped"
                make = as_shipped if shipped else matched
                members = [_member(stack, make(MODES[stack].mode, self.device)) for stack in self.times]
                again = reference(list(self.times))
                members += [
                    {**one, "id": one["id"] + "#twin", "twin": True} for one in members if one["stack"] == again
                ]
                precision = "shipped" if shipped else self.precision
                made.append(self._group("cells", workload, members, precision, division, ["train", "infer"]))
        for environment in self.ladders:
            made.append(self._ladder(environment))
        for size in self.sizes:
            members = [_member(stack, matched(MODES[stack].mode, self.device)) for stack in self.loading]
            group = self._group("data", self.workloads[0], members, "fp32", "matched", ["load"], size, "examples")
            made.append(group)
        return made

    def _ladder(self, environment: str) -> Record:
        members = []
        for rung in ladder(environment, self.device):
            found = [
                one.stack for one in MODES.values() if (one.environment, one.mode) == (environment, rung.division.mode)
            ]
            members.append(_member(found[0], rung.division))
        group = self._group("ladder", self.workloads[0], members, "mixed", "ladder", ["train"])
        return {**group, "group": f"{group['group']}/{environment}"}

    def _group(
        self,
        purpose: str,
        workload: str,
        members: list[dict[str, Any]],
        precision: str,
        division: str,
        phases: list[str],
        value: int = 0,
        knob: str = "",
    ) -> Record:
        words = [purpose, workload, "small", self.device, self._track, precision, division]
        return {
            "kind": "group",
            "group": "/".join([*words, *([f"{knob}={value}"] if value else [])]),
            "purpose": purpose,
            "workload": workload,
            "size": "small",
            "batch": self.batch,
            "trainable": 142602,
            "forward_flops": 1000,
            "infer_flops": 1000,
            "device": self.device,
            "track": self._track,
            "precision": precision,
            "division": division,
            "phases": phases,
            "forks": self.forks,
            "value": value,
            "knob": knob,
            "members": members,
        }

    def _gates(self, workload: str, stack: str) -> list[Record]:
        failed = self.failed.get((workload, stack)) == "parity-failed"
        base = {"kind": "parity", "workload": workload, "size": "small", "device": self.device, "stack": stack}
        base |= {"fork": None, "reference": None}
        count = {"gate": "P0", "value": 142602.0, "limit": 142602.0, "passed": True, "detail": "trainable parameters"}
        outputs = {"gate": "P1", "value": 0.1 if failed else 1e-7, "limit": 1e-5, "passed": not failed}
        return [{**base, **count}, {**base, **outputs, "detail": "largest relative difference of the outputs"}]

    def _seconds(self, group: Record, stack: str, phase: str) -> float:
        if phase == "load":
            return self.loading[stack]
        return self.times[stack] * self.factors.get(group["workload"], 1.0) * (0.5 if phase == "infer" else 1.0)

    def _fork(self, group: Record, number: int) -> list[Record]:
        self._forks += 1
        fork = f"f{self._forks:04}"
        living = [one for one in group["members"] if (group["workload"], one["stack"]) not in self.failed]
        found = []
        for phase in group["phases"]:
            level = {one["id"]: self._rng.normal(0, self.fork_noise) for one in living}
            for one in living:
                found.append(self._phase(group, fork, one, phase, number == 0))
            for at in range(self.rounds + (self.dropped if number == 0 else 0) if living else 0):
                found += self._round(group, fork, living, phase, at, level, at < self.rounds)
            steps = {"fork": fork, "group": group["group"], "phase": phase, "seconds": [0.001, 0.002, 0.003]}
            found += [{"kind": "steps", "member": one["id"], **steps} for one in living]
        found += [self._process(group, fork, number, one) for one in group["members"]]
        gemm = {"kind": "gemm", "fork": fork, "group": group["group"], "member": "x", "n": 512, "repeats": 2}
        unit = {"kind": "unit", "fork": fork, "group": group["group"], "number": number, "seconds": 5.0}
        return [*found, {**gemm, "wall_s": 0.01}, unit]

    def _phase(self, group: Record, fork: str, member: Mapping[str, Any], phase: str, cold: bool) -> Record:
        first = None if phase == "load" else (3.0 if MODES[member["stack"]].mode != "eager" else 1.0)
        one = {"fork": fork, "group": group["group"], "member": member["id"], "phase": phase, "cold": cold}
        return {"kind": "phase", **one, "first_step_s": first, "steps": 10}

    def _round(
        self,
        group: Record,
        fork: str,
        living: list[dict[str, Any]],
        phase: str,
        number: int,
        level: Mapping[str, float],
        kept: bool,
    ) -> list[Record]:
        place = {"fork": fork, "group": group["group"], "phase": phase, "round": number}
        blocks = []
        for at, one in enumerate(living):
            noise = level[one["id"]] + self._rng.normal(0, self.round_noise)
            # A dropped round is three times as long, so that whoever counts it is found out.
            wall = 10 * self._seconds(group, one["stack"], phase) * float(np.exp(noise)) * (1 if kept else 3)
            figures = {"place": at, "steps": 10, "wall_s": wall, "cpu_s": wall, "left_s": 0.0, "device_s": None}
            around = {"foreign": 0.01, "steal": 0.0, "pressure": 0.02, "throttled": None, "load": 0.5, "gpu": None}
            block = {"kind": "block", **place, "member": one["id"], **figures, "joules": None, "surroundings": around}
            blocks.append(block)
        names = [one["id"] for one in living]
        reasons = [] if kept else ["foreign 0.5 > 0.05"]
        return [*blocks, {"kind": "round", **place, "members": names, "kept": kept, "reasons": reasons}]

    def _process(self, group: Record, fork: str, number: int, member: Mapping[str, Any]) -> Record:
        status = self.failed.get((group["workload"], member["stack"]), OK)
        return {
            "kind": "fork",
            "fork": fork,
            "group": group["group"],
            "number": number,
            "member": member["id"],
            "stack": member["stack"],
            "twin": member["twin"],
            "cold": number == 0,
            "started_at": self.started_at,
            "import_s": 1.0,
            "build_s": 0.5,
            "trainable": 142602,
            "environment_id": f"id-{MODES[member['stack']].environment}",
            "resolved": _resolved(member["division"]),
            "memory": {"peak_bytes": self.peak_bytes.get(member["stack"], 10**9), "method": "ru_maxrss"},
            "compiles": {"compiles": 1, "graph_breaks": 0},
            "status": status,
            "failure": None if status == OK else "parity",
            "reason": "" if status == OK else "as was wanted",
        }

    def _cells(self, group: Record) -> list[Record]:
        found = []
        for one in group["members"]:
            if not one["twin"]:
                status = self.failed.get((group["workload"], one["stack"]), OK)
                cell = {name: group[name] for name in ("group", "workload", "size", "device", "track", "precision")}
                cell |= {"division": one["division"]["name"], "stack": one["stack"], "status": status}
                cell |= {"reason": "" if status == OK else "as was wanted"}
                found += [{"kind": "cell", **cell, "phase": phase} for phase in group["phases"]]
        return found


def _resolved(division: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker reads back that did as it was told; of the program's images it has none."""
    return {
        "jit": division["mode"] in COMPILED,
        "device": division["device"],
        "layout": None,
        "allocator": "returned" if division["allocator"] == "shipped" else division["allocator"],
        "threads": division["threads"] or 2,
        "precision": "fp32" if division["precision"] == "shipped" else division["precision"],
        "optimizer": {"learning_rate": 0.001, "fused": None},
    }


def _member(stack: str, division: Division) -> dict[str, Any]:
    return {"id": f"{stack}@{division.name}", "stack": stack, "twin": False, "division": division.as_dict()}


def as_lines(records: Sequence[Record]) -> bytes:
    """The records as the runner writes them: one JSON object a line."""
    return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records).encode()
