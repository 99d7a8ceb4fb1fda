"""`barometer import bench`: result files of the timing runner and the probes, from this machine or another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from barometer.cli.app import Front
from barometer.cli.options import wait_option

if TYPE_CHECKING:
    from sources.bench_results import Result


@click.command("bench", short_help="Take up result files of the timing runner and the probes.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Print how each cell or unit ended, one JSON line each; store nothing.")
@wait_option
@click.pass_obj
def bench(front: Front, files: tuple[Path, ...], dry_run: bool, wait: float) -> None:
    """Take up result files of the timing runner or the probes, made here or on another machine.

    FILE is what `barometer bench run` or `barometer bench probe` wrote, compressed with gzip or not. Files in the home
    folder's bench/ and probes/ need no import: every `barometer run` takes them up. Runs of different machines stand
    side by side and are never mixed. The same file twice adds nothing; a file that grew because its run was resumed
    takes the place of what was known of that run. One file that cannot be read and none is imported.

    \b
    Examples:
      barometer import bench results-of-the-gpu-box.jsonl
      barometer import bench --dry-run var/bench/*.jsonl
    """
    from sources.bench_results import as_json, describe, read_result

    read = [read_result(path) for path in files]
    if dry_run:
        for result in read:
            for line in as_json(result):
                click.echo(line)
        return
    said = [describe(result) for result in read]
    for text, is_new in zip(said, _store(front, read, wait), strict=True):
        click.echo(text if is_new else f"{text}\n  known already: nothing added")
    click.echo("next: barometer build")


def _store(front: Front, read: list[Result], wait: float) -> list[bool]:
    """Land every result that is not there yet; return which were new."""
    from flows import results, steps

    with steps.hold_home(front.settings, wait):
        return results.land(front.settings, read)
