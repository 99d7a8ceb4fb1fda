"""Footprint drawn: bytes on the disk, seconds of an import, memory and modules after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.matrix import Scale, bars_rows, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.counts import listed
from reports.probes.document import ABSENT, Block, Fold, draw, said_status, shown
from reports.stacks import Stack

TABLE = "footprint"
_MIB = 2**20
_NAMES = 124  # pixels for the names of environments


def weight_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return bars of bytes on the disk and of memory after the import, and the table of all environments."""
    made = [
        _bars(figures, ways, rows, "installed_bytes", "installed", "Bytes on the disk of a fresh environment"),
        _bars(figures, ways, rows, "resident_bytes", "memory", "Memory of the process after the import, median"),
        _bars(figures, ways, rows, "modules", "modules", "Modules that the import loads"),
    ]
    exhibits = [exhibit for exhibit in made if exhibit is not None]
    tables = [Fold("Every environment", _table(figures, ways, rows), "weights")] if rows else []
    return Block("weight", Markup("On the disk and in memory"), "Weight", (), exhibits, tables)


@dataclass(frozen=True)
class End:
    """Who has the least or the most of a figure: names in words, a row of it, and how many share it."""

    names: str
    row: Row
    count: int

    def does(self, verb: str) -> str:
        """Return the verb as its subject asks: `takes`, `take`."""
        return f"{verb}s" if self.count == 1 else verb


def end(ways: Sequence[Stack], rows: Sequence[Row], column: str, is_most: bool = False) -> End | None:
    """Return who has the least, or the most, of a figure; None where nobody has one."""
    labels = {way.key: way.label for way in ways}
    known = [row for row in rows if row[column] is not None]
    if not known:
        return None
    value = (max if is_most else min)(row[column] for row in known)
    same = [row for row in known if row[column] == value]
    return End(listed([labels[row["stack"]] for row in same], "stacks"), same[0], len(same))


def extremes_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row], column: str, verb: str) -> Markup:
    """Return who has least and who most of a figure; a tie of all, a single one, and none. `verb` is `take`, `load`."""
    low, high = (end(ways, rows, column, is_most) for is_most in (False, True))
    if low is None or high is None:
        return Markup("Nobody has a figure")
    first, last = (figures.show(reference(TABLE, one.row, column)) for one in (low, high))
    if low.row is high.row:
        said = "Only {} has a figure: it {} {}" if low.count == 1 else "Every environment of {} {} {}"
        return Markup(said).format(low.names, f"{verb}s", first)
    said = Markup("{} {} least, {}; {} {} most, {}")
    return said.format(low.names, low.does(verb), first, high.names, high.does(verb), last)


_VERBS = {"installed_bytes": "take", "resident_bytes": "take", "modules": "load"}


def _bars(
    figures: Figures, ways: Sequence[Stack], rows: Sequence[Row], column: str, key: str, subtitle: str
) -> Exhibit | None:
    known = [row for row in rows if row[column] is not None]
    if not known:
        return None
    looks = {way.key: way.look for way in ways}
    size = _MIB if column.endswith("_bytes") else 1
    bars = [
        {"name": looks[row["stack"]].label, "value": row[column] / size, "colour": looks[row["stack"]].colour}
        for row in known
    ]
    names = [way.label for way in ways if any(bar["name"] == way.label for bar in bars)]
    chart = bars_rows(bars, names, "MiB" if size > 1 else "modules", "~s", left=_NAMES)
    title = extremes_finding(figures, ways, known, column, _VERBS[column])
    remark = "The table below holds its figures."
    return draw(figures, f"footprint-{key}", (title, subtitle, remark), chart, known, TABLE)


def import_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return dots of the time of an import, cold and warm, with the ends over processes."""
    title = Markup("The time of an import")
    known = [row for row in rows if row["import_warm_s"] is not None]
    if not known:
        return Block("import", title, "Import", [Markup("No import was timed.")])
    looks = {way.key: way.look for way in ways}
    dots = []
    for row in known:
        look = looks[row["stack"]]
        for condition in ("cold", "warm"):
            value, low, high = (row[f"import_{condition}{end}_s"] for end in ("", "_low", "_high"))
            if value is not None:
                marked = {"colour": look.colour, "shape": look.shape, "is_filled": condition == "warm"}
                dots.append({"name": look.label, "value": value, "low": low, "high": high, **marked})
    names = [way.label for way in ways if any(dot["name"] == way.label for dot in dots)]
    chart = dots_chart(dots, names, Scale("seconds", format="~g"), left=_NAMES)
    words = (
        import_finding(figures, ways, known),
        "Seconds of an import in a fresh process, median",
        "Filled: warm, with byte code and files in memory. Open: cold, without. Line: fastest to slowest process.",
    )
    return Block(
        "import",
        title,
        "Import",
        exhibits=[draw(figures, "import", words, chart, known, TABLE, _times(figures, ways, known))],
    )


def import_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return whose warm import is quickest and whose slowest; that the two quickest overlap where they do."""
    labels = {way.key: way.label for way in ways}
    ranked = sorted(rows, key=lambda row: row["import_warm_s"])
    shown_ = [figures.show(reference(TABLE, row, "import_warm_s")) for row in ranked]
    names = [labels[row["stack"]] for row in ranked]
    if len(ranked) == 1:
        return Markup("Only {} was timed: a warm import takes {}").format(names[0], shown_[0])
    if ranked[1]["import_warm_low_s"] <= ranked[0]["import_warm_high_s"]:
        said = Markup("{} and {} cannot be told apart at importing warm: {} and {}; {} takes {}")
        if len(ranked) == 2:
            return Markup("{} and {} cannot be told apart at importing warm: {} and {}").format(*names, *shown_)
        return said.format(*names[:2], *shown_[:2], names[-1], shown_[-1])
    return Markup("{} imports quickest, in {} warm; {} takes {}").format(names[0], shown_[0], names[-1], shown_[-1])


def _times(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    by = {row["stack"]: row for row in rows}
    columns = [f"import_{condition}{end}_s" for condition in ("warm", "cold") for end in ("", "_low", "_high")]
    cells = [
        [Markup.escape(way.label), *(shown(figures, TABLE, by[way.key], column) for column in (*columns, "processes"))]
        for way in ways
        if way.key in by
    ]
    heads = ["Stack", "Warm", "Fastest", "Slowest", "Cold", "Fastest", "Slowest", "Processes"]
    return Table("Time of an import, warm and cold, over processes", heads, cells)


def _table(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    by = {row["stack"]: row for row in rows}
    columns = ("installed_bytes", "distributions", "files", "largest", "largest_bytes", "modules", "resident_bytes")
    cells = []
    for way in ways:
        row = by[way.key]
        said = said_status(figures, TABLE, row)
        fresh = {True: "fresh", False: "standing"}.get(row["is_fresh"], "")
        cells.append([Markup.escape(way.label), *(shown(figures, TABLE, row, c) for c in columns), said, Markup(fresh)])
    heads = [
        "Stack",
        "On the disk",
        "Distributions",
        "Files",
        "Largest",
        "Of it",
        "Modules",
        "Memory",
        "Status",
        "Made",
    ]
    return Table("Every environment, weighed without byte code", heads, cells)


def needs_table(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Fold | None:
    """Return what each stack's metadata requires, and how its small training ended; None where nobody told."""
    by = {row["stack"]: row for row in rows if row["requires"] is not None or row["trains"] is not None}
    cells = []
    for way in (way for way in ways if way.key in by):
        row = by[way.key]
        trained = shown(figures, TABLE, row, "trains")
        cells.append(
            [
                Markup.escape(way.label),
                shown(figures, TABLE, row, "requires"),
                _named(figures, row),
                trained,
                _absent(figures, row),
            ]
        )
    heads = ["Stack", "Distributions it requires", "Frameworks among them", "A small model trains", "Meanwhile absent"]
    said = "What the metadata requires, and what training needs"
    return Fold(said, Table(said, heads, cells)) if cells else None


def _named(figures: Figures, row: Row) -> Markup:
    if row["requires"] is None:
        return ABSENT
    return shown(figures, TABLE, row, "requires_frameworks") if row["requires_frameworks"] else Markup("none")


def _absent(figures: Figures, row: Row) -> Markup:
    if row["was_package_absent"] is None:
        return ABSENT
    if not row["was_package_absent"]:
        return Markup("nothing")
    return shown(figures, TABLE, row, "absent_package")
