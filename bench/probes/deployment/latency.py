"""Latency as MLPerf's LoadGen takes it in its single-stream scenario: the next query leaves when the last came back.

See Reddi et al. 2020, "MLPerf Inference Benchmark", section 4. A stream ends when it has both its queries and its
time. LoadGen asks for 1024 queries and 60 s or more; these streams are shorter, and say how long they were. Queries of
one process share its luck (where memory lies, what ran beside it), so several processes have a stream each.
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
    """How long a single stream is at least, and in how many processes; `warm` queries before it are not counted."""

    queries: int
    seconds: float
    warm: int = 5
    processes: int = 1


# Together 129 queries, so that one in a hundred is one of them.
FULL = Stream(queries=43, seconds=0.12, processes=3)
NONE = Stream(queries=0, seconds=0.0, warm=0)
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


def figures(streams: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return the length of all streams together, their p50, p90 and p99 in seconds, and each process's own p50."""
    taken = [seconds for stream in streams for seconds in stream]
    return {
        "process_p50_s": [percentile(stream, 0.50) for stream in streams],
        "queries": len(taken),
        "stream_seconds": sum(taken),
        "p50_s": percentile(taken, 0.50),
        "p90_s": percentile(taken, 0.90),
        "p99_s": percentile(taken, 0.99),
    }
