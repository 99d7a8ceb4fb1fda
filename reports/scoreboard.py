"""The scoreboard: every factor by every framework, with the winner or the tie in words and what the articles said."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from barometer.catalog import Factor, Framework
from reports.figures import Figures
from reports.marts import Row, reference

OVERALL = "conclusion"


@dataclass(frozen=True)
class Cell:
    """One framework on one factor; `figure` is None where nothing is measured."""

    framework: Framework
    figure: Markup | None
    bounds: Markup
    picture: Markup


@dataclass(frozen=True)
class Line:
    """One factor's row."""

    factor: Factor
    label: str
    cells: list[Cell]
    verdict: str
    winner: str | None
    article: str
    agrees: str


def make_scoreboard(figures: Figures) -> list[Line]:
    """Return a line a scored factor, then the one that weighs all of them alike."""
    overall = [factor for factor in figures.catalog.factors if factor.key == OVERALL]
    lines = [_line(figures, factor, factor.label) for factor in figures.catalog.scored_factors]
    return lines + [
        _line(figures, factor, "All factors alike")
        for factor in overall
        if figures.marts.row("factor_verdicts", factor.key)
    ]


def _line(figures: Figures, factor: Factor, label: str) -> Line:
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    winner = (figures.marts.row("factor_verdicts", factor.key) or {}).get("winner", "not measured")
    verdict = {"tie": "too close to call", "not measured": "not measured yet"}.get(winner) or names.get(
        winner, str(winner)
    )
    article = {"draw": "a draw", "none": "no winner named"}.get(factor.article_winner) or names[factor.article_winner]
    return Line(
        factor=factor,
        label=label,
        cells=[_cell(figures, factor, framework) for framework in figures.catalog.frameworks],
        verdict=verdict,
        winner=winner if winner in names else None,
        article=article,
        agrees=_agreement(factor.article_winner, winner),
    )


def _agreement(article: str, winner: str) -> str:
    if article == "none" or winner == "not measured":
        return ""
    if winner == "tie":
        return "not settled" if article != "draw" else "not refuted"
    return "agrees" if article == winner else "differs"


def _cell(figures: Figures, factor: Factor, framework: Framework) -> Cell:
    row = figures.marts.row("factor_standings", factor.key, framework.key)
    if row is None or not row["measured_share"]:
        return Cell(framework, None, Markup(""), Markup(""))
    figure = figures.cell(reference("factor_standings", row, "standing"))
    return Cell(framework, figure, figures.bounds("factor_standings", row), _picture(row, framework))


def _picture(row: Row, framework: Framework) -> Markup:
    """A line from the lowest to the highest standing, a dot on the mean; the figures beside it say the same."""
    low, high, mean = (f"{4 + 92 * row[key]:.1f}" for key in ("low", "high", "standing"))
    return Markup(
        '<svg class="spark b-{}" viewBox="0 0 100 10" aria-hidden="true" focusable="false">'
        '<path d="M4 5H96" class="rail"/><path d="M{} 5H{}" class="span"/><circle cx="{}" cy="5" r="3.6"/></svg>'
    ).format(framework.key.replace("_", "-"), low, high, mean)
