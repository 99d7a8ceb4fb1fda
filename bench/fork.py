"""One fork of one group: fresh workers, gates, first steps, then rounds, and what was in force at the end."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import environment, gates, parity, pressure
from bench.context import Context, Job
from bench.errors import WorkerError
from bench.gates import Gates
from bench.group import LOAD, Unit
from bench.results import now
from bench.rounds import Rounds
from bench.seat import Seat, Seats
from bench.spec import OK, TIMEOUT
from bench.stacks import MODES

# Forks of cells whose first steps are figures, taken alone: the cold one, and one with warm caches.
_FIRST_STEPS = 2


class Fork:
    """Runs one unit. Whatever a worker does, the others' rounds go on and stay valid."""

    def __init__(self, context: Context, judged: Gates, unit: Unit) -> None:
        self.context = context
        self.gates = judged
        self.unit = unit
        self.group = unit.group
        self.number = unit.number
        self.id = context.history.next_fork()
        self.seats = Seats(context, self.group, self.id)
        self.rng = random.Random(zlib.crc32(f"{context.options.seed}/{self.group.id}/{unit.number}".encode()))
        self.cores: list[int] = list(context.cores)
        # Whether its first steps are figures.
        self.shown = self.group.purpose == "cells" and self.number < _FIRST_STEPS
        self._on_gpu = self.group.device == "cuda"

    def run(self) -> None:
        """Take every phase's rounds. Raises Stopped; complete rounds are in the file then, and so is each worker."""
        try:
            self._choose_cores()
            self.context.servers.begin(self.group.id)
            rounds = Rounds(self.context, self.unit, self.seats, self.rng, self.cores)
            self.gates.ensure(self.group, [seat.member for seat in self.seats.all])
            self._start()
            for phase in self.group.phases:
                self._begin(phase)
                rounds.take(phase)
                if phase != LOAD:
                    rounds.single_steps(phase)
            # The peak of memory is read before the ceiling: its matrices would be in it.
            self.seats.each(self._end)
            rounds.ceiling()
        finally:
            self._close()

    def _choose_cores(self) -> None:
        """Pin the pinned track to the core that is quietest now, and keep the runner itself off it."""
        if self.group.track == "pinned":
            self.cores = pressure.quietest_cores(0.2)[:1] if len(self.context.cores) > 1 else self.cores[:1]
            others = set(self.context.cores) - set(self.cores)
            if others and hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, others)

    def _start(self) -> None:
        for seat in self.seats.living():
            failure = self.gates.failure(self.group, seat.member.stack)
            if failure is not None:
                self.seats.drop(seat, *failure)
        self.context.prepare([seat.member for seat in self.seats.living()], self.shown)
        if self.shown and self.number == 0 and not self._on_gpu:
            # Alone, one after the other: here building is a figure, and importing once a stack, whose workers of
            # other workloads would import the same.
            for seat in self.seats.living():
                self._open_alone(seat)
        else:
            self._beside("open", self._open_beside, self._spawn)
        self.seats.each(lambda seat: self._canary(seat, "start"))
        counts = {seat.member.id: int(seat.facts["trainable"]) for seat in self.seats.living()}
        for name, gate in gates.count_gates(counts, self.group).items():
            self.seats.hold(self.seats.named(name), [gate])

    def _spawn(self, seat: Seat, cores: list[int], afresh: bool = False) -> None:
        # Where no first step is a figure, a stack's groups share what its compiler can share: a header built once.
        mine = (self.group.id, seat.member.id) if self.group.purpose == "cells" else ("sides", seat.member.stack)
        cache = self.context.cache(*mine)
        seat.cold, seat.started_at = not cache.exists(), now()
        try:
            seat.worker = self.context.start(seat.member, cache, cores, self.shown, afresh)
        except WorkerError as error:
            self.seats.drop(seat, error.status, error.kind, str(error))

    def _open(self, seat: Seat) -> None:
        if seat.worker is not None:
            seat.facts |= self.seats.ask(
                seat, "open", **self.context.opening(self.group.workload, self.group.size, seat.member)
            )

    def _open_alone(self, seat: Seat) -> None:
        afresh = seat.member.stack not in self.context.imported
        self._spawn(seat, self.cores, afresh)
        self.seats.guard(seat, self._open)
        if seat.status == OK and afresh:
            self.context.imported.add(seat.member.stack)
        else:
            seat.facts["import_s"] = None

    def _open_beside(self, seat: Seat) -> None:
        """Open the worker while others open on other cores: no durations are kept."""
        self._open(seat)
        seat.facts |= {"import_s": None, "build_s": None}

    def _canary(self, seat: Seat, when: str) -> None:
        value = self.seats.ask(seat, "canary")["value"]
        self.seats.hold(seat, [parity.canary_gate(value, seat.member.division.precision, when)])

    def _begin(self, phase: str) -> None:
        """Take every member's first step into the phase, then hold the timed programs' outputs to each other."""
        self._beside(f"place {phase}", partial(self._place, phase=phase))
        if phase != LOAD:
            self._take_first(phase)
            self._beside(f"warm {phase}", partial(self._warm, phase=phase))
        # After every first step: what a program compiles for its output, the first step of another phase would find.
        if phase != LOAD and phase == self.group.phases[-1] and self.group.division == "matched":
            outputs: dict[str, Path] = {}
            self._beside("output", partial(self._output, outputs=outputs))
            if outputs:
                precision = self.group.precision
                for name, gate in gates.forward_gates(outputs, self.group, precision).items():
                    self.seats.hold(self.seats.named(name), [gate])
        if self._on_gpu:
            self.seats.each(partial(self._calibrate, phase=phase))
        else:
            self._beside(f"calibrate {phase}", partial(self._calibrate, phase=phase))

    def _take_first(self, phase: str) -> None:
        """Take first steps alone where they are figures, or where they would be in each other's way.

        On a GPU those of the first fork are: libraries choose among kernels by timing them.
        """
        if self.shown or (self.number == 0 if self._on_gpu else self.seats.threads() != 1):
            self.seats.each(lambda seat: self._first(seat, phase))
        else:
            self._beside(f"first {phase}", partial(self._first_beside, phase=phase))

    def _beside(
        self, what: str, act: Callable[[Seat], None], start: Callable[[Seat, list[int]], None] | None = None
    ) -> None:
        """Have every worker do something untimed, on all cores, and put each back on its own."""
        jobs = [
            Job(
                f"{what} {seat.member.stack}",
                partial(self._on, seat, act),
                None if start is None else partial(start, seat),
            )
            for seat in self.seats.living()
        ]
        self.context.side_by_side(jobs, self.seats.threads())

    def _on(self, seat: Seat, act: Callable[[Seat], None], cores: list[int]) -> None:
        """Do something with a seat while its worker is on the cores; what fails takes only that seat out."""
        if seat.worker is not None:
            seat.worker.move(cores)
            self.seats.guard(seat, act)
        if seat.worker is not None:
            seat.worker.move(self.cores)

    def _place(self, seat: Seat, phase: str) -> None:
        seed = self.context.options.seed
        if phase == LOAD:
            self.seats.ask(seat, "load_data", examples=self.group.value, seed=seed)
        else:
            self.seats.ask(seat, "place", seed=seed)

    def _first(self, seat: Seat, phase: str) -> None:
        seat.facts["first_step_s"] = self.seats.ask(seat, "first", phase=phase)["first_step_s"]

    def _first_beside(self, seat: Seat, phase: str) -> None:
        """Take the first step while others take theirs on other cores: no duration is kept."""
        self._first(seat, phase)
        seat.facts["first_step_s"] = None

    def _warm(self, seat: Seat, phase: str) -> None:
        self.seats.ask(seat, "warm", phase=phase)

    def _output(self, seat: Seat, outputs: dict[str, Path]) -> None:
        path = self.context.scratch / f"{self.id}-{self.seats.all.index(seat)}.npz"
        self.seats.ask(seat, "handshake", path=str(path), seed=self.context.options.seed)
        outputs[seat.member.id] = path

    def _calibrate(self, seat: Seat, phase: str) -> None:
        tier = self.context.options.tier
        if phase == LOAD:
            seat.steps[phase], seat.step_s[phase] = 1, self.seats.ask(seat, "epoch")["wall_s"]
        else:
            found = self.seats.ask(seat, "calibrate", phase=phase, seconds=tier.block_s)
            seat.steps[phase], seat.step_s[phase] = found["steps"], found["step_s"]
        if seat.step_s[phase] > tier.step_limit_s:
            words = f"a step takes {seat.step_s[phase]:.0f} s, more than {tier.step_limit_s:.0f} s"
            self.seats.drop(seat, TIMEOUT, "slow", words)
            return
        named = {"fork": self.id, "group": self.group.id, "member": seat.member.id, "phase": phase}
        first = {"cold": seat.cold, "first_step_s": seat.facts.get("first_step_s"), "steps": seat.steps[phase]}
        self.context.write({"kind": "phase", **named, **first})

    def _end(self, seat: Seat) -> None:
        """Read back what was in force, after all the work, and let the canary speak again."""
        name = MODES[seat.member.stack].environment
        known = self.context.modules
        asked = {"environment": name not in self.context.environment_ids, "modules": seat.member.stack not in known}
        facts = self.seats.ask(seat, "facts", **asked)
        if facts["modules"] is not None:
            known[seat.member.stack] = facts["modules"]
        if facts["environment"] is not None:
            self._remember(name, facts["environment"])
        seat.facts |= {**facts, "environment_id": self.context.environment_ids[name]}
        self._canary(seat, "end")
        if seat.status == OK:
            self.seats.hold(seat, gates.worker_gates(facts["resolved"], seat.member.division, seat.member.stack))

    def _remember(self, name: str, found: dict[str, Any]) -> None:
        """Write an environment's distributions, unless an earlier session did."""
        found = {"environment": name, **found}
        known = environment.identity({**found, "host": self.context.host_id})
        self.context.environment_ids[name] = known
        if known not in self.context.history.environments:
            self.context.write({"kind": "environment", "environment_id": known, **found})

    def _close(self) -> None:
        """End every worker, give the runner its cores back, and write what became of each."""
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, set(self.context.cores))
        for seat in self.seats.all:
            if seat.worker is not None:
                seat.worker.kill()
        self.context.write(
            *(
                seat.record(self.id, self.group.id, self.number)
                for seat in self.seats.all
                if seat.started_at or seat.status != OK
            )
        )
