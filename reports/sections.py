"""The sections: for each factor its headline, at most three charts in sight, its figures, and what they cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from barometer.catalog import Factor
from reports.benchmark import contrasts
from reports.benchmark.findings import NOTHING
from reports.benchmark.runs import make_runs
from reports.charts.advice import standing_chart
from reports.exhibits import Exhibit, Plan, Table, make_exhibit
from reports.factor_charts import SHOWN, factor_exhibits
from reports.figures import Figures
from reports.hosts import RUNNERS
from reports.marts import Row, reference
from reports.probes.pages import Pointer

IN_SIGHT = 2  # charts of a section on the main page; the others stand on the page of charts
BRIEF = {"jobs": 1}  # factors whose second chart is as heavy as all the rest


@dataclass(frozen=True)
class Section:
    """One factor as the page shows it."""

    factor: Factor
    headline: Markup
    sentences: list[Markup]
    standing: Exhibit | None
    exhibits: list[Exhibit]
    more: list[Exhibit]
    figures: Table | None
    caveats: list[tuple[str, Markup]] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    timed: str | None = None
    probed: list[Pointer] = field(default_factory=list)


def make_sections(figures: Figures, told: Mapping[str, list[Pointer]]) -> list[Section]:
    """Return one section for every scored factor, in the catalogue's order; `told`: where pages tell of it."""
    return [_section(figures, factor, told.get(factor.key, [])) for factor in figures.catalog.scored_factors]


def _section(figures: Figures, factor: Factor, probed: list[Pointer]) -> Section:
    exhibits = list(factor_exhibits(figures, factor))
    in_sight = BRIEF.get(factor.key, 1 if probed and factor.key not in SHOWN else IN_SIGHT)
    rows = [row for row in figures.marts.tables["evidence"] if row["factor"] == factor.key]
    return Section(
        factor=factor,
        headline=factor_headline(figures, factor),
        sentences=_sentences(figures, factor),
        standing=_standing(figures, factor),
        exhibits=exhibits[:in_sight],
        more=exhibits[in_sight:],
        figures=_figure_table(figures, factor, rows),
        caveats=_caveats(figures, rows),
        claims=[claim.id for claim in figures.catalog.claims if claim.factor == factor.key],
        timed=_timed(figures, factor),
        probed=probed,
    )


def _timed(figures: Figures, factor: Factor) -> str | None:
    """What stands before the link to the page of timings, for a factor that draws on them."""
    if not any(
        metric.factor == factor.key and metric.dataset == contrasts.DATASET for metric in figures.catalog.metrics
    ):
        return None
    return "Every ratio, cell, knob, machine" if make_runs(figures) else NOTHING


def factor_headline(figures: Figures, factor: Factor) -> Markup:
    """Return who leads on a factor and how surely, that it is too close to call, or that it is not measured."""
    verdict = figures.marts.row("factor_verdicts", factor.key) or {}
    winner = verdict.get("winner", "not measured")
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    if winner in names:
        sure = figures.show(f"factor_standings/{factor.key}/{winner}/p_best")
        return Markup("{}: {} leads, P(best) {}").format(factor.label, names[winner], sure)
    if winner != "tie":
        return Markup("{}: not measured yet").format(factor.label)
    rows = [row for row in figures.marts.tables["factor_standings"] if row["factor"] == factor.key]
    rows = sorted(rows, key=lambda row: -row["p_best_even"])
    if len(rows) < 2 or rows[0]["p_best_even"] - rows[1]["p_best_even"] < 0.01:
        return Markup("{}: too close to call").format(factor.label)
    lean = figures.show(reference("factor_standings", rows[0], "p_best_even"))
    return Markup("{}: too close to call, leaning {} ({} if even)").format(
        factor.label, names[rows[0]["framework"]], lean
    )


def _sentences(figures: Figures, factor: Factor) -> list[Markup]:
    """At most three: the verdict, what the articles said, what is still missing."""
    said = (
        [figures.plain(f"factor_verdicts/{factor.key}/verdict")]
        if figures.marts.row("factor_verdicts", factor.key)
        else []
    )
    said.append(article_sentence(figures, factor))
    if factor.key == "popularity" and not any(
        r["metric"] == "search_interest" for r in figures.marts.tables["evidence"]
    ):
        said.append(Markup("No search data yet: run live or import an export."))
    return said[:3]


def article_sentence(figures: Figures, factor: Factor) -> Markup:
    """Return what the articles said of a factor beside what the figures say."""
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    said = factor.article_winner
    if said == "none":
        return Markup("The articles name no winner here.")
    article = "a draw" if said == "draw" else names[said]
    winner = (figures.marts.row("factor_verdicts", factor.key) or {}).get("winner", "not measured")
    if winner == "not measured":
        return Markup("The articles say {}; that is neither confirmed nor refuted until it is measured.").format(
            article
        )
    if winner == "tie":
        agreed = (
            "and the figures do not part them either"
            if said == "draw"
            else "the figures do not bear that out, nor rule it out"
        )
        return Markup("The articles say {}; {}.").format(article, agreed)
    return Markup("The articles say {}; the figures {}.").format(
        article, "agree" if winner == said else f"say {names[winner]}"
    )


def _standing(figures: Figures, factor: Factor) -> Exhibit | None:
    rows = [row for row in figures.marts.tables["factor_standings"] if row["factor"] == factor.key]
    order = {framework.key: i for i, framework in enumerate(figures.catalog.frameworks)}
    rows = sorted((row for row in rows if row["framework"] in order), key=lambda row: order[row["framework"]])
    if not rows:
        return None
    plan = Plan(
        "standing-" + factor.key,
        "factor_standings",
        "",
        "Standing: the best framework is one hundred percent",
        standing_chart,
        (),
        "factor",
    )
    title = Markup("Where each stands on {}").format(factor.label.lower())
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    cells = [
        [
            Markup.escape(names[row["framework"]]),
            figures.bare(reference("factor_standings", row, "standing")) + figures.bounds("factor_standings", row),
            *[
                figures.bare(reference("factor_standings", row, column))
                for column in ("measured_share", "p_best", "p_best_even")
            ],
        ]
        for row in rows
    ]
    table = Table(
        "Standing with its interval, how much is measured, and the chance of being best",
        ["Framework", "Standing", "Measured", "Assured best", "Best if even"],
        cells,
    )
    return make_exhibit(figures, plan, rows, title, table)


def _figure_table(figures: Figures, factor: Factor, rows: list[Row]) -> Table | None:
    """Every metric of the factor with every framework's figure and interval."""
    by_id = {(row["metric"], row["framework"]): row for row in rows}
    metrics = [metric for metric in figures.catalog.metrics if metric.factor == factor.key]
    frameworks = figures.catalog.frameworks
    cells = []
    for metric in metrics:
        line = [Markup.escape(metric.label)]
        if not any((metric.key, framework.key) in by_id for framework in frameworks):
            lost = next(d.label for d in figures.catalog.datasets if d.key == metric.dataset)
            line += [Markup('<span class="none">not measured yet; comes with: {}</span>').format(lost)] + [
                Markup("")
            ] * len(frameworks)
        else:
            found = [by_id.get((metric.key, framework.key)) for framework in frameworks]
            newest = max((row for row in found if row), key=lambda row: row["as_of"])
            line += [_figure_cell(figures, row) for row in found]
            line.append(figures.bare(reference("evidence", newest, "as_of")))
        cells.append(line)
    columns = ["Measure", *[framework.label for framework in frameworks], "As of"]
    return Table("Every figure of this factor, with its interval and its day", columns, cells) if cells else None


def _figure_cell(figures: Figures, row: Row | None) -> Markup:
    if row is None:
        return Markup('<span class="none">no figure</span>')
    name = row["evidence_id"]
    value = figures.cell(name) + figures.bounds("evidence", row)
    if row.get("is_withheld"):
        why = "a single run has no interval" if row["dataset"] in RUNNERS else "a bound only: its source broke"
        return value + Markup(' <small class="old">{}, so it decides nothing</small>').format(why)
    return (
        value + Markup(' <small class="old">old: {}</small>').format(figures.bare(reference("evidence", row, "as_of")))
        if row.get("is_stale")
        else value
    )


def _caveats(figures: Figures, rows: list[Row]) -> list[tuple[str, Markup]]:
    """What a reader must know of each data set that the factor's figures come from."""
    used = {row["dataset"] for row in rows}
    told = []
    for dataset in figures.catalog.datasets:
        for health in figures.marts.health(dataset.key):
            if dataset.key in used and health["rows"] and health.get("caveats"):
                items = Markup("").join(Markup("<li>{}</li> ").format(text) for text in health["caveats"])
                ref = reference("source_health", health, "caveats")
                told.append((dataset.label, Markup('<ul data-ref="{}">{}</ul>').format(ref, items)))
    return told
