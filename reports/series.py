"""The exhibits over time and by population: which rows of a mart are drawn, and under which finding."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable
from functools import partial

from markupsafe import Markup

from reports import findings
from reports.charts import adoption, work
from reports.exhibits import Exhibit, Plan, evidence_table, make_exhibit
from reports.figures import Figures
from reports.marts import Row, reference


def _rows(figures: Figures, table: str, needed: str | None = None) -> list[Row]:
    """The rows of a mart for the catalogue's frameworks that have the needed value, in the catalogue's order."""
    order = {framework.key: i for i, framework in enumerate(figures.catalog.frameworks)}
    rows = [
        row
        for row in figures.marts.tables.get(table, [])
        if row["framework"] in order and (needed is None or row[needed] is not None)
    ]
    return sorted(rows, key=lambda row: order[row["framework"]])


def downloads(figures: Figures) -> Exhibit | None:
    """Downloads a day by month."""
    remark = "Log axis. Test machines and mirrors are in. A step at a dashed line is the counting, not growth."
    plan = Plan(
        "downloads",
        "downloads_month",
        "package_downloads_30d",
        "Downloads a day by month, log axis",
        adoption.downloads_chart,
        ("downloads_per_day",),
        "month",
        remark,
    )
    return make_exhibit(
        figures,
        plan,
        _rows(figures, "downloads_month", "downloads_per_day"),
        findings.headline(figures, "downloads_per_day"),
    )


def download_share(figures: Figures) -> Exhibit | None:
    """Share among the frameworks by month."""
    plan = Plan(
        "download-share",
        "downloads_month",
        "package_downloads_30d",
        "Share of all downloads of these frameworks",
        adoption.download_share_chart,
        ("share_among_frameworks",),
        "month",
    )
    rows = _rows(figures, "downloads_month", "share_among_frameworks")
    return make_exhibit(
        figures,
        plan,
        rows,
        _largest(figures, rows),
    )


def chosen(figures: Figures) -> Exhibit | None:
    """Downloads that no other framework pulled in, newest month, as bounds."""
    rows = list({row["framework"]: row for row in _rows(figures, "downloads_month", "chosen_per_day_low")}.values())
    whys = list(dict.fromkeys(edge.why for edge in figures.catalog.pulls_in))
    remark = "Solid: chosen at least. Pale: chosen at most. Line: all downloads a day."
    plan = Plan(
        "chosen",
        "downloads_month",
        "package_downloads_30d",
        "Downloads a day that were chosen, newest month",
        adoption.chosen_chart,
        ("downloads_per_day", "chosen_per_day_low", "chosen_per_day_high"),
        "month",
        remark,
    )
    exhibit = make_exhibit(figures, plan, rows, findings.headline(figures, "downloads_chosen_per_day"))
    if exhibit is None or not whys:
        return exhibit
    told = Markup('{} <span class="cause">{}.</span>').format(
        remark, Markup("; ").join(Markup('<abbr class="name">{}</abbr>').format(w) for w in whys)
    )
    return Exhibit(**{**exhibit.__dict__, "remark": told})


def stars(figures: Figures) -> Exhibit | None:
    """GitHub stars over time."""
    plan = Plan(
        "stars",
        "stars_week",
        "repository_counters",
        "GitHub stars",
        adoption.stars_chart,
        ("stars",),
        "week",
        "Gaps are weeks in which the source did not list the repository.",
    )
    return make_exhibit(figures, plan, _rows(figures, "stars_week", "stars"), findings.headline(figures, "stars"))


def questions(figures: Figures) -> Exhibit | None:
    """Stack Overflow questions a day, the collection with most months."""
    rows = _rows(figures, "questions_month", "questions_per_day")
    rows = _largest_group(rows, ("population",))
    plan = Plan(
        "questions",
        "questions_month",
        "questions_monthly",
        "Stack Overflow questions a day by month",
        adoption.questions_chart,
        ("questions_per_day",),
        "month",
        "One collection of two; they must not be added.",
    )
    return make_exhibit(figures, plan, rows, findings.headline(figures, "questions_last_year"))


def survey(figures: Figures) -> Exhibit | None:
    """Share of surveyed developers by year, the survey and audience with most years."""
    rows = _largest_group(_rows(figures, "survey_year", "share"), ("survey", "population", "audience"))
    remark = (
        "Where the dashed line stands, the people asked changed: a step there may be the survey's, not the developers'."
    )
    plan = Plan(
        "survey",
        "survey_year",
        "survey_usage",
        "Share of respondents who used it in the past year",
        adoption.survey_chart,
        ("share",),
        "year",
        remark,
    )
    return make_exhibit(figures, plan, rows, findings.headline(figures, "survey_share"))


def papers(population: str, metric: str) -> Callable[[Figures], Exhibit | None]:
    """Return a maker of the chart of one population of papers."""
    return partial(_papers, population, metric)


def _papers(population: str, metric: str, figures: Figures) -> Exhibit | None:
    rows = [row for row in _rows(figures, "papers_year", "share") if row["population"] == population]
    label = figures.label(metric)
    plan = Plan(
        f"papers-{population.replace('_', '-')}",
        "papers_year",
        "papers",
        f"{label[:1].upper()}{label[1:]}",
        work.papers_chart,
        ("share",),
        "year",
    )
    return make_exhibit(figures, plan, rows, findings.headline(figures, metric))


def releases(figures: Figures) -> Exhibit | None:
    """Final releases by year."""
    plan = Plan(
        "releases",
        "releases_year",
        "package_releases",
        "Final releases on the package index by year",
        work.releases_chart,
        ("releases",),
        "year",
        "The year under way is dashed.",
    )
    return make_exhibit(
        figures, plan, _rows(figures, "releases_year", "releases"), findings.headline(figures, "releases_last_year")
    )


def jobs(figures: Figures) -> Exhibit | None:
    """Share of postings in each population that counts, side by side and never added."""
    metrics = [metric for metric in figures.catalog.metrics if metric.factor == "jobs" and metric.standing]
    order = [framework.key for framework in figures.catalog.frameworks]
    rows = [row for metric in metrics for row in findings.ranked(figures, metric.key)]
    rows = sorted(rows, key=lambda row: ([m.key for m in metrics].index(row["metric"]), order.index(row["framework"])))
    names = {
        metric.key: wrapped(metric.label.removeprefix("share of ").removesuffix(" that name it")) for metric in metrics
    }
    plan = Plan(
        "jobs",
        "evidence",
        "job_mentions",
        "Share of postings that name it, last twelve months or newest count",
        lambda drawn, catalog: work.jobs_chart(drawn, catalog, names),
        (),
        "as_of",
        "Places differ: compare within one, never add them.",
    )
    return make_exhibit(
        figures, plan, rows, _jobs_title(figures), evidence_table(figures, rows, plan.subtitle, with_metric=True)
    )


def jobs_by_year(figures: Figures) -> Exhibit | None:
    """Share of postings by year in the population with most postings."""
    rows = _largest_group(_rows(figures, "jobs_year", "share"), ("population",), "postings_total")
    plan = Plan(
        "jobs-by-year",
        "jobs_year",
        "job_mentions",
        "Share of postings that name it by year, the largest count there is",
        work.jobs_by_year_chart,
        ("share",),
        "year",
        "One way of counting throughout; a year not counted whole is dashed.",
    )
    return make_exhibit(
        figures,
        plan,
        rows,
        _named_most(figures, rows),
    )


def wrapped(label: str, width: int = 18) -> str:
    """Return a label broken into lines for a chart's axis; `|` stands for a break."""
    return "|".join(textwrap.wrap(label[:1].upper() + label[1:], width))


def _jobs_title(figures: Figures) -> Markup:
    """The leader of every posted population when it is one and the same, else that the populations disagree."""
    leaders: dict[str, str] = {}
    for metric in figures.catalog.metrics:
        rows = findings.ranked(figures, metric.key) if metric.factor == "jobs" and metric.standing else []
        if len(rows) > 1:
            leaders[metric.key] = rows[0]["framework"] if findings.is_apart(figures, rows[0], rows[1]) else ""
    if not leaders:
        return Markup(findings.NOTHING).format(label="job postings")
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    ahead = set(leaders.values())
    if len(ahead) == 1 and "" not in ahead:
        return Markup("{} is named most wherever postings were counted").format(names[ahead.pop()])
    clear = next((metric for metric, leader in leaders.items() if leader), next(iter(leaders)))
    opening = (
        "Where postings were counted decides the answer"
        if len(ahead - {""}) > 1
        else "Not every job market says the same"
    )
    return Markup("{}. {}").format(opening, findings.headline(figures, clear))


def _largest(figures: Figures, rows: list[Row]) -> Markup:
    """Who has the largest share of the frameworks' downloads in the newest month."""
    if not rows:
        return Markup("No figures yet")
    newest = max(row["month"] for row in rows)
    top = max((row for row in rows if row["month"] == newest), key=lambda row: row["share_among_frameworks"])
    name = next(f.label for f in figures.catalog.frameworks if f.key == top["framework"])
    share = figures.show(reference("downloads_month", top, "share_among_frameworks"))
    return Markup("{} has {} of the downloads of these frameworks").format(name, share)


def _named_most(figures: Figures, rows: list[Row]) -> Markup:
    """Who is named most in the newest whole year of a count of postings, or that two cannot be told apart there."""
    whole = [row for row in rows if not row["is_partial"]] or rows
    if not whole:
        return Markup("No figures yet")
    newest = max(row["year"] for row in whole)
    order = sorted((row for row in whole if row["year"] == newest), key=lambda row: -row["share"])
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    year = figures.plain(reference("jobs_year", order[0], "year"))
    shown = [(names[row["framework"]], figures.show(reference("jobs_year", row, "share"))) for row in order[:2]]
    if len(order) > 1 and order[0]["low"] <= order[1]["high"]:
        words = (shown[0][0], shown[1][0], year, shown[0][1], shown[1][1])
        return Markup("{} and {} could not be told apart in postings of {}: {} and {}").format(*words)
    return Markup("{} was named most in postings of {}, in {}").format(shown[0][0], year, shown[0][1])


def _largest_group(rows: list[Row], keys: tuple[str, ...], counted: str | None = None) -> list[Row]:
    """The rows of the group with most rows, or with the largest sum of `counted`; of equal ones the first by name."""
    sizes: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        sizes[tuple(str(row[key]) for key in keys)] += row[counted] if counted else 1
    if not sizes:
        return []
    chosen_group = min(sizes, key=lambda group: (-sizes[group], group))
    return [row for row in rows if tuple(str(row[key]) for key in keys) == chosen_group]
