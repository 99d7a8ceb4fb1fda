"""What the pages of the probes are made of: sections of blocks, each with a finding, and how a section is framed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.numbers import NONE
from reports.svg import Drawable, chart_svg

DATASET = "probes"
RUNS = "probe_runs"
NOT_MEASURED = "not measured yet; make probes measures it"
ABSENT = Markup('<span class="none">{}</span>').format(NONE)


@dataclass(frozen=True)
class Fold:
    """A table on demand: what the line to open says, the table, a class for its looks."""

    said: str
    table: Table
    looks: str = ""


@dataclass(frozen=True)
class Block:
    """A part of a section under its own finding: sentences, charts, tables in sight, free markup, tables on demand.

    `link` is the word that leads to it from the page's head; without one nothing does.
    """

    key: str
    title: Markup
    link: str = ""
    words: Sequence[Markup] = ()
    exhibits: Sequence[Exhibit] = ()
    tables: Sequence[Fold] = ()
    folds: Sequence[Fold] = ()
    body: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Section:
    """One probe's part of a page. `title` is its finding, by rule; `table` the mart that its versions are read from."""

    key: str
    title: Markup
    table: str
    words: Sequence[Markup] = ()
    blocks: Sequence[Block] = ()
    surprises: Sequence[Markup] = ()
    limits: Sequence[Markup] = ()


@dataclass(frozen=True)
class Verdict:
    """A claim of the articles with its verdict, why, and the rule that was fixed before the figures were read."""

    id: str
    claim: Markup
    verdict: Markup
    why: Markup
    rule: Markup | None


@dataclass(frozen=True)
class Measured:
    """Where a section's figures were measured: facts of the run, and versions by environment."""

    facts: list[tuple[str, Markup]]
    versions: Table | None


def probe_run(figures: Figures, probe: str) -> Row | None:
    """Return the row of marts.probe_runs that the probe's marts show, None where it was never run."""
    return next((row for row in figures.marts.tables.get(RUNS, []) if row["probe"] == probe and row["is_chosen"]), None)


def rows_of(figures: Figures, table: str) -> list[Row]:
    """Return the rows of a mart whose framework the catalogue knows, or that are of none, in the order of its keys."""
    known = {framework.key for framework in figures.catalog.frameworks}
    return [
        row for row in figures.marts.tables.get(table, []) if row.get("framework") is None or row["framework"] in known
    ]


def verdicts(figures: Figures, factor: str | None, metrics: Sequence[str] = ()) -> list[Verdict]:
    """Return the claims on a factor, and those whose rule names one of some metrics, in the order of their names."""
    rows = figures.marts.tables["claims"]
    asked = [row for row in rows if row["factor"] == factor or any(f"{one}." in (row["rule"] or "") for one in metrics)]
    return [_verdict(figures, row) for row in asked]


def _verdict(figures: Figures, row: Row) -> Verdict:
    def told(column: str) -> Markup:
        return figures.plain(reference("claims", row, column))

    return Verdict(row["claim_id"], told("claim"), told("verdict"), told("why"), told("rule") if row["rule"] else None)


def measured(figures: Figures, run: Row, table: str) -> Measured:
    """Return the facts of a run, and the versions in each environment that the mart `table` has rows of."""
    columns = (
        ("Run", "run"),
        ("Day", "measured_on"),
        ("Machine", "machine"),
        ("Device", "device"),
        ("Ended", "ending"),
        ("Whole or quick", "is_quick"),
        ("Units that answered", "units_answered"),
        ("Units that failed", "units_failed"),
        ("Units not run", "units_not_run"),
        ("Time of all units", "units_s"),
        ("Whose", "origin"),
    )
    facts = []
    for name, column in columns:
        said = figures.bare(reference(RUNS, run, column)) if run[column] is not None else ABSENT
        facts.append((name, _quick(run) if column == "is_quick" else said))
    return Measured(facts, _versions(figures, table))


def _quick(run: Row) -> Markup:
    return Markup("quick form, which evidence leaves out" if run["is_quick"] else "whole form")


def _versions(figures: Figures, table: str) -> Table | None:
    """A row for each set of versions, with the stacks that ran in it."""
    found: dict[str, list[Row]] = {}
    for row in rows_of(figures, table):
        if row.get("environment"):
            found.setdefault(row["environment"], []).append(row)
    if not found:
        return None
    cells = [
        [
            Markup(", ").join(map(named, dict.fromkeys(row["stack"] for row in rows))),
            figures.bare(reference(table, rows[0], "environment")),
        ]
        for rows in found.values()
    ]
    return Table("Versions, by the stacks that ran with them", ["Stacks", "Versions"], cells)


def draw(
    figures: Figures, key: str, words: tuple[Markup, str, str], chart: Drawable, rows: Sequence[Row], table: str,
    behind: Table | None = None, day: str = "measured_on", dataset: str = DATASET,
) -> Exhibit:  # fmt: skip
    """Return a chart of some rows of the mart `table` as an exhibit.

    `words` are its finding, its measure with the unit, and a remark on how to read it; `behind` holds its figures,
    `day` the column that tells when they were read.
    """
    title, subtitle, remark = words
    svg = chart_svg(chart, title.striptags(), f"{subtitle}. {remark}".strip())
    return Exhibit(
        key=f"probe-{key}",
        title=title,
        subtitle=subtitle,
        svg=svg,
        dataset=dataset,
        newest=figures.cell(reference(table, max(rows, key=lambda row: row[day]), day)),
        table=behind,
        csv=f"tables/{table}.csv",
        anchor=table,
        remark=Markup.escape(remark),
    )


def named(text: str) -> Markup:
    """Return a name of the records as the page prints it: one with a digit in it is marked as a name, not a figure."""
    if any(character.isdigit() for character in text):
        return Markup('<span class="name">{}</span>').format(text)
    return Markup.escape(text)


def shown(figures: Figures, table: str, row: Row | None, column: str) -> Markup:
    """Return a figure for a table, a dash where there is no row or no figure."""
    if row is None or row.get(column) is None:
        return ABSENT
    return figures.bare(reference(table, row, column))


def said_status(figures: Figures, table: str, row: Row) -> Markup:
    """Return a row's status with its reason in small print."""
    status = figures.bare(reference(table, row, "status"))
    if row.get("reason"):
        status += Markup(" <small>{}</small>").format(figures.bare(reference(table, row, "reason")))
    return status
