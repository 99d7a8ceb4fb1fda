"""Result files of the timing runner: handed over by `barometer import bench`, or found in the home folder by a run.

Their contents land like any reply, then `sources.bench_results` reads them. A file grows when its run is resumed: each
state lands once, and `sql/staging/bench_runs.sql` says which state of a run counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from sources.bench_results import DATASET, NAME, TERMS, Result, parse_payload
from sources.live import LiveSource, Request
from sources.protocol import Batch, DatasetTerms, Payload


class BenchImport(LiveSource):
    """Nobody asks it: `barometer import bench FILE` and every run land what they find.

    Yields the rows of raw.bench_*, as `sources.bench_rows` describes them.
    """

    name = NAME
    silence = "nothing was timed yet, and no run is bundled"
    datasets = (DATASET,)
    default_url = ""
    is_on: ClassVar[bool] = False

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of timings."""
        return [TERMS]

    def missing(self) -> str:
        """Return how figures arrive here."""
        return "made by running: python -m bench run"

    def plan(self, since: dt.date | None = None) -> Iterable[Request]:
        """Return nothing: files are handed over, not asked for."""
        return []

    def hand_over(self, result: Result) -> Payload:
        """Return a result file as a payload of now."""
        return Payload(self.name, self.datasets[0], f"FILE run/{result.run}", self.context.now(), result.content)

    def refused_file(self, path: Path, content: bytes, message: str) -> Payload:
        """Return what is recorded of a file in the home folder that cannot be read."""
        return Payload(self.name, self.datasets[0], f"FILE {path.name}", self.context.now(), content, "error", message)

    def is_known(self, content: bytes) -> bool:
        """True if this content landed before, whatever its file was called."""
        sha256 = hashlib.sha256(content).hexdigest()
        return any(entry.sha256 == sha256 for entry in self.context.landing.entries(self.name))

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one result file. Raises SourceError as `parse_payload` does."""
        return parse_payload(payload) if payload.content else []
