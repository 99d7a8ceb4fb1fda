"""`barometer replay`: read landed replies again, after a parser was mended."""

from __future__ import annotations

import click

from barometer.cli.app import Front
from barometer.cli.options import wait_option
from barometer.cli.progress import progress


@click.command("replay", short_help="Read the landed replies of a source again.")
@click.argument("source")
@click.option("--accept-less", is_flag=True, help="Let figures go that the present warehouse has.")
@wait_option
@click.pass_obj
def command(front: Front, source: str, accept_less: bool, wait: float) -> None:
    """Parse every landed reply of SOURCE again and build the warehouse with what they say now.

    For the day a parser was mended: the service is not asked. Replies stay as they came; only their rows are replaced.
    Job postings are the exception: of them only a form without texts ever lands.

    \b
    Examples:
      barometer replay pypistats
      barometer replay trends_import
    """
    from barometer.catalog import load_catalog
    from flows import collecting, steps

    settings = front.settings
    catalog = load_catalog(settings.catalog)
    with steps.hold_home(settings, wait), progress("replay") as say:
        done = collecting.replay(settings, catalog, source, accept_less, say)
    click.echo(
        f"{source}: {done.replies} replies read again, {done.rows_before} rows replaced by {done.rows_now}; "
        f"warehouse as of {done.as_of}. next: barometer report"
    )
