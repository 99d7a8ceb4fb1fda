"""Months that are asked for, and days that stand for a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

# A search lists at most 100: days are chosen so that this many are expected.
SAMPLE = 80


def next_month(month: dt.date) -> dt.date:
    """Return the first day of the month after the one that begins on `month`."""
    return (month + dt.timedelta(days=32)).replace(day=1)


def months_back(today: dt.date, months: int, since: dt.date | None = None) -> Iterator[dt.date]:
    """Yield the first days of so many months, the running one first, none that ended before `since`."""
    month = today.replace(day=1)
    for _ in range(months):
        if since is not None and next_month(month) <= since:
            return
        yield month
        month = (month - dt.timedelta(days=1)).replace(day=1)


def sample_days(first: dt.date, last: dt.date, total: int) -> tuple[dt.date, dt.date]:
    """Return the first and last of the days of a span that together hold about SAMPLE of its `total`.

    They begin on a Wednesday in the middle of a month, so that a single day is a working day.
    """
    days = (last - first).days + 1
    taken = max(1, min(days, SAMPLE * days // max(total, 1)))
    middle = first + dt.timedelta(days=9)
    wednesday = middle + dt.timedelta(days=(2 - middle.weekday()) % 7)
    start = max(first, min(wednesday, last - dt.timedelta(days=taken - 1)))
    return start, start + dt.timedelta(days=taken - 1)
