"""Options that several commands share, and how they are read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from barometer.errors import SettingsError


class Day(click.ParamType):
    """A day of the past, written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Return the day. Raises SettingsError for another spelling and for a day that is still to come."""
        try:
            day = dt.datetime.strptime(str(value), "%Y-%m-%d").date()
        except ValueError:
            raise SettingsError(f"{_name(param)} {value} is not a day", "write it like 2026-03-01") from None
        if day > today():
            raise SettingsError(
                f"{_name(param)} {day} is still to come: nothing is known yet of that day",
                f"today is {today()} (UTC); name it or a day before it",
            )
        return day


def _name(param: click.Parameter | None) -> str:
    return param.opts[0] if param else "the day"


def today() -> dt.date:
    """Return today in UTC, the clock of every `fetched_at`."""
    return dt.datetime.now(dt.UTC).date()


as_of_option = click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    default=lambda: today().isoformat(),
    help="Use only what was known on that day, YYYY-MM-DD.  [default: today, UTC]",
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Wait this long for another run to end.  [default: 0, stop at once]",
)
