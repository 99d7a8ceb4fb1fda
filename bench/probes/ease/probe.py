"""The units and records of the ease-of-use probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.discovery import workload_ids
from bench.probes.ease.files import BASE, CHANGES, Stack, folders, stacks
from bench.probes.ease.syntax import ALL
from bench.probes.probe import ANSWERED, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.spec import OK
from bench.stacks import MODES, thread_variables, untuned_variables

_HERE = "bench.probes.ease"
_COUNTS = ("logical_lines", "ast_nodes", "framework_names", "method_names", "syntax_volume", "state_statements")
_TIMEOUT_S = 1200.0
# One backend stands for Keras in the quick form: the one on which all nine changes run.
_QUICK_BACKENDS = ("", "tensorflow")


class Ease:
    """A unit for the texts, one for what radon counts, and one a stack that runs its programs and changes."""

    name = "ease"
    about = "What the same work takes as a program, and what nine standard changes to it cost."
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return the units. The quick form cuts depth and steps, and runs Keras on one backend."""
        chosen = [stack for stack in stacks() if _wanted(stack, options)]
        if options.quick:
            chosen = [stack for stack in chosen if options.stacks or stack.backend in _QUICK_BACKENDS]
        workloads = [name for name in workload_ids() if not options.workloads or name in options.workloads]
        if not chosen or not workloads:
            return []
        used = [folder for folder in folders() if any(stack.folder == folder for stack in chosen)]
        asked = {"folders": used, "workloads": workloads}
        texts = [
            Unit("texts", "", f"{_HERE}.sources", asked),
            Unit("complexity", "metrics", f"{_HERE}.complexity", asked),
        ]
        return texts + [_unit(stack, workloads, options) for stack in chosen]

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return the unit's records; without an answer each bears what became of the child, and its reason."""
        outcome = outcomes[0]
        if unit.key == "texts":
            return _sources(unit, outcome)
        if unit.key == "complexity":
            return _complexity(unit, outcome)
        stack = next(one for one in stacks() if one.name == unit.key.partition("/")[2])
        about = {
            "unit": unit.key,
            "stack": stack.name,
            "framework": stack.framework,
            "backend": stack.backend,
            "mode": "",
            "program": stack.folder,
        }
        told = outcome.answer if outcome.how == ANSWERED else _untold(unit, outcome)
        programs = [record for one in told["programs"] for record in _program(about, one)]
        return programs + [_change(about, one) for one in told["changes"]]


def _wanted(stack: Stack, options: ProbeOptions) -> bool:
    """True if the stack is asked for by its own name or a mode of its environment.

    Where no stack bears the framework's name, as none is written in JAX alone, the one with a companion answers to it.
    """
    names = {stack.name}
    if not stack.backend and stack.framework not in {one.name for one in stacks()}:
        names.add(stack.framework)
    return options.wants(*names, *(mode.stack for mode in MODES.values() if mode.environment in names))


def _unit(stack: Stack, workloads: Sequence[str], options: ProbeOptions) -> Unit:
    changes = {name: stack.only.get(name, "") for name in CHANGES} if BASE in workloads else {}
    arguments = {
        "folder": stack.folder,
        "workloads": list(workloads),
        "changes": changes,
        "quick": options.quick,
        "seed": options.seed,
    }
    # Programs are run for what they compute, not for how fast: less optimisation makes the many compilations bearable,
    # and threads of small programs spend their time in waiting for each other.
    variables = {**untuned_variables("cpu"), **thread_variables(1), **stack.variables}
    return Unit(f"programs/{stack.name}", stack.name, f"{_HERE}.run", arguments, variables, _TIMEOUT_S)


def _untold(unit: Unit, outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """Return what the child would have told had it run each program and found it as the whole child was."""
    failed = {"status": outcome.how, "reason": outcome.reason}
    return {
        "programs": [{"workload": name, **failed, "gates": [], "parts": {}} for name in unit.arguments["workloads"]],
        "changes": [{"change": name, **failed, "effect": None, "cost": {}} for name in unit.arguments["changes"]],
    }


def _program(about: Mapping[str, Any], told: Mapping[str, Any]) -> list[Record]:
    """Return a record a part, and a record a gate."""
    head = {**about, "workload": told["workload"]}
    parts = [
        {
            "kind": "ease_program",
            **head,
            "part": part,
            "status": told["status"],
            "reason": told["reason"],
            **{name: told["parts"].get(part, {}).get(name) for name in _COUNTS},
            "state": told["parts"].get(part, {}).get("state", {}),
        }
        for part in ALL
    ]
    return parts + [{"kind": "ease_parity", **head, **gate} for gate in told["gates"]]


def _change(about: Mapping[str, Any], told: Mapping[str, Any]) -> Record:
    effect = told["effect"] or {}
    return {
        "kind": "ease_change",
        **about,
        "workload": BASE,
        "change": told["change"],
        "status": told["status"],
        "reason": told["reason"],
        **{name: told["cost"].get(name) for name in ("edit_distance", "lines_added", "lines_removed")},
        "effect": effect.get("detail", ""),
        "effect_value": effect.get("value"),
        "effect_limit": effect.get("limit"),
    }


def _sources(unit: Unit, outcome: Outcome) -> list[Record]:
    if outcome.how == ANSWERED:
        good = {"kind": "ease_source", "unit": unit.key, "status": OK, "reason": ""}
        return [{**good, **one} for one in outcome.answer["sources"]]
    failed = {"status": outcome.how, "reason": outcome.reason, "change": "", "sha256": "", "text": ""}
    return [
        {"kind": "ease_source", "unit": unit.key, "program": folder, "workload": workload, **failed}
        for folder in unit.arguments["folders"]
        for workload in unit.arguments["workloads"]
    ]


def _complexity(unit: Unit, outcome: Outcome) -> list[Record]:
    names = ("cyclomatic_sum", "cyclomatic_max", "halstead_volume")
    if outcome.how == ANSWERED:
        good = {"kind": "ease_complexity", "unit": unit.key, "status": OK, "reason": ""}
        return [{**good, "radon": outcome.answer["radon"], **one} for one in outcome.answer["programs"]]
    failed = {"status": outcome.how, "reason": outcome.reason, "radon": "", **dict.fromkeys(names)}
    return [
        {"kind": "ease_complexity", "unit": unit.key, "program": folder, "workload": workload, "part": part, **failed}
        for folder in unit.arguments["folders"]
        for workload in unit.arguments["workloads"]
        for part in ALL
    ]
