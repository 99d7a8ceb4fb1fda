"""The rows of the debugging probe: a stack's cells as it comes, beside them those of switches and without filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from markupsafe import Markup

from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.document import named, rows_of
from reports.stacks import Stack, stacks

TABLE = "debugging"
FAULTS = "debugging_faults"
OK = "ok"
SIGNALS = ("raised", "warned")
FAMILIES = {"data": "Data", "model": "Model", "training": "Training", "api": "Use of the library", "device": "Device"}
OUTCOMES = ("raised", "warned", "handled", "silent", "hung", "died")


class Cells:
    """The cells of the chosen run. A stack's base is how it comes; of a mode for debugging, that mode's own switch."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.rows = rows_of(figures, TABLE)

    @cached_property
    def stacks(self) -> list[Stack]:
        """Return every stack with cells."""
        return stacks(self.figures.catalog, self.rows)

    @cached_property
    def shipped(self) -> list[Stack]:
        """Return the stacks that one gets without asking for a mode."""
        names = {row["stack"] for row in self.rows if row["is_shipped"]}
        return [stack for stack in self.stacks if stack.key in names]

    @cached_property
    def faults(self) -> list[Row]:
        """Return a row a fault, family by family in the order of their numbers; it holds fault, title and family."""
        found = {row["fault"]: row for row in reversed(self.rows)}
        families = [*FAMILIES, *sorted({row["family"] for row in found.values()} - FAMILIES.keys())]
        return sorted(found.values(), key=lambda row: (families.index(row["family"]), row["number"], row["fault"]))

    @cached_property
    def switches(self) -> dict[str, list[str]]:
        """Return each stack's switches, its base first."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            found[row["stack"]].add(row["switch"])
        return {
            stack: sorted(names, key=lambda name: (name != "off", len(name), name)) for stack, names in found.items()
        }

    @cached_property
    def _filtered(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            if row["filtering"] != "off":
                found[row["stack"], row["switch"]].append(row)
        return found

    def base(self, stack: Stack) -> list[Row]:
        """Return a stack's cells as it comes, its filters of tracebacks as shipped."""
        return self._filtered[stack.key, self.switches[stack.key][0]]

    def switched(self, stack: Stack, switch: str) -> list[Row]:
        """Return a stack's cells with a switch on."""
        return self._filtered[stack.key, switch]

    def unfiltered(self, stack: Stack) -> list[Row]:
        """Return a stack's cells with all its filters of tracebacks off."""
        return [row for row in self.rows if row["stack"] == stack.key and row["filtering"] == "off"]

    def at(self, stack: Stack, fault: str) -> list[Row]:
        """Return the base cells of a fault, one a style."""
        return [row for row in self.base(stack) if row["fault"] == fault]

    def title(self, fault: Row) -> Markup:
        """Return a fault's name with the reference that its figures need; its key where it bears no name."""
        if not fault["title"]:
            return named(fault["fault"])
        return self.figures.bare(reference(TABLE, fault, "title"))

    def names(self, faults: Iterable[str], most: int = 4) -> Markup:
        """Return faults' names as a list; of more than `most`, the first ones and that there are others."""
        asked = set(faults)
        titles = [self.title(row) for row in self.faults if row["fault"] in asked]
        if len(titles) <= most:
            return Markup(", ").join(titles)
        return Markup(", ").join(titles[:most]) + Markup(" and others")


def outcomes(rows: Sequence[Row]) -> list[str]:
    """Return how a fault ended, one word where all styles agree; what was not tried is left out where another was."""
    tried = list(dict.fromkeys(row["outcome"] for row in rows if row["status"] == OK))
    return tried or list(dict.fromkeys(row["status"] for row in rows))


def is_signalled(row: Row) -> bool:
    """Return whether a cell raised or warned."""
    return row["outcome"] in SIGNALS


def ran(rows: Iterable[Row]) -> list[Row]:
    """Return the cells that were tried."""
    return [row for row in rows if row["status"] == OK]


def middle(rows: Iterable[Row], column: str) -> Row | None:
    """Return the row in the middle by a column, of two in the middle the smaller; None where no row has a figure."""
    known = sorted((row for row in rows if row[column] is not None), key=lambda row: (row[column], row["fault"]))
    return known[(len(known) - 1) // 2] if known else None


def listed(labels: Sequence[str]) -> str:
    """Return names as a list in words; `nobody` for none."""
    *first, last = labels or ["nobody"]
    return f"{', '.join(first)} and {last}" if first else last
