"""`barometer report`: the pages of the warehouse that is there."""

from __future__ import annotations

import click

from barometer.cli.app import Front
from barometer.cli.options import wait_option
from barometer.cli.progress import progress


@click.command("report", short_help="Write the report of the published warehouse.")
@wait_option
@click.pass_obj
def command(front: Front, wait: float) -> None:
    """Write the report of the published warehouse: pages, report.json and one CSV a table.

    The edition bears the warehouse's as-of day: `barometer build --as-of DATE` first for another one.

    \b
    Examples:
      barometer report
      barometer build --as-of 2026-03-01 && barometer report
    """
    from barometer.catalog import load_catalog
    from flows import steps

    settings = front.settings
    catalog = load_catalog(settings.catalog)
    with steps.hold_home(settings, wait), progress("report") as say:
        say("drawing")
        pages = steps.render_report(settings, catalog)
        say("publishing")
        edition = steps.publish_report(settings, pages)
    size = sum(edition.sizes.values()) / 1e6
    click.echo(f"report {edition.page}: edition {edition.name}, {len(edition.sizes)} files, {size:.1f} MB")
