"""The timed part of a fork: rounds of one block a member in balanced order, single steps, and matrix products."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from bench import gpu, parity, pressure
from bench.context import Context
from bench.errors import WorkerError
from bench.group import LOAD, Unit
from bench.results import Record
from bench.schedule import orders
from bench.seat import Seat, Seats
from bench.spec import NOT_RUN, OK
from bench.stacks import MODES
from bench.tiers import Tier

# Most single steps of a phase, and the forks that take them: their quantiles have no interval.
_STEP_SAMPLES, _STEP_FORKS = 200, 3
# Fewest rounds of a phase, and of one with a block longer than so many seconds.
_FEW, _FEWEST, _LONG_S = 5, 3, 0.5
# No step is quicker: what keeps a pace of nothing from asking for steps without end.
_LEAST_S = 1e-6
# Decimal places of seconds (a clock tells nanoseconds) and of shares in the file.
_NANO, _SHARE = 9, 5
# How long a block may take beyond what its steps took when they were counted; a busy neighbour is no hang.
_PATIENCE = 30.0
_GEMM_REPEATS = {"cpu": 2, "cuda": 10}


def wanted_rounds(tier: Tier, phase: str, alive: Sequence[Seat]) -> int:
    """Return how many rounds the phase gets: fewer where blocks of whole steps are longer than asked."""
    if not alive:
        return 0
    blocks = [seat.steps[phase] * seat.step_s[phase] for seat in alive]
    settling = [settling_steps(tier, phase, seat.step_s[phase]) * seat.step_s[phase] for seat in alive]
    asked = len(alive) * (tier.block_s + tier.settle_s)
    in_time = math.ceil(tier.rounds * asked / max(sum(blocks) + sum(settling), asked))
    return min(tier.rounds, max(in_time, _FEWEST if max(blocks) > _LONG_S else _FEW))


def settling_steps(tier: Tier, phase: str, step_s: float) -> int:
    """Return the steps that run untimed before a block: caches and clocks settle after the worker was stopped.

    In a step much longer than a block what has to settle is lost, and a second such step would double the time.
    """
    if phase == LOAD or step_s > tier.block_s + tier.settle_s:
        return 0
    return max(1, round(tier.settle_s / max(step_s, _LEAST_S)))


class Rounds:
    """Times the workers of a unit's fork, once they stand where the timed steps begin. `cores` are the workers'."""

    def __init__(self, context: Context, unit: Unit, seats: Seats, rng: random.Random, cores: Sequence[int]) -> None:
        self.context = context
        self.group = unit.group
        self.number = unit.number
        self.seats = seats
        self.rng = rng
        self.cores = cores

    def take(self, phase: str) -> None:
        """Take rounds until enough are kept or the retries are spent. A round in which a worker failed is no round."""
        tier = self.context.options.tier
        wanted, retries = wanted_rounds(tier, phase, self.seats.living()), tier.retries
        kept = number = 0
        pending: list[list[Seat]] = []
        while kept < wanted and number < wanted + retries and self.seats.living():
            if not pending or any(seat.status != OK for seat in pending[0]):
                alive = self.seats.living()
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
        at = {"fork": self.seats.fork, "group": self.group.id}
        blocks: list[Record] = []
        for place, seat in enumerate(order):
            named = {**at, "member": seat.member.id, "phase": phase}
            block: Record = {"kind": "block", **named, "round": number, "place": place}
            if not self.seats.guard(seat, partial(self._fill, block)):
                return None
            if foreign is not None and block["surroundings"].get("gpu"):
                block["surroundings"]["gpu"]["foreign"] = foreign
            blocks.append(block)
        rule, around = self.context.rule, [block["surroundings"] for block in blocks]
        reasons = [
            f"{block['member']}: {reason}"
            for block in blocks
            for reason in pressure.contamination(block["surroundings"], rule)
        ]
        # What the kernel's ticks cannot tell of one short block, they tell of all of them.
        reasons += [f"all blocks: {reason}" for reason in pressure.contamination(pressure.pooled(around), rule)]
        ended: Record = {"kind": "round", **at, "phase": phase, "round": number}
        ended |= {"members": [block["member"] for block in blocks], "kept": not reasons, "reasons": reasons}
        return [*blocks, ended]

    def _foreign(self) -> int | None:
        if self.group.device != "cuda":
            return None
        return gpu.foreign([seat.worker.pid for seat in self.seats.living() if seat.worker is not None])

    def _fill(self, block: Record, seat: Seat) -> None:
        block |= self._block(seat, block["phase"])

    def _block(self, seat: Seat, phase: str) -> dict[str, Any]:
        """Return one block's figures, its surroundings with it. A block that did not wait for the device fails P5."""
        steps = seat.steps[phase]
        timeout = min(self.context.timeout, _PATIENCE + 20 * steps * seat.step_s[phase])
        if phase == LOAD:
            figures = self._timed(seat, "epoch", timeout, {})
            if figures["steps"] < 1:
                raise WorkerError("garbage", NOT_RUN, "its loader gave no batch")
            return figures
        settling = settling_steps(self.context.options.tier, phase, seat.step_s[phase])
        if settling:
            self.seats.ask(seat, "block", timeout, phase=phase, steps=settling)
        figures = self._timed(seat, "block", timeout, {"phase": phase, "steps": steps})
        gate = parity.sync_gate(figures["wall_s"], figures["left_s"])
        if not gate.passed:
            # Once may be the scheduler's doing; twice in a row is the program's.
            figures = self._timed(seat, "block", timeout, {"phase": phase, "steps": steps})
            gate = parity.sync_gate(figures["wall_s"], figures["left_s"])
            if not gate.passed:
                self.seats.hold(seat, [gate])
        return {"steps": steps, **figures}

    def _timed(self, seat: Seat, what: str, timeout: float, arguments: dict[str, Any]) -> dict[str, Any]:
        # Before the counters are read: whatever the worker does besides the block would count as foreign.
        self.seats.ask(seat, "tidy", timeout)
        helped = self._helpers(seat)
        before, begun = pressure.snapshot(self.cores), time.monotonic()
        answer = self.seats.ask(seat, what, timeout, **arguments)
        after, ended = pressure.snapshot(self.cores), time.monotonic()
        # A helper that ended meanwhile has taken its time along.
        own = answer["cpu_s"] + max(0.0, self._helpers(seat) - helped)
        around = pressure.between(before, after, own, len(self.cores))
        surroundings: dict[str, Any] = {name: _rounded(value, _SHARE) for name, value in around.items()}
        log = self.context.gpu
        surroundings["gpu"] = log.state() if log is not None else None
        figures = {name: _rounded(answer[name], _NANO) for name in ("wall_s", "cpu_s", "left_s", "device_s")}
        figures["joules"] = log.joules(begun, ended) if log is not None else None
        for name in ("voluntary_switches", "involuntary_switches"):
            surroundings[name] = answer.get(name)
        if "steps" in answer:
            figures["steps"] = answer["steps"]
        return {**figures, "surroundings": surroundings}

    def _helpers(self, seat: Seat) -> float:
        # On one core no framework starts helpers, and there they would be in the way of what is timed.
        if len(self.cores) == 1 or seat.worker is None:
            return 0.0
        return pressure.helpers_seconds(seat.worker.pid)

    def single_steps(self, phase: str) -> None:
        """Take each member's single steps, each with its own sync: p50 and p95 are of these, of the first forks'."""
        if self.number < _STEP_FORKS:
            self.seats.each(partial(self._steps, phase))

    def _steps(self, phase: str, seat: Seat) -> None:
        seconds = self.context.options.tier.single_s
        answer = self.seats.ask(seat, "steps", phase=phase, seconds=seconds, most=_STEP_SAMPLES)
        named = {"fork": self.seats.fork, "group": self.group.id, "member": seat.member.id, "phase": phase}
        self.context.write({"kind": "steps", **named, "seconds": [round(one, _NANO) for one in answer["seconds"]]})

    def ceiling(self) -> None:
        """Take matrix products once a group, in one worker of each environment: the ceiling of the same session."""
        if self.number or self.group.purpose != "cells":
            return
        tier, repeats = self.context.options.tier, _GEMM_REPEATS[self.group.device]
        n = tier.gemm_cuda if self.group.device == "cuda" else tier.gemm_cpu
        first = {MODES[seat.member.stack].environment: seat for seat in reversed(self.seats.living())}

        def multiply(seat: Seat) -> None:
            answer = self.seats.ask(seat, "gemm", n=n, repeats=repeats, tries=3)
            named = {"fork": self.seats.fork, "group": self.group.id, "member": seat.member.id}
            self.context.write({"kind": "gemm", **named, "n": n, "repeats": repeats, "wall_s": answer["wall_s"]})

        for seat in first.values():
            self.seats.guard(seat, multiply)


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
