"""`barometer import jobs`: anybody's own postings, read and counted like those of any source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from barometer.cli.app import Front
from barometer.cli.options import wait_option

if TYPE_CHECKING:
    from sources.jobs_import import JobsImport, Line


@click.command("jobs", short_help="Read a file of job postings.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="What to call these postings in the tables.  [default: the file's name]")
@click.option("--dry-run", is_flag=True, help="Print what each posting names, one JSON line each; store nothing.")
@wait_option
@click.pass_obj
def jobs(front: Front, file: Path, name: str | None, dry_run: bool, wait: float) -> None:
    """Read a file of job postings: which frameworks each names, and which it asks for as a must.

    FILE holds JSON lines, or CSV with the same columns: id, posted (a day, or a month) and text, HTML or plain;
    employer is optional. Texts and names are read and dropped: kept are hashes, the month, and what was found.
    They become a population of their own, import-NAME, which is never added to another. A later file of the same
    name adds to it; a posting with the same id replaces the earlier one. A line that cannot be read refuses the file.

    \b
    postings.jsonl:
      {"id": "1", "posted": "2026-11-02", "text": "Requirements: 3+ years of PyTorch", "employer": "Acme"}
      {"id": "2", "posted": "2026-11-03", "text": "<p>Nice to have: Keras or JAX</p>"}

    \b
    Examples:
      barometer import jobs postings.jsonl --dry-run
      barometer import jobs postings.csv --name my-boards
    """
    from barometer.cli.options import today
    from sources.jobs_import import check_name, name_of, read_file

    called = check_name(name) if name is not None else name_of(file)
    lines = read_file(file, today())
    source = _source(front)
    if dry_run:
        _print(source, lines)
    else:
        _store(front, source, called, file, lines, wait)


def _source(front: Front) -> JobsImport:
    from barometer.catalog import load_catalog
    from barometer.settings import load_services
    from sources.jobs_import import JobsImport
    from sources.landing import Landing
    from sources.live import Context

    settings = front.settings
    return JobsImport(Context(load_catalog(settings.catalog), load_services(), Landing(settings.landing)))


def _print(source: JobsImport, lines: list[Line]) -> None:
    from sources.jobs_import import findings

    for line, found in findings(lines, source.classifier):
        record = {"id": line.id, "frameworks": list(found.frameworks), "required": list(found.required)}
        click.echo(json.dumps(record, ensure_ascii=False))


def _store(front: Front, source: JobsImport, name: str, file: Path, lines: list[Line], wait: float) -> None:
    from flows import steps
    from sources.postings.source import DATASET

    payload, kept = source.hand_over(name, file.name, lines)
    with steps.hold_home(front.settings, wait):
        source.context.landing.land(payload, f"import-{payload.fetched_at:%Y%m%dT%H%M%S}")
    dropped = "".join(f", {count} left out {reason}" for reason, count in kept.counters.dropped.items())
    named = sum(1 for posting in kept.postings if posting.terms)
    click.echo(
        f"{kept.counters.kept} postings taken up as {kept.counters.population} ({DATASET}); "
        f"{named} name a framework{dropped}"
    )
    click.echo("next: barometer build")
