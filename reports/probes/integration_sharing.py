"""Whether what a framework accepts and gives shares memory with what it was made of, as pointers decide."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.matrix import Scale, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row
from reports.probes.counts import Count, compared
from reports.probes.document import Block, draw
from reports.stacks import Stack

TABLE = "integration"
IN, OUT = ("convert", "from-dlpack"), ("back", "to-dlpack")


def block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return the block on sharing; without a chart where pointers could decide nothing."""
    sides = (("On the way in", IN), ("On the way out", OUT))
    words = [Markup.escape(f"{sharing_finding(ways, rows, operations, said)}.") for said, operations in sides]
    by_side = [{count.label: count for count in shared(ways, rows, operations)} for _, operations in sides]
    title = Markup("Shared or copied")
    if not any(by_side):
        return Block("sharing", title, "Sharing", words)
    cells = [
        [
            Markup.escape(way.label),
            *(Markup(side[way.label].words if way.label in side else "not known") for side in by_side),
        ]
        for way in ways
    ]
    table = Table("Accepted without a copy, where pointers could decide", ["Stack", "In", "Out"], cells)
    return Block("sharing", title, "Sharing", words[1:], [_chart(figures, ways, rows, words[0], table)])


def shared(ways: Sequence[Stack], rows: Sequence[Row], operations: Sequence[str]) -> list[Count]:
    """Return how much of what is accepted needs no copy, a stack each, where pointers could decide."""
    found = []
    for way in ways:
        mine = [
            row["sharing"]
            for row in rows
            if row["stack"] == way.key
            and row["operation"] in operations
            and row["status"] == "accepted"
            and row["sharing"] in ("zero-copy", "copy")
        ]
        found.append(Count(way.label, mine.count("zero-copy"), len(mine)))
    return [count for count in found if count.of]


def sharing_finding(ways: Sequence[Stack], rows: Sequence[Row], operations: Sequence[str], way_in: str) -> str:
    """Return who shares memory most, and who least, in some operations; `way_in` says which in words."""
    same = f"{way_in}, each of the {{}} stacks does {{}} without a copy"
    said = compared(shared(ways, rows, operations), ("does", "do"), "without a copy", same)
    if not said:
        return f"{way_in}: pointers could decide nothing"
    return said if said.startswith(way_in) else f"{way_in}: {said}"


def _chart(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row], said: Markup, table: Table) -> Exhibit:
    """Two dots a stack: the share taken without a copy, filled, and the share given without one, open."""
    looks = {way.label: way.look for way in ways}
    dots = []
    for operations, is_filled in ((IN, True), (OUT, False)):
        for count in shared(ways, rows, operations):
            look = {"colour": looks[count.label].colour, "shape": looks[count.label].shape, "is_filled": is_filled}
            dots.append({"name": count.label, "value": count.share, "low": None, "high": None, **look})
    names = [way.label for way in ways if any(dot["name"] == way.label for dot in dots)]
    chart = dots_chart(dots, names, Scale("share of what is accepted", format="~%"), left=176)
    words = (
        Markup(said.removesuffix(".")),
        "Share of the accepted hand-overs that need no copy, where pointers could decide",
        "Filled: on the way in. Open: on the way out.",
    )
    return draw(figures, "sharing", words, chart, rows, TABLE, table)
