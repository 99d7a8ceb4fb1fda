"""The cells of the probe `control_flow`: which count, how many run right, and how one reads in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.counts import Count
from reports.probes.document import ABSENT
from reports.stacks import Stack

TABLE = "control_flow"
RIGHT, WRONG = "runs-right", "wrong-silently"
_CODES = re.compile(r"\x1b\[[0-9;]*m")


def as_written(rows: Sequence[Row]) -> list[Row]:
    """Return the cells of code as one would write it, those that came to an end."""
    return [row for row in rows if row["version"] == "as-written" and row["status"] == "ok"]


def tally(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Count]:
    """Return how many cases run right as written, a stack each; stacks without a case that ended are left out."""
    found = []
    for way in ways:
        mine = [row for row in as_written(rows) if row["stack"] == way.key]
        if mine:
            found.append(Count(way.label, sum(row["outcome"] == RIGHT for row in mine), len(mine)))
    return found


def heading(title: str) -> str:
    """Return a form's title as the head of a column."""
    return title[:1].upper() + title[1:]


def forms_of(rows: Sequence[Row]) -> dict[str, str]:
    """Return the forms with their titles: those that run right as written in most cells first."""
    right: dict[str, int] = {row["form"]: 0 for row in rows}
    for row in as_written(rows):
        right[row["form"]] += row["outcome"] == RIGHT
    titles = {row["form"]: str(row["title"] or row["form"]) for row in rows}
    return {form: titles[form] for form in sorted(right, key=lambda form: (-right[form], form))}


def ended(figures: Figures, row: Row | None, before: str = "") -> Markup:
    """Return how one cell ended, with its message on demand; `before` names its phase."""
    if row is None:
        return ABSENT
    if row["outcome"] is None:
        return Markup('<div>{} <span class="none">{}</span></div>').format(
            before, figures.bare(reference(TABLE, row, "status"))
        )
    looks = "fine" if row["outcome"] == RIGHT else "bad" if row["outcome"] == WRONG else "odd"
    said = Markup('<div>{} <b class="{}">{}</b>{}</div>')
    return said.format(before, looks, figures.bare(reference(TABLE, row, "outcome")), _message(figures, row))


def _message(figures: Figures, row: Row) -> Markup:
    if row["outcome"] == RIGHT or not row["message"]:
        return Markup("")
    told = [_quoted(figures, reference(TABLE, row, column)) for column in ("exception", "message") if row[column]]
    return Markup("<details><summary>message</summary><code>{}</code></details>").format(Markup(": ").join(told))


def _quoted(figures: Figures, ref: str) -> Markup:
    """A library's own words; where they hold codes for a terminal's colours, without those, and so unreferenced."""
    text = figures.text(ref)
    return Markup.escape(_CODES.sub("", text)) if _CODES.search(text) else figures.bare(ref)
