"""The probe: forms of control flow in plain Python, and in each framework's own words, in every stack and mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.probes.control_flow import form as forms
from bench.probes.control_flow import running
from bench.probes.control_flow.form import AS_WRITTEN, PHASES, REWRITTEN
from bench.probes.probe import ANSWERED, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.spec import Mode
from bench.stacks import MODES, SHIPPED_MODE

STACKS = (
    *("keras-tensorflow-graph", "keras-tensorflow-xla", "keras-tensorflow-eager"),
    *("keras-jax-jit", "keras-jax-eager", "keras-torch-eager", "keras-torch-compile"),
    *("torch-eager", "torch-compile"),
    *("tensorflow-graph", "tensorflow-xla", "tensorflow-eager"),
    *("jax-jit", "jax-eager"),
)
# Forms of the small form: one that some stacks refuse, and one that some get wrong.
_QUICK_FORMS = ("branch", "side_effects")
# Several times what an idle machine needs: Inductor builds C++ for nearly every fork of its own.
_FORK_S, _GROUP_S = 240.0, 900.0


class ControlFlow:
    """Whether control flow written in plain Python runs, and runs right, in the forward and the backward pass."""

    name = "control_flow"
    about = "Python branches, loops, side effects, recursion and shapes: run as written, need rewriting, or go wrong"
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return one unit a stack."""
        modes = [MODES[stack] for stack in STACKS if options.wants(stack, MODES[stack].environment)]
        if options.quick:
            modes = [mode for mode in modes if mode.mode == SHIPPED_MODE[mode.environment]]
        return [self._unit(mode, options) for mode in modes]

    def _unit(self, mode: Mode, options: ProbeOptions) -> Unit:
        arguments = {
            "framework": _framework(mode),
            "mode": mode.mode,
            "names": [name for name in forms.names() if not options.quick or name in _QUICK_FORMS],
            "device": options.device,
            "seed": options.seed,
            "timeout_s": _FORK_S,
            "within_s": _GROUP_S,
        }
        variables = {**mode.variables, "OMP_NUM_THREADS": "1"}
        return Unit(mode.stack, mode.environment, running.__name__, arguments, variables, _GROUP_S + 2 * _FORK_S)

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return a record for each form, phase and version, with the reason where there is no outcome."""
        mode, outcome = MODES[unit.key], outcomes[0]
        common = {"kind": "control_flow_cell", "unit": unit.key, "stack": mode.stack, "framework": _framework(mode)}
        common |= {"backend": mode.environment.partition("-")[2], "mode": mode.mode}
        return [{**common, **_about(cell["form"]), **cell} for cell in _cells(unit, outcome)]


def _framework(mode: Mode) -> str:
    return mode.environment.split("-")[0]


def _about(name: str) -> dict[str, str]:
    form = forms.load(name)
    return {"title": form.title, "about": form.about}


def _cells(unit: Unit, outcome: Outcome) -> list[dict[str, Any]]:
    framework = unit.arguments["framework"]
    found = {}
    if outcome.how == ANSWERED:
        found = {(cell["form"], cell["phase"], cell["version"]): cell for cell in outcome.answer["cells"]}
    cells = []
    for name in unit.arguments["names"]:
        for phase in PHASES:
            where = running.place(name, phase, AS_WRITTEN, framework)
            nothing = {"status": running.NOT_RUN, "reason": f"{outcome.how}: {outcome.reason}"}
            written = found.get((name, phase, AS_WRITTEN), {**where, **running.EMPTY, **nothing})
            rewritten = found.get((name, phase, REWRITTEN)) or running.without_rewriting(written, framework)
            cells += [written, rewritten]
    return cells
