"""Latency as MLPerf's LoadGen takes it in its single-stream scenario: the next query leaves when the last came back.

See Reddi et al. 2020, "MLPerf Inference Benchmark", section 4. A stream ends when it has both its queries and its
time. LoadGen asks for 1024 queries and 60 s or more; these streams are shorter, and say how long they were.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_QUERIES = 50_000


@dataclass(frozen=True)
class Stream:
    """How long a single stream is at least; `warm` queries before it are not counted."""

    queries: int
    seconds: float
    warm: int = 5


FULL = Stream(queries=128, seconds=0.5)
QUICK = Stream(queries=16, seconds=0.0, warm=1)


def single_stream(query: Callable[[], Any], stream: Stream) -> list[float]:
    """Return each query's seconds."""
    for _ in range(stream.warm):
        query()
    taken: list[float] = []
    begun = last = time.perf_counter()
    while len(taken) < _MOST_QUERIES and (len(taken) < stream.queries or last - begun < stream.seconds):
        query()
        now = time.perf_counter()
        taken.append(now - last)
        last = now
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank).

    Raises ValueError without any value.
    """
    if not values:
        raise ValueError("A percentile needs a value.")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def figures(taken: Sequence[float]) -> dict[str, Any]:
    """Return the stream's length and its p50, p90 and p99, in seconds."""
    return {
        "queries": len(taken),
        "stream_seconds": sum(taken),
        "p50_s": percentile(taken, 0.50),
        "p90_s": percentile(taken, 0.90),
        "p99_s": percentile(taken, 0.99),
    }
