"""The probe: canonical faults in every stack, mode, style and switch, and ways to look into a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bench.probes.debugging import cells, looking, places, verdict
from bench.probes.debugging import fault as faults
from bench.probes.debugging.switches import FILTERS, NONE, OFF, ON, ONLY, SWITCHES
from bench.probes.probe import ANSWERED, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.spec import Mode
from bench.stacks import MODES, SHIPPED_MODE

PLACES, CELLS, LOOKS = "places", "cells", "looks"
# Faults and stacks of the small form: raised, warned, handled and silent all occur.
_QUICK_FAULTS = ("wrong_input_width", "targets_shape", "double_softmax")
_ONE_STYLE = "subclass"
# Inductor builds C++ for nearly every cell of these: one style has to do, and below Keras one switch.
_COSTLY = ("torch-compile", "keras-torch-compile")
_COSTLY_WORDS = "in compiled PyTorch, where every cell builds C++, only subclassed models are tried"
# One cell, and a group of cells, after which none is begun: several times what an idle machine needs.
_CELL_S, _GROUP_S = 180.0, 1800.0
_LOOK_S = 120.0


class Debugging:
    """What a framework says of a fault, and whether one can look into a model while it trains."""

    name = "debugging"
    about = "canonical faults put in: refused, told of, handled or silent, and what the message and the traceback show"
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return one unit for the faults' places, then for each stack its looks and its cells."""
        names = _names(options)
        stacks = [MODES[stack] for stack in SWITCHES if options.wants(stack, MODES[stack].environment)]
        if options.quick:
            stacks = [mode for mode in stacks if mode.mode == SHIPPED_MODE[mode.environment]]
        units = [Unit(PLACES, "", places.__name__, {"names": names})] if stacks else []
        for mode in stacks:
            units += self._stack_units(mode, options, names)
        return units

    def _stack_units(self, mode: Mode, options: ProbeOptions, names: list[str]) -> Iterator[Unit]:
        common: dict[str, Any] = {"stack": mode.stack, "framework": _framework(mode), "mode": mode.mode}
        common |= {"device": options.device, "seed": options.seed}
        variables = {**mode.variables, "OMP_NUM_THREADS": "1"}
        arguments = {**common, "backend": _backend(mode), "switch": SWITCHES[mode.stack][0], "timeout_s": _LOOK_S}
        key = f"{LOOKS} {mode.stack}"
        yield Unit(key, mode.environment, looking.__name__, arguments, variables, 5 * _LOOK_S)
        arguments = {
            **common,
            "environment": mode.environment,
            "names": [name for name in names if _runs(name, options.device)],
            "left_out": [name for name in names if not _runs(name, options.device)],
            "asked": SWITCHES[mode.stack][:1] if options.quick else SWITCHES[mode.stack],
            "timeout_s": _CELL_S,
            "within_s": _GROUP_S,
        }
        styles = list(faults.STYLES[_framework(mode)])
        tried = [_ONE_STYLE] if options.quick or mode.stack in _COSTLY else styles
        other = [one for one in styles if one not in tried] if mode.stack in _COSTLY else []
        every = {**arguments, "styles": tried, "other_styles": other}
        yield Unit(f"{CELLS} {mode.stack}", mode.environment, cells.__name__, every, variables, _GROUP_S + 2 * _CELL_S)

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return the unit's records; where it gave no answer, each of its cells as not-run with the reason."""
        outcome = outcomes[0]
        what = unit.key.split()[0]
        if what == PLACES:
            return _place_records(unit, outcome)
        mode = MODES[unit.arguments["stack"]]
        common = {"unit": unit.key, "stack": mode.stack, "framework": _framework(mode)}
        common |= {"backend": _backend(mode), "mode": mode.mode}
        if what == LOOKS:
            return [{"kind": "debugging_look", **common, **look} for look in _looks(mode, outcome)]
        return [
            {"kind": "debugging_cell", **common, **cell, **_expectation(mode, cell)} for cell in _cells(unit, outcome)
        ]


def _names(options: ProbeOptions) -> list[str]:
    return [name for name in faults.names() if not options.quick or name in _QUICK_FAULTS]


def _runs(name: str, device: str) -> bool:
    return faults.load(name).device in ("", device)


def _framework(mode: Mode) -> str:
    return mode.environment.split("-")[0]


def _backend(mode: Mode) -> str:
    return mode.environment.partition("-")[2]


def _place_records(unit: Unit, outcome: Outcome) -> list[Record]:
    answer = outcome.answer
    return [
        *({"kind": "debugging_fault", "unit": unit.key, **one} for one in answer.get("faults", ())),
        *({"kind": "debugging_place", "unit": unit.key, **one} for one in answer.get("places", ())),
    ]


def _looks(mode: Mode, outcome: Outcome) -> list[dict[str, Any]]:
    if outcome.how == ANSWERED:
        return list(outcome.answer["looks"])
    nothing = {"steps": looking.STEPS, "times": None, "shown": None, "example": ""}
    reason = f"{outcome.how}: {outcome.reason}"
    return [
        {"look": look, "call": call, "status": verdict.NOT_RUN, "reason": reason, **nothing}
        for look, call in looking.ways(_framework(mode), _backend(mode)).items()
    ]


def _cells(unit: Unit, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the unit's cells: those that were measured, and for every other one why it was not."""
    asked = unit.arguments
    filtering = ON if asked["environment"] in FILTERS else NONE
    found = list(outcome.answer.get("cells", ())) if outcome.how == ANSWERED else []
    there = {(cell["fault"], cell["style"], cell["switch"]) for cell in found}
    for style in [*asked["styles"], *asked["other_styles"]]:
        for name in [*asked["names"], *asked["left_out"]]:
            status, reason = _why_not(unit, outcome, name, style)
            for switch in asked["asked"]:
                if ONLY.get(switch, name) == name and (name, style, switch) not in there:
                    where = {"fault": name, "style": style, "switch": switch, "filtering": filtering}
                    found.append({**where, **verdict.EMPTY, "status": status, "reason": reason})
    return found


def _why_not(unit: Unit, outcome: Outcome, name: str, style: str) -> tuple[str, str]:
    """Return the status and the reason of a cell without an outcome."""
    asked = unit.arguments
    absent = faults.load(name).why_absent(asked["framework"], style)
    if absent:
        return verdict.CANNOT_EXIST, absent
    if name in asked["left_out"]:
        return verdict.NOT_RUN, f"only a GPU shows it; this run is on {asked['device']}"
    if style in asked["other_styles"]:
        return verdict.NOT_RUN, _COSTLY_WORDS
    return verdict.NOT_RUN, f"{outcome.how}: {outcome.reason}"


def _expectation(mode: Mode, cell: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome that was first seen in this stack, and whether it is another one now.

    Known for stacks as they come, no switch turned, and for compiled PyTorch, which the pilot found to do the same.
    """
    seen = cell["switch"] == OFF and (mode.mode == SHIPPED_MODE[mode.environment] or mode.framework == "torch")
    expected = faults.load(cell["fault"]).expected.get(mode.environment) if seen else None
    known = expected is not None and cell["outcome"] is not None
    return {"expected": expected, "changed": cell["outcome"] != expected if known else None}
