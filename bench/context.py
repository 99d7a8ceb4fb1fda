"""What the parts of a run share: the file, its history, interpreters, cores, the moment to stop."""

from __future__ import annotations

import contextlib
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
from bench.children import Child, Fresh, Pipes, pinned
from bench.forkserver import Forked, Servers, can_serve
from bench.gpu import Log
from bench.group import Member
from bench.history import History
from bench.pressure import Rule
from bench.process import Worker
from bench.results import Record, ResultFile
from bench.spec import Size
from bench.stacks import CACHE_RULES, MODES, cache_variables, thread_variables
from bench.stop import Stop, wait_for
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
    gpu: Log | None = None
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # The environment's hash by its name, once a worker of this session told its distributions.
    environment_ids: dict[str, str] = field(default_factory=dict)
    servers: Servers = field(init=False)
    # What a worker of a stack had imported in the end; the stacks whose import was timed in this session.
    modules: dict[str, list[str]] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    # Seconds that a job took when it was last done, by its name.
    _took: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.servers = Servers(self.scratch)

    def write(self, *records: Record) -> None:
        """Append to the file, and remember. May be called from several threads."""
        with self._lock:
            self.file.write(*records)
            self.history.add(*records)

    def side_by_side(self, jobs: Sequence[Job], threads: int | None) -> None:
        """Do untimed jobs, one a core at a time where a worker has one thread, else one after the other.

        On a GPU a worker has no cores of its own and starts and compiles on few: as many go side by side as have two.

        Every `start` is called here, because the kernel ends a worker together with the thread that started it; `act`
        may be called in another thread. What took longest before goes first, so that no core waits long for the last
        job. Raises what an `act` raised.
        """
        beside = max(1, len(self.cores) // 2) if self.options.device == "cuda" else 1
        lanes = [[core] for core in self.cores] if threads == 1 else [list(self.cores)] * beside
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
            wait_for([pool.submit(work, cores) for cores in lanes])

    def cache(self, *names: str) -> Path:
        """Return the folder of a worker's compile caches. Where it does not exist yet, the worker starts cold."""
        return self.scratch / "caches" / re.sub(r"[^\w.-]+", "_", "/".join(names))

    def prepare(self, members: Sequence[Member], bare: bool) -> None:
        """Have servers import what the members' workers need.

        If `bare` that is the framework alone: where a first step is a figure, what a framework imports as it takes its
        first step is a part of it. Else it is all that a worker of the stack was found to have imported.
        """
        # In pairs for want of memory: then there is none for servers either. A library that counts GPUs as it is
        # imported starts the driver, which does not outlive a fork.
        if self.options.pairwise or self.options.device == "cuda" or not can_serve():
            return
        for member in members:
            mode = MODES[member.stack]
            modules = [*mode.modules, f"bench.programs.{mode.framework}.base"]
            if not bare:
                modules = self.modules.get(member.stack, modules)
            python = self.pythons[mode.environment]
            self.servers.prepare(_line(member, bare), python, self._lasting(member), self.cores, modules)

    def start(
        self,
        member: Member,
        cache: Path,
        cores: Sequence[int],
        bare: bool = False,
        afresh: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> Worker:
        """Start a worker for a member on the cores: `afresh`, or forked by the server that was prepared for it.

        `more` are environment variables of this worker alone; those that a library reads as it is loaded need `afresh`.
        Raises WorkerError if it cannot be started.
        """
        cache.mkdir(parents=True, exist_ok=True)
        log = self.scratch / f"{cache.name}.log"
        lasting = self._lasting(member)
        variables = {**cache_variables(str(cache)), **self.extra.get(member.stack, {}), **(more or {})}
        server = None if afresh else self.servers.ready(_line(member, bare), lasting, self.timeout, self.stop.check)

        def child(pipes: Pipes) -> Child:
            if server is not None:
                with contextlib.suppress(OSError):
                    return Forked(server, variables, log, cores, pipes)
            python = self.pythons[MODES[member.stack].environment]
            return Fresh(python, {**lasting, **variables, **pinned(cores)}, log, pipes)

        return Worker(child, log, self.stop.check)

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

    def _lasting(self, member: Member) -> dict[str, str]:
        """Return the variables that libraries read as they are loaded, and not again.

        A forked worker ends without clearing up: what its framework writes beside the run goes with the run.
        """
        division = member.division
        variables = {**thread_variables(division.threads), **MODES[member.stack].variables, **CACHE_RULES}
        return {**variables, **allocator_variables(division.allocator), "TMPDIR": str(self.scratch)}


def _line(member: Member, bare: bool) -> str:
    """Return whose server a member's workers descend from: the twin's is its own, as that of another stack would be."""
    return member.stack + "#twin" * member.twin + " bare" * bare
