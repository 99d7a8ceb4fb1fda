"""Which weeks of a repository's star history are still unread, and on which page they are now.

Pages count back from the running week, so a page's number says nothing of the weeks on it: every week, each page gives
its oldest week to the next. What was read is therefore remembered by weeks, and what is missing is looked up by
counting weeks from the newest. A week that slips to the next page during a pull is read twice and never missed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import msgspec

from sources.github.questions import history
from sources.landing import Landing

WEEK = dt.timedelta(days=7)


class _Week(msgspec.Struct):
    week: int


def weeks_on(content: bytes) -> list[dt.date]:
    """Return the first days of a page's weeks, newest first; none where the page is empty or not as described."""
    try:
        weeks = msgspec.json.decode(content, type=list[_Week])
        days = {dt.datetime.fromtimestamp(week.week, dt.UTC).date() for week in weeks}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError, OSError):
        return []
    return sorted(days, reverse=True)


@dataclass
class Coverage:
    """Spans of weeks that were read after they were over, each as (oldest, newest) first day."""

    spans: list[tuple[dt.date, dt.date]] = field(default_factory=list)

    def add(self, weeks: list[dt.date], read_on: dt.date) -> None:
        """Add what a page that was read on a day covers: its weeks that were over by then."""
        over = [week for week in weeks if week + WEEK <= read_on]
        if over:
            self.spans.append((min(over), max(over)))

    def next_gap(self, week: dt.date) -> dt.date:
        """Return the newest week at or before `week` that no span covers."""
        while True:
            covering = [oldest for oldest, newest in self.spans if oldest <= week <= newest]
            if not covering:
                return week
            week = min(covering) - WEEK


def landed_coverage(landing: Landing, source: str, name: str) -> Coverage:
    """Return which weeks of a repository's star history landed.

    Newest pages are read daily and overlap by all but a day: of those, one a month is enough.
    """
    newest = history(name, 1)
    pages = {}
    for entry in landing.entries(source):
        if entry.status == "ok" and entry.request.startswith(f"GET {newest.path}?"):
            pages[f"{entry.fetched_at:%Y-%m}" if entry.request == newest.key else entry.sha256] = entry
    coverage = Coverage()
    for entry in pages.values():
        coverage.add(weeks_on(landing.payload(entry).content), entry.fetched_at.date())
    return coverage
