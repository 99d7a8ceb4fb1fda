"""What the page on debugging says follows the rows."""

from __future__ import annotations

from typing import Any

import pytest

from barometer.catalog import Catalog
from reports.probes import debugging, debugging_aids, debugging_matrix, debugging_switches
from reports.probes.debugging_rows import Cells
from reports.stacks import stacks
from tests.reports.probe_marts import DAY, Row, S, marts, said
from tests.reports.test_findings import figure


def cell(stack: str, fault: str, outcome: str | None, **more: Any) -> Row:
    """A row of marts.debugging, as shipped and filtered unless told otherwise; no outcome: not run."""
    framework, _, mode = stack.rpartition("-")
    name, _, backend = framework.partition("-")
    keys = {"torch": "pytorch", "tensorflow": "tensorflow", "jax": "jax", "keras": "keras"}
    row = {
        "fault": fault, "stack": stack, "style": "subclass", "switch": "off", "filtering": "on", "number": 1,
        "title": fault, "family": "data", "framework": keys[name], "backend": keys.get(backend), "mode": mode,
        "is_shipped": mode in ("eager", "jit"), "is_counted": True, "status": "ok" if outcome else "not-run",
        "reason": "", "outcome": outcome, "stage": "build", "signal_s": 0.1, "exception": "E", "message": "m",
        "first_line": "m", "message_length": 1, "names_layer": None, "both_sizes": None, "suggests": False,
        "faulty_line": outcome == "raised", "faulty_frame": None, "user_frames": 1, "foreign_frames": 2,
        "value_right": None, "warnings": 0, "expected": None, "has_changed": False, "environment": None,
        "measured_on": DAY,
    }  # fmt: skip
    return row | more


def cells(catalog: Catalog, *rows: Row) -> Cells:
    return Cells(marts(catalog, debugging=list(rows), debugging_faults=[], debugging_aids=[]))


def share(metric: str, framework: str, value: float, reach: float = 0.0) -> Row:
    return figure(metric, framework, value, reach, unit="share", dataset="probes")


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (
            [share("faults_signalled", "keras", 0.8, 0.01), share("faults_signalled", "jax", 0.4, 0.01)],
            f"Keras signals more mistakes than JAX (80{S}% against 40{S}%)",
        ),
        (
            [share("faults_signalled", "keras", 0.4, 0.01), share("faults_signalled", "jax", 0.8, 0.01)],
            f"JAX signals more mistakes than Keras (80{S}% against 40{S}%)",
        ),
        (
            [share("faults_signalled", "keras", 0.5, 0.5), share("faults_signalled", "jax", 0.4, 0.5)],
            f"Keras and JAX signal about as many mistakes (50{S}% and 40{S}%)",
        ),
        ([share("faults_located", "jax", 0.4)], f"only JAX has a figure for faulty lines shown (40{S}%)"),
        ([], "As shipped, one of two cells raise or warn; the run is too small for evidence"),
    ],
)
def test_the_headline_on_debugging(catalog: Catalog, evidence: list[Row], told: str) -> None:
    rows = [cell("torch-eager", "a", "raised"), cell("jax-jit", "a", "silent")]
    figures = marts(catalog, evidence, debugging=rows)
    assert said(debugging.headline(figures, Cells(figures))) == told


def test_without_a_cell_that_ran_the_headline_says_so(catalog: Catalog) -> None:
    figures = marts(catalog, debugging=[cell("torch-eager", "a", None)])
    assert said(debugging.headline(figures, Cells(figures))) == "No mistake could be tried in the last run"
    assert said(debugging_matrix.finding(Cells(figures))) == "No mistake was tried in a stack as shipped"


def test_the_matrix_counts_who_signals_what(catalog: Catalog) -> None:
    found = cells(
        catalog,
        *(cell(stack, "loud", "raised") for stack in ("torch-eager", "jax-jit")),
        *(cell(stack, "still", "silent") for stack in ("torch-eager", "jax-jit")),
        cell("torch-eager", "parted", "raised"),
        cell("jax-jit", "parted", "silent"),
        cell("torch-eager", "handled", "handled"),
    )
    told = "Of four mistakes, one is signalled by every stack as shipped, two by none, one by some or in one style only"
    assert said(debugging_matrix.finding(found)) == told
    surprising = [said(line) for line in debugging.surprises(found)]
    assert surprising == [
        "One mistake passes in silence in every stack as shipped where it can be made: still.",
        "One mistake is signalled by some stacks as shipped and passes in silence in others, most evenly: parted "
        "(silent in JAX (jit)).",
    ]


def test_what_changed_what_a_style_does_and_what_compiling_hides_are_surprises(catalog: Catalog) -> None:
    found = cells(
        catalog,
        cell("torch-eager", "a", "raised"),
        cell("torch-eager", "a", "silent", style="sequential"),
        cell("torch-eager", "b", "handled", has_changed=True),
        cell("torch-eager", "c", "raised"),
        cell("torch-compile", "c", "silent"),
    )
    told = " ".join(said(line) for line in debugging.surprises(found))
    assert "One cell ends otherwise than when the fault was first written down: b." in told
    assert "In one cell what was a fault is none any more." in told
    assert "The style in which a model is written changes what becomes of one mistake: a." in told
    assert "PyTorch (compiled) passes over in silence what PyTorch (eager) signals: c." in told


def test_switches_and_filters(catalog: Catalog) -> None:
    base = [cell("torch-eager", "a", "silent"), cell("torch-eager", "b", "raised", faulty_line=False)]
    switched = [
        cell("torch-eager", "a", "raised", switch="detect"),
        cell("torch-eager", "b", "raised", switch="detect"),
    ]
    open_ = [cell("torch-eager", "b", "raised", filtering="off", foreign_frames=40)]
    lit = debugging_switches.switches_block(cells(catalog, *base, *switched))
    dark = debugging_switches.switches_block(cells(catalog, *base, {**base[0], "switch": "detect"}))
    filtered = debugging_switches.filters_block(cells(catalog, *base, *open_))
    assert said(lit.title if lit else None) == "The debug switches bring one of one silent cell to light"
    assert said(dark.title if dark else None) == "No debug switch brings any of one silent cell to light"
    assert said(filtered.title if filtered else None) == "Filtering hides the faulty line in one of one traceback"
    assert debugging_switches.switches_block(cells(catalog, *base)) is None
    assert debugging_switches.filters_block(cells(catalog, *base)) is None


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ((4, 4), "A breakpoint in the model shows each step's values in every stack as shipped"),
        ((0, 0), "A breakpoint in the model shows each step's values in no stack as shipped"),
        ((4, 0), "A breakpoint in the model shows each step's values in PyTorch (eager), not in JAX (jit)"),
        ((), "No breakpoint was tried in a stack as shipped"),
    ],
)
def test_where_a_breakpoint_stops(catalog: Catalog, shown: tuple[int, ...], told: str) -> None:
    rows = [
        {**cell(stack, "", "raised"), "look": "breakpoint", "steps": 4, "shown": number}
        for stack, number in zip(("torch-eager", "jax-jit"), shown, strict=False)
    ]
    by = {(row["stack"], row["look"]): row for row in rows}
    assert said(debugging_aids.finding(stacks(catalog, rows), by)) == told
