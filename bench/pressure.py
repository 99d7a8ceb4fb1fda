"""What else the machine was doing while a block ran, and the rule that voids a round for it, fixed beforehand.

The main figure is *foreign* time: what the cores of the track were busy with, less the worker's own. Pressure and
context switches are kept beside it, but a framework whose pool has more threads than cores raises them all by itself,
and a rule on them would favour the others.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Rule:
    """When a block is contaminated. A round with one contaminated block is dropped whole.

    Shares are of the block's wall time; `foreign` and `steal` of that times the track's cores. `grace_s` is what the
    kernel's clock ticks cannot resolve, forgiven in every block.
    """

    foreign: float = 0.05
    steal: float = 0.02
    throttled: float = 0.02
    # Without per-core times, the share of the block in which some task waited for a core.
    pressure: float = 0.25
    grace_s: float = 0.02
    # Bits of nvidia-smi's clocks_event_reasons.active: hardware slowdown (8), software thermal (32), hardware thermal
    # (64), power brake (128). The power cap (4) is a device's normal state under load and stays.
    gpu_reasons: int = 8 | 32 | 64 | 128

    def as_dict(self) -> dict[str, Any]:
        """Return the thresholds for the result file."""
        return asdict(self)


@dataclass(frozen=True)
class Snapshot:
    """Counters of one moment; None where the system does not tell. Seconds, but for `load` (processes)."""

    at: float
    busy: float | None
    steal: float | None
    pressure: float | None
    throttled: float | None
    load: float | None


def snapshot(cores: Sequence[int]) -> Snapshot:
    """Return the counters now, busy and steal summed over the cores."""
    busy, steal = _core_times(cores)
    return Snapshot(time.monotonic(), busy, steal, _pressure(), _throttled(), _load())


def between(before: Snapshot, after: Snapshot, own_cpu: float, cores: int) -> dict[str, Any]:
    """Return the block's surroundings: shares as Rule counts them, None where unknown.

    `own_cpu` is the seconds of CPU time the worker says it took, its helpers' with it. The kernel counts in ticks what
    cores were busy with, so `foreign` may be a little below zero; it is never more than the worker left of the cores.
    """
    wall = max(after.at - before.at, 1e-9)
    busy, steal = _less(after.busy, before.busy), _less(after.steal, before.steal)
    foreign = None if busy is None else min(busy, wall * cores) - own_cpu
    pressure, throttled = _less(after.pressure, before.pressure), _less(after.throttled, before.throttled)
    return {
        "seconds": wall,
        "foreign": None if foreign is None else foreign / (wall * cores),
        "steal": None if steal is None else steal / (wall * cores),
        "pressure": None if pressure is None else pressure / wall,
        "throttled": None if throttled is None else throttled / wall,
        "load": after.load,
        "cores": cores,
    }


def pooled(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the surroundings of blocks of one track as if they were one: each share over all their seconds."""
    seconds = sum(block["seconds"] for block in blocks)

    def share(name: str) -> float | None:
        parts = [(block[name], block["seconds"]) for block in blocks]
        return None if any(value is None for value, _ in parts) else sum(value * s for value, s in parts) / seconds

    shares = {name: share(name) for name in ("foreign", "steal", "pressure", "throttled")}
    return {**shares, "seconds": seconds, "cores": blocks[0]["cores"]}


def contamination(surroundings: Mapping[str, Any], rule: Rule) -> list[str]:
    """Return why a block is contaminated, in words; empty for a clean one."""
    seconds = surroundings["seconds"]
    grace = rule.grace_s / (seconds * surroundings["cores"])
    limits = {
        "foreign": rule.foreign + grace,
        "steal": rule.steal + grace,
        "throttled": rule.throttled + rule.grace_s / seconds,
    }
    if surroundings["foreign"] is None:
        limits["pressure"] = rule.pressure
    reasons = []
    for name, limit in limits.items():
        value = surroundings.get(name)
        if value is not None and value > limit:
            reasons.append(f"{name} {value:.3f} > {limit:.3f}")
    gpu = surroundings.get("gpu") or {}
    if int(gpu.get("reasons") or 0) & rule.gpu_reasons:
        reasons.append(f"the GPU was throttled (reasons {int(gpu['reasons']):#x})")
    if gpu.get("foreign"):
        reasons.append(f"{gpu['foreign']} foreign processes on the GPU")
    return reasons


def helpers_seconds(leader: int) -> float:
    """Return the CPU seconds of all living processes of a process group but its leader's, 0 where none can be seen.

    A framework's own compiler may go on in helpers while steps are taken; that is no foreign work.
    """
    seconds = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name stands in brackets and may hold spaces.
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(fields[2]) == leader and int(path.parent.name) != leader:
                seconds += (int(fields[11]) + int(fields[12])) / _TICKS
    return seconds


def quietest_cores(seconds: float = 0.3) -> list[int]:
    """Return the cores this process may use, the least busy of the last `seconds` first."""
    cores = allowed_cores()
    before = [_core_times([core])[0] for core in cores]
    time.sleep(seconds)
    busy = [_less(_core_times([core])[0], then) or 0.0 for core, then in zip(cores, before, strict=True)]
    return [core for _, core in sorted(zip(busy, cores, strict=True), key=lambda pair: (pair[0], -pair[1]))]


def allowed_cores() -> list[int]:
    """Return the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _core_times(cores: Sequence[int]) -> tuple[float | None, float | None]:
    """Return seconds busy and stolen since the start of the system, summed over the cores."""
    wanted = {f"cpu{core}" for core in cores}
    busy = steal = 0.0
    seen = 0
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
            name, *fields = line.split()
            if name in wanted:
                user, nice, system, _, _, irq, softirq, stolen = (int(field) for field in fields[:8])
                busy += (user + nice + system + irq + softirq) / _TICKS
                steal += stolen / _TICKS
                seen += 1
    # A sandbox may show an empty table; zeros since the start of the system are no figure.
    return (busy, steal) if seen == len(wanted) and busy > 0 else (None, None)


def _pressure() -> float | None:
    """Return the seconds in which some task waited for a core, of all time."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        line = Path("/proc/pressure/cpu").read_text(encoding="ascii").splitlines()[0]
        return int(line.rpartition("total=")[2]) / 1e6
    return None


def _throttled() -> float | None:
    """Return the seconds in which the control group was held back for its quota."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/sys/fs/cgroup/cpu.stat").read_text(encoding="ascii").splitlines():
            key, _, value = line.partition(" ")
            if key == "throttled_usec":
                return int(value) / 1e6
    return None


def _load() -> float | None:
    with contextlib.suppress(OSError):
        return os.getloadavg()[0]
    return None


def _less(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
