"""What a signal tells, dimension by dimension: layer, sizes, a fix, the line, its length, its frames, its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.code import Measure, counts_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.probes.debugging_rows import TABLE, Cells, is_signalled, listed, middle, ran
from reports.probes.document import ABSENT, Block, draw, shown
from reports.stacks import Stack

Counts = tuple[int, int]
_EARLY = ("build", "compile")
SHARES: dict[str, Callable[[Sequence[Row]], Counts]] = {
    "Signalled at all": lambda rows: _part(rows, is_signalled),
    "Before the first step": lambda rows: _part(rows, lambda row: row["stage"] in _EARLY),
    "Faulty line shown": lambda rows: _of_signals(rows, "faulty_line"),
    "Layer named": lambda rows: _of_signals(rows, "names_layer"),
    "Both sizes given": lambda rows: _of_signals(rows, "both_sizes"),
    "A fix suggested": lambda rows: _of_signals(rows, "suggests"),
}
LENGTHS = {
    "message_length": "Characters of the message",
    "user_frames": "Frames of the user's code",
    "foreign_frames": "Frames of other code",
    "signal_s": "Seconds to it",
}


def _part(rows: Sequence[Row], is_good: Callable[[Row], bool]) -> Counts:
    return sum(map(is_good, rows)), len(rows)


def _of_signals(rows: Sequence[Row], column: str) -> Counts:
    """How many signals of those of which it can be told."""
    asked = [row for row in rows if is_signalled(row) and row[column] is not None]
    return sum(bool(row[column]) for row in asked), len(asked)


def scores_block(cells: Cells) -> Block | None:
    """Return the dimensions of every stack as it comes, those that are shares and those that are lengths."""
    known = [stack for stack in cells.stacks if ran(cells.base(stack))]
    if not known:
        return None
    exhibits = [_shares(cells, known), *_lengths(cells, known)]
    words = Markup(
        "Counted by cell: a mistake in a stack and a style. The evidence on the main page counts by mistake, so its "
        "shares differ a little. What a signal says of a layer or of sizes counts only where one is at fault."
    )
    return Block("scores", Markup("Dimension by dimension"), "Dimensions", [words], exhibits)


def _shares(cells: Cells, known: Sequence[Stack]) -> Exhibit:
    counts = {name: [(stack, *count(ran(cells.base(stack)))) for stack in known] for name, count in SHARES.items()}
    measures = [
        Measure(
            name,
            [{"name": stack.label, "value": good / of, "is_middle": True} for stack, good, of in found if of],
            "share",
        )
        for name, found in counts.items()
    ]
    chart = counts_chart([measure for measure in measures if measure.rows], [stack.look for stack in known])
    cell = {name: {stack.key: (good, of) for stack, good, of in found} for name, found in counts.items()}
    lines = [[Markup.escape(stack.label), *(_in_words(*cell[name][stack.key]) for name in SHARES)] for stack in known]
    behind = Table("Cells of each stack as it comes", ["Stack", *SHARES], lines)
    words = (_leaders(cells, counts), "Part of the cells, by stack as it comes", "Signalled: raised or warned.")
    rows = [row for stack in known for row in ran(cells.base(stack))]
    return draw(cells.figures, "debug-shares", words, chart, rows, TABLE, behind)


def _in_words(good: int, of: int) -> Markup:
    return Markup.escape(f"{counted(good)} of {counted(of)}") if of else ABSENT


def _leaders(cells: Cells, counts: dict[str, list[tuple[Stack, int, int]]]) -> Markup:
    """Of the stacks as shipped, who is first where: one first everywhere, or who in what."""
    shipped = {stack.key for stack in cells.shipped}
    first: dict[str, list[str]] = {}
    for name in ("Signalled at all", "Faulty line shown", "Layer named"):
        found = [(good / of, stack.label) for stack, good, of in counts[name] if of and stack.key in shipped]
        top = max((share for share, _ in found), default=0.0)
        if top > 0:
            first[name] = [label for share, label in found if share == top]
    if not first:
        return Markup("No signal of a stack as shipped to look at")
    if len({tuple(who) for who in first.values()}) == 1 and len(first) > 1:
        (who, *_) = first.values()
        return Markup("As shipped, {} lead{} on signalling, on the line and on the layer").format(
            listed(who), "" if len(who) > 1 else "s"
        )
    verbs = {"Signalled at all": "signal", "Faulty line shown": "show the line", "Layer named": "name the layer"}
    said = [f"{listed(who)} {_third(verbs[name], len(who))} most often" for name, who in first.items()]
    return Markup.escape(f"As shipped, {'; '.join(said)}")


def _third(verb: str, number: int) -> str:
    head, _, rest = verb.partition(" ")
    return verb if number > 1 else f"{head}s {rest}".strip()


def _lengths(cells: Cells, known: Sequence[Stack]) -> list[Exhibit]:
    """The chart of lengths, frames and times; none where nothing was signalled."""
    signals = {stack.key: [row for row in ran(cells.base(stack)) if is_signalled(row)] for stack in known}
    measures = [
        Measure(name, _dots(known, signals, column), "log" if column == "signal_s" else "count")
        for column, name in LENGTHS.items()
    ]
    drawn = [stack for stack in known if signals[stack.key]]
    if not drawn or not any(measure.rows for measure in measures):
        return []
    chart = counts_chart(measures, [stack.look for stack in drawn])
    lines = [
        [
            Markup.escape(stack.label),
            *(shown(cells.figures, TABLE, middle(signals[stack.key], column), column) for column in LENGTHS),
        ]
        for stack in drawn
    ]
    behind = Table("The middle signal of each stack as it comes", ["Stack", *LENGTHS.values()], lines)
    remark = "Small dots: signals. Large mark: the middle one. A shorter message is not a better one."
    words = (_longest(cells, signals), "Signals, by stack as it comes", remark)
    rows = [row for found in signals.values() for row in found]
    return [draw(cells.figures, "debug-lengths", words, chart, rows, TABLE, behind)]


def _dots(known: Sequence[Stack], signals: dict[str, list[Row]], column: str) -> list[Row]:
    dots = []
    for stack in known:
        center = middle(signals[stack.key], column)
        dots += [
            {"name": stack.label, "value": row[column], "is_middle": row is center}
            for row in signals[stack.key]
            if row[column] is not None and (column != "signal_s" or row[column] > 0)
        ]
    return dots


def _longest(cells: Cells, signals: dict[str, list[Row]]) -> Markup:
    """Whose middle message is longest and whose shortest, as shipped."""
    column = "message_length"
    found = [(stack, row) for stack in cells.shipped if (row := middle(signals.get(stack.key, []), column))]
    if len(found) < 2:
        return Markup("How long the messages are, and what stands above the faulty line")
    short, long = (pick(found, key=lambda entry: entry[1][column]) for pick in (min, max))
    ends = [cells.figures.show(reference(TABLE, row, column)) for _, row in (long, short)]
    if short[1][column] == long[1][column]:
        return Markup("The middle message is equally long in every stack as shipped: {} characters").format(ends[0])
    return Markup("The middle message has {} characters in {}, {} in {}").format(
        ends[0], long[0].label, ends[1], short[0].label
    )
