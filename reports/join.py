"""What people use beside what it costs: one mark a framework between a measure of use and a measure of speed."""

from __future__ import annotations

from collections.abc import Sequence

from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from barometer.catalog import Metric
from reports import findings
from reports.charts.curves import join_chart
from reports.exhibits import Exhibit
from reports.figures import Figures, unit_words
from reports.marts import Row, reference
from reports.svg import chart_svg

USED, COSTS = "popularity", "performance"
DOWNLOADS = "downloads/day"  # the unit of the measure that is drawn where it is there


def join(figures: Figures) -> Exhibit | None:
    """Return the chart of the first measures of both factors that two frameworks share; None where there are none."""
    pair = _measures(figures)
    if pair is None:
        return None
    used, speed = pair
    both = [findings.ranked(figures, metric.key) for metric in pair]
    shared = _shared(figures, pair)
    order = [framework.key for framework in figures.catalog.frameworks if framework.key in shared]
    by = [{row["framework"]: row for row in rows} for rows in both]
    title = _finding(figures, [[row for row in rows if row["framework"] in shared] for rows in both], pair)
    subtitle = f"{_words(used)}, beside {speed.label}, in {unit_words(speed.unit)}"
    marks = [{"framework": key, **_axis("x", by[0][key]), **_axis("y", by[1][key])} for key in order]
    with debug_mode(False):
        chart = join_chart(marks, figures.catalog, _words(used), f"{unit_words(speed.unit)} in training")
        svg = chart_svg(chart, title.striptags(), f"{subtitle}. The tables of both factors hold its figures.")
    newest = max((by[1][key] for key in order), key=lambda row: row["as_of"])
    remark = (
        "Both axes logarithmic. Lines: intervals. Installs by machines are in. "
        "Its figures stand in the tables of all figures of both factors, which say why one has no interval."
    )
    return Exhibit(
        key="join",
        title=title,
        subtitle=subtitle,
        svg=svg,
        dataset=speed.dataset,
        newest=figures.cell(reference("evidence", newest, "as_of")),
        table=None,
        csv="tables/evidence.csv",
        anchor=newest["evidence_id"],
        remark=Markup.escape(remark),
    )


def _measures(figures: Figures) -> tuple[Metric, Metric] | None:
    """The measure of use and the first standing one of speed that two frameworks have figures of."""
    used, speed = (_known(figures, factor) for factor in (USED, COSTS))
    for one in sorted(used, key=lambda metric: (metric.unit != DOWNLOADS, not metric.standing)):
        for other in speed:
            if other.standing and len(_shared(figures, (one, other))) > 1:
                return one, other
    return None


def _known(figures: Figures, factor: str) -> list[Metric]:
    """The measures of a factor of which more is better; one that gives only bounds has no place on an axis."""
    metrics = [metric for metric in figures.catalog.metrics if metric.factor == factor and metric.better == "higher"]
    return [m for m in metrics if all(row.get("spread") != "bounds" for row in findings.ranked(figures, m.key))]


def _shared(figures: Figures, metrics: Sequence[Metric]) -> set[str]:
    return set.intersection(*({row["framework"] for row in findings.ranked(figures, m.key)} for m in metrics))


def _axis(name: str, row: Row) -> Row:
    known = row["low"] is not None and row["low"] > 0
    return {
        name: row["value"],
        f"{name}_low": row["low"] if known else None,
        f"{name}_high": row["high"] if known else None,
    }


def _words(metric: Metric) -> str:
    return f"{metric.label[:1].upper()}{metric.label[1:]}"


def _finding(figures: Figures, both: list[list[Row]], pair: tuple[Metric, Metric]) -> Markup:
    """Whether what is used most is also fastest, or cannot be told from the fastest, or that either is a tie."""
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    used, speed = both
    most, fastest = names[used[0]["framework"]], names[speed[0]["framework"]]
    figure, rate = (
        Markup("{} {}").format(figures.show(rows[0]["evidence_id"]), unit_words(metric.unit))
        for rows, metric in zip(both, pair, strict=True)
    )
    if not findings.is_apart(figures, used[0], used[1]):
        opening = Markup("{} and {} are used alike").format(most, names[used[1]["framework"]])
    else:
        opening = Markup("{} is used most ({})").format(most, figure)
    if not findings.is_apart(figures, speed[0], speed[1]):
        return Markup("{}; whether {} or {} trains faster cannot be told").format(
            opening, fastest, names[speed[1]["framework"]]
        )
    if used[0]["framework"] == speed[0]["framework"]:
        return Markup("{} and trains fastest too ({})").format(opening, rate)
    return Markup("{}, and {} trains fastest ({})").format(opening, fastest, rate)
