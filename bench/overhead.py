"""What the runner costs: its block against a hand-written loop of the same step, interleaved in the same process."""

from __future__ import annotations

import math
import random
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from bench.allocator import allocator_variables
from bench.children import Fresh, pinned
from bench.discovery import load_workload
from bench.environments import interpreter
from bench.errors import OptionError
from bench.pressure import quietest_cores
from bench.process import Worker
from bench.spec import matched
from bench.stacks import MODES, thread_variables
from bench.statistics import Interval, interval

_STACK, _WORKLOAD = "torch-eager", "mlp"
_TIMEOUT = 300.0


def overhead(forks: int = 5, rounds: int = 15, seconds: float = 0.2, seed: int = 0) -> Interval:
    """Return the interval of log(the runner's seconds a step / the hand-written loop's), `mlp` in PyTorch on one core.

    Each of the `forks` processes holds both; each round runs one block of either in random order, of about `seconds`.
    Raises OptionError where PyTorch cannot be imported, WorkerError where the worker fails.
    """
    python, reason = interpreter(MODES[_STACK])
    if python is None:
        raise OptionError(f"The overhead is measured with PyTorch: {reason}.", "Make its environment first.")
    rng = random.Random(seed)
    return _found([_fork(python, rounds, seconds, rng) for _ in range(forks)])


def _found(forks: list[list[float]]) -> Interval:
    found = interval(forks)
    if found is None:
        raise OptionError("No round was taken.", "Ask for at least one fork and one round.")
    return found


def _fork(python: str, rounds: int, seconds: float, rng: random.Random) -> list[float]:
    size = load_workload(_WORKLOAD).SPEC.sizes["small"]
    division = matched("eager", threads=1)
    variables = {**thread_variables(division.threads), **allocator_variables(division.allocator)}
    opening: dict[str, Any] = {"size": asdict(size), "division": division.as_dict()}
    opening |= {"framework": "torch", "workload": _WORKLOAD, "modules": ["torch"]}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        log = Path(scratch) / "log"
        worker = Worker(partial(Fresh, python, {**variables, **pinned(quietest_cores()[:1])}, log), log)
        try:
            worker.ask("open", _TIMEOUT, **opening)
            worker.ask("place", _TIMEOUT, seed=0)
            worker.ask("first", _TIMEOUT, phase="train")
            steps = worker.ask("calibrate", _TIMEOUT, phase="train", seconds=seconds)["steps"]
            asked: dict[str, dict[str, Any]] = {"block": {"phase": "train"}, "by_hand": {"seed": 0}}
            ratios = []
            for number in range(rounds + 1):
                took = {}
                for what in rng.sample(list(asked), 2):
                    worker.ask("tidy", _TIMEOUT)
                    took[what] = worker.ask(what, _TIMEOUT, steps=steps, **asked[what])["wall_s"]
                # The first round settles both.
                if number:
                    ratios.append(math.log(took["block"] / took["by_hand"]))
            return ratios
        finally:
            worker.kill()
