"""Which charts each factor shows, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from markupsafe import Markup

from barometer.catalog import Factor
from reports import findings, live_series, series
from reports.benchmark import contrasts
from reports.benchmark.page import page_names
from reports.benchmark.runs import make_runs
from reports.charts.adoption import evidence_chart
from reports.exhibits import Exhibit, Plan, evidence_table, make_exhibit
from reports.figures import Figures
from reports.join import join


def factor_exhibits(figures: Figures, factor: Factor) -> Iterator[Exhibit]:
    """Yield the charts planned for a factor that have figures; without a plan, one of each standing metric."""
    return (made for made in _planned(figures, factor) if made is not None)


def _planned(figures: Figures, factor: Factor) -> Iterator[Exhibit | None]:
    planned = SHOWN.get(factor.key)
    if planned is not None:
        for make in planned:
            yield make(figures)
        return
    for metric in figures.catalog.metrics:
        if metric.factor == factor.key and metric.standing:
            yield metric_exhibit(metric.key)(figures)


def metric_exhibit(metric: str) -> Callable[[Figures], Exhibit | None]:
    """Return a maker of the dot-and-line chart of one metric of evidence."""

    def make(figures: Figures) -> Exhibit | None:
        rows = findings.ranked(figures, metric)
        if len(rows) < 2:
            return None
        entry = next(m for m in figures.catalog.metrics if m.key == metric)
        title = findings.headline(figures, metric)
        label = f"{entry.label[:1].upper()}{entry.label[1:]}"
        plan = Plan("metric-" + metric.replace("_", "-"), "evidence", entry.dataset, label, evidence_chart, (), "as_of")
        return make_exhibit(figures, plan, rows, title, evidence_table(figures, rows, label))

    return make


def timed_exhibit(key: str, *ranks: int) -> Callable[[Figures], Exhibit | None]:
    """Return a maker of one question's plot from the run that evidence comes from."""

    def make(figures: Figures) -> Exhibit | None:
        runs = make_runs(figures)
        return contrasts.leading_exhibit(runs[0], ranks, key, page_names(runs)[runs[0].id]) if runs else None

    return make


def gpu_exhibit(figures: Figures) -> Exhibit | None:
    """Return what a GPU says to the leading question, where evidence comes from a processor; None without a GPU."""
    runs = make_runs(figures)
    found = [run for run in runs if run.row["device"] == "cuda" and run is not runs[0]]
    if not found or runs[0].row["device"] == "cuda":
        return None
    ranks, pages = (contrasts.COMPILED, contrasts.LAYER), page_names(runs)
    exhibit = contrasts.leading_exhibit(found[0], ranks, "gpu", pages[found[0].id], " on a GPU")
    links = [
        Markup(' <a href="{}">{}</a>.').format(pages[run.id], ", ".join(run.timed)) for run in found[1:] if run.timed
    ]
    if exhibit is None or not links:
        return exhibit
    return replace(exhibit, remark=exhibit.remark + Markup(" Other runs on a GPU:") + Markup("").join(links))


SHOWN: dict[str, list[Callable[[Figures], Exhibit | None]]] = {
    "emergence": [series.releases, metric_exhibit("authors_per_month"), live_series.issues],
    "ecosystem": [
        series.papers("conference_mentions", "paper_share_conferences"),
        metric_exhibit("companion_downloads_per_day"),
        series.papers("papers_with_code_sample", "paper_share"),
        metric_exhibit("pretrained_models"),
        metric_exhibit("dependent_repositories"),
    ],
    "popularity": [
        series.downloads,
        live_series.search,
        series.survey,
        series.chosen,
        series.stars,
        metric_exhibit("stars_gained_per_week"),
        series.download_share,
        series.questions,
        live_series.recent,
        live_series.installers,
        live_series.star_gains,
        live_series.page_views,
    ],
    "graph": [
        timed_exhibit("own-layered", contrasts.OWN),
        timed_exhibit("own", contrasts.OWN + 1),
        metric_exhibit("control_flow_runs"),
    ],
    "performance": [
        timed_exhibit("ratios", contrasts.COMPILED, contrasts.LAYER),
        gpu_exhibit,
        join,
        metric_exhibit("train_speed"),
        metric_exhibit("inference_speed"),
        metric_exhibit("peak_memory"),
    ],
    "jobs": [series.jobs, series.jobs_by_year, live_series.postings],
}
