"""A run as the page shows it: its settings, its stacks with their looks, its rows of every mart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from barometer.catalog import Catalog
from reports.figures import Figures
from reports.marts import Row
from reports.stacks import Stack, make_choice, make_stack

TABLES = ("cells", "contrasts", "ladder", "scaling", "break_even", "parity", "environments")
PHASES = {"train": "Training", "infer": "Inference"}
# Spelled without figures: every figure on a page is a measured one.
_PRECISIONS = {
    "fp32": "single precision",
    "tf32": "TensorFloat precision",
    "bf16": "bfloat precision",
    "shipped": "precision as shipped",
}


@dataclass(frozen=True)
class Conditions:
    """What all cells that may be compared share beside workload and phase."""

    division: str
    precision: str
    track: str
    size: str
    device: str

    def holds(self, row: Row) -> bool:
        """Return whether a row of cells, contrasts or break-even was measured under these conditions."""
        return all(row[name] == value for name, value in self.__dict__.items())

    def is_near(self, other: Conditions) -> bool:
        """Return whether two differ in the track alone, or on one track and size in what is set alike."""
        same_set = (self.division, self.precision) == (other.division, other.precision)
        return (self.size, self.device) == (other.size, other.device) and same_set != (self.track == other.track)

    @property
    def precision_words(self) -> str:
        """The precision in words."""
        return _PRECISIONS.get(self.precision, self.precision)

    @property
    def label(self) -> str:
        """The conditions in words."""
        division = {"matched": "every knob matched", "as-shipped": "as shipped, each framework's defaults"}
        track = {"pinned": "one core", "all-cores": "all cores", "gpu": "GPU"}
        precision = "" if self.precision == "shipped" else f", {self.precision_words}"
        words = f"{division.get(self.division, self.division)}{precision}, {track.get(self.track, self.track)}"
        return f"{words}, {self.size} models"


class Run:
    """One run's rows; `row` is its row of marts.benchmark_runs."""

    def __init__(self, figures: Figures, row: Row) -> None:
        self.figures = figures
        self.row = row
        self._stacks = dict(self._found(figures.catalog))

    @property
    def id(self) -> str:
        """The run's name."""
        return str(self.row["run"])

    def rows(self, name: str) -> list[Row]:
        """Return the run's rows of marts.benchmark_<name>, in the order of their keys."""
        return [row for row in self.figures.marts.tables.get(f"benchmark_{name}", []) if row["run"] == self.row["run"]]

    def stack(self, key: str) -> Stack:
        """Return a stack by its name in the result file."""
        return self._stacks[key]

    def _found(self, catalog: Catalog) -> Iterator[tuple[str, Stack]]:
        for row in self.rows("contrasts"):
            for side in ("measured", "against"):
                framework, backend, mode = (row[f"{side}_{part}"] for part in ("framework", "backend", "mode"))
                if side == "measured" and row["chosen"] is not None:
                    yield row[side], make_choice(catalog, row[side], framework)
                else:
                    yield row[side], make_stack(catalog, row[side], framework, backend, mode)
        for row in (row for name in ("cells", "ladder", "scaling", "parity") for row in self.rows(name)):
            yield row["stack"], make_stack(catalog, row["stack"], row["framework"], row["backend"], row["mode"])

    @cached_property
    def stacks(self) -> list[Stack]:
        """Every stack of the run, by framework in the catalogue's order, then by what it runs on."""
        order = {framework.key: number for number, framework in enumerate(self.figures.catalog.frameworks)}
        return sorted(
            (stack for stack in self._stacks.values() if stack.mode is not None),
            key=lambda one: (order[one.framework], order.get(one.backend or "", -1), one.key),
        )

    @property
    def timed(self) -> list[str]:
        """Names of the workloads that have a time, sorted."""
        return sorted({row["workload"] for row in self.rows("cells") if row["status"] == "ok"})

    @cached_property
    def conditions(self) -> list[Conditions]:
        """All conditions with cells, the one that answers first: matched, in the main precision, not all cores."""
        found: dict[Conditions, int] = defaultdict(int)
        for row in self.rows("cells"):
            found[Conditions(*(row[name] for name in Conditions.__dataclass_fields__))] += row["status"] == "ok"
        return sorted(found, key=lambda one: (self._rank(one), -found[one], one.label))

    def _rank(self, one: Conditions) -> tuple[bool, int, bool]:
        precision = [self.row["main_precision"], *_PRECISIONS, one.precision].index(one.precision)
        return one.division != "matched", precision, one.track == "all-cores"

    def cells(self, conditions: Conditions, phase: str | None = None) -> list[Row]:
        """Return a row a workload, stack and phase; of stacks timed in several groups the row with most rounds."""
        best: dict[tuple[str, str, str], Row] = {}
        for row in self.rows("cells"):
            key = (row["workload"], row["stack"], row["phase"])
            if conditions.holds(row) and phase in (None, row["phase"]) and _rounds(row) > _rounds(best.get(key)):
                best[key] = row
        return list(best.values())

    def contrasts(self, conditions: Conditions, phase: str, kind: str = "contrast") -> list[Row]:
        """Return the rows of declared pairs (kind `contrast`) or of code against itself (`A/A`)."""
        rows = (row for row in self.rows("contrasts") if conditions.holds(row))
        return [row for row in rows if row["phase"] == phase and row["kind"] == kind]


def _rounds(row: Row | None) -> int:
    return -1 if row is None else row["rounds"] or 0


def make_runs(figures: Figures) -> list[Run]:
    """Return the newest run of every machine and the one that evidence comes from, that one first."""
    known = figures.marts.tables.get("benchmark_runs", [])
    rows = [row for row in known if row["is_newest"] or row["is_chosen"]]
    rows = sorted(rows, key=lambda row: (not row["is_chosen"], -row["started_on"].toordinal(), row["run"]))
    return [Run(figures, row) for row in rows]
