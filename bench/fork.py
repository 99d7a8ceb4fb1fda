"""One fork of one group: fresh workers, gates, first steps, and rounds of one block a member in balanced order."""

from __future__ import annotations

import os
import random
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import environment, gates, gpu, parity, pressure
from bench.context import Context
from bench.errors import WorkerError
from bench.gates import Gates
from bench.group import LOAD, Unit
from bench.parity import Gate
from bench.results import Record, now
from bench.schedule import orders
from bench.seat import Seat
from bench.spec import OK, PARITY_FAILED, TIMEOUT
from bench.stacks import MODES

# The share of a block that runs untimed before it: caches and clocks settle after the worker was stopped.
_SETTLE = 5
_STEP_SAMPLES = 200
# Forks of cells whose first steps are figures, taken alone: the cold one, and one with warm caches.
_FIRST_STEPS = 2
# A block this many times longer than asked is long enough for the phase to do with few rounds.
_LONG, _FEW_ROUNDS = 4, 3
# How long a block may take beyond what its steps took when they were counted; a busy neighbour is no hang.
_PATIENCE = 30.0
_GEMM_REPEATS = {"cpu": 2, "cuda": 10}


class Fork:
    """Runs one unit. Whatever a worker does, the others' rounds go on and stay valid."""

    def __init__(self, context: Context, judged: Gates, unit: Unit) -> None:
        self.context = context
        self.gates = judged
        self.group = unit.group
        self.number = unit.number
        self.id = context.history.next_fork()
        self.seats = [Seat(member) for member in self.group.members if not context.history.given_up(self.group, member)]
        self.rng = random.Random(zlib.crc32(f"{context.options.seed}/{self.group.id}/{unit.number}".encode()))
        self.cores: list[int] = list(context.cores)

    def run(self) -> None:
        """Take every phase's rounds. Raises Stopped; complete rounds are in the file then, and so is each worker."""
        tier = self.context.options.tier
        try:
            self._choose_cores()
            self.gates.ensure(self.group, [seat.member for seat in self.seats])
            self._start()
            for phase in self.group.phases:
                self._begin(phase)
                self._rounds(phase, self._wanted(phase), tier.retries)
                if phase != LOAD:
                    self._each(partial(self._single_steps, phase))
            self._ceiling()
            self._each(self._end)
        finally:
            self._close()

    def _wanted(self, phase: str) -> int:
        """Return how many rounds the phase gets: fewer where a block of whole steps is much longer than asked."""
        tier = self.context.options.tier
        slowest = max((seat.steps[phase] * seat.step_s[phase] for seat in self.living()), default=0.0)
        return min(tier.rounds, _FEW_ROUNDS) if slowest > _LONG * tier.block_s else tier.rounds

    def living(self) -> list[Seat]:
        """Return the seats that still take part."""
        return [seat for seat in self.seats if seat.status == OK]

    def _choose_cores(self) -> None:
        """Pin the pinned track to the core that is quietest now, and keep the runner itself off it."""
        if self.group.track == "pinned":
            self.cores = pressure.quietest_cores(0.2)[:1] if len(self.context.cores) > 1 else self.cores[:1]
            others = set(self.context.cores) - set(self.cores)
            if others and hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, others)

    def _each(self, act: Callable[[Seat], None]) -> None:
        """Do something with every living seat; what fails takes only that seat out."""
        for seat in self.living():
            self._guard(seat, act)

    def _guard(self, seat: Seat, act: Callable[[Seat], None]) -> bool:
        self.context.stop.check()
        try:
            act(seat)
        except WorkerError as error:
            self._drop(seat, error.status, error.kind, str(error))
        return seat.status == OK

    def _drop(self, seat: Seat, status: str, failure: str, reason: str) -> None:
        seat.status, seat.failure, seat.reason = status, failure, reason
        self.context.say(f"    {seat.member.id}: {status}: {reason[:300]}")
        if seat.worker is not None:
            seat.worker.kill()
            seat.worker = None

    def _ask(self, seat: Seat, what: str, timeout: float | None = None, **arguments: Any) -> dict[str, Any]:
        assert seat.worker is not None
        return seat.worker.ask(what, self.context.timeout if timeout is None else timeout, **arguments)

    def _start(self) -> None:
        for seat in self.living():
            failure = self.gates.failure(self.group, seat.member.stack)
            if failure is not None:
                self._drop(seat, *failure)
        if self.number == 0 and self.group.purpose == "cells":
            # Alone, one after the other: here importing and building are figures too.
            for seat in self.living():
                self._spawn(seat, self.cores)
                self._guard(seat, self._open)
        else:
            threads = self.seats[0].member.division.threads if self.seats else None
            jobs = [(partial(self._spawn, seat), partial(self._open_beside, seat)) for seat in self.living()]
            self.context.side_by_side(jobs, threads)
        self._each(lambda seat: self._canary(seat, "start"))
        counts = {seat.member.id: int(seat.facts["trainable"]) for seat in self.living()}
        for name, gate in gates.count_gates(counts, self.group).items():
            self._hold(self._seat(name), [gate])

    def _spawn(self, seat: Seat, cores: list[int]) -> None:
        cache = self.context.cache(self.group.id, seat.member.id)
        seat.cold, seat.started_at = not cache.exists(), now()
        try:
            seat.worker = self.context.start(seat.member.stack, seat.member.division, cache, cores)
        except WorkerError as error:
            self._drop(seat, error.status, error.kind, str(error))

    def _open(self, seat: Seat) -> None:
        if seat.worker is not None:
            seat.facts |= self._ask(
                seat, "open", **self.context.opening(self.group.workload, self.group.size, seat.member)
            )

    def _open_beside(self, seat: Seat) -> None:
        """Open the worker while others open on other cores: no durations are kept, and it moves to its own core."""
        self._guard(seat, self._open)
        seat.facts |= {"import_s": None, "build_s": None}
        if seat.worker is not None:
            seat.worker.move(self.cores)

    def _canary(self, seat: Seat, when: str) -> None:
        value = self._ask(seat, "canary")["value"]
        self._hold(seat, [parity.canary_gate(value, seat.member.division.precision, when)])

    def _hold(self, seat: Seat, judged: list[Gate]) -> None:
        """Write the gates, and take the seat out if one failed."""
        key = gates.key_of(self.group)
        self.context.write(*(gates.gate_record(key, seat.member.stack, gate, None, self.id) for gate in judged))
        failed = next((gate for gate in judged if not gate.passed), None)
        if failed is not None:
            self._drop(seat, PARITY_FAILED, "parity", gates.in_words(failed))

    def _seat(self, name: str) -> Seat:
        return next(seat for seat in self.seats if seat.member.id == name)

    def _begin(self, phase: str) -> None:
        """Take every member's first step into the phase, then hold the timed programs' outputs to each other."""
        threads = self.seats[0].member.division.threads if self.seats else None
        if threads != 1 or (self.group.purpose == "cells" and self.number < _FIRST_STEPS):
            self._each(lambda seat: self._first(seat, phase))
        else:
            jobs = [(partial(self._lane, seat), partial(self._first_beside, seat, phase)) for seat in self.living()]
            self.context.side_by_side(jobs, threads)
        if phase != LOAD and phase == self.group.phases[0] and self.group.division == "matched":
            outputs: dict[str, Path] = {}
            self._each(lambda seat: self._output(seat, outputs))
            if outputs:
                precision = self.group.precision
                for name, gate in gates.forward_gates(outputs, self.group, precision).items():
                    self._hold(self._seat(name), [gate])
        self._each(lambda seat: self._calibrate(seat, phase))

    def _first(self, seat: Seat, phase: str) -> None:
        seed = self.context.options.seed
        if phase == LOAD:
            self._ask(seat, "load_data", examples=self.group.value, seed=seed)
            seat.facts["first_step_s"] = None
            return
        seat.facts["first_step_s"] = self._ask(seat, "first", phase=phase, seed=seed)["first_step_s"]

    def _lane(self, seat: Seat, cores: list[int]) -> None:
        if seat.worker is not None:
            seat.worker.move(cores)

    def _first_beside(self, seat: Seat, phase: str) -> None:
        """Take the first step while others take theirs on other cores: no duration is kept."""
        self._guard(seat, partial(self._first, phase=phase))
        seat.facts["first_step_s"] = None
        self._lane(seat, self.cores)

    def _output(self, seat: Seat, outputs: dict[str, Path]) -> None:
        path = self.context.scratch / f"{self.id}-{self.seats.index(seat)}.npz"
        self._ask(seat, "handshake", path=str(path), seed=self.context.options.seed)
        outputs[seat.member.id] = path

    def _calibrate(self, seat: Seat, phase: str) -> None:
        tier = self.context.options.tier
        seat.steps[phase], seat.step_s[phase] = 1, 0.0
        if phase == LOAD:
            self._ask(seat, "epoch")
        else:
            found = self._ask(seat, "calibrate", phase=phase, seconds=tier.block_s)
            seat.steps[phase], seat.step_s[phase] = found["steps"], found["step_s"]
        if seat.step_s[phase] > tier.step_limit_s:
            words = f"a step takes {seat.step_s[phase]:.0f} s, more than {tier.step_limit_s:.0f} s"
            self._drop(seat, TIMEOUT, "slow", words)
            return
        named = {"fork": self.id, "group": self.group.id, "member": seat.member.id, "phase": phase}
        first = {"cold": seat.cold, "first_step_s": seat.facts["first_step_s"], "steps": seat.steps[phase]}
        self.context.write({"kind": "phase", **named, **first})

    def _rounds(self, phase: str, wanted: int, retries: int) -> None:
        """Take rounds until enough are kept or the retries are spent. A round in which a worker failed is no round."""
        kept = number = 0
        pending: list[list[Seat]] = []
        while kept < wanted and number < wanted + retries and self.living():
            if not pending or any(seat.status != OK for seat in pending[0]):
                alive = self.living()
                drawn = orders(len(alive), wanted + retries - number, self.rng)
                pending = [[alive[place] for place in order] for order in drawn]
            records = self._round(phase, number, pending.pop(0))
            if records is not None:
                self.context.write(*records)
                kept += records[-1]["kept"]
                number += 1

    def _round(self, phase: str, number: int, order: list[Seat]) -> list[Record] | None:
        """Return a round's records, None if a worker failed in it."""
        foreign = self._foreign()
        blocks: list[Record] = []
        for place, seat in enumerate(order):
            named = {"fork": self.id, "group": self.group.id, "member": seat.member.id, "phase": phase}
            block: Record = {"kind": "block", **named, "round": number, "place": place}
            if not self._guard(seat, partial(self._fill, block)):
                return None
            if foreign is not None and block["surroundings"].get("gpu"):
                block["surroundings"]["gpu"]["foreign"] = foreign
            blocks.append(block)
        reasons = [
            f"{block['member']}: {reason}"
            for block in blocks
            for reason in pressure.contamination(block["surroundings"], self.context.rule)
        ]
        ended: Record = {"kind": "round", "fork": self.id, "group": self.group.id, "phase": phase, "round": number}
        ended |= {"members": [block["member"] for block in blocks], "kept": not reasons, "reasons": reasons}
        return [*blocks, ended]

    def _foreign(self) -> int | None:
        if self.group.device != "cuda":
            return None
        return gpu.foreign([seat.worker.pid for seat in self.living() if seat.worker is not None])

    def _fill(self, block: Record, seat: Seat) -> None:
        block |= self._block(seat, block["phase"])

    def _block(self, seat: Seat, phase: str) -> dict[str, Any]:
        """Return one block's figures, its surroundings with it. A block that did not wait for the device fails P5."""
        steps = seat.steps[phase]
        timeout = min(self.context.timeout, _PATIENCE + 20 * steps * seat.step_s[phase])
        if phase == LOAD:
            return self._timed(seat, "epoch", timeout, {})
        # One step longer than a block: what has to settle is lost in it, and a second such step would double the time.
        if steps > 1:
            self._ask(seat, "block", timeout, phase=phase, steps=max(1, steps // _SETTLE))
        figures = self._timed(seat, "block", timeout, {"phase": phase, "steps": steps})
        gate = parity.sync_gate(figures["wall_s"], figures["left_s"])
        if not gate.passed:
            # Once may be the scheduler's doing; twice in a row is the program's.
            figures = self._timed(seat, "block", timeout, {"phase": phase, "steps": steps})
            gate = parity.sync_gate(figures["wall_s"], figures["left_s"])
            if not gate.passed:
                self._hold(seat, [gate])
        return {"steps": steps, **figures}

    def _timed(self, seat: Seat, what: str, timeout: float, arguments: dict[str, Any]) -> dict[str, Any]:
        # Before the counters are read: whatever the worker does besides the block would count as foreign.
        self._ask(seat, "tidy", timeout)
        before, begun = pressure.snapshot(self.cores), time.monotonic()
        answer = self._ask(seat, what, timeout, **arguments)
        ended = time.monotonic()
        surroundings = pressure.between(before, pressure.snapshot(self.cores), answer["cpu_s"], len(self.cores))
        surroundings["gpu"] = gpu.state() if self.group.device == "cuda" else None
        power = self.context.power
        figures = {name: answer[name] for name in ("wall_s", "cpu_s", "left_s", "device_s")}
        figures["joules"] = power.joules(begun, ended) if power is not None else None
        for name in ("voluntary_switches", "involuntary_switches"):
            surroundings[name] = answer.get(name)
        if "steps" in answer:
            figures["steps"] = answer["steps"]
        return {**figures, "surroundings": surroundings}

    def _single_steps(self, phase: str, seat: Seat) -> None:
        seconds = self.context.options.tier.block_s
        answer = self._ask(seat, "steps", phase=phase, seconds=seconds, most=_STEP_SAMPLES)
        named = {"fork": self.id, "group": self.group.id, "member": seat.member.id, "phase": phase}
        self.context.write({"kind": "steps", **named, "seconds": answer["seconds"]})

    def _ceiling(self) -> None:
        """Take matrix products once a group, in one worker of each environment: the ceiling of the same session."""
        if self.number or self.group.purpose != "cells":
            return
        tier, repeats = self.context.options.tier, _GEMM_REPEATS[self.group.device]
        n = tier.gemm_cuda if self.group.device == "cuda" else tier.gemm_cpu
        first = {MODES[seat.member.stack].environment: seat for seat in reversed(self.living())}

        def multiply(seat: Seat) -> None:
            answer = self._ask(seat, "gemm", n=n, repeats=repeats, tries=3)
            named = {"fork": self.id, "group": self.group.id, "member": seat.member.id}
            self.context.write({"kind": "gemm", **named, "n": n, "repeats": repeats, "wall_s": answer["wall_s"]})

        for seat in first.values():
            self._guard(seat, multiply)

    def _end(self, seat: Seat) -> None:
        """Read back what was in force, after all the work, and let the canary speak again."""
        name = MODES[seat.member.stack].environment
        facts = self._ask(seat, "facts", environment=name not in self.context.environment_ids)
        if facts["environment"] is not None:
            self._remember(name, facts["environment"])
        seat.facts |= {**facts, "environment_id": self.context.environment_ids[name]}
        self._canary(seat, "end")
        if seat.status == OK:
            self._hold(seat, gates.worker_gates(facts["resolved"], seat.member.division, seat.member.stack))

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
        for seat in self.seats:
            if seat.worker is not None:
                seat.worker.kill()
        self.context.write(
            *(
                seat.record(self.id, self.group.id, self.number)
                for seat in self.seats
                if seat.started_at or seat.status != OK
            )
        )
