"""What the debug switches bring to light, and what the filters of tracebacks hide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.exhibits import Table
from reports.marts import Row
from reports.probes.debugging_rows import OK, TABLE, Cells, is_signalled, middle
from reports.probes.document import ABSENT, Block, Fold, shown
from reports.stacks import Stack

Pairs = list[tuple[Row, Row]]


def switches_block(cells: Cells) -> Block | None:
    """Return what becomes of a mistake with a debug switch on, against the same stack as it comes."""
    found = list(_compared(cells))
    if not found:
        return None
    lines = []
    for stack, switch, pairs in found:
        light = [new["fault"] for old, new in pairs if not is_signalled(old) and is_signalled(new)]
        dark = [new["fault"] for old, new in pairs if is_signalled(old) and not is_signalled(new)]
        later = [
            new["fault"]
            for old, new in pairs
            if is_signalled(old) and is_signalled(new) and old["faulty_line"] is False and new["faulty_line"]
        ]
        told = (_faults(cells, faults) for faults in (light, dark, later))
        head = Markup("{}: <code>{}</code>").format(stack.label, switch)
        lines.append([head, Markup.escape(counted(len(pairs))), *told])
    heads = [
        "Stack and switch",
        "Cells compared",
        "Signalled only with it",
        "No longer signalled",
        "Line shown only with it",
    ]
    table = Table("What each debug switch changes against the stack as shipped", heads, lines)
    return Block("switches", _brought(found), "Debug switches", tables=[Fold("", table, "wrapped")])


def _faults(cells: Cells, faults: Sequence[str]) -> Markup:
    return cells.names(dict.fromkeys(faults), most=6) if faults else ABSENT


def _compared(cells: Cells) -> Iterator[tuple[Stack, str, Pairs]]:
    """Each stack's switches with the cells that were tried both ways.

    A mode that is itself the way to debug is held against the shipped mode of the same framework.
    """
    for stack in cells.stacks:
        own = next((o for o in cells.shipped if (o.framework, o.backend) == (stack.framework, stack.backend)), None)
        for switch in cells.switches[stack.key]:
            if switch == "off" or own is None:
                continue
            before = {(row["fault"], row["style"]): row for row in cells.base(own) if row["status"] == OK}
            after = [row for row in cells.switched(stack, switch) if row["status"] == OK]
            pairs = [(before[key], row) for row in after if (key := (row["fault"], row["style"])) in before]
            if pairs:
                yield stack, switch, pairs


def _brought(found: Sequence[tuple[Stack, str, Pairs]]) -> Markup:
    """How many silent cells any switch brings to light."""
    silent = {
        (old["stack"], old["fault"], old["style"])
        for _, _, pairs in found
        for old, _ in pairs
        if old["outcome"] == "silent"
    }
    lit = {
        (old["stack"], old["fault"], old["style"])
        for _, _, pairs in found
        for old, new in pairs
        if old["outcome"] == "silent" and is_signalled(new)
    }
    if not silent:
        return Markup("No silent cell was tried again with a debug switch")
    if not lit:
        return Markup("No debug switch brings any of {} to light").format(counted(len(silent), "silent cell"))
    return Markup("The debug switches bring {} of {} to light").format(
        counted(len(lit)), counted(len(silent), "silent cell")
    )


def filters_block(cells: Cells) -> Block | None:
    """Return what a traceback has more of with all filters off, and whether the faulty line shows then."""
    lines, hidden, compared = [], 0, 0
    for stack in cells.stacks:
        pairs = _unfiltered(cells, stack)
        if not pairs:
            continue
        on, off = [old for old, _ in pairs], [new for _, new in pairs]
        line = [sum(bool(row["faulty_line"]) for row in rows) for rows in (on, off)]
        hidden += sum(bool(new["faulty_line"]) and not old["faulty_line"] for old, new in pairs)
        compared += len(pairs)
        lines.append(
            [
                Markup.escape(stack.label),
                Markup.escape(counted(len(pairs))),
                *(shown(cells.figures, TABLE, middle(rows, "foreign_frames"), "foreign_frames") for rows in (on, off)),
                *(Markup.escape(counted(number)) for number in line),
            ]
        )
    if not lines:
        return None
    heads = [
        "Stack",
        "Cells compared",
        "Other frames, filtered",
        "Unfiltered",
        "Faulty line shown, filtered",
        "Unfiltered",
    ]
    table = Table(
        "Tracebacks of the same cells with filters as shipped and off; frames in the middle cell", heads, lines
    )
    title = (
        Markup("Filtering hides the faulty line in {} of {}").format(counted(hidden), counted(compared, "traceback"))
        if hidden
        else Markup("Filtering hides the faulty line in none of {}").format(counted(compared, "traceback"))
    )
    return Block("filters", title, "Filters", tables=[Fold("", table)])


def _unfiltered(cells: Cells, stack: Stack) -> Pairs:
    before = {(row["fault"], row["style"]): row for row in cells.base(stack) if row["status"] == OK}
    after = [row for row in cells.unfiltered(stack) if row["status"] == OK]
    pairs = [(before[key], row) for row in after if (key := (row["fault"], row["style"])) in before]
    return [(old, new) for old, new in pairs if is_signalled(old) and is_signalled(new)]
