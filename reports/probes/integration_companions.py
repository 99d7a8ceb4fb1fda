"""How long ago each framework's companion for data loading was last released, from the package index."""

from __future__ import annotations

from markupsafe import Markup

from reports import findings
from reports.exhibits import evidence_table
from reports.figures import Figures
from reports.probes.document import Block, Fold

METRIC = "companion_idle_days"
NOTHING = "No companion's releases were read."


def block(figures: Figures) -> Block:
    """Return who released a companion last, with every figure; a block that says so where none was read."""
    rows, title = findings.ranked(figures, METRIC), Markup("Companions")
    if not rows:
        return Block("companions", title, "Companions", [Markup(NOTHING)])
    caption = figures.label(METRIC)
    table = evidence_table(figures, rows, f"{caption[:1].upper()}{caption[1:]}")
    return Block(
        "companions", title, "Companions", [findings.headline(figures, METRIC) + "."], tables=[Fold("", table)]
    )
