"""A stack in words and looks: the pages of the timings and of the probes name and paint it alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from barometer.catalog import Catalog
from reports.charts.bench import Look
from reports.marts import Row

MODES: dict[str | None, str | None] = {
    "compile": "compiled",
    "compile-reduce-overhead": "reduce-overhead",
    "compile-max-autotune": "max-autotune",
    "xla": "XLA",
}
DASHES: dict[str | None, tuple[int, ...]] = {"eager": (2, 3), "graph": (7, 3)}


@dataclass(frozen=True)
class Stack:
    """One way to run a framework: its key in the records, what it is made of in words, what it runs on and how.

    `mode` is None for a choice among several, and '' where there is one way only. `companion` is the library that goes
    with it, '' for none.
    """

    key: str
    name: str
    framework: str
    backend: str | None
    mode: str | None
    look: Look
    companion: str = ""

    @property
    def label(self) -> str:
        """Its name in words: `Keras on JAX (jit)`, `PyTorch with Lightning`."""
        return self.look.label

    @property
    def way(self) -> str:
        """Its way of executing in words, '' where it has one only."""
        return MODES.get(self.mode, self.mode) or ""

    @property
    def is_layered(self) -> bool:
        """Whether it runs on another framework of the catalogue; so does whatever is chosen among several."""
        return self.backend is not None or self.mode is None


def make_stack(
    catalog: Catalog, key: str, framework: str, backend: str | None, mode: str | None, companion: str = ""
) -> Stack:
    """Return a stack with the framework's colour, the shape of what it runs on, and dashes by the way of executing."""
    known = {entry.key: entry for entry in catalog.frameworks}
    own = known[framework]
    name = own.label
    if backend is not None:
        name = f"{name} on {known[backend].label if backend in known else backend}"
    if companion:
        name = f"{name} with {companion.capitalize()}"
    below = known.get(backend or framework, own)
    label = f"{name} ({MODES.get(mode, mode)})" if mode else name
    look = Look(label, own.colour.lower(), "cross" if companion else below.shape, DASHES.get(mode, (1, 0)))
    return Stack(key, name, framework, backend, mode, look, companion)


def make_choice(catalog: Catalog, key: str, framework: str) -> Stack:
    """Return the stack that stands for the fastest of a framework's backends."""
    own = next(entry for entry in catalog.frameworks if entry.key == framework)
    name = f"{own.label}'s fastest backend"
    return Stack(key, name, framework, None, None, Look(name, own.colour.lower(), own.shape))


def stacks(catalog: Catalog, rows: Iterable[Row]) -> list[Stack]:
    """Return the stacks of some rows: by framework in the catalogue's order, then by what they run on and how.

    Rows need stack and framework; backend, mode and, for programs with a companion, is_own and program are read where
    they are there. Rows of a framework that the catalogue does not know are left out.
    """
    order = {framework.key: number for number, framework in enumerate(catalog.frameworks)}
    found = {row["stack"]: row for row in rows if row.get("framework") in order}
    made = [_of_row(catalog, row) for row in found.values()]
    return sorted(
        made, key=lambda one: (order[one.framework], bool(one.companion), order.get(one.backend or "", -1), one.key)
    )


def _of_row(catalog: Catalog, row: Row) -> Stack:
    companion = str(row["program"]) if row.get("is_own") is False else ""
    return make_stack(catalog, row["stack"], row["framework"], row.get("backend"), row.get("mode") or "", companion)
