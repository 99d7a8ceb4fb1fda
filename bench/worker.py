"""The child process that holds one stack's program: JSON requests on stdin, JSON answers on a file of its own.

Frameworks print to stdout and stderr, so answers go to the file descriptor named in BENCH_REPLY_FD. Nothing here
decides anything: the worker takes figures and the runner judges them.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import json
import os
import platform
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast

import numpy as np

from bench import parity
from bench.allocator import found_allocator
from bench.discovery import load_workload
from bench.program import Base, Program, ProgramModule, Timed
from bench.spec import Division, Size, matched

# What frameworks write when memory ran out; their exception classes differ by version.
_OOM_WORDS = (
    "out of memory",
    "resource_exhausted",
    "resource exhausted",
    "cannot allocate memory",
    "oom when allocating",
)
# Steps are counted in runs of at least so many seconds; one below the second bound may have met a pause of the machine.
_PROBE_SECONDS, _PAUSE_SECONDS = 0.02, 0.25


def is_out_of_memory(error: BaseException) -> bool:
    """True if the exception says that host or device memory ran out."""
    text = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or "outofmemory" in text or any(word in text for word in _OOM_WORDS)


def in_words(error: BaseException) -> str:
    """Return the exception's name and message; of one without a message where it was raised: file, line, function."""
    if str(error) or error.__traceback__ is None:
        return f"{type(error).__name__}: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(last.filename)}, line {last.lineno}, {last.name}"


class Session:
    """One program of one stack, from `open` to `close`. Each method answers the request of its name."""

    def __init__(self) -> None:
        self.base: Base
        self.program: Program
        self.size: Size
        self.division: Division
        self.modules: list[str] = []
        self.placed: Any = None
        self.loop: Any = None

    def open(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Import the framework and build the program; answer with both durations and the trainable count."""
        self.size, self.division = Size(**request["size"]), Division(**request["division"])
        self.framework, self.name = request["framework"], request["workload"]
        self.modules = request["modules"]
        begun = time.perf_counter()
        for module in self.modules:
            importlib.import_module(module)
        self.base = cast(Base, importlib.import_module(f"bench.programs.{self.framework}.base"))
        self.base.configure(self.division)
        self.builder = cast(ProgramModule, importlib.import_module(f"bench.programs.{self.framework}.{self.name}"))
        self.workload = load_workload(self.name)
        imported = time.perf_counter()
        self.program = self.builder.build(self.size, self.division)
        built = time.perf_counter()
        return {"import_s": imported - begun, "build_s": built - imported, "trainable": self.program.trainable()}

    def canary(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the precision canary's value."""
        return {"value": float(self.base.canary(self.division))}

    def figures(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Write P1 to P3's figures (P4's too if asked) to `path`, of a program built as matched, in fp32."""
        division = matched(self.division.mode, self.division.device, threads=self.division.threads)
        size = self.size.with_batch(self.size.parity_batch)
        program = self.builder.build(size, division)
        seed = request["seed"]
        batch = parity.few_shapes(self.workload.batch(size, seed))
        taken = parity.figures(program, batch, self.workload.weights(size, seed))
        if request["time_to_loss"]:
            taken["steps-to-half"] = self._time_to_loss(program, size, seed)
        np.savez(request["path"], **cast(dict[str, Any], taken))
        return {"trainable": program.trainable(), "resolved": _resolved(program), "division": division.as_dict()}

    def _time_to_loss(self, program: Program, size: Size, seed: int) -> np.ndarray:
        steps = []
        for offset in range(parity.TIME_TO_LOSS_SEEDS):
            program.load(self.workload.weights(size, seed + offset))
            batch = self.workload.batch(size, seed + offset)
            steps.append(parity.steps_to_half(program.trajectory(batch, "adam", parity.TIME_TO_LOSS_STEPS)))
        return np.asarray(steps, np.float64)

    def place(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Load the weights and place the batch where the steps take it from."""
        gc.unfreeze()
        self.program.load(self.workload.weights(self.size, request["seed"]))
        self.placed = self.program.place(self.workload.batch(self.size, request["seed"]))
        return {}

    def first(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take the first step; answer with its seconds."""
        return {"first_step_s": float(self.program.first_step(self.placed, request["phase"]))}

    def warm(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take one untimed pass over the shapes, so that what each compiles, and what a second step does, is done.

        A compiler that took a number for a constant finds in the second step that it varies, and compiles once more.
        """
        self.program.block(self.placed, request["phase"], self._shapes())
        return {}

    def handshake(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Write the timed program's own forward output to `path`. Asked after the first step, which it would warm."""
        self.program.load(self.workload.weights(self.size, request["seed"]))
        output = self.program.forward(self.workload.batch(self.size, request["seed"]))
        np.savez(request["path"], forward=parity.sampled("forward", output))
        return {}

    def calibrate(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the steps that fill `seconds`, from runs of growing length.

        Blocks are whole passes over the shapes, or one block would hold short ones and the next long ones. The last run
        is taken twice and the quicker one counts: a pause of the machine would pass for a slow step, and blocks of one
        step where twenty were meant have the request's own time in them. Whatever is alive afterwards stays so, and
        later collections need not search it.
        """
        shapes = self._shapes()
        steps, wanted = shapes, float(request["seconds"])
        enough = min(_PROBE_SECONDS, wanted)
        while True:
            took = self._took(request["phase"], steps)
            if enough <= took < _PAUSE_SECONDS:
                took = min(took, self._took(request["phase"], steps))
            if took >= enough or steps >= 1 << 20:
                gc.collect()
                gc.freeze()
                return {"steps": shapes * max(1, round(wanted * steps / took / shapes)), "step_s": took / steps}
            steps *= 2

    def _took(self, phase: str, steps: int) -> float:
        begun = time.perf_counter()
        self.program.block(self.placed, phase, steps)
        self.base.synchronize()
        return time.perf_counter() - begun

    def _shapes(self) -> int:
        return len(self.placed) if isinstance(self.placed, list) else 1

    def tidy(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Collect garbage, so that no block pays for another."""
        gc.collect()
        return {}

    def block(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one block; answer with its wall and CPU seconds, the device's, and what it had left to the device."""
        before = resource.getrusage(resource.RUSAGE_SELF)
        cpu, begun = time.process_time(), time.perf_counter()
        self.program.block(self.placed, request["phase"], request["steps"])
        ended = time.perf_counter()
        self.base.synchronize()
        left = time.perf_counter() - ended
        after = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "wall_s": ended - begun,
            "cpu_s": time.process_time() - cpu,
            "left_s": left,
            "device_s": self.program.device_seconds() if isinstance(self.program, Timed) else None,
            "voluntary_switches": after.ru_nvcsw - before.ru_nvcsw,
            "involuntary_switches": after.ru_nivcsw - before.ru_nivcsw,
        }

    def by_hand(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run the hand-written loop of the same step; answer with its wall seconds."""
        from bench.byhand import Loop

        if self.loop is None:
            self.loop = Loop(self.size, self.workload.batch(self.size, request["seed"]))
        begun = time.perf_counter()
        self.loop.run(request["steps"])
        return {"wall_s": time.perf_counter() - begun}

    def steps(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run single steps, each synchronised, for at most `seconds`; answer with each one's seconds."""
        seconds: list[float] = []
        end = time.perf_counter() + request["seconds"]
        while len(seconds) < request["most"] and (time.perf_counter() < end or not seconds):
            begun = time.perf_counter()
            self.program.block(self.placed, request["phase"], 1)
            seconds.append(time.perf_counter() - begun)
        return {"seconds": seconds}

    def load_data(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make `examples` samples; later `epoch` requests read them."""
        size = replace(self.size, batch=int(request["examples"]))
        self.examples = self.workload.batch(size, request["seed"])
        return {}

    def epoch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Read the examples once through the framework's loader; answer as `block` does, `steps` being batches."""
        cpu, begun = time.process_time(), time.perf_counter()
        batches = self.base.epoch(self.examples, self.size.batch, self.division)
        self.base.synchronize()
        wall = time.perf_counter() - begun
        return {"wall_s": wall, "cpu_s": time.process_time() - cpu, "left_s": 0.0, "device_s": None, "steps": batches}

    def gemm(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Multiply matrices; answer with the seconds of the fastest of `tries` runs after one untimed."""
        n, repeats = int(request["n"]), int(request["repeats"])
        self.base.gemm(self.division, n, repeats)
        seconds = []
        for _ in range(request["tries"]):
            begun = time.perf_counter()
            self.base.gemm(self.division, n, repeats)
            seconds.append(time.perf_counter() - begun)
        return {"wall_s": min(seconds)}

    def facts(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with what is in force, memory's high water, compilations, and, if asked, distributions and modules."""
        return {
            "resolved": _resolved(self.program),
            "memory": self.program.memory(),
            "compiles": self.program.compiles(),
            "environment": environment(self.modules) if request["environment"] else None,
            "modules": [name for name in sys.modules if not name.startswith("__")] if request["modules"] else None,
        }


def _resolved(program: Program) -> dict[str, Any]:
    """Return what is in force: what the program reads back from its framework, and the process's own allocator."""
    return {**program.resolved(), "allocator": found_allocator()}


def environment(modules: list[str]) -> dict[str, Any]:
    """Return the interpreter, each distribution's version, and the hash of the file list of those that matter."""
    versions = {dist.name.lower(): dist.version for dist in importlib.metadata.distributions() if dist.name}
    records = {}
    for name in sorted({*modules, "numpy", "jaxlib", "keras"} & set(versions)):
        record = importlib.metadata.distribution(name).read_text("RECORD")
        records[name] = sha256(record.encode()).hexdigest() if record else None
    return {"python": platform.python_version(), "distributions": dict(sorted(versions.items())), "records": records}


def serve(descriptor: int) -> None:
    """Answer requests on the descriptor until stdin ends."""
    session = Session()
    replies = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
    for line in sys.stdin:
        request = json.loads(line)
        method: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(session, request["do"])
        try:
            answer: dict[str, Any] = {"answers": request["id"], **method(request)}
        except Exception as error:
            traceback.print_exc()
            text = in_words(error)[:2000]
            answer = {"answers": request["id"], "error": text, "oom": is_out_of_memory(error)}
        replies.write(json.dumps(answer, default=str) + "\n")
