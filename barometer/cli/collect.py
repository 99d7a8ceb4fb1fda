"""`barometer collect`: ask the live sources and land what they answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from barometer.cli.app import Front
from barometer.cli.options import Day, wait_option
from barometer.cli.progress import progress
from barometer.errors import SourceError

if TYPE_CHECKING:
    from flows.collecting import Plan

SHOWN = 3


@click.command("collect", short_help="Ask the live sources and keep what they answer.")
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--since", type=Day(), metavar="DATE", help="Only what can hold figures of that day or later.")
@click.option("--dry-run", is_flag=True, help="Show what would be asked; ask nobody, keep nothing.")
@wait_option
@click.pass_obj
def command(front: Front, sources: tuple[str, ...], since: dt.date | None, dry_run: bool, wait: float) -> None:
    """Ask the live sources side by side and keep every reply as it came. `barometer build` takes them up.

    SOURCE names one or more; all when left out. What was answered today is not asked again, and a pull that stopped
    goes on where it stopped. Keys come from the environment: GITHUB_TOKEN, STACKEXCHANGE_KEY, OPENALEX_API_KEY,
    HF_TOKEN; BAROMETER_CONTACT names who asks. A source that fails costs its own figures and nothing else; exit code
    4 when every source that was asked failed.

    \b
    Examples:
      barometer collect --dry-run
      barometer collect pypistats package_index
      GITHUB_TOKEN=... barometer collect github --since 2026-01-01
    """
    from barometer.catalog import load_catalog
    from barometer.settings import load_services
    from flows import collecting, steps
    from sources.registry import check_names

    settings, services = front.settings, load_services()
    catalog, names = load_catalog(settings.catalog), check_names(sources)
    if dry_run:
        for plan in collecting.plan(settings, catalog, services, names, since):
            _show_plan(plan)
        return
    with steps.hold_home(settings, wait), progress("collect") as say:
        pulls = collecting.collect(settings, catalog, services, names, since, say)
    asked = [pull for pull in pulls if pull.status != "not_configured"]
    failed = [pull for pull in asked if pull.status in ("error", "rate_limited") and not pull.replies["ok"]]
    if asked and len(failed) == len(asked):
        reasons = "\n".join(f"  {pull.source}: {pull.message}" for pull in failed)
        raise SourceError(
            f"none of the {len(asked)} sources asked gave an answer\n{reasons}",
            "nothing collected before is lost; try again later, or build with what there is: barometer build",
        )
    click.echo("next: barometer build && barometer report")


def _show_plan(plan: Plan) -> None:
    if plan.reason:
        click.echo(f"{plan.source}: would not be asked: {plan.reason}")
        return
    click.echo(f"{plan.source}: {len(plan.requests)} requests")
    for request in plan.requests[:SHOWN]:
        click.echo(f"  {request}")
    if len(plan.requests) > SHOWN:
        click.echo(f"  … and {len(plan.requests) - SHOWN} more")
