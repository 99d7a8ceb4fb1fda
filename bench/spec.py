"""The words of the runner: workload, size, stack, division, cell, and the states a cell can end in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

PHASES = ("train", "infer")
SIZES = ("small", "full")
DEVICES = ("cpu", "cuda")
# "shipped" leaves every precision flag as the framework ships it.
PRECISIONS = ("fp32", "tf32", "bf16", "shipped")
# One core for the primary CPU track, every core for the second; a GPU worker keeps all its cores.
TRACKS = ("pinned", "all-cores", "gpu")

OK = "ok"
NOT_RUN = "not-run"
PARITY_FAILED = "parity-failed"
OOM = "oom"
TIMEOUT = "timeout"
STATUSES = (OK, NOT_RUN, PARITY_FAILED, OOM, TIMEOUT)

# Every value is passed, because the frameworks' defaults differ (Adam's epsilon is 1e-7 in Keras and 1e-8 in PyTorch).
# Neither is passed: Keras adds it inside the bias correction and the others outside, where at step t the same number is
# worth sqrt(1 - beta_2^t) as much. With 1e-7 or 1e-8 that alone moves a loss of ten steps by up to two thousandths
# (resnet, unet); with 1e-12 by less than a thousandth everywhere, and no step costs less or more.
MATCHED_OPTIMIZERS: Mapping[str, Mapping[str, float]] = {
    "sgd": {"learning_rate": 0.01, "momentum": 0.0},
    "adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-12},
}
NORM_EPSILON = 1e-5
# The share of the old running mean that batch normalisation keeps: Keras' momentum, one minus PyTorch's.
NORM_MOMENTUM = 0.9


@dataclass(frozen=True)
class Size:
    """One size of a workload.

    `batch` is in samples a step, `trainable` the count every framework must meet, `dimensions` the architecture's own
    numbers (`width`, `layers`, ...). `parity_batch` is the number of samples the gates use.
    `tolerances` widens a gate for this size alone (`{"P1": 1e-4}`), and the comment beside it says why.
    """

    name: str
    batch: int
    trainable: int
    dimensions: Mapping[str, int] = field(default_factory=dict)
    parity_batch: int = 8
    tolerances: Mapping[str, float] = field(default_factory=dict)

    def with_batch(self, batch: int) -> Size:
        """Return the same architecture fed with another number of samples a step."""
        return replace(self, batch=batch)

    def with_dimensions(self, **dimensions: int) -> Size:
        """Return the architecture with some dimensions changed; `trainable` is 0 then, which no gate compares."""
        return replace(self, dimensions={**self.dimensions, **dimensions}, trainable=0)


@dataclass(frozen=True)
class WorkloadSpec:
    """One workload: its id (the name of its files), what it is in a line, and its sizes by name.

    `loss` names the loss: `sparse-crossentropy` (logits, mean), `binary-crossentropy` (logits, mean) or `mse` (mean).
    `sweeps` maps a dimension to the values a model-size sweep tries on the small size.
    `generates` says that inference is greedy generation and not one forward pass.
    """

    id: str
    title: str
    loss: str
    sizes: Mapping[str, Size]
    phases: tuple[str, ...] = PHASES
    generates: bool = False
    sweeps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mode:
    """One stack: a framework in one environment run in one way.

    `stack` is the id used everywhere (`keras-torch-compile`), `environment` the requirements file it runs from,
    `framework` the folder below `bench/programs/`, `mode` the way it executes, `variables` the environment variables
    the worker starts with, `tuned` whether a user has to ask for it, `modules` what its environment must hold.
    """

    stack: str
    environment: str
    framework: str
    mode: str
    variables: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = DEVICES
    tuned: bool = False
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Division:
    """Everything a program is built under. `build(size, division)` gets one; each knob of the ladder is a field.

    name          as-shipped, matched, or a rung between them
    mode          how the stack executes: eager, graph, xla, jit, compile, compile-reduce-overhead,
                  compile-max-autotune
    precision     fp32, tf32, bf16, or shipped (touch no flag)
    device        cpu or cuda
    layout        shipped (the framework's own) or channels-last
    placement     device (the batch lies on the device before timing) or host (every step moves it there)
    optimizer     shipped (the framework's defaults for Adam) or matched (MATCHED_OPTIMIZERS["adam"])
    norms         shipped (the framework's epsilon, momentum) or matched (NORM_EPSILON, NORM_MOMENTUM)
    steps_per_execution   Keras' own loop unrolling; 1 in every division. 32 was not timed: Keras refuses more than 1 on
                          torch, and a step of the runner is one call, which would then be 32 updates
    allocator     shipped (the C library decides when freed memory goes back to the system) or kept (it stays)
    threads       size of the thread pools; None leaves the framework's choice
    """

    name: str
    mode: str
    precision: str = "fp32"
    device: str = "cpu"
    layout: str = "channels-last"
    placement: str = "device"
    optimizer: str = "matched"
    norms: str = "matched"
    steps_per_execution: int = 1
    allocator: str = "kept"
    threads: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready dictionary."""
        return asdict(self)


def matched(mode: str, device: str = "cpu", precision: str = "fp32", threads: int | None = None) -> Division:
    """Return the division in which every knob has the same value for every framework."""
    return Division("matched", mode, precision=precision, device=device, threads=threads)


def as_shipped(mode: str, device: str = "cpu", threads: int | None = None) -> Division:
    """Return the division in which every knob is as the framework documents it."""
    return Division(
        "as-shipped",
        mode,
        precision="shipped",
        device=device,
        layout="shipped",
        placement="host",
        optimizer="shipped",
        norms="shipped",
        allocator="shipped",
        threads=threads,
    )


@dataclass(frozen=True, order=True)
class Cell:
    """One timed thing: a workload's phase at a size, under a division and precision, on a track, by a stack."""

    workload: str
    size: str
    phase: str
    device: str
    track: str
    division: str
    precision: str
    stack: str

    @property
    def key(self) -> str:
        """The cell's name in result files: its fields joined with slashes."""
        return "/".join(
            (self.workload, self.size, self.phase, self.device, self.track, self.division, self.precision, self.stack)
        )

    @property
    def group(self) -> tuple[str, ...]:
        """What two cells must share to stand in one contrast: everything but the stack."""
        return (self.workload, self.size, self.phase, self.device, self.track, self.division, self.precision)
