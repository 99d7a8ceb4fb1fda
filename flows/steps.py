"""The steps of a run, free of Prefect: the commands call them one by one, the flow wraps each in a task."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.catalog import Catalog
from barometer.errors import SettingsError, StorageError
from barometer.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from reports.verify import VerifySummary
    from sources.protocol import Batch, DatasetTerms, Payload, Source
    from warehouse.build import BuildSummary
    from warehouse.load import Delivery

Say = Callable[[str], None]


@dataclass(frozen=True)
class Delivered:
    """What sources handed over: replies with their rows, and the terms of their data sets."""

    replies: list[Delivery] = field(repr=False)
    terms: list[DatasetTerms] = field(repr=False)

    def __add__(self, other: Delivered) -> Delivered:
        """Return both together, in this order; terms that both state are stated once."""
        stated = {(terms.source, terms.dataset) for terms in self.terms}
        more = [terms for terms in other.terms if (terms.source, terms.dataset) not in stated]
        return Delivered(self.replies + other.replies, self.terms + more)


@dataclass(frozen=True)
class Pages:
    """A rendered edition: its name, and its files by path."""

    edition: str
    files: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Edition:
    """A published report: its name (the warehouse's as-of day), its folder, its files' sizes by name."""

    name: str
    folder: Path
    sizes: dict[str, int]

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / "index.html"


def prepare_home(settings: Settings) -> None:
    """Make the home folder. Raises StorageError when it cannot be made or written."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as error:
        raise StorageError(
            f"cannot write the home folder {settings.home}: {error.strerror}",
            "free space or rights there, or point --home (or BAROMETER_HOME) at another folder",
        ) from None


@contextmanager
def hold_home(settings: Settings, wait_s: float) -> Iterator[None]:
    """Hold the home folder for a whole run: another run waits, or stops with BusyError."""
    from warehouse.connect import writer_lock

    prepare_home(settings)
    with writer_lock(settings, wait_s):
        yield


def today() -> dt.date:
    """Return today in UTC, the clock of every `fetched_at`."""
    return dt.datetime.now(dt.UTC).date()


def deliver_snapshot() -> Delivered:
    """Return what travels with the package, with its rows: the snapshot, and runs of the timing runner."""
    from flows.results import deliver_bundled
    from sources.snapshot import Snapshot

    snapshot = Snapshot()
    # The bundle's own id, not this run's: two homes hold the same raw rows.
    return deliver(snapshot, snapshot.run_id) + deliver_bundled()


def deliver_all(settings: Settings, catalog: Catalog) -> Delivered:
    """Return everything there is without asking anybody: the bundled snapshot, and every reply that ever landed."""
    from flows.collecting import deliver_landed

    return deliver_snapshot() + deliver_landed(settings, catalog)


def deliver(source: Source, run_id: str) -> Delivered:
    """Return one source's replies, each with its rows, and the terms of its data sets."""
    from warehouse.load import Delivery

    replies = [Delivery(source.name, run_id, reply, _rows_of(source, reply)) for reply in source.fetch()]
    return Delivered(replies, source.terms())


def _rows_of(source: Source, reply: Payload) -> Iterator[Batch]:
    """Yield one reply's rows; nothing is parsed until they are asked for, so a reply that is known costs nothing."""
    yield from source.parse(reply)


def build_warehouse(
    settings: Settings,
    catalog: Catalog,
    as_of: dt.date,
    delivered: Delivered,
    say: Say | None = None,
    accept_less: bool = False,
) -> BuildSummary:
    """Load, build, audit and publish the warehouse as known on `as_of`; with `accept_less`, even if figures go."""
    from advice import decide
    from warehouse.build import build

    return build(settings, catalog, as_of, delivered.replies, delivered.terms, decide, say, accept_less=accept_less)


def render_report(settings: Settings, catalog: Catalog) -> Pages:
    """Return the published warehouse's edition, rendered."""
    from reports.drawings import kept_in
    from reports.publish import previous_report
    from reports.render import render_edition
    from warehouse.connect import reader

    with reader(settings.warehouse) as connection, kept_in(settings.cache / "charts"):
        edition = edition_of(connection)
        return Pages(edition, render_edition(connection, catalog, previous_report(settings.reports, edition)))


def publish_report(settings: Settings, pages: Pages) -> Edition:
    """Put an edition in its place at once, and rewrite the archive's index."""
    from reports.publish import publish

    publish(settings.reports, pages.edition, pages.files)
    sizes = {name: len(content) for name, content in pages.files.items()}
    return Edition(pages.edition, settings.reports / pages.edition, sizes)


def verify_report(settings: Settings, catalog: Catalog, edition: str | None, say: Say) -> tuple[str, VerifySummary]:
    """Build the warehouse again from raw, elsewhere, and compare every number of an edition's pages with it."""
    from advice import decide
    from reports.publish import compared_report
    from reports.verify import verify_edition
    from warehouse.build import build_copy
    from warehouse.connect import reader
    from warehouse.explain import resolver
    from warehouse.models import load_models

    name = edition or newest_edition(settings)
    folder = settings.reports / name
    if name not in list_editions(settings):
        raise SettingsError(
            f"there is no edition {name} in {settings.reports}", "name one that `barometer status` lists"
        )
    as_of = dt.date.fromisoformat(name)
    models = load_models(settings.sql)
    with tempfile.TemporaryDirectory(prefix="barometer-verify-") as scratch:
        copy = Path(scratch) / "warehouse.duckdb"
        say(f"building {name} again from its raw figures")
        # Raw figures come from the published warehouse: what landed since then is not in this edition.
        delivered = Delivered(deliver_snapshot().replies, deliver_all(settings, catalog).terms)
        build_copy(settings, copy, catalog, as_of, delivered.replies, delivered.terms, decide)
        say("deriving every number again")
        with reader(copy) as connection:
            previous = compared_report(settings.reports, name)
            return name, verify_edition(folder, connection, catalog, resolver(connection, models), previous)


def edition_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the name of the warehouse's edition: the day it was built as of."""
    row = connection.execute("select as_of from catalog.edition").fetchone()
    return row[0].isoformat() if row else ""


def list_editions(settings: Settings) -> list[str]:
    """Return the published editions, oldest first."""
    if not settings.reports.is_dir():
        return []
    return sorted(path.parent.name for path in settings.reports.glob("????-??-??/index.html"))


def newest_edition(settings: Settings) -> str:
    """Return the name of the newest edition. Raises SettingsError when there is none."""
    editions = list_editions(settings)
    if not editions:
        raise SettingsError(f"there is no report in {settings.reports} yet", "barometer run --offline")
    return editions[-1]
