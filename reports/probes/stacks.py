"""A stack of the probes in words and looks, as the page of timings names and paints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from barometer.catalog import Catalog
from reports.benchmark.runs import DASHES, MODES
from reports.charts.bench import Look
from reports.marts import Row


@dataclass(frozen=True)
class Stack:
    """One stack: its key in the records, what it is made of in words, framework, backend, mode, a companion or ''."""

    key: str
    name: str
    framework: str
    backend: str | None
    mode: str
    companion: str
    look: Look

    @property
    def label(self) -> str:
        """Its name in words: `Keras on JAX (jit)`, `PyTorch with lightning`."""
        return self.look.label

    @property
    def way(self) -> str:
        """Its way of executing in words, '' where it has one only."""
        return MODES.get(self.mode, self.mode) or ""


def stacks(catalog: Catalog, rows: Iterable[Row]) -> list[Stack]:
    """Return the stacks of some rows: by framework in the catalogue's order, then by what they run on and how.

    Rows need stack and framework; backend, mode and, for programs with a companion, is_own and program are read where
    they are there. Rows of a framework that the catalogue does not know are left out.
    """
    order = {framework.key: number for number, framework in enumerate(catalog.frameworks)}
    found = {row["stack"]: row for row in rows if row.get("framework") in order}
    made = [_stack(catalog, row) for row in found.values()]
    return sorted(
        made, key=lambda one: (order[one.framework], bool(one.companion), order.get(one.backend or "", -1), one.key)
    )


def _stack(catalog: Catalog, row: Row) -> Stack:
    known = {framework.key: framework for framework in catalog.frameworks}
    own, backend, mode = known[row["framework"]], row.get("backend"), row.get("mode") or ""
    companion = str(row["program"]) if row.get("is_own") is False else ""
    name = own.label
    if backend is not None:
        name = f"{name} on {known[backend].label if backend in known else backend}"
    if companion:
        name = f"{name} with {companion.capitalize()}"
    below = known.get(backend or own.key, own)
    label = f"{name} ({MODES.get(mode, mode)})" if mode else name
    look = Look(label, own.colour.lower(), "cross" if companion else below.shape, DASHES.get(mode, (1, 0)))
    return Stack(row["stack"], name, own.key, backend, mode, companion, look)
