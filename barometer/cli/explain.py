"""`barometer explain`: where a printed number comes from."""

from __future__ import annotations

import click

from barometer.cli.app import Front


@click.command("explain", short_help="Show where a number comes from: SQL, rows, sources.")
@click.argument("reference")
@click.pass_obj
def command(front: Front, reference: str) -> None:
    """Show where a number comes from. REFERENCE is what the report shows with it.

    \b
    Examples:
      barometer explain downloads_per_day.pytorch
      barometer explain downloads_per_day.pytorch/keras
      barometer explain recommendations/beginner/keras/p_best
    """
    from barometer.cli.explained import as_text
    from warehouse.connect import reader
    from warehouse.explain import explain
    from warehouse.models import load_models

    with reader(front.settings.warehouse) as connection:
        click.echo(as_text(explain(connection, load_models(front.settings.sql), reference)), nl=False)
