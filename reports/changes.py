"""What changed since the last edition: picks, verdicts, claims, sources and evidence, by its report.json."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.answers import labels
from reports.benchmark.findings import counted
from reports.figures import EVIDENCE_PAGE, Figures
from reports.hosts import host_of, is_of_a_machine
from reports.marts import Row
from reports.numbers import format_value

MOVED = 0.05  # a figure without an interval has moved when it changed by more than this share
IN_SIGHT = 8
Report = dict[str, Any]


@dataclass(frozen=True)
class Changes:
    """Sentences, weightiest first; `since` is None for a first edition."""

    since: str | None
    lines: list[Markup]
    more: list[Markup]


def make_changes(figures: Figures, previous: Report | None) -> Changes:
    """Return what is different from `previous`, the report.json of an earlier edition."""
    if previous is None:
        return Changes(None, [], [])
    weighty = [
        *_picks(figures, previous),
        *_verdicts(figures, previous),
        *_sources(figures, previous),
        *_claims(figures, previous),
    ]
    moved = list(_evidence(figures, previous))
    lines = (weighty + moved)[:IN_SIGHT]
    return Changes(str(previous["edition"]["as_of"]), lines, (weighty + moved)[IN_SIGHT:])


def _named(figures: Figures, key: str | None, otherwise: str = "too close to call") -> str:
    words = {"tie": "too close to call", "not measured": "not measured", None: otherwise}
    return words.get(key) or labels(figures).get(str(key), str(key))


def _picks(figures: Figures, previous: Report) -> Iterable[Markup]:
    before = {reader["reader"]: reader for reader in previous["readers"]}
    for reader in figures.catalog.readers:
        now, old = figures.marts.row("picks", reader.key), before.get(reader.key)
        if now is None or old is None:
            continue
        if now["pick"] != old["pick"]:
            words = (reader.label, _named(figures, old["pick"]), _named(figures, now["pick"]))
            yield Markup("{}: the answer went from <em>{}</em> to <strong>{}</strong>.").format(*words)
        elif now["lean"] != old["lean"]:
            words = (reader.label, _named(figures, old["lean"], "nobody"), _named(figures, now["lean"], "nobody"))
            yield Markup(
                "{}: still too close to call, and the lean went from <em>{}</em> to <strong>{}</strong>."
            ).format(*words)


def _verdicts(figures: Figures, previous: Report) -> Iterable[Markup]:
    before = {factor["factor"]: factor["winner"] for factor in previous["factors"]}
    for factor in figures.catalog.scored_factors:
        row = figures.marts.row("factor_verdicts", factor.key)
        if row is not None and factor.key in before and before[factor.key] != row["winner"]:
            words = (factor.key, factor.label, _named(figures, before[factor.key]), _named(figures, row["winner"]))
            yield Markup('<a href="#{}">{}</a>: from <em>{}</em> to <strong>{}</strong>.').format(*words)


def _claims(figures: Figures, previous: Report) -> Iterable[Markup]:
    before = {claim["claim_id"]: claim["verdict"] for claim in previous["claims"]}
    for row in figures.marts.tables["claims"]:
        old = before.get(row["claim_id"])
        if old is not None and old != row["verdict"]:
            words = (row["claim_id"], row["claim_id"], old, row["verdict"])
            yield Markup('Claim <a href="#{}">{}</a>: from <em>{}</em> to <strong>{}</strong>.').format(*words)


def _sources(figures: Figures, previous: Report) -> Iterable[Markup]:
    before = {(source.get("source"), source["dataset"]): source["status"] for source in previous["sources"]}
    labels_of = {dataset.key: dataset.label for dataset in figures.catalog.datasets}
    good = ("ok", "stale")
    for row in figures.marts.tables["source_health"]:
        now, old = row["status"], before.get((row["source"], row["dataset"]))
        if old is None or now == old:
            continue
        change = "lost" if old in good and now not in good else "regained" if now in good and old not in good else "now"
        words = {"lost": "lost", "regained": "there again", "now": f"now {now.replace('_', ' ')}"}[change]
        yield Markup('Source <a href="#sources">{}</a> ({}): {}, was {}.').format(
            labels_of[row["dataset"]], row["source"].replace("_", " "), words, old.replace("_", " ")
        )


def _evidence(figures: Figures, previous: Report) -> Iterable[Markup]:
    """Figures that came, went, or moved beyond their earlier interval; of another machine's, that they are not held.

    An edition made before machines were told counts as another machine.
    """
    before = {row["evidence_id"]: row for row in previous["evidence"]}
    names = labels(figures)
    now = figures.marts.evidence
    elsewhere = {name for name in now.keys() & before.keys() if _is_elsewhere(figures, before[name], now[name])}
    if elsewhere:
        yield Markup("The timings are of another machine than before: {} not compared.").format(
            "one figure is" if len(elsewhere) == 1 else f"{counted(len(elsewhere), 'figure')} are"
        )
    for name, row in now.items():
        words = (names.get(row["framework"], row["framework"]), figures.label(row["metric"]))
        if name not in before:
            yield Markup("New figure: {}, {}: {}.").format(*words, figures.show(name))
        elif name not in elsewhere and _moved(before[name], row):
            old = earlier(figures, previous, before[name])
            yield Markup("{}, {}: {} now, {} before.").format(*words, figures.show(name), old)
    for name in sorted(before.keys() - now.keys()):
        row = before[name]
        yield Markup("No figure any more: {}, {}.").format(
            names.get(row["framework"], row["framework"]), figures.label(row["metric"])
        )


def _is_elsewhere(figures: Figures, old: Row, new: Row) -> bool:
    """Whether two figures say as much of a machine as of a framework, and are not known to be of the same one."""
    host = host_of(figures.marts, new)
    return is_of_a_machine(new) and (host is None or old.get("host") != host)


def _moved(old: Row, new: Row) -> bool:
    if old.get("low") is not None and old.get("high") is not None:
        return not old["low"] <= new["value"] <= old["high"]
    return abs(new["value"] - old["value"]) > MOVED * abs(old["value"])


def earlier(figures: Figures, previous: Report, row: Row) -> Markup:
    """Return a figure of the earlier edition, linked to that edition's own evidence page."""
    kind = figures.marts.kind(row["evidence_id"])
    return Markup('<a class="n" data-previous="{}" href="../{}/{}#{}">{}</a>').format(
        row["evidence_id"],
        previous["edition"]["as_of"],
        EVIDENCE_PAGE,
        row["evidence_id"],
        format_value(row["value"], kind),
    )
