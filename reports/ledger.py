"""The claims by verdict, the sources with their state, one worked example, and three queries with their output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from reports import findings
from reports.answers import labels
from reports.figures import EVIDENCE_PAGE, Figures
from reports.marts import GRAINS, Connection, Row, reference
from reports.numbers import NONE

VERDICTS = ("supported", "contradicted", "mixed", "not enough evidence", "context")


@dataclass(frozen=True)
class ClaimGroup:
    """The claims that share a verdict."""

    verdict: str
    key: str
    claims: list[tuple[Row, str, Markup, Markup, Markup]]


def make_claims(figures: Figures) -> list[ClaimGroup]:
    """Return the claims grouped by verdict: (row, factor's label, claim, why, links to the evidence)."""
    factors = {factor.key: factor.label for factor in figures.catalog.factors}
    groups: dict[str, list[tuple[Row, str, Markup, Markup, Markup]]] = {verdict: [] for verdict in VERDICTS}
    for row in figures.marts.tables["claims"]:
        name = row["claim_id"]
        entry = (
            row,
            factors[row["factor"]],
            figures.plain(f"claims/{name}/claim"),
            figures.plain(f"claims/{name}/why"),
            _evidence_links(figures, row),
        )
        groups.setdefault(row["verdict"], []).append(entry)
    return [ClaimGroup(verdict, verdict.replace(" ", "-"), claims) for verdict, claims in groups.items()]


def _evidence_links(figures: Figures, row: Row) -> Markup:
    known = [name for name in row["evidence_ids"] or [] if figures.has(name)]
    links = (Markup('<a href="{}#{}"><code>{}</code></a>').format(EVIDENCE_PAGE, name, name) for name in known)
    return Markup(", ").join(links)


@dataclass(frozen=True)
class SourceLine:
    """One source of one data set: its state in words and figures. Texts are None where there is nothing to say."""

    anchor: str
    dataset: str
    label: str
    source: str
    status: str
    state: Markup
    read: Markup
    newest: Markup
    rows: Markup
    licence: Markup | None
    attribution: Markup | None
    origin: Markup | None
    missing: Markup | None
    trouble: Markup | None


_STATES = {
    "ok": "fresh",
    "stale": "old",
    "no_data": "no data yet",
    "not_configured": "not set up yet",
    "rate_limited": "held back by the service",
    "error": "failed",
}
# Names that are no service's.
_SOURCES = {
    "snapshot": "bundled",
    "bench": "the runner",
    "probes": "the probes",
    "trends_import": "imported files",
    "jobs_import": "imported files",
}


def make_sources(figures: Figures) -> list[SourceLine]:
    """Return every source of every data set with its state, in the catalogue's order."""
    health = figures.marts.tables["source_health"]
    lines: list[SourceLine] = []
    for dataset in figures.catalog.datasets:
        for row in (row for name in dataset.sources for row in health if _is_of(row, dataset.key, name)):
            lines.append(_source(figures, row, is_first=not lines or lines[-1].dataset != dataset.key))
    return lines


def _is_of(row: Row, dataset: str, source: str) -> bool:
    return bool(row["dataset"] == dataset and row["source"] == source)


def _source(figures: Figures, row: Row, is_first: bool) -> SourceLine:
    def told(column: str) -> Markup | None:
        return figures.plain(reference("source_health", row, column)) if row.get(column) else None

    def shown(column: str) -> Markup:
        return figures.bare(reference("source_health", row, column)) if row.get(column) else Markup(NONE)

    state = Markup(_STATES.get(row["status"], row["status"]))
    if row.get("age_days") is not None and row["status"] in ("ok", "stale"):
        age = figures.bare(reference("source_health", row, "age_days"))
        state = Markup("{}: {} days old; counts as fresh for {}").format(
            state, age, figures.bare(reference("source_health", row, "fresh_days"))
        )
    if row.get("regime") not in (None, "", "steady"):
        state += Markup("; ") + figures.plain(reference("source_health", row, "regime"))
    return SourceLine(
        anchor=row["dataset"] if is_first else f"{row['dataset']}-{row['source']}",
        dataset=row["dataset"],
        label=row["label"],
        source=_SOURCES.get(row["source"], row["source"].replace("_", " ")),
        status=row["status"],
        state=state,
        read=shown("last_success_at"),
        newest=shown("newest_period"),
        rows=figures.of("source_health", row, "rows") if row.get("rows") else Markup(NONE),
        licence=told("licence"),
        attribution=told("attribution"),
        origin=told("origin"),
        missing=told("missing"),
        trouble=told("last_message") if row.get("last_status") not in (None, "ok") else None,
    )


def make_example(figures: Figures) -> list[Markup]:
    """Return one worked example in sentences, for the reader whose decision is measured most; empty without figures."""
    readers = [reader for reader in figures.catalog.readers if figures.marts.row("picks", reader.key)]
    readers = sorted(readers, key=lambda reader: -(figures.marts.row("picks", reader.key) or {})["measured_weight"])
    for reader in readers:
        pick = figures.marts.row("picks", reader.key) or {}
        for metric in figures.catalog.metrics:
            rows = findings.ranked(figures, metric.key)
            if metric.factor in (pick["reasons"] or []) and metric.standing and len(rows) > 1 and pick["lean"]:
                pair = f"{rows[1]['evidence_id']}/{rows[0]['framework']}"
                if figures.has(pair) and rows[0]["better"] == "higher":
                    return _example(figures, reader.key, reader.label, metric.factor, rows, pair)
    return []


def _example(figures: Figures, reader: str, who: str, factor: str, rows: list[Row], pair: str) -> list[Markup]:
    names = labels(figures)
    first, second = names[rows[0]["framework"]], names[rows[1]["framework"]]
    lean = (figures.marts.row("picks", reader) or {})["lean"]
    label = next(f.label for f in figures.catalog.factors if f.key == factor)
    measure = figures.label(rows[0]["metric"])
    one = Markup("Take the {}. One measure of {} is the {}: {} for {}, {} for {}.").format(
        who.lower(),
        label.lower(),
        measure,
        figures.with_interval(rows[0]["evidence_id"]),
        first,
        figures.with_interval(rows[1]["evidence_id"]),
        second,
    )
    two = Markup(
        "The best counts as one hundred percent, so {} stands at {} the best, with an interval of its own."
    ).format(second, figures.show(pair))
    three = Markup("{} is {} of this reader's decision. All measured together make {} of it.").format(
        label, figures.show(f"weights/{reader}/{factor}/weight"), figures.show(f"picks/{reader}/measured_weight")
    )
    odds = [
        figures.show(f"recommendations/{reader}/{lean}/{column}")
        for column in ("p_best", "p_best_even", "p_best_possible")
    ]
    four = Markup(
        "So {} is best in {} of the worlds even if everything unmeasured goes against it, "
        "in {} if the unmeasured is even, and in {} at the very most."
    ).format(names[lean], *odds)
    five = Markup("A pick needs {} of the first kind.").format(figures.show("edition/pick_threshold"))
    return [one, two, three, four, five]


@dataclass(frozen=True)
class Query:
    """A statement, what it answers, and its output when the page was made."""

    question: str
    sql: str
    columns: list[str]
    rows: list[list[Markup]]


def make_queries(figures: Figures, connection: Connection) -> list[Query]:
    """Run three statements and return them with their output, every cell with its reference."""
    return [_run(figures, connection, *entry) for entry in _statements(figures)]


def _statements(figures: Figures) -> Iterable[tuple[str, str, str]]:
    measured = [row["metric"] for row in figures.marts.tables["evidence"]]
    metric = "downloads_per_day" if "downloads_per_day" in measured else (measured or ["downloads_per_day"])[0]
    reader = figures.catalog.readers[0]
    yield (
        f"How do the frameworks compare on {figures.label(metric)}?",
        "evidence",
        "select metric, framework, value, low, high, as_of\nfrom marts.evidence\n"
        f"where metric = '{metric}'\norder by value desc, framework",
    )
    yield (
        f"How sure is the advice to the {reader.label.lower()}?",
        "recommendations",
        "select reader, framework, p_best, p_best_even, p_best_possible\nfrom marts.recommendations\n"
        f"where reader = '{reader.key}'\norder by p_best_even desc, framework",
    )
    yield (
        "Where do the figures differ from the articles?",
        "factor_verdicts",
        "select factor, article_winner, winner, measured_share\nfrom marts.factor_verdicts\n"
        "where article_winner not in ('none', winner)\norder by measured_share desc, factor",
    )


def _run(figures: Figures, connection: Connection, question: str, table: str, sql: str) -> Query:
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    rows = []
    for values in result.fetchall():
        row = dict(zip(columns, values, strict=True))
        found = figures.marts.row(table, *[str(row[key]) for key in GRAINS[table]]) or row
        rows.append([_output(figures, table, found, column) for column in columns])
    return Query(question, sql, columns, rows)


def _output(figures: Figures, table: str, row: Row, column: str) -> Markup:
    value = row[column]
    if isinstance(value, str):
        return Markup.escape(value)
    return figures.of(table, row, column) if value is not None else Markup("null")
