"""Integration: what each framework takes from NumPy, pandas, Polars, Arrow, DuckDB and DLPack, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.probes.integration import stacks
from bench.probes.integration.cells import cells
from bench.probes.integration.doors import Stack
from bench.probes.probe import ANSWERED, DIED, HUNG, NOT_RUN, Outcome, ProbeOptions, Unit
from bench.results import Record
from bench.stacks import MODES

_HERE = "bench.probes.integration"
# One cell, the slowest of which builds and fits a model, and its framework's import before the first.
_CELL_TIMEOUT_S = 180.0
_TIMEOUT_S = 420.0
_ROWS, _QUICK_ROWS = 400_000, 20_000
_EPOCHS, _QUICK_EPOCHS = 5, 1
_BATCH = 2048
# The floor of the loaders: reading without any framework.
_FLOOR = "numpy"


class Integration:
    """One unit a stack for the matrix, one for its loader. Keras shares an environment with the framework below it."""

    name = "integration"
    about = "What a framework takes from NumPy, pandas, Polars, Arrow, DuckDB, DLPack; copy or not; loaders' speed."
    alone = False

    def units(self, options: ProbeOptions) -> list[Unit]:
        """Return the loaders, each alone, the one without a framework last, then the matrices."""
        wanted = {name: stack for name, stack in stacks.table().items() if options.wants(*_names(stack))}
        matrix = {"quick": options.quick, "timeout_s": _CELL_TIMEOUT_S}
        rows, epochs = (_QUICK_ROWS, _QUICK_EPOCHS) if options.quick else (_ROWS, _EPOCHS)
        loader = {"rows": rows, "batch": _BATCH, "epochs": epochs}
        units = [
            self._unit(f"loader/{one.name}", "loaders", one, {"stack": name, **loader}) for name, one in wanted.items()
        ]
        for one in list(wanted.values())[:1]:
            units.append(
                self._unit(f"loader/{_FLOOR}", "loaders", Stack("", one.environment, _FLOOR), {"stack": "", **loader})
            )
        units += [
            self._unit(f"matrix/{one.name}", "matrix", one, {"stack": name, **matrix}) for name, one in wanted.items()
        ]
        return units

    def _unit(self, key: str, module: str, stack: Stack, arguments: dict[str, Any]) -> Unit:
        # A loader's rows a second are of a machine that does nothing else; what a cell answers is of any.
        is_timed = module == "loaders"
        where = stack.environment
        return Unit(key, where, f"{_HERE}.{module}", arguments, stack.variables, _TIMEOUT_S, alone=is_timed)

    def records(self, unit: Unit, outcomes: Sequence[Outcome]) -> list[Record]:
        """Return a record a cell, or the loader's one; each with a status, whatever became of the child."""
        kind = unit.key.partition("/")[0]
        one = stacks.table().get(unit.arguments["stack"], Stack(_FLOOR, "", _FLOOR))
        about = {"unit": unit.key, "stack": one.name, "framework": one.framework, "backend": one.backend, "mode": ""}
        outcome = outcomes[0]
        if kind == "loader":
            return [_loader(unit, about, outcome)]
        told = {(one["input"], one["operation"]): one for one in outcome.answer.get("cells", [])}
        status = outcome.how if outcome.how in (DIED, HUNG) else NOT_RUN
        unknown = {"status": status, "message": outcome.reason or "no answer"}
        empty = dict.fromkeys(("warning", "dtype_in", "dtype_out", "sharing", "bridge", "bridged"), "")
        return [
            {
                "kind": "integration_cell",
                **about,
                **empty,
                "library": cell.library,
                **told.get((cell.input, cell.operation), unknown),
                "input": cell.input,
                "operation": cell.operation,
            }
            for cell in cells(unit.arguments["quick"])
        ]


def _names(stack: Stack) -> list[str]:
    """Return what a user may call the stack: itself, its environment, the timing runner's stacks of its name."""
    return [stack.name, stack.environment, *(mode.stack for mode in MODES.values() if mode.environment == stack.name)]


def _loader(unit: Unit, about: Record, outcome: Outcome) -> Record:
    told = outcome.answer
    status = "ok" if outcome.how == ANSWERED else NOT_RUN if outcome.how == NOT_RUN else "failed"
    return {
        "kind": "integration_loader",
        **about,
        "status": status,
        "reason": outcome.reason,
        "loader": told.get("loader", ""),
        "rows": unit.arguments["rows"],
        "batch": unit.arguments["batch"],
        "file_bytes": told.get("file_bytes"),
        "seconds": told.get("seconds", []),
    }


PROBE = Integration()
