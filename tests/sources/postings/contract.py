"""What the contract tests of the job sources share: good replies become rows, bad ones a status, and no text stays."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from barometer.errors import SourceError
from sources.live import LiveSource, Request
from sources.postings import JobSource
from sources.postings.posting import key
from sources.protocol import Payload
from tests.sources.live import collect, live_source, parsed
from tests.sources.replay import Answer, ReplayServer

TABLE = "job_postings"
# Stands in every text and name of the replies below: wherever it turns up, something was kept that must not be.
SECRET = "Zyxwv"


def job_source(name: str, server: ReplayServer, folder: Path, **options: Any) -> LiveSource:
    """Return a job source that asks a replay server."""
    return live_source(name, server.url, folder, **options)


def rows(source: LiveSource) -> list[dict[str, Any]]:
    """Return everything landed as rows."""
    return parsed(source, TABLE)


def left_behind(folder: Path) -> bytes:
    """Return everything that a folder holds, compressed files unpacked, in lower case."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    contents = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    return b"\n".join([*contents, *(str(path).encode() for path in files)]).lower()


def assert_redacted(folder: Path, *words: str) -> None:
    """Nothing of texts, names and addresses stays behind."""
    everything = left_behind(folder)
    assert everything
    for word in (SECRET, "<p>", "https://", *words):
        assert word.lower().encode() not in everything, word


def assert_fault(
    name: str, server: ReplayServer, folder: Path, target: str, answer: Answer, status: str, clock: Any, **options: Any
) -> str:
    """A day after a good one, `target` answers badly: the status says so, and the good day's rows are all there.

    Returns the message.
    """
    before = rows(job_source(name, server, folder, clock=clock, **options))
    assert before
    clock.now = clock.now.replace(day=clock.now.day + 1)
    server.on(target, answer)
    source = job_source(name, server, folder, clock=clock, read_s=0.3, **options)
    landed = [entry for entry in collect(source) if entry.status != "ok"]
    assert [entry.status for entry in landed] == [status], landed
    assert landed[0].sha256 == ""
    assert SECRET not in landed[0].message
    assert landed[0].message
    kept = rows(source)
    assert all(row in kept for row in before)
    return landed[0].message


def redacted(source: JobSource, request: Request, content: bytes) -> Payload | SourceError:
    """Return what would land of a reply, or why nothing would. Anything else that is raised is a fault of its own."""
    try:
        return source.payload(request, source.redaction(request, content).encode())
    except SourceError as error:
        return error


def keyed(population: str, value: str) -> str:
    """The key that a value gets."""
    return key(population, value)
