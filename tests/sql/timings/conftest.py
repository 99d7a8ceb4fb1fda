"""A run of known figures, and its world with everything built."""

from __future__ import annotations

import pytest

from tests.bench_runs import Made
from tests.sql.timings.support import TIMES, world_of
from tests.sql.world import World


@pytest.fixture(scope="session")
def made() -> Made:
    """A run of three workloads, each table filled, one round of each group dropped."""
    return Made(
        TIMES,
        ("mlp", "lstm", "cnn"),
        {"lstm": 5.0},
        forks=4,
        dropped=1,
        divisions=("matched", "as-shipped"),
        ladders=("torch",),
        sizes=(1_000, 10_000),
        loading={"torch-eager": 0.002, "keras-jax-jit": 0.005, "keras-torch-eager": 0.004, "jax-jit": 0.003},
        peak_bytes={"torch-eager": 500_000_000, "torch-compile": 700_000_000},
    )


@pytest.fixture(scope="session")
def timed(made: Made) -> World:
    """That run, built. Read-only by agreement."""
    return world_of(made.content(), whole=True)
