"""The manifest of the bundled figures: one entry a data set, read once and checked whole."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from barometer.errors import SourceError
from sources.protocol import DatasetTerms
from sources.snapshot.tables import NEXT_STEP, TABLES

Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the manifest: an unknown key in it is an error."""


class Origin(_Record, frozen=True):
    """Where figures were read. `population` is set where a data set holds several that must not be added."""

    publisher: Text
    path: Text
    licence: Text
    commit: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{40}$")] | None = None
    population: Text | None = None

    def __str__(self) -> str:
        """Return the origin as one line for a reader."""
        commit = f", commit {self.commit[:12]}" if self.commit else ""
        population = f"{self.population}: " if self.population else ""
        return f"{population}{self.publisher}, {self.path}{commit}"


class Dataset(_Record, frozen=True):
    """One bundled file. `first` and `last` are the first day of its first period and the last day of its last."""

    dataset: Text
    file: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+\.csv\.gz$")]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    rows: Annotated[int, msgspec.Meta(ge=0)]
    first: dt.date
    last: dt.date
    granularity: Text
    licence: Text
    attribution: Text
    caveats: Annotated[list[Text], msgspec.Meta(min_length=1)]
    origins: Annotated[list[Origin], msgspec.Meta(min_length=1)]

    def terms(self) -> DatasetTerms:
        """Return what a reader must know about this data set."""
        return DatasetTerms(
            dataset=self.dataset,
            origin="; ".join(map(str, self.origins)),
            licence=self.licence,
            attribution=self.attribution,
            period=f"{self.first} to {self.last}",
            granularity=self.granularity,
            caveats=tuple(self.caveats),
        )


class LeftOut(_Record, frozen=True):
    """A population that the original files hold and the snapshot does not, and why."""

    dataset: Text
    population: Text
    why: Text


class Manifest(_Record, frozen=True):
    """Everything bundled. `read_on` is the day the figures were read at their sources."""

    read_on: dt.date
    datasets: Annotated[list[Dataset], msgspec.Meta(min_length=1)]
    left_out: list[LeftOut] = []


def read_manifest(path: Path) -> tuple[Manifest, str]:
    """Return the manifest and the hash of its bytes. Raises SourceError naming the file and the rule it breaks."""
    try:
        content = path.read_bytes()
        manifest = msgspec.convert(tomllib.loads(content.decode("utf-8")), Manifest)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: the manifest of the bundled figures is missing.", NEXT_STEP) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SourceError(f"{path}: the manifest of the bundled figures cannot be read: {error}.", NEXT_STEP) from error
    _check(manifest, path)
    return manifest, hashlib.sha256(content).hexdigest()


def _check(manifest: Manifest, path: Path) -> None:
    """Raise SourceError when an entry is unknown or stands twice."""
    seen: set[str] = set()
    for entry in manifest.datasets:
        if entry.dataset not in TABLES:
            message = f"{path}: data set {entry.dataset!r} is unknown; known are {', '.join(TABLES)}."
            raise SourceError(message, NEXT_STEP)
        if {entry.dataset, entry.file} & seen:
            raise SourceError(f"{path}: {entry.dataset!r} or its file {entry.file} stands twice.", NEXT_STEP)
        seen |= {entry.dataset, entry.file}
