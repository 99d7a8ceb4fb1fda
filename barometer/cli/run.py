"""`barometer run`: everything, as a Prefect flow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import click

from barometer.cli.app import Front
from barometer.cli.options import as_of_option, wait_option
from barometer.cli.progress import progress


@click.command("run", short_help="Collect, build the warehouse, write the report.")
@click.option(
    "--offline", is_flag=True, help="Use the bundled snapshot and what was collected before; touch no network."
)
@as_of_option
@wait_option
@click.option("--verbose", is_flag=True, help="Show Prefect's own log too.")
@click.pass_obj
def command(front: Front, offline: bool, as_of: dt.date, wait: float, verbose: bool) -> None:
    """Collect, build the warehouse, write the report. A Prefect flow with a summary left behind.

    \b
    Examples:
      barometer run --offline
      barometer run --offline --as-of 2026-03-01
      BAROMETER_HOME=/srv/barometer barometer run --wait 600
    """
    from barometer.catalog import load_catalog
    from flows import steps
    from flows.progress import told_to
    from flows.quiet import settle

    settings = front.settings
    load_catalog(settings.catalog)
    # Prefect takes seconds to start: what would stop the run is found before that.
    with steps.hold_home(settings, wait), progress("run") as say:
        say("starting Prefect")
        settle(settings.home, verbose)
        from flows.guard import guarded_server

        with guarded_server(meanwhile=_flow), told_to(say):
            done = _flow()(str(settings.home), str(settings.catalog), as_of, offline, wait)
    click.echo(done["summary"])


def _flow() -> Callable[..., dict[str, Any]]:
    """The run as a flow: to be imported once Prefect is settled, and worth seconds."""
    from flows.run import barometer_run

    return barometer_run
