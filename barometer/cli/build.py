"""`barometer build`: the warehouse alone."""

from __future__ import annotations

import datetime as dt

import click

from barometer.cli.app import Front
from barometer.cli.options import as_of_option, wait_option
from barometer.cli.progress import progress


@click.command("build", short_help="Build the warehouse from the snapshot and what was collected.")
@as_of_option
@wait_option
@click.option("--accept-less", is_flag=True, help="Let figures go that the present warehouse has.")
@click.pass_obj
def command(front: Front, as_of: dt.date, wait: float, accept_less: bool) -> None:
    """Build the warehouse: load what is new, build every table in a copy, audit it, swap it in.

    A failed audit keeps the warehouse that was there and says which rows are wrong.

    \b
    Examples:
      barometer build
      barometer build --as-of 2026-03-01
    """
    from barometer.catalog import load_catalog
    from flows import results, steps

    settings = front.settings
    catalog = load_catalog(settings.catalog)
    with steps.hold_home(settings, wait), progress("build") as say:
        results.take_up(settings, say)
        say("reading the bundled snapshot and what was collected")
        built = steps.build_warehouse(settings, catalog, as_of, steps.deliver_all(settings, catalog), say, accept_less)
    click.echo(
        f"warehouse {settings.warehouse} as of {as_of}: {built.models} tables, "
        f"{built.rows_loaded} new raw rows, {built.audits} audits passed"
    )
