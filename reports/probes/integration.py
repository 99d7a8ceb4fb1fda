"""Integration: what each framework takes from other libraries and gives back, copied or not, and its loaders."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import matrix_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row
from reports.probes import integration_companions, integration_loaders, integration_sharing, integration_tables
from reports.probes.counts import Count, compared, listed
from reports.probes.document import Block, Section, draw, rows_of
from reports.stacks import Stack, stacks
from reports.theme import WARN

TABLE = "integration"
NOTHING = "Integration: the probe ran, and nothing was tried"
TRIED = ("accepted", "refused", "wrong", "died", "hung")
# The three columns of a stack: what an operation is drawn under.
_SIDES = {"convert": "taken", "from-dlpack": "taken", "feed": "fed"}
_REMARK = (
    "Taken: made a tensor of. Fed: given to training or to the loader. Given: handed back, or drawn. Diamond: accepted "
    "without a copy. Dot: accepted. Triangle: refused, one more call helps. Square: refused. Cross: wrong, silently."
)


def make_section(figures: Figures) -> Section:
    """Return the part of the page that the probe `integration` fills."""
    rows = rows_of(figures, TABLE)
    ways = stacks(figures.catalog, rows)
    return Section(
        key=TABLE,
        title=Markup.escape(accepts_finding(ways, rows)),
        table=TABLE,
        words=[
            Markup(
                "Each object is handed over as it is, without a conversion by hand. Accepted means that the very "
                "values arrive; that memory is shared is decided by pointers."
            )
        ],
        blocks=[
            _matrix_block(figures, ways, rows),
            integration_sharing.block(figures, ways, rows),
            integration_loaders.block(figures),
            integration_companions.block(figures),
        ],
        surprises=surprises(ways, rows),
        limits=_limits(rows),
    )


def tally(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Count]:
    """Return how much of what was tried is accepted, a stack each; what could not be tried is left out."""
    found = []
    for way in ways:
        mine = [row["status"] for row in rows if row["stack"] == way.key and row["status"] in TRIED]
        found.append(Count(way.label, mine.count("accepted"), len(mine)))
    return [count for count in found if count.of]


def accepts_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> str:
    """Return who accepts most of what was tried, and who least."""
    same = "Each of the {} stacks accepts {} hand-overs"
    return compared(tally(ways, rows), ("accepts", "accept"), "hand-overs", same) or NOTHING


def _matrix_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    title = Markup("Object by object")
    if not rows:
        return Block("handed", title, "Objects", [Markup(NOTHING + ".")])
    folds = integration_tables.folds(figures, ways, rows)
    return Block("handed", title, "Objects", exhibits=[_matrix(figures, ways, rows)], folds=folds)


def refusals_finding(rows: Sequence[Row]) -> str:
    """Return how much is refused, and how much of that one more call of the reader's makes accepted."""
    refused = [row for row in rows if row["status"] == "refused"]
    if not refused:
        return "Nothing is refused" if any(row["status"] in TRIED for row in rows) else NOTHING
    helped = sum(row["bridged"] == "accepted" for row in refused)
    said = f"Refused: {counted(len(refused))} of {counted(sum(row['status'] in TRIED for row in rows), 'hand-over')}"
    return f"{said}; with one more call {counted(helped)} of them {'is' if helped == 1 else 'are'} accepted"


def _matrix(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    number_of = {way.key: number for number, way in enumerate(ways)}
    names, columns = dict.fromkeys(_name(row) for row in _by_library(rows)), list[str]()
    for number, way in enumerate(ways):
        columns += [
            *([" " * number] if number else []),
            *(_column(way, number, side) for side in ("taken", "fed", "given")),
        ]
    cells = []
    for row in rows:
        marked = _mark(row)
        if marked is not None:
            way = ways[number_of[row["stack"]]]
            shape, is_filled, colour = marked
            column = _column(way, number_of[way.key], _SIDES.get(row["operation"], "given"))
            look = {"shape": shape, "is_filled": is_filled, "colour": colour or way.look.colour}
            cells.append({"name": _name(row), "column": column, **look})
    chart = matrix_chart(cells, list(names), columns, left=176)
    words = (
        Markup.escape(refusals_finding(rows)),
        "What becomes of each object, by stack and by what is done with it",
        _REMARK,
    )
    return draw(figures, "handed", words, chart, rows, TABLE, _summary(ways, rows))


def _by_library(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["library"], _name(row)))


def _name(row: Row) -> str:
    """An object, with what is done where that is none of the three common doings."""
    return row["input"] if row["operation"] in ("convert", "feed", "back") else f"{row['input']}, {row['operation']}"


def _column(way: Stack, number: int, side: str) -> str:
    """A head of its own for every column: the stack is named once, spaces tell the others apart."""
    return f"{way.label}, {side}" if side == "taken" else side + " " * number


def _mark(row: Row) -> tuple[str, bool, str] | None:
    if row["status"] == "accepted":
        return ("diamond" if row["sharing"] == "zero-copy" else "circle"), True, ""
    if row["status"] == "refused":
        return ("triangle-up" if row["bridged"] == "accepted" else "square"), False, ""
    return ("cross", True, WARN) if row["status"] in TRIED else None


def _summary(ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """How much of each library's objects is accepted, in words, a row a library and a column a stack."""
    cells = []
    for library in sorted({row["library"] for row in rows}):
        mine = [row for row in rows if row["library"] == library]
        said = {count.label: count.words for count in tally(ways, mine)}
        cells.append([Markup.escape(library), *(Markup.escape(said.get(way.label, "not tried")) for way in ways)])
    return Table("Accepted, by library and stack", ["Library", *(way.label for way in ways)], cells)


def surprises(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Markup]:
    """Return what the rules find: values that arrive wrong without an error, and types that become narrower."""
    labels = {way.key: way.label for way in ways}

    def whose(found: Sequence[Row]) -> str:
        return listed(list(dict.fromkeys(labels[row["stack"]] for row in found)), "stacks")

    if not any(row["status"] in TRIED for row in rows):
        return []
    wrong = [row for row in rows if row["status"] == "wrong"]
    changed = [
        row
        for row in rows
        if row["operation"] in integration_sharing.IN and row["status"] == "accepted" and is_narrowed(row)
    ]
    said = ["Nothing arrives wrong without an error."]
    if wrong:
        what = Markup(", ").join(Markup('<span class="name">{}</span>').format(name) for name in _inputs(wrong))
        told = Markup("Wrong without an error: {} of {} ({}).")
        said = [told.format(counted(len(wrong), "hand-over"), what, whose(wrong))]
    if changed:
        what = Markup(", ").join(Markup('<span class="name">{}</span>').format(name) for name in _inputs(changed))
        told = Markup("A narrower type than was handed over, without asking: {} in {}.")
        said.append(told.format(what, whose(changed)))
    return [Markup.escape(line) for line in said]


def _inputs(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["input"] for row in rows))


def is_narrowed(row: Row) -> bool:
    """Return whether a tensor has a smaller number type than what it was made of."""
    before, after = (_width(row[column] or "") for column in ("dtype_in", "dtype_out"))
    return before is not None and after is not None and after < before


def _width(dtype: str) -> int | None:
    """Bits of `float64`, `int32` and the like; None for a type that is no number."""
    digits = dtype.lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits.isdigit() and dtype.startswith(("float", "int", "uint")) else None


def _limits(rows: Sequence[Row]) -> list[Markup]:
    said = [
        "The objects were chosen, not sampled: a share is of these objects, not of how often one meets them.",
        "Small arrays on a processor. Whether an array is copied can depend on its alignment; two were tried.",
        "Handed over as they are: that one line of conversion helps is counted beside, and not against the framework.",
        "The loaders read one file in one process, without transforms; a training step is not in it.",
    ]
    lost = sum(row["status"] == "not-run" for row in rows)
    if lost:
        without = "what never became a tensor cannot come back."
        said.append(f"{counted(lost, 'hand-over').capitalize()} had nothing to try: {without}")
    return [Markup(line) for line in said]
