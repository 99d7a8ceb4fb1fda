"""`barometer verify`: every printed number, derived again."""

from __future__ import annotations

import click

from barometer.cli.app import Front
from barometer.cli.progress import progress
from barometer.errors import VerifyError

SHOWN = 10


@click.command("verify", short_help="Derive every number of a report again and compare.")
@click.argument("edition", required=False)
@click.pass_obj
def command(front: Front, edition: str | None) -> None:
    """Derive every number of a report again, from raw figures in a warehouse built for that, and compare.

    EDITION is a day that `barometer status` lists; the newest when left out. Exit code 6 when a number differs.

    \b
    Examples:
      barometer verify
      barometer verify 2026-03-01
    """
    from barometer.catalog import load_catalog
    from flows import steps

    settings = front.settings
    with progress("verify") as say:
        name, summary = steps.verify_report(settings, load_catalog(settings.catalog), edition, say)
    if summary.differences:
        shown = [f"  {difference}" for difference in summary.differences[:SHOWN]]
        if len(summary.differences) > SHOWN:
            shown.append(f"  … and {len(summary.differences) - SHOWN} more")
        raise VerifyError(
            "\n".join([f"edition {name}: {len(summary.differences)} of {summary.numbers} numbers differ", *shown]),
            "write it again with `barometer build --as-of " + name + " && barometer report`, and ask who changed it",
        )
    click.echo(
        f"edition {name}: {summary.numbers} numbers derived again, all as printed; "
        f"{summary.by_reference} of them also one by one from their reference"
    )
