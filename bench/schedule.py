"""What is run in which order: groups of cells that are timed together, forks, and balanced random orders."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bench.discovery import has_program, load_workload, workload_ids
from bench.errors import OptionError
from bench.group import LOAD, Group, Member, Unit
from bench.spec import Size, as_shipped, matched
from bench.stacks import COMPILED_MODE, MODES, SHIPPED_MODE, ladder, reference
from bench.tiers import EVERY_DAY, Options

# Forks of a primary cell before anything else: of two, a t-interval is too wide to say anything.
_ENOUGH = 3
# What float32 programs are commonly run in: on a GPU that has TF32, frameworks use it in part or whole as shipped.
_FIRST_PRECISION = {"cpu": "fp32", "cuda": "tf32"}
_SIDES = ("data", "cells", "ladder", "model", "batch", "fit")


def groups(options: Options) -> list[Group]:
    """Return every group of the run, the most telling first. Raises OptionError where nothing is left to run."""
    options.check()
    names = options.workloads or options.tier.workloads or tuple(workload_ids())
    found = [group for name in names for group in _cells(name, options)]
    found += [group for name in names if name in options.tier.ladder for group in _ladders(name, options)]
    sweeps = [group for name in names if name in options.tier.scaling for group in _sweeps(name, options)]
    found += [_once(group, found) for group in sweeps]
    if not any(group.members for group in found):
        raise OptionError("Nothing is left to run.", _first_reason(found))
    return found


def _once(sweep: Group, others: Sequence[Group]) -> Group:
    """Return a sweep's group, without forks of its own where the very same cells are timed in another group."""
    if sweep.purpose not in {"batch", "model"}:
        return sweep
    for group in others:
        # Without a value: not one of the pairs that a group was split into.
        cells = group.purpose == "cells" and not group.value
        fields = ("workload", "device", "track", "precision", "division")
        same = all(getattr(group, name) == getattr(sweep, name) for name in fields)
        same = same and (group.size.batch, group.size.dimensions) == (sweep.size.batch, sweep.size.dimensions)
        if cells and same and set(sweep.phases) <= set(group.phases) and set(sweep.members) <= set(group.members):
            return replace(sweep, forks=0, same_as=group.id)
    return sweep


def _first_reason(found: Sequence[Group]) -> str:
    reasons = [reason for group in found for _, reason in group.absent]
    return f"{reasons[0]}." if reasons else "Name stacks that have a program for the workloads named."


def units(plan: Sequence[Group], wave: int) -> list[Unit]:
    """Return every fork of every group, in an order that makes a stop at any moment fair and useful.

    First three forks of each primary cell (matched, first track, first precision), the fewest with an interval worth
    reading; then one fork of everything else on that track, loading first, which is quick; then the other primary
    forks, the rest of the others, and the second track. Within each, the first fork of all groups comes before the
    second of any; but of the primary cells, `wave` workloads have their three before the next ones begin (0: all).
    """
    everything = [Unit(group, number) for group in plan for number in range(group.forks)]
    workloads = list(dict.fromkeys(group.workload for group in primary(plan)))
    waves = {group.id: workloads.index(group.workload) // (wave or len(workloads)) for group in primary(plan)}
    return sorted(everything, key=partial(_urgency, waves=waves))


def primary(plan: Sequence[Group]) -> list[Group]:
    """Return the groups of primary cells: matched, on the first track, in the first precision."""
    cells = [group for group in plan if group.purpose == "cells" and group.division == "matched"]
    return [one for one in cells if one.precision == cells[0].precision and one.track != "all-cores"]


def _urgency(unit: Unit, waves: Mapping[str, int]) -> tuple[int, int, int]:
    group = unit.group
    if group.track == "all-cores":
        return 4, 0, unit.number
    if group.id in waves:
        return (0, waves[group.id], unit.number) if unit.number < _ENOUGH else (2, 0, unit.number)
    return (3 if unit.number else 1), _SIDES.index(group.purpose), unit.number


def orders(members: int, rounds: int, rng: random.Random) -> list[list[int]]:
    """Return an order of the members for each round: random, and balanced over every `members` rounds.

    Each run of `members` rounds is a Latin square with shuffled rows and names, so every member stands in every place
    once, and no drift within a round favours one of them.
    """
    drawn: list[list[int]] = []
    while len(drawn) < rounds:
        names = list(range(members))
        rng.shuffle(names)
        square = [[names[(row + column) % members] for column in range(members)] for row in range(members)]
        rng.shuffle(square)
        drawn += square
    return drawn[:rounds]


def _tracks(options: Options) -> list[tuple[str, int | None]]:
    """Return the tracks of the device with the threads a worker is given on each."""
    if options.device == "cuda":
        return [("gpu", None)]
    tracks: list[tuple[str, int | None]] = []
    if "pinned" in options.tier.tracks:
        tracks.append(("pinned", 1))
    # On one core both tracks are the same.
    if "all-cores" in options.tier.tracks and (options.cores > 1 or not tracks):
        tracks.append(("all-cores", options.cores))
    return tracks


def _is_second(track: str, options: Options) -> bool:
    return track != _tracks(options)[0][0]


def _wanted(options: Options) -> list[str]:
    wanted = options.stacks or options.tier.stacks or EVERY_DAY
    return [stack for stack in MODES if stack in wanted]


def _why_not(stack: str, name: str, options: Options, second: bool = False) -> str:
    """Return why the stack does not run the workload here, on the `second` track if so, "" if it does."""
    mode = MODES[stack]
    if not has_program(mode.framework, name):
        return f"{mode.framework} has no program for {name}"
    if options.device not in mode.devices:
        return f"{stack} does not run on {options.device}"
    only = dict(options.tier.narrow).get(stack)
    if only is not None and (second or name not in only) and stack not in options.stacks:
        where = " and ".join(only) + (" on one core" if second else "")
        return f"the {options.tier.name} tier times {stack} on {where} alone; name it with --stacks to time it here"
    return options.skipped.get(stack, "")


def _stacks(name: str, options: Options, second: bool = False) -> list[str]:
    return [stack for stack in _wanted(options) if not _why_not(stack, name, options, second)]


def _cells(name: str, options: Options) -> list[Group]:
    spec = load_workload(name).SPEC
    size = spec.sizes[options.tier.size]
    phases = tuple(phase for phase in spec.phases if not options.phases or phase in options.phases)
    found = []
    for track, threads in _tracks(options):
        second = _is_second(track, options)
        for division in _divisions(name, track, options):
            for precision in _precisions(division, options):
                members = _members(_stacks(name, options, second), division, precision, options.device, threads)
                everyone = _members(_wanted(options), division, precision, options.device, threads)
                reasons = [(one, _why_not(one.stack, name, options, second)) for one in everyone if not one.twin]
                group = Group(
                    "cells",
                    name,
                    size,
                    options.device,
                    track,
                    precision,
                    division,
                    phases,
                    members,
                    _forks(track, division, options),
                    absent=tuple((one, reason) for one, reason in reasons if reason),
                )
                found += _pairs(group) if options.pairwise else [group]
    return found


def _divisions(name: str, track: str, options: Options) -> list[str]:
    """Return the divisions that a workload is timed under on a track; a workload that was named gets them all."""
    tier, named = options.tier, name in options.workloads
    second = _is_second(track, options)
    if second and tier.second_track and not named and name not in tier.second_track:
        return []
    left_out = bool(tier.shipped) and not named and (second or name not in tier.shipped)
    return [division for division in tier.divisions if division != "as-shipped" or not left_out]


def _forks(track: str, division: str, options: Options) -> int:
    """Return the forks of a group of cells: all of them for the primary ones, the tier's `side_forks` for others."""
    primary = division == "matched" and not _is_second(track, options)
    return options.tier.forks if primary else min(options.tier.forks, options.tier.side_forks)


def _precisions(division: str, options: Options) -> tuple[str, ...]:
    if division == "as-shipped":
        return ("shipped",)
    # TF32 exists on GPUs alone.
    found = [name for name in options.tier.precisions if name != "tf32" or options.device == "cuda"]
    return tuple(sorted(found, key=lambda name: name != _FIRST_PRECISION[options.device]))


def _members(
    stacks: Sequence[str], division: str, precision: str, device: str, threads: int | None
) -> tuple[Member, ...]:
    """Return one member a stack, as-shipped only the modes that ship, and the reference's twin."""
    if division == "as-shipped":
        shipped = [stack for stack in stacks if MODES[stack].mode == SHIPPED_MODE[MODES[stack].environment]]
        made = [Member(stack, as_shipped(MODES[stack].mode, device, threads)) for stack in shipped]
    else:
        made = [Member(stack, matched(MODES[stack].mode, device, precision, threads)) for stack in stacks]
    if not made:
        return ()
    again = reference([member.stack for member in made])
    return (*made, *(replace(member, twin=True) for member in made if member.stack == again))


def _pairs(group: Group) -> list[Group]:
    """Return the group split so that few workers hold memory at once: the reference and its twin with one other."""
    again = [member for member in group.members if member.twin]
    first = [member for member in group.members if not member.twin and member.stack in {one.stack for one in again}]
    others = [member for member in group.members if member not in first and member not in again]
    if not others:
        return [group]
    return [
        replace(
            group,
            members=(*first, other, *again),
            knob=other.stack,
            value=number,
            absent=group.absent if number == 1 else (),
        )
        for number, other in enumerate(others, 1)
    ]


def _ladders(name: str, options: Options) -> list[Group]:
    """Return one group an environment: every rung between as-shipped and matched, timed together."""
    size = load_workload(name).SPEC.sizes[options.tier.size]
    track, threads = _tracks(options)[0]
    stacks = _stacks(name, options)
    environments = dict.fromkeys(MODES[stack].environment for stack in stacks)
    found = []
    for environment in environments:
        modes = {MODES[stack].mode: stack for stack in stacks if MODES[stack].environment == environment}
        rungs = ladder(environment, options.device, threads, compiled=COMPILED_MODE[environment] in modes)
        members = [Member(modes[rung.division.mode], rung.division) for rung in rungs if rung.division.mode in modes]
        forks = min(options.tier.forks, options.tier.side_forks)
        found.append(
            Group("ladder", name, size, options.device, track, "mixed", "ladder", ("train",), tuple(members), forks)
        )
    return found


def _sweeps(name: str, options: Options) -> list[Group]:
    """Return the scaling groups: batch size, one model dimension, data-set size, and the largest batch that fits."""
    spec, stacks = load_workload(name).SPEC, _stacks(name, options)
    if not stacks:
        return []
    size = spec.sizes[options.tier.size]
    track, threads = _tracks(options)[0]
    narrow = dict(options.tier.narrow)
    members = tuple(
        Member(stack, matched(MODES[stack].mode, options.device, "fp32", threads))
        for stack in stacks
        # What is timed on few workloads for its cost is not worth a sweep either, unless it was named.
        if stack not in narrow or stack in options.stacks
    )
    forks = min(options.tier.forks, options.tier.sweep_forks)

    def group(purpose: str, of: Size, value: int, knob: str, phases: tuple[str, ...], who: tuple[Member, ...]) -> Group:
        return Group(
            purpose, name, of, options.device, track, "fp32", "matched", phases, who, forks, value=value, knob=knob
        )

    found = [
        group("batch", size.with_batch(batch), batch, "batch", ("train",), members) for batch in options.tier.batches
    ]
    for knob, values in spec.sweeps.items():
        found += [
            group("model", size.with_dimensions(**{knob: value}), value, knob, ("train",), members) for value in values
        ]
    shipped = [
        member for member in members if MODES[member.stack].mode == SHIPPED_MODE[MODES[member.stack].environment]
    ]
    one_each = tuple({MODES[member.stack].environment: member for member in reversed(shipped or members)}.values())
    # A set smaller than a batch is one batch of all of it.
    loads = [
        group("data", size.with_batch(min(size.batch, count)), count, "examples", (LOAD,), one_each)
        for count in options.tier.examples
    ]
    # Loading compiles nothing: it can have the forks that a verdict needs.
    found += [replace(load, forks=min(options.tier.forks, options.tier.side_forks)) for load in loads]
    if options.tier.doublings and options.device == "cuda":
        found.append(replace(group("fit", size, options.tier.doublings, "doublings", ("train",), members), forks=1))
    return found
