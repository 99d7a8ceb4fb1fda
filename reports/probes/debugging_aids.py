"""Looking inside a model while it trains: whether a breakpoint stops with values, whether a print shows them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.exhibits import Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.debugging_rows import OK, listed
from reports.probes.document import ABSENT, Block, Fold, rows_of, said_status
from reports.stacks import Stack, stacks

TABLE = "debugging_aids"
LOOKS = {
    "breakpoint": "A breakpoint in the model",
    "print": "Python's own print",
    "own-print": "The framework's print",
}


def aids_block(figures: Figures) -> Block | None:
    """Return, for every stack, at how many steps each way of looking inside shows that step's own value."""
    rows = rows_of(figures, TABLE)
    if not rows:
        return None
    known = stacks(figures.catalog, rows)
    by = {(row["stack"], row["look"]): row for row in rows}
    lines = [
        [Markup.escape(stack.label), *(_cell(figures, by.get((stack.key, look))) for look in LOOKS)] for stack in known
    ]
    table = Table(
        "Steps at which the step's own value was seen, proven by the value", ["Stack", *LOOKS.values()], lines
    )
    seen = [
        [
            Markup("{}, {}").format(stack.label, LOOKS[look].lower()),
            *(_told(figures, by[stack.key, look], column) for column in ("call", "times", "example", "reason")),
        ]
        for stack in known
        for look in LOOKS
        if (stack.key, look) in by
    ]
    heads = ["Stack and way", "Call", "Stops or lines", "What was seen first", "How it ended early"]
    fold = Fold("What was seen", Table("The first thing that each way showed", heads, seen), "wrapped")
    return Block("aids", finding(known, by), "Looking inside", tables=[Fold("", table)], folds=[fold])


def _cell(figures: Figures, row: Row | None) -> Markup:
    if row is None:
        return ABSENT
    if row["status"] != OK:
        return said_status(figures, TABLE, row)
    return Markup("{} of {}").format(*(figures.bare(reference(TABLE, row, column)) for column in ("shown", "steps")))


def _told(figures: Figures, row: Row, column: str) -> Markup:
    if row[column] in (None, ""):
        return ABSENT
    return figures.bare(reference(TABLE, row, column))


def finding(known: Sequence[Stack], by: dict[tuple[str, str], Row]) -> Markup:
    """Return in which stacks as shipped a breakpoint in the model shows each step's values, and in which not."""
    tried = [
        (stack, row)
        for stack in known
        if (row := by.get((stack.key, "breakpoint"))) and row["is_shipped"] and row["status"] == OK
    ]
    good = [stack.label for stack, row in tried if row["shown"] == row["steps"]]
    bad = [stack.label for stack, row in tried if row["shown"] != row["steps"]]
    if not tried:
        return Markup("No breakpoint was tried in a stack as shipped")
    if not bad:
        return Markup("A breakpoint in the model shows each step's values in every stack as shipped")
    if not good:
        return Markup("A breakpoint in the model shows each step's values in no stack as shipped")
    return Markup("A breakpoint in the model shows each step's values in {}, not in {}").format(
        listed(good), listed(bad)
    )
