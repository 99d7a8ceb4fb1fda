"""Every hand-over, a table a library: accepted, refused or wrong, copied or not, and what one more call does."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.exhibits import Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.document import ABSENT, Fold
from reports.stacks import Stack

TABLE = "integration"


def folds(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> list[Fold]:
    """Return a table a library, with a row an object and operation and a column a stack; then the warnings."""
    found = []
    heads = ["Object, what is done", *(way.label for way in ways)]
    for library in sorted({row["library"] for row in rows}):
        mine = [row for row in rows if row["library"] == library]
        by = {(row["input"], row["operation"], row["stack"]): row for row in mine}
        keys = dict.fromkeys((row["input"], row["operation"]) for row in mine)
        cells = [
            [
                _head(figures, *key, [row for row in mine if (row["input"], row["operation"]) == key]),
                *(_cell(figures, by.get((*key, way.key))) for way in ways),
            ]
            for key in sorted(keys, key=lambda key: (key[0], _order(key[1])))
        ]
        refused = sum(row["status"] == "refused" for row in mine)
        said = f"{library}: {counted(len(keys), 'hand-over')} a stack, {counted(refused)} refused"
        found.append(Fold(said, Table(said, heads, cells), "handed"))
    warned = _warnings(figures, ways, rows)
    return [*found, Fold("Warnings beside an accepted hand-over", warned, "wrapped")] if warned else found


def _warnings(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table | None:
    """Each warning once a stack, with the number of hand-overs that bring it; None where there is none."""
    same: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["warning"]:
            same.setdefault((row["stack"], row["warning"]), []).append(row)
    labels = {way.key: way.label for way in ways}
    cells = [
        [
            Markup.escape(labels[stack]),
            Markup(counted(len(found))),
            figures.bare(reference(TABLE, found[0], "warning")),
        ]
        for (stack, _), found in same.items()
    ]
    return Table("Warnings, and in how many hand-overs", ["Stack", "Hand-overs", "Warning"], cells) if cells else None


def _head(figures: Figures, thing: str, operation: str, rows: Sequence[Row]) -> Markup:
    """An object and what is done with it, and the call that helps where it is refused."""
    said = Markup('<span class="name">{}</span>, {}').format(thing, operation)
    calls = {row["bridge"]: row for row in rows if row["bridge"]}
    for row in calls.values():
        call = figures.bare(reference(TABLE, row, "bridge"))
        said += Markup(" <small>else: <code>{}</code></small>").format(call)
    return said


def _order(operation: str) -> tuple[int, str]:
    """In, fed, out, then the rest."""
    known = ("convert", "from-dlpack", "feed", "back", "to-dlpack")
    return (known.index(operation) if operation in known else len(known), operation)


def _cell(figures: Figures, row: Row | None) -> Markup:
    if row is None or row["status"] == "not-run":
        return ABSENT
    said = Markup.escape(row["status"])
    if row["status"] != "accepted":
        said = Markup('<b class="{}">{}</b>').format("odd" if row["status"] == "refused" else "bad", said)
    if row["sharing"] in ("zero-copy", "copy"):
        said += Markup(" <small>{}</small>").format(row["sharing"])
    if row["dtype_out"] and row["dtype_in"] and row["dtype_in"] != row["dtype_out"]:
        types = (figures.bare(reference(TABLE, row, column)) for column in ("dtype_in", "dtype_out"))
        said += Markup(" <small>{} to {}</small>").format(*types)
    return said + _more(figures, row)


def _more(figures: Figures, row: Row) -> Markup:
    """Whether the other call helps, and the message on demand."""
    said = Markup("")
    if row["bridge"]:
        helps = "the other call helps" if row["bridged"] == "accepted" else "nor does the other call help"
        said = Markup(" <small>{}</small>").format(helps)
    if not row["message"]:
        return said
    told = figures.bare(reference(TABLE, row, "message"))
    return said + Markup("<details><summary>why</summary><code>{}</code></details>").format(told)
