"""`barometer status`: what is there, how old it is, who is writing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from barometer.cli.app import Front
from barometer.errors import WarehouseError
from barometer.settings import Settings


@click.command("status", short_help="Show what is there and how fresh it is.")
@click.pass_obj
def command(front: Front) -> None:
    """Show where things are, as of when they are, how fresh each source is, and who is writing now.

    \b
    Examples:
      barometer status
      barometer --home /srv/barometer status
    """
    from barometer.cli.tabular import as_list
    from flows.steps import list_editions

    settings = front.settings
    editions = list_editions(settings)
    facts = {
        "home": str(settings.home),
        "catalogue": str(settings.catalog),
        "writer": _writer(settings),
        "editions": f"{len(editions)}: {', '.join(editions[-5:])}" if editions else "none yet: barometer run --offline",
    }
    try:
        health = _read_warehouse(settings, facts)
    except WarehouseError as error:
        facts["warehouse"] = f"{error.message}; next: {error.hint}"
        health = []
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {value}")
    if health:
        click.echo()
        click.echo(as_list(["data set", "source", "state", "newest", "age in days", "rows"], health), nl=False)


def _read_warehouse(settings: Settings, facts: dict[str, str]) -> list[tuple[Any, ...]]:
    """Add what the warehouse says of itself to `facts`; return a row for each data set."""
    from warehouse.connect import FORMAT, reader

    with reader(settings.warehouse) as connection:
        as_of = connection.execute("select as_of from catalog.edition").fetchall()[0][0]
        health = connection.execute(
            "select label, source, status, newest_period, age_days, rows from marts.source_health "
            "order by status <> 'ok', 1, 2"
        ).fetchall()
    file = settings.warehouse.stat()
    built = dt.datetime.fromtimestamp(file.st_mtime, dt.UTC)
    facts["warehouse"] = f"{settings.warehouse}, {file.st_size / 1e6:.1f} MB, format {FORMAT}"
    facts["as of"] = f"{as_of}, built {built:%Y-%m-%d %H:%M} UTC"
    return health


def _writer(settings: Settings) -> str:
    """Say who holds the home folder, by trying the lock for no time at all."""
    from filelock import FileLock, Timeout

    if not settings.lock.exists():
        return "nobody"
    try:
        with FileLock(settings.lock, timeout=0):
            return "nobody"
    except Timeout:
        holder = settings.lock.with_suffix(".pid")
        return f"process {holder.read_text(encoding='ascii').strip() if holder.exists() else 'unknown'}"
    except OSError as error:
        return f"unknown: {error.strerror}"
