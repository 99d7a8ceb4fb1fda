"""The fault matrix: a row a mistake, a column a stack, coloured by what became of it, every message on demand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.marts import Row, reference
from reports.numbers import NONE, readable
from reports.probes.debugging_rows import (
    FAMILIES,
    FAULTS,
    OK,
    OUTCOMES,
    TABLE,
    Cells,
    is_signalled,
    listed,
    outcomes,
)
from reports.probes.document import Block
from reports.stacks import Stack

MOST_MESSAGE = 700  # characters of a message on the page; the file of the table has all that was kept
_KEY = {
    "raised": "an error stops it",
    "warned": "it goes on, and says so",
    "handled": "the result is right all the same",
    "silent": "it goes on, and the result is wrong",
    "hung": "it had to be stopped",
    "died": "the process ended without a word",
}
_WORDS = {"cannot-exist": "cannot be", "not-run": "not run", "control-failed": "not told"}


def matrix_block(cells: Cells) -> Block | None:
    """Return the matrix of every mistake in every stack as it comes, with the messages below each row."""
    if not cells.rows:
        return None
    words = [
        Markup(
            "Each program holds one mistake and is otherwise right. What has two styles is tried in both: "
            "a cell with two words ends differently in them. Below every row stand the messages."
        ),
        _key(),
    ]
    return Block("faults", finding(cells), "Fault matrix", words, body=_matrix(cells))


def finding(cells: Cells) -> Markup:
    """Return how many mistakes every stack as shipped signals, how many none, and how many part them."""
    every, nobody, parted = 0, 0, 0
    for fault in cells.faults:
        ended = [set(found) for stack in cells.shipped if (found := _tried(cells.at(stack, fault["fault"])))]
        loud = [one <= {"raised", "warned"} for one in ended]
        some = [bool(one & {"raised", "warned"}) for one in ended]
        if not ended:
            continue
        every += all(loud)
        nobody += not any(some)
        parted += any(some) and not all(loud)
    total = every + nobody + parted
    if not total:
        return Markup("No mistake was tried in a stack as shipped")
    said = Markup("Of {}, {} signalled by every stack as shipped, {} by none, {} by some or in one style only")
    be = "is" if every == 1 else "are"
    return said.format(counted(total, "mistake"), f"{counted(every)} {be}", counted(nobody), counted(parted))


def _tried(rows: Sequence[Row]) -> set[str]:
    return {row["outcome"] for row in rows if row["status"] == OK}


def _key() -> Markup:
    items = (Markup('<span><b class="o {}">{}</b> {}</span>').format(word, word, said) for word, said in _KEY.items())
    return Markup('<span class="outcomes">{}</span>').format(Markup(" ").join(items))


def _matrix(cells: Cells) -> Markup:
    caption = "What became of each mistake, by stack as it comes"
    lines: list[Markup] = []
    for family, faults in itertools.groupby(cells.faults, key=lambda fault: str(fault["family"])):
        lines.append(_group(FAMILIES.get(family, family), len(cells.stacks) + 1))
        lines += [part for fault in faults for part in (_row(cells, fault), _messages(cells, fault))]
    return Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="{0}">'
        '<table class="faults"><caption>{0}</caption>'
        "<thead>{1}</thead>\n<tbody>{2}</tbody></table></div>"
    ).format(caption, _heads(cells.stacks), Markup("\n").join(lines))


def _heads(stacks: Sequence[Stack]) -> Markup:
    """Two rows: what a stack is made of, and the ways in which that is executed."""
    names = Markup("")
    for name in dict.fromkeys(stack.name for stack in stacks):
        columns = sum(stack.name == name for stack in stacks)
        names += Markup('<th scope="colgroup" colspan="{}">{}</th>').format(columns, name)
    ways = Markup("").join(Markup('<th scope="col">{}</th>').format(stack.way or "as it is") for stack in stacks)
    return Markup('<tr><th scope="col" rowspan="2">Mistake</th>{}</tr><tr>{}</tr>').format(names, ways)


def _group(name: str, columns: int) -> Markup:
    return Markup('<tr class="group"><th scope="rowgroup" colspan="{}">{}</th></tr>').format(columns, name)


def _row(cells: Cells, fault: Row) -> Markup:
    found = Markup("").join(_cell(cells.at(stack, fault["fault"])) for stack in cells.stacks)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(cells.title(fault), found)


def _cell(rows: Sequence[Row]) -> Markup:
    words = outcomes(rows)
    if not words:
        return Markup('<td class="o">{}</td>').format(NONE)
    if len(words) == 1:
        known = words[0] if words[0] in OUTCOMES else "none"
        return Markup('<td class="o {}">{}</td>').format(known, _WORDS.get(words[0], words[0]))
    parts = (Markup('<span class="o {}">{}</span>').format(word, word) for word in words)
    return Markup('<td class="o two">{}</td>').format(Markup("").join(parts))


def _messages(cells: Cells, fault: Row) -> Markup:
    """The row below a mistake: what it is, how it is written, and what each stack said, alike ones together."""
    about = next((row for row in cells.figures.marts.tables.get(FAULTS, []) if row["fault"] == fault["fault"]), None)
    told = Markup("<p>{}</p>").format(cells.figures.bare(reference(FAULTS, about, "about"))) if about else Markup("")
    items = [_item(cells, group) for group in _alike(cells, fault)]
    listing = Markup("<ul>{}</ul>").format(Markup("\n").join(items))
    summary = Markup('What was said of it<span class="away">: {}</span>').format(cells.title(fault))
    return Markup('<tr class="more"><td colspan="{}"><details><summary>{}</summary>{}{}{}</details></td></tr>').format(
        len(cells.stacks) + 1, summary, told, _written(cells, fault), listing
    )


def _written(cells: Cells, fault: Row) -> Markup:
    """The faulty piece of code in each framework, and why it cannot be made in another."""
    names = {framework.key: framework.label for framework in cells.figures.catalog.frameworks}
    found: dict[tuple[str, str], list[str]] = {}
    for row in cells.figures.marts.tables.get(FAULTS, []):
        if row["fault"] == fault["fault"] and row["framework"] in names:
            key = (row["faulty_code"] or "", row["reason"] or "")
            found.setdefault(key, []).append(names[row["framework"]])
    said = []
    for (code, reason), who in found.items():
        labels = listed(list(dict.fromkeys(who)))
        if reason:
            said.append(Markup("{}: cannot be, <code>{}</code>").format(labels, reason))
        elif code:
            said.append(Markup("{}: <code>{}</code>").format(labels, code))
        else:
            said.append(Markup("{}: a line is missing").format(labels))
    return Markup('<p class="links">{}</p>').format(Markup("; ").join(said)) if said else Markup("")


def _alike(cells: Cells, fault: Row) -> list[list[tuple[Stack, Row]]]:
    """A fault's base cells, those together of which the same was said."""
    found: dict[tuple[object, ...], list[tuple[Stack, Row]]] = {}
    for stack in cells.stacks:
        for row in cells.at(stack, fault["fault"]):
            said = ("exception", "message") if is_signalled(row) else ("reason",)
            key = (row["status"], row["outcome"], row["stage"], *(row[column] for column in said))
            found.setdefault(key, []).append((stack, row))
    order = [*OUTCOMES, None]
    return sorted(found.values(), key=lambda group: order.index(group[0][1]["outcome"]))


def _item(cells: Cells, group: Sequence[tuple[Stack, Row]]) -> Markup:
    row = group[0][1]
    styles: dict[str, list[str]] = {}
    for stack, one in group:
        styles.setdefault(stack.label, []).append(one["style"])
    who = "; ".join(f"{label}, {' and '.join(found)}" for label, found in styles.items())
    ended = cells.figures.bare(reference(TABLE, row, "outcome" if row["status"] == OK else "status"))
    if not is_signalled(row):
        why = Markup(" ({})").format(cells.figures.bare(reference(TABLE, row, "reason"))) if row["reason"] else ""
        return Markup("<li><b>{}</b>: {}{}</li>").format(ended, who, why)
    text = readable(": ".join(filter(None, [row["exception"], row["message"] or row["first_line"]])))
    cut = text if len(text) <= MOST_MESSAGE else f"{text[:MOST_MESSAGE].rstrip()} \u2026"
    said = Markup("<pre><code>{}</code></pre>").format(cut) if cut else Markup("")
    return Markup("<li><b>{}</b> at {}: {}. {}{}</li>").format(
        ended, row["stage"] or "no stage told", who, _marks(row), said
    )


def _marks(row: Row) -> str:
    """What a message does and does not do, in words."""
    told = (
        ("names_layer", "names the layer", "does not name the layer"),
        ("both_sizes", "gives both sizes", "does not give both sizes"),
        ("suggests", "suggests a fix", ""),
        ("faulty_line", "the faulty line is shown", "the faulty line is not shown"),
    )
    said = [yes if row[column] else no for column, yes, no in told if row[column] is not None]
    words = ", ".join(filter(None, said))
    return f"{words[:1].upper()}{words[1:]}." if words else ""
