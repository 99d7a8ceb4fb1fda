"""`barometer serve`: the weekly run, without any further service."""

from __future__ import annotations

import click

from barometer.cli.app import Front


@click.command("serve", short_help="Run every week until stopped.")
@click.option("--offline", is_flag=True, help="Scheduled runs use the bundled snapshot and what was collected before.")
@click.option(
    "--cron", default=None, metavar="CRON", help="Another schedule, as five cron fields.  [default: 0 6 * * 1, UTC]"
)
@click.option("--verbose", is_flag=True, help="Show Prefect's own log too.")
@click.pass_obj
def command(front: Front, offline: bool, cron: str | None, verbose: bool) -> None:
    """Run every week, Mondays at 06:00 UTC, until stopped (Ctrl-C). No further service is needed.

    \b
    Examples:
      barometer serve --offline
      barometer serve --offline --cron "30 5 * * *"
      BAROMETER_HOME=/srv/barometer barometer serve
    """
    from barometer.catalog import load_catalog
    from flows import steps
    from flows.quiet import settle

    settings = front.settings
    load_catalog(settings.catalog)
    steps.prepare_home(settings)
    settle(settings.home, verbose)
    from flows.serve import schedule, serve

    weekly = schedule(cron)
    from flows.guard import guarded_server

    with guarded_server():
        serve(settings, offline, weekly, lambda line: click.echo(f"serve: {line}", err=True))
