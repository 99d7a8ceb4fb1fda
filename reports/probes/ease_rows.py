"""The rows of the ease-of-use probe by program: stacks that ran the same text are one program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from reports.charts.bench import Look
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.document import rows_of

TABLE = "ease"
OK = "ok"
PARTS = ("data", "model", "train", "evaluate", "save")


@dataclass(frozen=True)
class Program:
    """One folder of programs: a framework's own way, or its way with a companion library."""

    key: str
    framework: str
    is_own: bool
    look: Look

    @property
    def label(self) -> str:
        """Its name in words."""
        return self.look.label


class Programs:
    """Every program of the run with its counts; a row of a stack that passed its gates stands for its program."""

    def __init__(self, figures: Figures, rows: Sequence[Row]) -> None:
        self.figures = figures
        self.rows = rows
        self._counts: dict[tuple[str, str, str], Row] = {}
        for row in rows:
            if row["status"] == OK:
                self._counts.setdefault((row["program"], row["workload"], row["part"]), row)

    @cached_property
    def all(self) -> list[Program]:
        """Return every program, in the catalogue's order of frameworks, a framework's own way first."""
        sources = rows_of(self.figures, "ease_sources")
        found = {row["program"]: row for row in [*sources, *self.rows, *rows_of(self.figures, "ease_changes")]}
        known = {framework.key: framework for framework in self.figures.catalog.frameworks}
        order = list(known)
        made = []
        for key, row in found.items():
            own = known[row["framework"]]
            name = own.label if row["is_own"] else f"{own.label} with {key.capitalize()}"
            look = Look(name, own.colour.lower(), own.shape if row["is_own"] else "cross")
            made.append(Program(key, own.key, row["is_own"], look))
        return sorted(made, key=lambda one: (order.index(one.framework), not one.is_own, one.key))

    @cached_property
    def shown(self) -> list[Program]:
        """Return the programs that are counted as a whole in some workload."""
        return [one for one in self.all if any((key[0], key[2]) == (one.key, "whole") for key in self._counts)]

    @cached_property
    def workloads(self) -> list[str]:
        """Return the names of the workloads."""
        return sorted({row["workload"] for row in self.rows})

    def row(self, program: Program, workload: str, part: str = "whole") -> Row | None:
        """Return the counts of a part of a program, None where no stack passed its gates with it."""
        return self._counts.get((program.key, workload, part))

    def has(self, program: Program, workload: str) -> bool:
        """Return whether a whole program is counted."""
        return self.row(program, workload) is not None

    def lines(self, program: Program, workload: str, part: str = "whole") -> int | None:
        """Return the logical lines of a part of a program."""
        row = self.row(program, workload, part)
        return None if row is None else row["logical_lines"]

    def counted(self, program: Program, part: str, column: str) -> list[Row]:
        """Return a program's rows of one part that have a count, smallest first."""
        rows = (self.row(program, work, part) for work in self.workloads)
        return sorted((row for row in rows if row is not None and row[column] is not None), key=lambda row: row[column])

    def middle(self, program: Program, part: str, column: str) -> Row | None:
        """Return the row in the middle of a program's counts over workloads; of two in the middle the smaller."""
        rows = self.counted(program, part, column)
        return rows[(len(rows) - 1) // 2] if rows else None

    def middle_lines(self, program: Program) -> float:
        """Return the middle of a program's logical lines over workloads, infinity for one without."""
        row = self.middle(program, "whole", "logical_lines")
        return float("inf") if row is None else float(row["logical_lines"])

    def show(self, row: Row, column: str) -> Markup:
        """Return a count for a sentence."""
        return self.figures.show(reference(TABLE, row, column))

    def span(self, program: Program, part: str = "whole", column: str = "logical_lines") -> Markup:
        """Return the smallest and the largest of a program's counts over workloads."""
        rows = self.counted(program, part, column)
        if rows[0][column] == rows[-1][column]:
            return self.show(rows[0], column)
        return Markup("{} to {}").format(self.show(rows[0], column), self.show(rows[-1], column))


def make_programs(figures: Figures) -> Programs:
    """Return the programs of the chosen run."""
    return Programs(figures, rows_of(figures, TABLE))


def listed(programs: Iterable[Program]) -> str:
    """Return some programs' names as a list in words."""
    *first, last = [one.label for one in programs]
    return f"{', '.join(first)} and {last}" if first else last
