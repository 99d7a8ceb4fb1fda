"""Integration: findings follow the rows; leads, opposites, ties, lone figures and none."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from barometer.catalog import Catalog
from reports.probes import (
    integration,
    integration_companions,
    integration_loaders,
    integration_sharing,
)
from tests.reports.probe_rows import (
    DAY,
    Row,
    figures_of,
    hand_over,
    hand_overs,
    loader,
    said,
    told,
    ways_of,
)
from tests.reports.test_findings import figure
from tests.reports.test_findings import figures as evidence_figures


def test_who_accepts_most_and_what_one_more_call_does(catalog: Catalog) -> None:
    rows = hand_overs(lambda stack, thing: stack == "torch" and thing == "pandas-frame")
    rows = [row for row in rows if row["stack"] in ("torch", "tensorflow", "jax")]
    ways = ways_of(catalog, rows)
    assert integration.accepts_finding(ways, rows) == (
        "TensorFlow and JAX accept all fifteen hand-overs, PyTorch twelve of fifteen"
    )
    assert integration.refusals_finding(rows) == (
        "Refused: three of forty-five hand-overs; with one more call three of them are accepted"
    )
    good = [row for row in rows if row["status"] == "accepted"]
    assert integration.refusals_finding(good) == "Nothing is refused"
    even = hand_overs(lambda stack, thing: thing == "arrow-table")
    assert integration.accepts_finding(ways_of(catalog, even), even) == (
        "Each of the six stacks accepts twelve of fifteen hand-overs"
    )
    assert integration.accepts_finding([], []) == integration.NOTHING


def test_what_could_not_be_tried_counts_neither_way(catalog: Catalog) -> None:
    rows = [hand_over("torch", "numpy-float32", "convert"), hand_over("torch", "numpy-float32", "back", "not-run")]
    assert [(count.good, count.of) for count in integration.tally(ways_of(catalog, rows), rows)] == [(1, 1)]


def test_shared_memory_is_told_by_side(catalog: Catalog) -> None:
    rows = [
        hand_over("torch", "numpy-float32", "convert", sharing="zero-copy"),
        hand_over("jax", "numpy-float32", "convert"),
        hand_over("jax", "numpy-float64", "convert", sharing="unknown"),
    ]
    ways = ways_of(catalog, rows)
    assert integration_sharing.sharing_finding(ways, rows, integration_sharing.IN, "On the way in") == (
        "On the way in: PyTorch does the only one without a copy, JAX none of one"
    )
    assert "pointers could decide nothing" in integration_sharing.sharing_finding(
        ways, rows, integration_sharing.OUT, "Out"
    )
    block = integration_sharing.block(figures_of(catalog, integration=rows), ways, rows)
    assert said(block.exhibits[0].title) == "On the way in: PyTorch does the only one without a copy, JAX none of one"
    assert block.exhibits[0].table.rows == [
        ["PyTorch", "the only one", "not known"],
        ["JAX", "none of one", "not known"],
    ]
    undecided = integration_sharing.block(figures_of(catalog), ways, rows[2:])
    assert (undecided.exhibits, len(undecided.words)) == ((), 2)


def test_wrong_values_and_narrower_types_surprise(catalog: Catalog) -> None:
    rows = [
        hand_over("jax", "numpy-int64-large", "convert", "wrong", dtype_in="int64", dtype_out="int32"),
        hand_over("jax", "numpy-float64", "convert", dtype_in="float64", dtype_out="float32"),
        hand_over("torch", "numpy-float64", "convert", dtype_in="float64", dtype_out="float64"),
    ]
    lines = told(integration.surprises(ways_of(catalog, rows), rows))
    assert "Wrong without an error: one hand-over of numpy-int64-large (JAX)." in lines
    assert "A narrower type than was handed over, without asking: numpy-float64 in JAX." in lines
    good = told(integration.surprises(ways_of(catalog, rows), rows[2:]))
    assert good == "Nothing arrives wrong without an error."
    assert not integration.is_narrowed(hand_over("jax", "numpy-float64", "convert", dtype_in="<U4", dtype_out="string"))


def test_the_fastest_loader_a_tie_and_the_floor(catalog: Catalog) -> None:
    def of(*rows: Row) -> str:
        figures = figures_of(catalog, integration_loaders=list(rows))
        return said(integration_loaders.loaders_finding(figures, ways_of(catalog, rows), rows))

    floor = loader("numpy", 442_000)
    lead = of(floor, loader("torch", 425_000), loader("jax", 226_000))
    assert lead == "PyTorch loads fastest: 425 k rows a second; without a framework 442 k"
    assert of(loader("torch", 100_000), loader("jax", 226_000)) == "JAX loads fastest: 226 k rows a second"
    tie = of(loader("torch", 220_000), loader("jax", 226_000))
    assert tie == "JAX and PyTorch cannot be told apart at loading: 226 k and 220 k rows a second"
    assert of(loader("jax", 226_000)) == "Only JAX has a figure: 226 k rows a second"
    assert of(floor) == "No loader was timed: only the floor has a figure"
    assert integration_loaders.block(figures_of(catalog)).words == [Markup("No loader was timed.")]


def test_the_last_release_of_a_companion_is_evidence_with_its_day(catalog: Catalog) -> None:
    rows = [
        figure(integration_companions.METRIC, key, days, better="lower", unit="days", dataset="package_releases",
               factor="integration", spread="exact", as_of=dt.date(2026, 11, 23), is_withheld=False)
        for key, days in (("pytorch", 26), ("tensorflow", 250))
    ]  # fmt: skip
    block = integration_companions.block(evidence_figures(catalog, *rows))
    assert said(block.words[0]).startswith("PyTorch is ahead of TensorFlow on days since the last release")
    assert [str(line[0]) for line in block.tables[0].table.rows] == ["PyTorch", "TensorFlow"]
    assert integration_companions.block(evidence_figures(catalog)).words == [
        Markup(f"{integration_companions.NOTHING}.")
    ]


def companion(package: str, framework: str, idle: int | None, last_year: int) -> Row:
    """A row of marts.companions."""
    released = None if idle is None else DAY - dt.timedelta(days=idle)
    return {
        "framework": framework, "package": package, "releases": last_year + 3,
        "releases_last_year": last_year, "first_released_on": dt.date(2019, 1, 1), "last_released_on": released,
        "idle_days": idle, "read_on": DAY, "source": "snapshot",
    }  # fmt: skip


def test_companions_without_a_release_in_a_year_are_named(catalog: Catalog) -> None:
    torchvision, torchtext = companion("torchvision", "pytorch", 29, 8), companion("torchtext", "pytorch", 946, 0)
    unborn = companion("keras-hub", "keras", None, 0)
    finding = integration_companions.idle_finding
    assert finding([torchvision, torchtext]) == "One of two companions had no release in the last year: torchtext"
    assert finding([torchvision]) == "Every companion was released in the last year: one of one"
    assert finding([torchtext]) == "No companion was released in the last year"
    assert finding([]) == integration_companions.NOTHING
    block = integration_companions.block(figures_of(catalog, companions=[torchvision, torchtext, unborn]))
    assert [said(row[0]) for row in block.exhibits[0].table.rows] == ["torchvision", "torchtext", "keras-hub"]
    assert [said(cell) for cell in block.exhibits[0].table.rows[1][2:5]] == ["946", "2024-04-24", "0"]
    assert not integration_companions.block(figures_of(catalog, companions=[unborn])).exhibits
