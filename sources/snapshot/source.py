"""The bundled snapshot as a source: one payload a data set, checked against the manifest before any is handed on."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from barometer.errors import SourceError
from sources.protocol import Batch, DatasetTerms, Payload
from sources.snapshot.manifest import Dataset, Manifest, read_manifest
from sources.snapshot.tables import NEXT_STEP, TABLES, read_table

DATA = Path(__file__).resolve().parent / "data"


class Snapshot:
    """Figures read on one day from public repositories and bundled with the package. Needs neither network nor key."""

    name = "snapshot"
    silence = "The bundled figures could not be read, so nothing is known but what was collected live."

    def __init__(self, directory: Path = DATA) -> None:
        self.directory = Path(directory)

    @property
    def manifest(self) -> Manifest:
        """The manifest, read once. Raises SourceError when it is missing or breaks a rule."""
        return self._read[0]

    @property
    def run_id(self) -> str:
        """The id that all rows of this snapshot carry: the same wherever and whenever the same manifest is loaded."""
        return f"{self.name}-{self.manifest.read_on}-{self._read[1][:8]}"

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of every bundled data set, in the manifest's order."""
        return [entry.terms() for entry in self.manifest.datasets]

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield every data set as its file's bytes; with `since`, only those that reach that day.

        All files are checked before the first is handed on. Raises SourceError when one is missing or
        differs from its hash.
        """
        checked = [(entry, self._content(entry)) for entry in self.manifest.datasets]
        fetched_at = dt.datetime.combine(self.manifest.read_on, dt.time())
        for entry, content in checked:
            if since is None or entry.last >= since:
                yield Payload(self.name, entry.dataset, f"snapshot/{entry.file}", fetched_at, content)

    def parse(self, payload: Payload) -> list[Batch]:
        """Return one batch: the rows of the raw table of the data set's name. Raises SourceError naming the cell."""
        table = TABLES.get(payload.dataset)
        if table is None:
            message = f"{payload.request}: data set {payload.dataset!r} is unknown; known are {', '.join(TABLES)}."
            raise SourceError(message, NEXT_STEP)
        return [Batch(table.name, table.header, list(read_table(table, payload.content, payload.request)))]

    @cached_property
    def _read(self) -> tuple[Manifest, str]:
        return read_manifest(self.directory / "manifest.toml")

    def _content(self, entry: Dataset) -> bytes:
        """Return the bytes of one file, or raise SourceError when they are not those the manifest describes."""
        path = self.directory / entry.file
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise SourceError(f"{path}: listed in the manifest, but there is no such file.", NEXT_STEP) from error
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror}).", NEXT_STEP) from error
        found = hashlib.sha256(content).hexdigest()
        if found != entry.sha256:
            raise SourceError(f"{path}: damaged. Expected sha256 {entry.sha256}, found {found}.", NEXT_STEP)
        return content
