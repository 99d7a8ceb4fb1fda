"""`barometer import trends`: what the Google Trends website exports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from barometer.cli.app import Front
from barometer.cli.options import wait_option
from barometer.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from sources.protocol import Payload
    from sources.trends_export import Export
    from sources.trends_import import Match, Reading, TrendsImport

_PLACE = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z0-9]{1,3})?")
_MOST_BYTES = 20_000_000


@click.command("trends", short_help="Import exports of the Google Trends website.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--topics", is_flag=True, help="The columns are topics picked from the website's list, not plain words.")
@click.option(
    "--geo",
    metavar="CODE",
    help="Where people searched, like DE or US-CA.  [default: the code in the file's name, else world]",
)
@wait_option
@click.pass_obj
def trends(front: Front, files: tuple[Path, ...], topics: bool, geo: str | None, wait: float) -> None:
    """Import exports of the Google Trends website: the old form and that of 2026, in any language.

    On trends.google.com compare all frameworks at once (up to five), choose a span, and download the chart. Five
    years come by week; one year, as 2020, by week too; "2004 - present" by month. A map (geoMap.csv) is taken as
    well. Files stay as they are; the same file twice adds nothing; one bad file and none is imported.

    \b
    A file looks like this:
      Week,keras: (Worldwide),pytorch: (Worldwide)
      2025-11-09,3,41
      2025-11-16,<1,38
    \b
    Examples:
      barometer import trends multiTimeline.csv
      barometer import trends --topics time_series_Worldwide_20211121-0000_20261121-0000.csv
      barometer import trends --geo DE multiTimeline.csv geoMap.csv
    """
    from barometer.catalog import load_catalog
    from barometer.settings import load_services
    from flows.steps import hold_home
    from sources.landing import Landing
    from sources.live import Context
    from sources.trends_import import Reading, TrendsImport

    settings = front.settings
    source = TrendsImport(Context(load_catalog(settings.catalog), load_services(), Landing(settings.landing)))
    readings = [(Reading(path.name, topics, _place(geo, path.name)), _read(path)) for path in files]
    checked = [_check(source, reading, content) for reading, content in readings]
    with hold_home(settings, wait):
        added = [_land(source, payload) for payload, _ in checked]
    for (payload, said), is_new in zip(checked, added, strict=True):
        click.echo(said if is_new else f"{said}\n  known already: nothing added ({payload.sha256[:12]})")
    click.echo("next: barometer build")


def _place(geo: str | None, name: str) -> str:
    """Return the place that was said, else the one that the file's name has a code for; "" is worldwide."""
    from sources.trends_export import named_place

    if geo is None:
        named = named_place(name)
        return named if named.isupper() and _PLACE.fullmatch(named) else ""
    if geo.lower() in ("", "world"):
        return ""
    if not _PLACE.fullmatch(geo):
        raise SettingsError(f"--geo {geo} is no place", "write a country or region like DE or US-CA, or world")
    return geo.upper()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB", "name a file that was exported")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "name a file that was exported") from None


def _check(source: TrendsImport, reading: Reading, content: bytes) -> tuple[Payload, str]:
    """Return a file as a payload, and what is said of it. Raises SourceError when nothing of it can be used."""
    from sources.trends_export import read_export

    if not content.strip():
        raise SourceError(f"{reading.name} is empty", "export it again from trends.google.com")
    export = read_export(content, reading.name)
    matches = source.matches(export, reading)
    if not any(match.framework for match in matches):
        why = "; ".join(f"{match.header!r}: {match.why}" for match in matches)
        raise SourceError(f"{reading.name}: no column belongs to a framework: {why}", _other_reading(reading))
    payload = source.file_payload(reading, content)
    for _ in source.parse(payload):
        pass
    return payload, _describe(reading, export, matches)


def _other_reading(reading: Reading) -> str:
    if reading.topics:
        return "without --topics the columns are read as plain words"
    return "if the columns are topics, add --topics; else compare the catalogue's search terms on the website"


def _land(source: TrendsImport, payload: Payload) -> bool:
    """Land a file unless it is there, read in the same way; return whether it is new."""
    from sources.trends_import import read_request

    def way(request: str) -> tuple[bool, str]:
        reading = read_request(request)
        return reading.topics, reading.geo

    landing = source.context.landing
    newest = [entry for entry in landing.entries(source.name) if entry.sha256 == payload.sha256][-1:]
    if newest and way(newest[0].request) == way(payload.request):
        return False
    landing.land(payload, f"import-{payload.fetched_at:%Y%m%dT%H%M%S}")
    return True


def _describe(reading: Reading, export: Export, matches: list[Match]) -> str:
    from sources.trends_export import named_place

    kind = "topics" if reading.topics else "plain terms (if you picked topics there, import it again with --topics)"
    place = reading.geo or "worldwide"
    noted = sorted({column.note for column in export.columns if column.note} | {named_place(reading.name)} - {""})
    if export.granularity is None:
        what = f"a map of {len(export.rows)} regions"
    else:
        what = f"{len(export.rows)} {export.granularity}s, {export.rows[0].key} to {export.rows[-1].key}, {place}"
        what += f" (the file says {', '.join(noted)}; --geo CODE says another place)" if noted else ""
    lines = [f"{reading.name}: {what}; {kind}"]
    for position, match in enumerate(matches):
        known = sum(row.values[position].is_known for row in export.rows)
        owner = match.framework.label if match.framework else f"compared with nothing: {match.why}"
        lines.append(f"  {match.header}: {known} with figures; {owner}")
    if export.granularity is None and len(matches) == 1:
        lines.append("  one term alone: its map says where it is searched for, not what is; kept and not compared")
    elif sum(match.framework is not None for match in matches) == 1:
        lines.append("  one framework alone: an index compares only within one export; put all into one comparison")
    return "\n".join(lines)
