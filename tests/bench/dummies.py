"""Short real runs of the dummy stacks: child processes, gates and rounds as in any run, in a second or two."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import results, summary
from bench.pressure import Rule
from bench.results import Record
from bench.runner import Request, run
from bench.summary import Summary
from bench.tiers import TIERS, Options

# Other tests share the cores, so a rule that nothing breaks keeps a run's rounds. Tests of the rule use the real one.
LENIENT = Rule(foreign=99, steal=99, throttled=99, pressure=99)
STACKS = ("dummy-one", "dummy-slow", "dummy-odd")


def options(stacks: tuple[str, ...] = STACKS, **changes: Any) -> Options:
    """A run of the dummy's workload: one fork, two rounds of 10 ms, training alone; `changes` are the tier's."""
    short = {"block_s": 0.01, "settle_s": 0.002, "single_s": 0.02, "gemm_cpu": 128}
    tier = replace(TIERS["smoke"], **{"forks": 1, "rounds": 2, "retries": 0, **short, **changes})
    return Options(tier, stacks=stacks, workloads=("dummy",), cores=1, phases=("train",))


def run_dummies(
    out: Path,
    asked: Options | None = None,
    fault: str = "",
    after: int = 0,
    rule: Rule = LENIENT,
    timeout_s: float = 20,
    budget_s: float | None = None,
    resume: bool = False,
    variables: dict[str, dict[str, str]] | None = None,
) -> str:
    """Run the dummies into a file, `dummy-odd` with the fault; return how it ended."""
    odd = {"BENCH_DUMMY_FAULT": fault, "BENCH_DUMMY_AFTER": str(after)}
    extra = {"dummy-odd": odd, **(variables or {})}
    asked = options() if asked is None else asked
    return run(Request(asked, out, resume=resume, rule=rule, timeout_s=timeout_s, budget_s=budget_s, variables=extra))


def read(out: Path) -> tuple[list[Record], Summary]:
    """The records of a file, held against the schema, and every statistic of them."""
    records = results.read(out)
    return records, summary.summarize(records)


def kinds(records: list[Record], kind: str) -> list[Record]:
    return results.of_kind(records, kind)


def environ(home: Path) -> dict[str, str]:
    """The environment of the runner as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "BAROMETER_"))}
    return kept | {"BAROMETER_HOME": str(home), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


CLI = [sys.executable, "-m", "bench"]
