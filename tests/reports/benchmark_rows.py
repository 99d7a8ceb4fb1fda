"""Generated rows of marts.benchmark_*: made up, deterministic, of the columns that the models of those names give."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

# stack: framework, backend, mode, and how long its step takes beside plain PyTorch's.
STACKS: Mapping[str, tuple[str, str | None, str, float]] = {
    "keras-tensorflow-graph": ("keras", "tensorflow", "graph", 1.12),
    "keras-tensorflow-xla": ("keras", "tensorflow", "xla", 0.84),
    "keras-jax-jit": ("keras", "jax", "jit", 0.66),
    "keras-torch-eager": ("keras", "pytorch", "eager", 1.72),
    "keras-torch-compile": ("keras", "pytorch", "compile", 0.93),
    "torch-eager": ("pytorch", None, "eager", 1.0),
    "torch-compile": ("pytorch", None, "compile", 0.78),
    "tensorflow-graph": ("tensorflow", None, "graph", 1.02),
    "tensorflow-xla": ("tensorflow", None, "xla", 0.8),
    "tensorflow-eager": ("tensorflow", None, "eager", 2.9),
    "jax-jit": ("jax", None, "jit", 0.58),
}
SHIPPED = ("keras-tensorflow-graph", "keras-jax-jit", "keras-torch-eager", "torch-eager", "tensorflow-graph", "jax-jit")
CONTRASTS = (
    ("keras-torch-eager", "torch-eager"),
    ("keras-torch-compile", "torch-compile"),
    ("keras-torch-eager", "torch-compile"),
    ("keras-jax-jit", "torch-compile"),
    ("keras-tensorflow-graph", "torch-compile"),
    ("keras-tensorflow-xla", "torch-compile"),
    ("keras-jax-jit", "torch-eager"),
    ("keras-tensorflow-graph", "torch-eager"),
    ("keras-tensorflow-xla", "torch-eager"),
    ("keras-jax-jit", "jax-jit"),
    ("keras-tensorflow-graph", "tensorflow-graph"),
    ("keras-tensorflow-xla", "tensorflow-xla"),
    ("jax-jit", "torch-eager"),
    ("jax-jit", "torch-compile"),
    ("tensorflow-graph", "torch-eager"),
    ("tensorflow-xla", "torch-compile"),
    ("torch-compile", "torch-eager"),
    ("keras-torch-compile", "keras-torch-eager"),
    ("keras-tensorflow-xla", "keras-tensorflow-graph"),
    ("tensorflow-graph", "tensorflow-eager"),
    ("tensorflow-xla", "tensorflow-graph"),
)
WORKLOADS = ("mlp", "cnn", "resnet", "lstm", "encoder", "gpt", "unet", "dlrm", "dispatch", "ragged")
ENVIRONMENTS = {
    "torch": {"torch": "2.13.0+cpu", "numpy": "2.4.6"},
    "jax": {"jax": "0.10.2", "jaxlib": "0.10.2", "numpy": "2.4.6"},
    "tensorflow": {"tensorflow": "2.21.0", "numpy": "2.4.6"},
    "keras-torch": {"keras": "3.15.1", "torch": "2.13.0+cpu", "numpy": "2.4.6"},
    "keras-jax": {"keras": "3.15.1", "jax": "0.10.2", "numpy": "2.4.6"},
    "keras-tensorflow": {"keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6"},
}
KNOBS = ("as-shipped", "precision", "layout", "allocator", "compile", "placement", "optimizer")
GATES = ("P0", "P1", "P2-loss", "P2-gradients", "P3-sgd", "P3-adam", "P5-canary", "P5-mode")
BREAK_EVEN = (
    ("torch-compile", "torch-eager"),
    ("keras-torch-compile", "keras-torch-eager"),
    ("keras-tensorflow-xla", "keras-tensorflow-graph"),
    ("tensorflow-graph", "tensorflow-eager"),
    ("tensorflow-xla", "tensorflow-graph"),
)
ONE, OTHER = "1f2e3d4c", "9a8b7c6d"


@dataclass(frozen=True)
class World:
    """What the rows of one run are made from.

    `relative` overrides how long a stack's step takes beside plain PyTorch's; `reach` is half of every interval, in
    logarithms; `failed` maps (workload, stack) to the status and reason its cells end with.
    """

    run: str = ONE
    device: str = "cpu"
    machine: str = "AMD EPYC, 2 cores, 23.5 GiB, Linux"
    gpu: str | None = None
    origin: str = "bundled"
    tier: str = "standard"
    workloads: Sequence[str] = WORKLOADS
    stacks: Sequence[str] = tuple(STACKS)
    relative: Mapping[str, float] = field(default_factory=dict)
    spread: float = 0.35
    reach: float = 0.02
    forks: int = 5
    is_chosen: bool = True
    main_precision: str = "fp32"
    started: dt.datetime = dt.datetime(2026, 11, 20, 9, 0)
    ending: str = "complete"
    failed: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    with_sweeps: bool = True
    pace_spread: float | None = 1.02

    @property
    def tracks(self) -> Sequence[str]:
        """The tracks of the device."""
        return ("gpu",) if self.device == "cuda" else ("pinned", "all-cores")

    @property
    def last(self) -> Row:
        """The columns that end every table."""
        return {
            "device": self.device, "host_id": f"host-{self.run}", "machine": self.machine, "origin": self.origin,
            "measured_on": self.started.date(),
        }  # fmt: skip

    def ratio(self, workload: str, phase: str, stack: str) -> float:
        """Return the time of a stack's step beside plain PyTorch's, the same in every call."""
        luck = random.Random(f"{workload} {phase} {stack}").uniform(-self.spread, self.spread)
        return self.relative.get(stack, STACKS[stack][3]) * math.exp(0.0 if stack == "torch-eager" else luck)

    def seconds(self, workload: str, phase: str, stack: str) -> float:
        """Return the seconds a step takes."""
        base = 0.0008 * 2.3 ** list(WORKLOADS).index(workload) / (1 if phase == "train" else 3)
        return base * self.ratio(workload, phase, stack)


def benchmark_tables(*worlds: World) -> dict[str, list[Row]]:
    """Return the rows of every marts.benchmark_* table for some runs, sorted by their keys."""
    tables: dict[str, list[Row]] = {f"benchmark_{name}": [] for name in MAKERS}
    for world in worlds:
        for name, make in MAKERS.items():
            tables[f"benchmark_{name}"] += make(world)
    cells = tables["benchmark_cells"]
    for run in tables["benchmark_runs"]:
        ended = [row["status"] == "ok" for row in cells if row["run"] == run["run"]]
        gates = [row["passed"] for row in tables["benchmark_parity"] if row["run"] == run["run"]]
        run |= {"cells_ok": sum(ended), "cells_not_ok": len(ended) - sum(ended)}
        run |= {"gates_passed": sum(gates), "gates_failed": len(gates) - sum(gates)}
    return tables


def _runs(world: World) -> list[Row]:
    last = {key: value for key, value in world.last.items() if key != "measured_on"}
    return [
        {
            "run": world.run, "run_id": world.run * 4, "started_at": world.started, "started_on": world.started.date(),
            "tier": world.tier, "cpu": "AMD EPYC", "cores": 2, "cores_online": 2, "memory_bytes": 25276514304,
            "gpu": world.gpu, "gpu_memory_bytes": 85899345920 if world.gpu else None,
            "gpu_driver": "580.95.05" if world.gpu else None, "system": "Linux", "is_virtual": True,
            "ending": world.ending, "sessions": 1, "elapsed_s": 3312.4, "units_planned": 260, "units_done": 260,
            "cells_ok": 0, "cells_not_ok": 0, "forks": 1240, "blocks": 14880, "rounds_kept": 1488,
            "rounds_dropped": 37, "pace_spread": world.pace_spread,
            "gates_passed": 0, "gates_failed": 0, "frameworks": 4, "foreign_limit": 0.05,
            "steal_limit": 0.02, "throttled_limit": 0.02, "pressure_limit": 0.25, "seed": 0, "code": "c0de",
            "main_precision": world.main_precision, "is_newest": True, "is_chosen": world.is_chosen, **last,
        }
    ]  # fmt: skip


def _settings(world: World) -> list[tuple[str, str, str]]:
    """Track, precision and division of every kind of cell."""
    return [
        (track, precision, division)
        for track in world.tracks
        for precision, division in (("fp32", "matched"), ("shipped", "as-shipped"))
    ]


def _named(world: World, stack: str) -> Row:
    framework, backend, mode, _ = STACKS[stack]
    return {"stack": stack, "framework": framework, "backend": backend, "mode": mode}


def _size(world: World) -> str:
    return "full" if world.device == "cuda" else "small"


def _cells(world: World) -> list[Row]:
    return [
        _cell(world, workload, phase, stack, *setting)
        for workload in sorted(world.workloads)
        for setting in _settings(world)
        for stack in world.stacks
        for phase in ("infer", "train")
        if setting[2] == "matched" or stack in SHIPPED
    ]


def _cell(world: World, workload: str, phase: str, stack: str, track: str, precision: str, division: str) -> Row:
    status, reason = world.failed.get((workload, stack), ("ok", ""))
    step = world.seconds(workload, phase, stack)
    row = {
        "run": world.run, "setting": f"{workload}.{track}.{precision}.{division}", "phase": phase,
        **_named(world, stack), "is_shipped": stack in SHIPPED, "is_compiled": False, "workload": workload,
        "size": _size(world), "track": track, "division": division, "precision": precision, "batch": 32,
        "trainable": 142602, "status": status, "reason": reason, "rounds_dropped": 1,
    }  # fmt: skip
    figures = {
        "forks": world.forks, "rounds": 6 * world.forks, "step_s": step, "low_s": step * math.exp(-world.reach),
        "high_s": step * math.exp(world.reach), "method": "t" if world.forks > 1 else "one-fork", "p50_s": step,
        "p95_s": step * 1.2, "samples_per_s": 32 / step, "samples_low": 31 / step, "samples_high": 33 / step,
        "cpu_s": step, "device_s": None, "first_step_cold_s": 0.4 if STACKS[stack][2] == "eager" else 3.1,
        "first_step_warm_s": 0.2, "import_s": 2.6, "build_s": 0.3,
        "peak_bytes": 4e8 * STACKS[stack][3] + 3e7 * list(WORKLOADS).index(workload), "memory_method": "RSS high-water",
        "compiles": 1.0, "graph_breaks": 0.0, "joules_per_step": None, "flops_per_s": 3e9 / STACKS[stack][3],
        "ceiling_fraction": min(0.9, 0.3 / world.ratio(workload, phase, stack)), "environment_id": "e",
        "environment": "numpy 2.4.6, Python 3.11.7",
    }  # fmt: skip
    return row | (figures if status == "ok" else dict.fromkeys(figures)) | world.last


def _contrasts(world: World) -> list[Row]:
    rows = []
    for workload in sorted(world.workloads):
        for setting in _settings(world):
            for phase in ("infer", "train"):
                good = [
                    stack
                    for stack in world.stacks
                    if world.failed.get((workload, stack), ("ok", ""))[0] == "ok"
                    and (setting[2] == "matched" or stack in SHIPPED)
                ]
                for measured, against in CONTRASTS:
                    if measured in good and against in good:
                        rows.append(_contrast(world, workload, phase, measured, against, *setting))
                if "torch-eager" in good:
                    rows.append(_contrast(world, workload, phase, "torch-eager", "torch-eager", *setting))
                keras = [stack for stack in good if stack.startswith("keras-")]
                if len(keras) > 1 and "torch-compile" in good and world.forks > 1:
                    best = min(keras, key=lambda stack: world.ratio(workload, phase, stack))
                    row = _contrast(world, workload, phase, best, "torch-compile", *setting)
                    rows.append(row | {"measured": "keras-best", "chosen": best})
    return rows


def _contrast(
    world: World, workload: str, phase: str, measured: str, against: str, track: str, precision: str, division: str
) -> Row:
    ratio = world.ratio(workload, phase, measured) / world.ratio(workload, phase, against)
    low, high = ratio * math.exp(-world.reach), ratio * math.exp(world.reach)
    margin = max(1.05, math.exp(world.reach))
    verdict = "slower" if low > 1 and ratio > margin else "faster" if high < 1 and ratio < 1 / margin else None
    sides = {
        f"{side}_{name}": value
        for side, stack in (("measured", measured), ("against", against))
        for name, value in zip(("framework", "backend", "mode"), STACKS[stack], strict=False)
    }
    return {
        "run": world.run, "setting": f"{workload}.{track}.{precision}.{division}", "phase": phase,
        "kind": "A/A" if measured == against else "contrast", "measured": measured, "against": against,
        "chosen": None, **sides, "workload": workload, "size": _size(world), "track": track, "division": division,
        "precision": precision, "batch": 32, "ratio": ratio, "low": low, "high": high,
        "method": "t" if world.forks > 1 else "one-fork",
        "verdict": "undecided" if world.forks < 2 else verdict or "indistinguishable", "margin": margin,
        "aa_low": 0.98, "aa_high": 1.02, "boot_low": low, "boot_high": high,
        "measured_s": world.seconds(workload, phase, measured), "against_s": world.seconds(workload, phase, against),
        "forks": world.forks, "rounds": 6 * world.forks, "measured_environment": "e", "against_environment": "e",
        **world.last,
    }  # fmt: skip


def _ladder(world: World) -> list[Row]:
    rows = []
    stacks = {
        "keras-torch": "keras-torch-eager",
        "keras-jax": "keras-jax-jit",
        "torch": "torch-eager",
        "jax": "jax-jit",
    }
    for workload in (name for name in ("cnn", "mlp") if name in world.workloads and world.with_sweeps):
        for environment, stack in stacks.items():
            now = first = world.seconds(workload, "train", stack) * 1.5
            for rung, knob in enumerate(KNOBS):
                turned = random.Random(f"{workload} {environment} {knob}").uniform(-0.4, 0.12) if rung else 0.0
                before, now = now, now * math.exp(turned)
                rows.append(
                    {
                        "run": world.run, "setting": f"{workload}.{world.tracks[0]}.{environment}", "rung": rung,
                        "phase": "train", "knob": knob, **_named(world, stack), "environment": environment,
                        "workload": workload, "size": _size(world), "track": world.tracks[0], "status": "ok",
                        "reason": "", "step_s": now, "ratio": now / before,
                        "low": now / before * (0.98 if rung else 1), "high": now / before * (1.02 if rung else 1),
                        "to_shipped": now / first, "forks": world.forks, **world.last,
                    }
                )  # fmt: skip
    return rows


def _scaling(world: World) -> list[Row]:
    if not world.with_sweeps or "mlp" not in world.workloads:
        return []
    sweeps = (
        ("batch", "batch", (1, 16, 256), "train", world.stacks),
        ("model", "width", (64, 256, 1024), "train", world.stacks),
        ("data", "examples", (1_000, 10_000, 100_000), "load", [one for one in SHIPPED if one in world.stacks]),
    )
    return [
        _scaled(world, sweep, knob, value, stack, phase)
        for sweep, knob, values, phase, stacks in sweeps
        for value in values
        for stack in stacks
    ]


def _scaled(world: World, sweep: str, knob: str, value: int, stack: str, phase: str) -> Row:
    rate = 900 * value**0.7 / world.ratio("mlp", "train", stack) / (value**1.2 if sweep == "model" else 1)
    return {
        "run": world.run, "workload": "mlp", "sweep": sweep, "knob": knob, "value": value, "phase": phase,
        **_named(world, stack), "size": _size(world), "track": world.tracks[0],
        "batch": value if sweep == "batch" else 256, "status": "ok", "reason": "",
        "step_s": 256 / rate, "low_s": 250 / rate, "high_s": 262 / rate,
        "samples_per_s": rate, "samples_low": rate * 0.97, "samples_high": rate * 1.03, "largest": None,
        **world.last,
    }  # fmt: skip


def _break_even(world: World) -> list[Row]:
    rows = []
    for workload in sorted(world.workloads):
        for compiled, plain in BREAK_EVEN:
            if {compiled, plain} <= set(world.stacks) and not {(workload, compiled), (workload, plain)} & set(
                world.failed
            ):
                saving = world.seconds(workload, "train", plain) - world.seconds(workload, "train", compiled)
                framework, backend, mode, _ = STACKS[compiled]
                rows.append(
                    {
                        "run": world.run, "setting": f"{workload}.{world.tracks[0]}.fp32.matched", "phase": "train",
                        "compiled": compiled, "plain": plain, "framework": framework, "backend": backend,
                        "compiled_mode": mode, "plain_mode": STACKS[plain][2], "workload": workload,
                        "size": _size(world), "track": world.tracks[0], "division": "matched", "precision": "fp32",
                        "cost_s": 2.7, "saving_s": saving, "steps": 2.7 / saving if saving > 0 else None,
                        "outcome": "after" if saving > 0 else "never", **world.last,
                    }
                )  # fmt: skip
    return rows


def _parity(world: World) -> list[Row]:
    rows = []
    for workload in sorted(world.workloads):
        for stack in world.stacks:
            status, _ = world.failed.get((workload, stack), ("ok", ""))
            for gate in GATES:
                passed = not (status == "parity-failed" and gate == "P2-gradients")
                rows.append(
                    {
                        "run": world.run, "workload": workload, **_named(world, stack), "gate": gate,
                        "size": _size(world), "reference": "torch-eager", "value": 3.4e-7 if passed else 0.0213,
                        "limit_value": 1e-5, "passed": passed, "checks": 1, "checks_failed": int(not passed),
                        "detail": "relative difference", **world.last,
                    }
                )  # fmt: skip
    return rows


def _environments(world: World) -> list[Row]:
    return [
        {
            "run": world.run, "environment": environment, "distribution": distribution, "version": version,
            "is_framework": distribution != "numpy", "python": "3.11.7", "environment_id": "e",
            "words": ", ".join(f"{name} {number}" for name, number in found.items()) + ", Python 3.11.7", **world.last,
        }
        for environment, found in ENVIRONMENTS.items()
        for distribution, version in found.items()
    ]  # fmt: skip


MAKERS = {
    "runs": _runs,
    "cells": _cells,
    "contrasts": _contrasts,
    "ladder": _ladder,
    "scaling": _scaling,
    "break_even": _break_even,
    "parity": _parity,
    "environments": _environments,
}
