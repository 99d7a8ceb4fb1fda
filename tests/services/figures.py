"""Invented figures: how large a framework is, and the days they are of."""

from __future__ import annotations

import datetime as dt

# How large everything about a framework is, whichever name it goes by.
SIZES = {"keras": 4, "torch": 20, "tensorflow": 9, "jax": 6, "flax": 6, "tf": 9}
DAY = 86_400


def size(text: str) -> int:
    """Return the size of whichever framework a text names."""
    named = [SIZES[name] for name in SIZES if name in text.lower()]
    return named[0] if named else 1


def today() -> dt.date:
    """Return today in UTC, as the sources see it."""
    return dt.datetime.now(dt.UTC).date()


def epoch(day: dt.date) -> int:
    """Return a day's first second."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())
