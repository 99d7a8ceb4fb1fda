"""An exhibit: one chart with its finding, its source and the table behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from reports.figures import Figures
from reports.marts import Row, reference
from reports.numbers import NONE, format_value
from reports.svg import chart_svg


@dataclass(frozen=True)
class Table:
    """A table of figures: a caption, column heads, and rows whose first cell is their head."""

    caption: str
    columns: list[str]
    rows: list[list[Markup]]


@dataclass(frozen=True)
class Exhibit:
    """What a `figure` of the page shows. `title` is the finding, `subtitle` the measure and its unit.

    Where `table` is None, the page says in `remark` in which of its tables the figures stand.
    """

    key: str
    title: Markup
    subtitle: str
    svg: Markup
    dataset: str
    newest: Markup
    table: Table | None
    csv: str
    anchor: str
    remark: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Plan:
    """How one exhibit is made: which rows, which chart, which words."""

    key: str
    table: str
    dataset: str
    subtitle: str
    chart: Callable[[Sequence[Row], Any], Any]
    columns: Sequence[str]
    period: str
    remark: str = ""


def make_exhibit(
    figures: Figures, plan: Plan, rows: Sequence[Row], title: Markup, table: Table | None = None
) -> Exhibit | None:
    """Return the exhibit of some rows, or None where there are none to draw."""
    if not rows:
        return None
    plain = Markup(title).striptags()
    with debug_mode(False):  # the tests build every chart with Altair's own checks; a report need not pay for them
        chart = plan.chart(rows, figures.catalog)
    svg = chart_svg(
        chart, plain, " ".join(filter(None, [f"{plan.subtitle}.", plan.remark, "The table below holds its figures."]))
    )
    return Exhibit(
        key=plan.key,
        title=title,
        subtitle=plan.subtitle,
        svg=svg,
        dataset=plan.dataset,
        newest=newest(figures, plan, rows),
        table=table or series_table(figures, plan, rows),
        csv=f"tables/{plan.table}.csv",
        anchor=rows[0]["evidence_id"] if plan.table == "evidence" else plan.table,
        remark=Markup.escape(plan.remark),
    )


def newest(figures: Figures, plan: Plan, rows: Sequence[Row]) -> Markup:
    """Return the newest period drawn, with its reference."""
    last = max(rows, key=lambda row: row[plan.period])
    return figures.of(plan.table, last, plan.period)


def series_table(figures: Figures, plan: Plan, rows: Sequence[Row]) -> Table:
    """Return a table with a row a period, a column a framework; of months and weeks, the last of each year."""
    names = [(framework.key, framework.label) for framework in figures.catalog.frameworks]
    drawn = [(key, label) for key, label in names if any(row["framework"] == key for row in rows)]
    cells: list[list[Markup]] = []
    for period, group in by_period(rows, plan.period):
        for column in plan.columns:
            found = {row["framework"]: row for row in group}
            head = Markup('<span data-ref="{}">{}</span>').format(*_period_head(plan, group[0], period))
            note = f" {column.replace('_', ' ')}" if len(plan.columns) > 1 else ""
            cells.append([head + note, *[_cell(figures, plan, found.get(key), column) for key, _ in drawn]])
    return Table(plan.subtitle, ["Period", *[label for _, label in drawn]], cells)


def by_period(rows: Sequence[Row], period: str) -> Iterable[tuple[Any, list[Row]]]:
    """Yield (period, rows), newest first; dated rows are thinned to the last period of each year and framework."""
    kept: dict[Any, list[Row]] = {}
    last: dict[tuple[int, str], Row] = {}
    for row in rows:
        value = row[period]
        if isinstance(value, dt.date):
            last[(value.year, row["framework"])] = row
        else:
            kept.setdefault(value, []).append(row)
    newest_of_year: dict[int, Any] = {}
    for (year, _), row in last.items():
        newest_of_year[year] = max(newest_of_year.get(year, row[period]), row[period])
    for row in rows:
        if isinstance(row[period], dt.date) and newest_of_year[row[period].year] == row[period]:
            kept.setdefault(row[period], []).append(row)
    return sorted(kept.items(), reverse=True)


def _period_head(plan: Plan, row: Row, period: Any) -> tuple[str, str]:
    return reference(plan.table, row, plan.period), format_value(period, "year" if plan.period == "year" else "date")


def _cell(figures: Figures, plan: Plan, row: Row | None, column: str) -> Markup:
    """A figure, with its interval where the row has one; a dash for a period without a figure."""
    if row is None or row.get(column) is None:
        return Markup('<span class="none" title="no figure">{}</span>').format(NONE)
    value = figures.bare(reference(plan.table, row, column))
    if column == "share":
        value += figures.bounds(plan.table, row)
    return value + Markup(" <small>partial</small>") if row.get("is_partial") else value


def evidence_table(figures: Figures, rows: Sequence[Row], caption: str, with_metric: bool = False) -> Table:
    """Return a table with a row a figure: framework, figure, interval, date, n; `with_metric` names the measure too."""
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    cells = []
    for row in rows:
        name = row["evidence_id"]
        bounds = (
            Markup("{} to {}").format(figures.bare(f"{name}.low"), figures.bare(f"{name}.high"))
            if row.get("low") is not None
            else Markup('<span data-ref="{}">{}</span>').format(
                f"evidence/{row['metric']}/{row['framework']}/note", figures.no_interval(row)
            )
        )
        dated = figures.bare(reference("evidence", row, "as_of"))
        count = figures.bare(reference("evidence", row, "n")) if row.get("n") is not None else Markup(NONE)
        head = names.get(row["framework"], row["framework"])
        head = f"{head}, {figures.label(row['metric'])}" if with_metric else head
        cells.append([Markup.escape(head), figures.bare(name), bounds, dated, count])
    return Table(caption, ["Framework", "Figure", "Interval", "As of", "Counted"], cells)
