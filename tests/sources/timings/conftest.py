"""Result files of the timing runner: of its dummies, made just now, and of every framework."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.bench.dummies import options, run_dummies

REAL = Path(__file__).parent.parent / "data" / "bench-run.jsonl.gz"


@pytest.fixture(scope="session")
def dummies(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the runner itself wrote just now: two forks of the stacks it is tested with."""
    out = tmp_path_factory.mktemp("dummies") / "run.jsonl"
    run_dummies(out, options(forks=2))
    return out.read_bytes()


@pytest.fixture(scope="session")
def real() -> bytes:
    """A run of one workload on every framework, one fork of three rounds, made on a busy machine."""
    return gzip.decompress(REAL.read_bytes())
