"""The evidence page: every figure and comparison with an anchor, its interval, source, licence and command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from barometer.catalog import Factor
from reports.answers import labels
from reports.figures import Figures
from reports.marts import GRAINS, Row, reference
from reports.numbers import NONE


@dataclass(frozen=True)
class EvidenceLine:
    """One figure of evidence as the page prints it."""

    row: Row
    framework: str
    label: str
    value: Markup
    interval: Markup
    n: Markup
    as_of: Markup
    note: Markup
    attribution: Markup
    licence: Markup


@dataclass(frozen=True)
class EvidenceGroup:
    """The figures of one factor."""

    factor: Factor
    rows: list[EvidenceLine]


@dataclass(frozen=True)
class PairLine:
    """One comparison as the page prints it."""

    row: Row
    label: str
    pair: str
    value: Markup
    interval: Markup


@dataclass(frozen=True)
class TableEntry:
    """One mart: what it holds and how to name a figure of it."""

    name: str
    comment: str
    pattern: str


def make_evidence(figures: Figures) -> dict[str, Any]:
    """Return what the evidence page's template needs."""
    evidence = figures.marts.tables["evidence"]
    groups = [
        EvidenceGroup(factor, [_line(figures, row) for row in evidence if row["factor"] == factor.key])
        for factor in figures.catalog.factors
    ]
    tables = [name for name in figures.marts.tables if name in GRAINS]
    return {
        "title": f"The evidence. Barometer, {figures.marts.edition}",
        "description": "Every figure with its interval, date, source and command.",
        "edition": figures.marts.edition,
        "groups": [group for group in groups if group.rows or group.factor.scored],
        "comparisons": [_pair(figures, row) for row in figures.marts.tables["comparisons"]],
        "tables": [TableEntry(name, figures.marts.comments.get(name, ""), _pattern(name)) for name in tables],
        "constants": {name: figures.cell(f"edition/{name}") for name in ("draws", "interval", "pick_threshold")},
    }


def _line(figures: Figures, row: Row) -> EvidenceLine:
    name = row["evidence_id"]
    health = next(iter(figures.marts.health(row["dataset"])), {})
    return EvidenceLine(
        row=row,
        framework=labels(figures).get(row["framework"], str(row["framework"])),
        label=figures.label(row["metric"]),
        value=figures.cell(name),
        interval=_bounds(figures, row),
        n=figures.of("evidence", row, "n") if row.get("n") is not None else Markup(NONE),
        as_of=figures.of("evidence", row, "as_of"),
        note=figures.plain(f"evidence/{row['metric']}/{row['framework']}/note") if row.get("note") else Markup(NONE),
        attribution=figures.plain(reference("source_health", health, "attribution"))
        if health.get("attribution")
        else Markup.escape(row["source"]),
        licence=figures.plain(reference("source_health", health, "licence"))
        if health.get("licence")
        else Markup("none stated"),
    )


def _bounds(figures: Figures, row: Row) -> Markup:
    if row.get("low") is None or row.get("high") is None:
        return Markup("none")
    return Markup("{} to {}").format(
        figures.cell(f"{row['evidence_id']}.low"), figures.cell(f"{row['evidence_id']}.high")
    )


def _pair(figures: Figures, row: Row) -> PairLine:
    names = labels(figures)
    pair = f"{names.get(row['framework'], row['framework'])} / {names.get(row['rival'], row['rival'])}"
    return PairLine(row, figures.label(row["metric"]), pair, figures.cell(row["evidence_id"]), _bounds(figures, row))


def _pattern(name: str) -> str:
    return "/".join([name, *[key.upper() for key in GRAINS[name]], "COLUMN"])
