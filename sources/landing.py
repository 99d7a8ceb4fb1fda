"""Where replies land before anybody reads them: contents by hash, compressed, and one line a reply in an index.

`landing/objects/ab/abcd….gz` holds a content, `landing/<source>.jsonl` what was asked, when, and what came of it. A
content is written before its line, and both are synced, so a kill leaves at most a content without a line. A line whose
content is gone all the same is no answer: its question is asked again.
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from barometer.errors import SourceError
from sources.protocol import Payload, Status

_REFETCH = "remove that line and collect again"
_BEGINNING = b'{"source":'


class Landed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the index: a reply that landed. `sha256` is empty when nothing came."""

    source: str
    dataset: str
    request: str
    fetched_at: dt.datetime
    run_id: str
    status: Status = "ok"
    sha256: str = ""
    message: str = ""
    http_status: int | None = None


# Made with the module, since sources in threads share it: sources.postings.redact says what else would happen.
_LANDED = msgspec.json.Decoder(Landed)


class Landing:
    """The landing folder. One process writes to it at a time: the one that holds the home folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._known: dict[str, list[Landed]] = {}
        self._answers: dict[str, dict[str, Landed]] = {}

    def land(self, payload: Payload, run_id: str) -> Landed:
        """Store a reply and return its line. Raises OSError where the disk is full or cannot be written."""
        entry = Landed(
            source=payload.source,
            dataset=payload.dataset,
            request=payload.request,
            fetched_at=payload.fetched_at,
            run_id=run_id,
            status=payload.status,
            sha256=payload.sha256,
            message=payload.message,
            http_status=payload.http_status,
        )
        self.entries(payload.source)
        if payload.content:
            self._write_content(payload.sha256, payload.content)
        self._append(payload.source, msgspec.json.encode(entry) + b"\n")
        self._remember(entry)
        return entry

    def sources(self) -> list[str]:
        """Return the names of the sources that ever landed anything."""
        return sorted(path.stem for path in self.folder.glob("*.jsonl"))

    def entries(self, source: str) -> list[Landed]:
        """Return every line of one source, oldest first. A line that a kill cut short is left out.

        Raises SourceError naming file and line when a whole line cannot be read.
        """
        if source not in self._known:
            # Read whole before any is kept: an index with a bad line must be refused again the next time.
            found = list(self._read(source))
            self._known[source] = []
            self._answers[source] = {}
            for entry in found:
                self._remember(entry)
        return self._known[source]

    def newest(self, source: str, request: str) -> Landed | None:
        """Return the newest answer to a request, `ok` or `no_data`; None when there was none or its content is gone."""
        self.entries(source)
        entry = self._answers[source].get(request)
        return entry if entry is None or not entry.sha256 or self._is_there(entry.sha256) else None

    def payload(self, entry: Landed) -> Payload:
        """Return a landed reply with its content. Raises SourceError when the content is missing or damaged."""
        content = b""
        if entry.sha256:
            path = self._path(entry.sha256)
            try:
                content = gzip.decompress(path.read_bytes())
            except (OSError, EOFError, zlib.error) as error:
                raise SourceError(
                    f"{path}: the landed reply to {entry.request} cannot be read: {error}", _REFETCH
                ) from None
        payload = Payload(
            entry.source,
            entry.dataset,
            entry.request,
            entry.fetched_at,
            content,
            entry.status,
            entry.message,
            entry.http_status,
        )
        if payload.sha256 != entry.sha256:
            raise SourceError(f"{self._path(entry.sha256)}: damaged; its hash is now {payload.sha256}", _REFETCH)
        return payload

    def _remember(self, entry: Landed) -> None:
        self._known[entry.source].append(entry)
        if entry.status in ("ok", "no_data"):
            newest = self._answers[entry.source].get(entry.request)
            if newest is None or newest.fetched_at <= entry.fetched_at:
                self._answers[entry.source][entry.request] = entry

    def _path(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / f"{sha256}.gz"

    def _write_content(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        if self._is_there(sha256) and _holds(path, content):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # Sources land side by side, and two of them may land the same content.
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        # No time inside: the same content gives the same file.
        with part.open("wb") as file:
            file.write(gzip.compress(content, compresslevel=6, mtime=0))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _is_there(self, sha256: str) -> bool:
        path = self._path(sha256)
        return path.exists() and path.stat().st_size > 0

    def _append(self, source: str, line: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._index(source).open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _index(self, source: str) -> Path:
        return self.folder / f"{source}.jsonl"

    def _read(self, source: str) -> Iterator[Landed]:
        path = self._index(source)
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                yield _LANDED.decode(line)
            except msgspec.DecodeError as error:
                # A kill or a full disk may cut a line short anywhere; the next run began a new one behind it.
                if _is_cut(line, error):
                    continue
                raise SourceError(f"{path}, line {number}: not a landed reply: {error}", _REFETCH) from None


def _is_cut(line: bytes, error: msgspec.DecodeError) -> bool:
    """True for the beginning of a line of ours, which has everything but its end."""
    begins = line.startswith(_BEGINNING) or _BEGINNING.startswith(line)
    return begins and str(error) == "Input data was truncated"


def _holds(path: Path, content: bytes) -> bool:
    """True when a landed file still gives this content: one that was damaged is written anew."""
    try:
        return gzip.decompress(path.read_bytes()) == content
    except (OSError, EOFError, zlib.error):
        return False
