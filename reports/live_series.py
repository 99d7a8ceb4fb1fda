"""The exhibits that live sources bring: each is there as soon as its mart has rows, and absent before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports import findings
from reports.benchmark.findings import counted
from reports.charts.adoption import over_time_chart
from reports.exhibits import Exhibit, Plan, make_exhibit
from reports.figures import Figures
from reports.marts import Row

MOST_POINTS = 160  # a framework's line in one chart; of longer histories one period in several is drawn


@dataclass(frozen=True)
class LiveSeries:
    """A column of a mart over time, under the finding on one metric; `only` are the keys that rows must have."""

    key: str
    table: str
    column: str
    period: str
    dataset: str
    metric: str
    subtitle: str
    remark: str = ""
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    share: bool = False

    def __call__(self, figures: Figures) -> Exhibit | None:
        """Return the exhibit, None where fewer than two frameworks or periods have figures."""
        rows = self._rows(figures)
        if len({row["framework"] for row in rows}) < 2 or len({row[self.period] for row in rows}) < 2:
            return None
        step = self._step(rows)
        thinned = f"One {self.period} in {counted(step)} is drawn." if step > 1 else ""
        remark = " ".join(filter(None, [self.remark, thinned]))
        plan = Plan(self.key, self.table, self.dataset, self.subtitle, self._chart, (self.column,), self.period, remark)
        kept = set(sorted({row[self.period] for row in rows})[::-1][::step])
        rows = [row for row in rows if row[self.period] in kept]
        return make_exhibit(figures, plan, rows, findings.headline(figures, self.metric))

    def _rows(self, figures: Figures) -> list[Row]:
        order = {framework.key: i for i, framework in enumerate(figures.catalog.frameworks)}
        rows = [
            row
            for row in figures.marts.tables.get(self.table, [])
            if row["framework"] in order
            and row[self.column] is not None
            # A running period, or one in which a package is missing, would look like a fall.
            and not row.get("is_partial")
            and all(row[key] in values for key, values in self.only)
        ]
        return sorted(rows, key=lambda row: (order[row["framework"]], row[self.period]))

    def _step(self, rows: Sequence[Row]) -> int:
        """Of how many periods one is drawn, the newest always."""
        return math.ceil(len({row[self.period] for row in rows}) / MOST_POINTS)

    def _chart(self, rows: Sequence[Row], catalog: Any) -> Any:
        return over_time_chart(rows, catalog, self.period, self.column, share=self.share)


search = LiveSeries(
    "search",
    "search_interest_week",
    "interest",
    "week",
    "search_interest",
    "search_interest",
    "Search interest worldwide by week, an index within one request",
    "The largest value of the request is one hundred. It is an index, not a count.",
    only=(("geo", ("", "world")),),
)
recent = LiveSeries(
    "downloads-day",
    "downloads_day",
    "downloads",
    "day",
    "downloads_recent",
    "downloads_recent_per_day",
    "Downloads a day, mirrors left out",
    "Weekends and holidays are lower. Automatic installs are in.",
)
installers = LiveSeries(
    "downloads-installer",
    "downloads_installer_month",
    "downloads_per_day",
    "month",
    "downloads_by_installer",
    "downloads_installer_per_day",
    "Downloads a day through a person's installers, by month",
    "Copies of the whole index are left out; automatic builds are in.",
    only=(("installer_class", ("person",)),),
)
star_gains = LiveSeries(
    "star-gains",
    "star_gains_week",
    "stars_given_per_day",
    "week",
    "github",
    "stars_given_per_week",
    "GitHub stars given a day, by week",
    "Stars taken back are not subtracted.",
)
page_views = LiveSeries(
    "page-views",
    "page_views_week",
    "views_per_day",
    "week",
    "page_views",
    "page_views_per_day",
    "Views a day of the encyclopedia's article, by week",
)
issues = LiveSeries(
    "issues",
    "issues_month",
    "median_days_to_close",
    "month",
    "github",
    "days_to_close_issue",
    "Median days from opening to closing of the issues closed in a month",
    "Robots that close old issues are in.",
    only=(("kind", ("issue",)),),
)
postings = LiveSeries(
    "postings",
    "job_postings_month",
    "postings",
    "month",
    "job_postings",
    "job_employers_share_hn",
    "Hacker News postings a month that name it",
    "Small counts: shares over a year are in the table above.",
    only=(("population", ("hn-text-live",)),),
)
