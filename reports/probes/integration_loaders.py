"""Rows a second through each framework's own loader, beside the floor of plain batches without a framework."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.matrix import Scale, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.document import Block, draw, rows_of, shown
from reports.stacks import Stack, stacks
from reports.theme import MUTED

TABLE = "integration_loaders"
NOTHING = "No loader was timed"
FLOOR = "no framework"


def block(figures: Figures) -> Block:
    """Return the block on loaders; one that says so where none was timed."""
    rows = rows_of(figures, TABLE)
    known = [row for row in rows if row["rows_per_s"] is not None]
    ways = stacks(figures.catalog, known)
    title = Markup("Through the loader")
    if not known:
        return Block("loaders", title, "Loaders", [Markup(NOTHING + ".")])
    return Block("loaders", title, "Loaders", exhibits=[_chart(figures, ways, known, rows)])


def loaders_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return whose loader is fastest, or that two overlap, beside the floor; epochs' ends are the ranges."""
    labels = {way.key: way.label for way in ways}
    ranked = sorted((row for row in rows if row["stack"] in labels), key=lambda row: -row["rows_per_s"])
    if not ranked:
        return Markup("{}: only the floor has a figure").format(NOTHING)
    floor = next((row for row in rows if row["framework"] is None), None)
    said = _leaders(figures, labels, ranked)
    if floor is None:
        return said
    return said + Markup("; without a framework {}").format(_rate(figures, floor))


def _leaders(figures: Figures, labels: dict[str, str], ranked: Sequence[Row]) -> Markup:
    first = ranked[0]
    rate = _rate(figures, first)
    if len(ranked) == 1:
        return Markup("Only {} has a figure: {} rows a second").format(labels[first["stack"]], rate)
    second = ranked[1]
    if second["fastest_rows_per_s"] >= first["slowest_rows_per_s"]:
        said = Markup("{} and {} cannot be told apart at loading: {} and {} rows a second")
        return said.format(labels[first["stack"]], labels[second["stack"]], rate, _rate(figures, second))
    return Markup("{} loads fastest: {} rows a second").format(labels[first["stack"]], rate)


def _rate(figures: Figures, row: Row) -> Markup:
    return figures.show(reference(TABLE, row, "rows_per_s"))


def _chart(figures: Figures, ways: Sequence[Stack], known: Sequence[Row], rows: Sequence[Row]) -> Exhibit:
    looks = {way.key: (way.label, way.look.colour, way.look.shape) for way in ways}
    dots = []
    for row in known:
        name, colour, shape = looks.get(row["stack"], (FLOOR, MUTED, "circle"))
        span = {"value": row["rows_per_s"], "low": row["slowest_rows_per_s"], "high": row["fastest_rows_per_s"]}
        dots.append({"name": name, "colour": colour, "shape": shape, "is_filled": row["stack"] in looks, **span})
    names = (
        [FLOOR, *(way.label for way in ways)]
        if any(dot["name"] == FLOOR for dot in dots)
        else [way.label for way in ways]
    )
    chart = dots_chart(dots, names, Scale("rows a second"))
    words = (
        loaders_finding(figures, ways, known),
        "Rows a second from one Parquet file to the framework's tensors, median over epochs",
        "Line: slowest to fastest epoch. No framework: plain batches in a loop, the floor for the others.",
    )
    return draw(figures, "loaders", words, chart, known, TABLE, _table(figures, ways, rows))


def _table(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    labels = {way.key: way.label for way in ways}
    columns = ("rows_per_s", "slowest_rows_per_s", "fastest_rows_per_s", "epochs", "batch")
    cells = [
        [
            Markup('{} <small class="name">{}</small>').format(
                labels.get(row["stack"], FLOOR if row["framework"] is None else row["stack"]), row["loader"]
            ),
            *(shown(figures, TABLE, row, column) for column in columns),
            Markup.escape(row["status"]) if not row["reason"] else figures.bare(reference(TABLE, row, "reason")),
        ]
        for row in rows
    ]
    heads = ["Stack, loader", "Rows a second", "Slowest epoch", "Fastest epoch", "Epochs", "Batch", "Ended"]
    return Table("Loaders one by one", heads, cells)
