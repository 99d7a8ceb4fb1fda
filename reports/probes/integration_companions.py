"""How long ago the companion libraries were last released, and how often in the last year, from the package index."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports import findings
from reports.benchmark.findings import counted
from reports.charts.matrix import bars_rows
from reports.exhibits import Exhibit, Table, evidence_table
from reports.figures import Figures
from reports.marts import Row
from reports.probes.document import Block, Fold, draw, named, rows_of, shown

TABLE = "companions"
METRIC = "companion_idle_days"
NOTHING = "No companion's releases were read"
_COLUMNS = ("idle_days", "last_released_on", "releases_last_year", "releases", "first_released_on")


def block(figures: Figures) -> Block:
    """Return who released a companion last, with every figure; a block that says so where none was read."""
    rows, title = rows_of(figures, TABLE), Markup("Companions")
    ranked = findings.ranked(figures, METRIC)
    if not rows and not ranked:
        return Block("companions", title, "Companions", [Markup(f"{NOTHING}.")])
    caption = figures.label(METRIC)
    tables = [Fold("", evidence_table(figures, ranked, f"{caption[:1].upper()}{caption[1:]}"))] if ranked else []
    words = [findings.headline(figures, METRIC) + "."] if ranked else []
    exhibits = [_bars(figures, rows)] if any(row["idle_days"] is not None for row in rows) else []
    return Block("companions", title, "Companions", words, exhibits, tables)


def idle_finding(rows: Sequence[Row]) -> Markup:
    """Return which companions had no release in the last year; that all, or none, had one."""
    if not rows:
        return Markup(NOTHING)
    idle = [row["package"] for row in rows if not row["releases_last_year"]]
    if not idle:
        return Markup(f"Every companion was released in the last year: {counted(len(rows))} of {counted(len(rows))}")
    if len(idle) == len(rows):
        return Markup("No companion was released in the last year")
    said = Markup("{} of {} companions had no release in the last year: {}")
    return said.format(counted(len(idle)).capitalize(), counted(len(rows)), Markup(", ").join(map(named, idle)))


def _bars(figures: Figures, rows: Sequence[Row]) -> Exhibit:
    known = sorted((row for row in rows if row["idle_days"] is not None), key=lambda row: row["idle_days"])
    colours = {framework.key: framework.colour.lower() for framework in figures.catalog.frameworks}
    bars = [{"name": row["package"], "value": row["idle_days"], "colour": colours[row["framework"]]} for row in known]
    chart = bars_rows(bars, [row["package"] for row in known], "days", "d")
    words = (
        idle_finding(known),
        "Days from a companion library's last release to the day the package index was read",
        "Pre-releases are left out. The colour is that of the framework it goes with.",
    )
    return draw(figures, "companions", words, chart, known, TABLE, _table(figures, rows), "read_on", "package_releases")


def _table(figures: Figures, rows: Sequence[Row]) -> Table:
    labels = {framework.key: framework.label for framework in figures.catalog.frameworks}
    cells = [
        [
            named(row["package"]),
            Markup.escape(labels[row["framework"]]),
            *(shown(figures, TABLE, row, column) for column in _COLUMNS),
        ]
        for row in rows
    ]
    heads = ["Library", "Goes with", "Days idle", "Last release", "In a year", "In all", "First release"]
    return Table("Releases of the companion libraries", heads, cells)
