"""What the parts of a run share: the file, its history, interpreters, cores, the moment to stop."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.allocator import allocator_variables
from bench.gpu import PowerLog
from bench.group import Member
from bench.history import History
from bench.pressure import Rule
from bench.process import Worker
from bench.results import Record, ResultFile
from bench.spec import Division, Size
from bench.stacks import MODES, cache_variables, thread_variables
from bench.stop import Stop, raise_worst
from bench.tiers import Options


@dataclass(frozen=True)
class Job:
    """Something untimed that a worker does beside others: `act` is handed the cores that are its own meanwhile.

    `start`, for what starts a worker, is handed cores too, and called before any `act`. Jobs that take equally long
    bear one `name`.
    """

    name: str
    act: Callable[[list[int]], None]
    start: Callable[[list[int]], None] | None = None


@dataclass
class Context:
    """One session of a run. `pythons` maps an environment to its interpreter; `cores` are those the system allows.

    `timeout` is the most seconds that starting, a first step or a gate may take; blocks get what their steps need.
    """

    options: Options
    file: ResultFile
    history: History
    pythons: Mapping[str, str]
    scratch: Path
    rule: Rule
    stop: Stop
    say: Callable[[str], None]
    host_id: str
    cores: Sequence[int]
    timeout: float = 600.0
    power: PowerLog | None = None
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # The environment's hash by its name, once a worker of this session told its distributions.
    environment_ids: dict[str, str] = field(default_factory=dict)
    # Seconds that a job took when it was last done, by its name.
    _took: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, *records: Record) -> None:
        """Append to the file, and remember. May be called from several threads."""
        with self._lock:
            self.file.write(*records)
            self.history.add(*records)

    def side_by_side(self, jobs: Sequence[Job], threads: int | None) -> None:
        """Do untimed jobs, one a core at a time where a worker has one thread, else one after the other.

        Every `start` is called here, because the kernel ends a worker together with the thread that started it; `act`
        may be called in another thread. What took longest before goes first, so that no core waits long for the last
        job. Raises what an `act` raised.
        """
        lanes = [[core] for core in self.cores] if threads == 1 else [list(self.cores)]
        for number, job in enumerate(jobs):
            if job.start is not None:
                job.start(lanes[number % len(lanes)])
        queue = deque(sorted(jobs, key=lambda job: self._took.get(job.name, math.inf), reverse=True))

        def work(cores: list[int]) -> None:
            while True:
                try:
                    job = queue.popleft()
                except IndexError:
                    return
                begun = time.monotonic()
                job.act(cores)
                self._took[job.name] = time.monotonic() - begun

        with ThreadPoolExecutor(len(lanes)) as pool:
            done = [pool.submit(work, cores) for cores in lanes]
        raise_worst([one.exception() for one in done])

    def cache(self, *names: str) -> Path:
        """Return the folder of a worker's compile caches. Where it does not exist yet, the worker starts cold."""
        return self.scratch / "caches" / re.sub(r"[^\w.-]+", "_", "/".join(names))

    def start(self, stack: str, division: Division, cache: Path, cores: Sequence[int]) -> Worker:
        """Start a worker for a stack on the cores. Raises WorkerError if it cannot be started."""
        mode = MODES[stack]
        variables = {**cache_variables(str(cache)), **thread_variables(division.threads), **mode.variables}
        variables |= allocator_variables(division.allocator)
        cache.mkdir(parents=True, exist_ok=True)
        log = self.scratch / f"{cache.name}.log"
        variables |= self.extra.get(stack, {})
        return Worker(self.pythons[mode.environment], variables, log, cores, self.stop.check)

    def opening(self, workload: str, size: Size, member: Member) -> dict[str, Any]:
        """Return the arguments of a worker's `open` request."""
        return {
            "size": {
                **{name: getattr(size, name) for name in ("name", "batch", "trainable", "parity_batch")},
                "dimensions": dict(size.dimensions),
                "tolerances": dict(size.tolerances),
            },
            "division": member.division.as_dict(),
            "framework": MODES[member.stack].framework,
            "workload": workload,
            "modules": list(MODES[member.stack].modules),
        }
