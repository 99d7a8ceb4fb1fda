"""What a rewriting in the framework's own words mends of the control flow that does not run as written."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import parts_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.control_flow_cells import RIGHT, TABLE, as_written, ended
from reports.probes.document import Block, Fold, draw, shown
from reports.stacks import Stack

_REMARK = (
    "Full: right as written. Pale: right once it is rewritten. Outlined: not even then, or there is no rewriting. "
    "Thin: not run."
)
Pair = tuple[Row, Row | None]


def block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return the block on rewriting: finding, bars, and every case that had to be rewritten."""
    finding = Markup.escape(rewriting_finding(pairs(rows)))
    exhibits = [_bars(figures, finding, ways, rows)] if rows else []
    table = _table(figures, ways, pairs(rows))
    folds = [Fold("Every case that had to be rewritten, and how", table, "cases")] if table.rows else []
    words = [Markup("A rewriting says the same in the framework's own words: its conditional, its loop, its mask.")]
    return Block("rewriting", Markup("What a rewriting mends"), "Rewriting", words, exhibits, folds=folds)


def pairs(rows: Sequence[Row]) -> list[Pair]:
    """Return each case that does not run right as written, beside its rewriting where one was tried."""
    tried = {(row["form"], row["stack"], row["phase"]): row for row in rows if row["version"] == "rewritten"}
    return [
        (row, tried.get((row["form"], row["stack"], row["phase"])))
        for row in as_written(rows)
        if row["outcome"] != RIGHT
    ]


def is_mended(pair: Pair) -> bool:
    """Return whether the rewriting runs right."""
    return pair[1] is not None and pair[1]["outcome"] == RIGHT


def rewriting_finding(found: Sequence[Pair]) -> str:
    """Return how many of the cases that do not run as written a rewriting mends: all, some, none, or none needed."""
    if not found:
        return "No case had to be rewritten"
    mended = sum(map(is_mended, found))
    if mended == len(found):
        return f"Rewriting mends {'the only case' if mended == 1 else f'all {counted(mended)} cases'} that needed it"
    if not mended:
        return f"Rewriting mends none of {counted(len(found), 'case')}"
    absent = sum(row is None or row["status"] == "absent" for _, row in found)
    left = len(found) - mended
    without = f", {counted(absent)} of them for want of words to rewrite in" if absent else ""
    said = f"Rewriting mends {counted(mended)} of {counted(len(found), 'case')}"
    return f"{said}; {counted(left)} {'stays' if left == 1 else 'stay'}{without}"


def _bars(figures: Figures, title: Markup, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    found = pairs(rows)
    parts: list[Row] = []
    for way in ways:
        cells = [row for row in rows if row["stack"] == way.key and row["version"] == "as-written"]
        mine = [pair for pair in found if pair[0]["stack"] == way.key]
        right = sum(row["outcome"] == RIGHT for row in cells)
        mended = sum(map(is_mended, mine))
        sizes = {"full": right, "pale": mended, "outlined": len(mine) - mended}
        start = 0
        for look, size in {**sizes, "thin": len(cells) - sum(sizes.values())}.items():
            if size:
                end = start + size
                parts.append({"name": way.label, "start": start, "end": end, "colour": way.look.colour, "look": look})
                start = end
    chart = parts_chart(parts, [way.label for way in ways], "cases")
    words = (title, "Cases by what it takes to run them right, by way of executing", _REMARK)
    return draw(figures, "rewriting", words, chart, rows, TABLE, _summary(ways, rows))


def _summary(ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    cells = []
    for way in ways:
        mine = [pair for pair in pairs(rows) if pair[0]["stack"] == way.key]
        cells_of = [row for row in as_written(rows) if row["stack"] == way.key]
        mended = sum(map(is_mended, mine))
        numbers = (len(cells_of) - len(mine), mended, len(mine) - mended)
        cells.append([Markup.escape(way.label), *(Markup(counted(number)) for number in numbers)])
    heads = ["Stack", "Right as written", "Right once rewritten", "Not even then"]
    return Table("Cases by what it takes to run them right", heads, cells)


def _table(figures: Figures, ways: Sequence[Stack], found: Sequence[Pair]) -> Table:
    cells: list[list[Markup]] = []
    for way in ways:
        mine = [pair for pair in found if pair[0]["stack"] == way.key]
        if mine:
            cells.append([Markup.escape(way.label)])
        for written, rewritten in mine:
            head = Markup("{}, {}").format(written["title"], written["phase"])
            call = shown(figures, TABLE, rewritten, "call") if rewritten and rewritten["call"] else ""
            call = Markup("<code>{}</code>").format(call) if call else Markup("")
            first = figures.bare(reference(TABLE, written, "outcome"))  # its message stands in the table of all cases
            cells.append([head, first, call, ended(figures, rewritten)])
    heads = ["Case", "As written", "Rewritten with", "And then"]
    return Table("What does not run right as written, and its rewriting", heads, cells)
