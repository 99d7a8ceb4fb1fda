"""How much a run does, and what it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.errors import OptionError
from bench.spec import DEVICES, PRECISIONS
from bench.stacks import MODES
from bench.statistics import ENOUGH_FORKS


@dataclass(frozen=True)
class Tier:
    """How much a run does. `rounds` is a phase's, of blocks of `block_s` seconds; `retries` more replace dropped ones.

    Before a block `settle_s` seconds run untimed. Phases end with `single_s` seconds of single steps.

    Where intervals are wide when all is done and time is left, primary cells get up to `most_forks` instead of `forks`.

    `workloads` and `stacks` are () for all; `ladder` and `scaling` name the workloads that get them. `shipped` are
    timed as shipped, and `second_track`, matched, on every core; () is all, and on every core in all divisions.
    `side_forks` is how many forks those and the ladder get, `sweep_forks` how many a batch or model size gets,
    `narrow` on which workloads alone, and on the first track alone, a stack is timed. `wave` is how many workloads have
    their first forks in turns before the next ones begin; 0 is all.
    """

    name: str
    workloads: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    forks: int = 5
    most_forks: int = 0
    # Decision 16 has the measurements: a machine's pace drifts within a second, so a round is to be over before, and a
    # worker that was stopped needs some 30 ms until it is as quick as it will be.
    rounds: int = 12
    retries: int = 4
    block_s: float = 0.03
    settle_s: float = 0.03
    single_s: float = 0.1
    divisions: tuple[str, ...] = ("matched",)
    tracks: tuple[str, ...] = ("pinned",)
    precisions: tuple[str, ...] = ("fp32",)
    size: str = "small"
    ladder: tuple[str, ...] = ()
    scaling: tuple[str, ...] = ()
    shipped: tuple[str, ...] = ()
    second_track: tuple[str, ...] = ()
    side_forks: int = 5
    sweep_forks: int = 2
    narrow: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wave: int = 0
    batches: tuple[int, ...] = (1, 16, 256)
    examples: tuple[int, ...] = (1_000, 10_000, 100_000)
    # Workloads whose time to half the first loss is compared over five seeds (gate P4).
    time_to_loss: tuple[str, ...] = ()
    budget_s: float | None = None
    # Rows of the matrices whose products are the ceiling: large enough to reach it, small enough to take no time.
    gemm_cpu: int = 1024
    gemm_cuda: int = 8192
    # A stack whose single step takes longer is not timed: its rounds would take the whole budget.
    step_limit_s: float = 20.0
    # Largest batch that fits, in doublings of the size's own; 0 leaves it out.
    doublings: int = 0


EVERY_DAY = tuple(stack for stack, mode in MODES.items() if not mode.tuned and mode.framework != "dummy")
_MAIN = tuple(stack for stack in EVERY_DAY if stack not in {"keras-jax-eager", "jax-eager"})
_SMOKE = ("torch-eager", "keras-torch-eager", "keras-jax-jit", "keras-tensorflow-graph", "jax-jit", "tensorflow-graph")

_FEW = ("mlp", "cnn", "lstm", "encoder")

# The figures to reach, kept by stopping there; a run that is stopped goes on with --resume.
_MINUTE = 60.0

TIERS = {
    "smoke": Tier("smoke", ("mlp", "cnn", "lstm"), _SMOKE, forks=1, retries=4, budget_s=6 * _MINUTE),
    # Starting and compiling take most of a fork, so breadth is bought with few stacks on all workloads: those of the
    # main contrasts. The others are timed where they compile in seconds, and Keras compiled on PyTorch, which is traced
    # for minutes, is left to the full tier and to whoever names it.
    "standard": Tier(
        "standard",
        stacks=_MAIN,
        forks=5,
        # As many as have a t-interval.
        most_forks=ENOUGH_FORKS - 1,
        retries=6,
        divisions=("matched", "as-shipped"),
        tracks=("pinned", "all-cores"),
        ladder=("cnn",),
        scaling=("mlp",),
        shipped=("mlp", "cnn", "lstm"),
        second_track=("cnn",),
        side_forks=3,
        # Curves over sizes: two forks would have no interval worth reading either.
        sweep_forks=1,
        narrow=(
            ("keras-tensorflow-xla", _FEW),
            ("tensorflow-xla", _FEW),
            ("tensorflow-eager", ("mlp", "dispatch")),
            ("keras-tensorflow-eager", ("mlp", "dispatch")),
        ),
        time_to_loss=("mlp", "dlrm"),
        budget_s=60 * _MINUTE,
    ),
    "full": Tier(
        "full",
        forks=5,
        rounds=5,
        retries=2,
        # A large GPU takes hundreds of steps in this time, and compiling takes most of a fork as it is.
        block_s=0.2,
        settle_s=0.04,
        single_s=0.2,
        divisions=("matched", "as-shipped"),
        tracks=("pinned", "all-cores"),
        precisions=("fp32", "tf32", "bf16"),
        size="full",
        ladder=("mlp", "resnet", "gpt"),
        scaling=("mlp", "cnn", "gpt"),
        batches=(1, 8, 64, 512),
        narrow=(
            ("tensorflow-eager", ("mlp", "dispatch")),
            ("keras-tensorflow-eager", ("mlp", "dispatch")),
            ("jax-eager", ("mlp", "dispatch")),
            ("keras-jax-eager", ("mlp", "dispatch")),
        ),
        # All first forks alone would take the budget, and one fork decides nothing (decision 21).
        wave=3,
        # Five trainings a stack: on the small one, or they take longer than all its rounds.
        time_to_loss=("cnn",),
        budget_s=25 * _MINUTE,
        doublings=8,
    ),
}


@dataclass(frozen=True)
class Options:
    """What a run was asked for: a tier, and what narrows or changes it. `cores` is how many the machine allows."""

    tier: Tier
    device: str = "cpu"
    stacks: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    seed: int = 0
    cores: int = 1
    pairwise: bool = False
    phases: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise OptionError for a stack, device or precision that does not exist."""
        for stack in self.stacks:
            if stack not in MODES:
                known = ", ".join(name for name in MODES if not name.startswith("dummy"))
                raise OptionError(f"{stack} is not a stack.", f"Stacks are: {known}.")
        if self.device not in DEVICES:
            raise OptionError(f"{self.device} is not a device.", f"Devices are: auto, {', '.join(DEVICES)}.")
        if set(self.tier.precisions) - set(PRECISIONS):
            raise OptionError("A precision is unknown.", f"Precisions are: {', '.join(PRECISIONS)}.")
