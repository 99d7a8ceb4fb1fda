"""Footprint: what a stack puts on a disk and into memory, how long its import takes, and what it says it needs."""

from __future__ import annotations

from collections.abc import Sequence

from bench.probes.footprint import making
from bench.probes.footprint.weigh import COLD, WARM
from bench.probes.probe import ANSWERED, NOT_RUN, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.stacks import MODES

_HERE = "bench.probes.footprint"
_PROCESSES = 10
_QUICK_PROCESSES = 2
# A loss that fell to less than this share of the first epoch's was trained.
_FALLEN = 0.5
# Not a framework, and read all the same: claim C00 calls it one. It is in the environment of Barometer itself.
_CLAIMED = "fastapi"


def _environments(options: ProbeOptions) -> dict[str, str]:
    """Return the framework's module by environment: those of the stacks that have one, in the table's order."""
    found: dict[str, str] = {}
    for mode in MODES.values():
        if mode.modules and options.wants(mode.stack, mode.environment):
            found.setdefault(mode.environment, mode.modules[0])
    return found


def _backend(environment: str) -> str:
    return environment.removeprefix("keras-") if environment.startswith("keras-") else ""


def _variables(environment: str) -> dict[str, str]:
    return next(dict(mode.variables) for mode in MODES.values() if mode.environment == environment)


class Footprint:
    """One unit an environment for its weight, its metadata and, with Keras, a training without TensorFlow."""

    name = "footprint"
    about = "What a stack holds on disk and in memory, its import time, its dependencies, Keras without TensorFlow."
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return metadata, trainings, and weights: in the quick form the standing environments', otherwise fresh ones'.

        Fresh environments are made before, side by side; cold imports are timed beside each other, warm ones alone.
        """
        units = [Unit(f"metadata/{_CLAIMED}", "", f"{_HERE}.metadata", {"distribution": _CLAIMED})]
        for name, module in _environments(options).items():
            units.append(Unit(f"metadata/{name}", name, f"{_HERE}.metadata", {"distribution": module}))
            if module == "keras":
                training = {"seed": options.seed}
                units.append(Unit(f"training/{name}", name, f"{_HERE}.training", training, _variables(name)))
            if not options.quick:
                units.append(self._making(name, module, options))
        for condition in (COLD, WARM):
            units += [
                self._imports(name, module, condition, options) for name, module in _environments(options).items()
            ]
        return units

    def _making(self, name: str, module: str, options: ProbeOptions) -> Unit:
        arguments = {"environment": name, "module": module, "device": options.device, "variables": _variables(name)}
        return Unit(f"fresh/{name}", "", making.__name__, arguments, timeout_s=1800.0)

    def _imports(self, name: str, module: str, condition: str, options: ProbeOptions) -> Unit:
        """Return the unit of an environment's cold imports, which weighs it too, or of its warm ones.

        A cold import compiles byte code most of the time, and takes as long beside another; a warm one takes longer.
        """
        is_cold = condition == COLD
        arguments = {
            "environment": name,
            "module": module,
            "processes": _QUICK_PROCESSES if options.quick else _PROCESSES,
            "fresh": not options.quick,
            "device": options.device,
            "variables": _variables(name),
            "condition": condition,
        }
        key, where = f"{'weight' if is_cold else 'warm'}/{name}", name if options.quick else ""
        apart = "cold imports" if is_cold else ""
        return Unit(key, where, f"{_HERE}.weigh", arguments, timeout_s=1800.0, alone=not is_cold, apart=apart)

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return the unit's records; one with a status and its reason where nothing was answered.

        What makes an environment has none: the unit that weighs it tells of it.
        """
        kind, _, name = unit.key.partition("/")
        if kind == "fresh":
            return []
        makers = {"metadata": self._metadata, "training": self._training, "weight": self._weights, "warm": self._warm}
        make = makers[kind]
        return make(unit, name, outcomes[0])

    def _metadata(self, unit: Unit, name: str, outcome: Outcome) -> list[Record]:
        distribution = unit.arguments["distribution"]
        told = outcome.answer if outcome.how == ANSWERED else {}
        there = bool(told.get("found"))
        reason = outcome.reason or ("" if there else f"{distribution} is not installed in this environment")
        return [
            {
                "kind": "footprint_metadata",
                "unit": unit.key,
                "environment": unit.environment or "runner",
                "distribution": distribution,
                "status": "read" if there else NOT_RUN,
                "reason": reason,
                "version": told.get("version"),
                "summary": told.get("summary"),
                "keywords": told.get("keywords"),
                "classifiers": told.get("classifiers", []),
                "requires": told.get("requires", []),
            }
        ]

    def _training(self, unit: Unit, name: str, outcome: Outcome) -> list[Record]:
        told = outcome.answer
        losses = told.get("losses", [])
        status, reason = _trained(outcome)
        return [
            {
                "kind": "footprint_training",
                "unit": unit.key,
                "stack": name,
                "framework": "keras",
                "backend": _backend(name),
                "mode": "",
                "status": status,
                "reason": reason,
                "tensorflow_found": told.get("tensorflow_found"),
                "tensorflow_imported": told.get("tensorflow_imported"),
                "version": told.get("keras"),
                "trainable": told.get("trainable"),
                "steps": told.get("steps"),
                "loss_first": losses[0] if losses else None,
                "loss_last": losses[-1] if losses else None,
            }
        ]

    def _weights(self, unit: Unit, name: str, outcome: Outcome) -> list[Record]:
        told = outcome.answer
        contents = told.get("contents", {})
        about = {"unit": unit.key, "stack": name, "framework": unit.arguments["module"], "backend": _backend(name)}
        status = "measured" if outcome.how == ANSWERED else NOT_RUN if outcome.how == NOT_RUN else "failed"
        environment: Record = {
            "kind": "footprint_environment",
            **about,
            "mode": "",
            "status": status,
            "reason": outcome.reason or told.get("reason", ""),
            "fresh": told.get("fresh"),
            "installer": told.get("installer", ""),
            "install_s": told.get("install_s"),
            "distributions": len(contents["distributions"]) if contents else None,
            "files": contents.get("files"),
            "bytes": contents.get("bytes"),
            "versions": contents.get("distributions", {}),
            "by_distribution": contents.get("by_distribution", {}),
        }
        return [environment, *self._warm(unit, name, outcome)]

    def _warm(self, unit: Unit, name: str, outcome: Outcome) -> list[Record]:
        about = {"unit": unit.key, "stack": name, "framework": unit.arguments["module"], "backend": _backend(name)}
        imports = outcome.answer.get("imports", [])
        return [{"kind": "footprint_import", **about, "mode": "", **one} for one in imports]


def _trained(outcome: Outcome) -> tuple[str, str]:
    """Return runs, fails or not-run, and why."""
    if outcome.how == NOT_RUN:
        return NOT_RUN, outcome.reason
    if outcome.how != ANSWERED:
        return "fails", outcome.reason
    first, last = outcome.answer["losses"][0], outcome.answer["losses"][-1]
    if last < _FALLEN * first:
        return "runs", ""
    return "fails", f"the loss went from {first:.4g} to {last:.4g}"


PROBE = Footprint()
