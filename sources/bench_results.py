"""Reading result files of the timing runner and of the probes, and saying what they hold. Nobody is asked."""

from __future__ import annotations

import fcntl
import gzip
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from barometer.errors import SourceError
from bench import results
from bench.errors import ResultError
from bench.probes import records as probe_records
from bench.results import Record
from sources import probe_results, probe_rows
from sources.bench_rows import BUNDLED, OWN, batches
from sources.protocol import Batch, DatasetTerms, Payload

NAME = DATASET = "bench"
BUNDLE = "bundle/"
# A standard run is some 20 MB; what is larger than this is another kind of file.
MOST_BYTES = 500_000_000
_GZIP = b"\x1f\x8b"
TERMS = DatasetTerms(
    DATASET,
    "timings made with the bundled runner: the project's own, where a run is bundled, and those of whoever runs it",
    "a run that is bundled: the project's own; any other: its maker's",
    "the project's timing runner, `python -m bench`",
    "as long as a run takes",
    "one block of steps of one stack",
    (
        "synthetic data and small models: what is timed is the framework, not a training that anybody wants",
        "figures of one machine; they do not carry over to another, and runs of two machines are never mixed",
        "a cell counts only where parameter counts, outputs, gradients and the first steps agree across frameworks",
    ),
    source=NAME,
)


class Result:
    """A result file that was read: its complete lines, and its records, the run's first."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content
        self.records = read_records(name, content)

    @property
    def run(self) -> str:
        """The run's id."""
        return str(self.records[0]["run"])

    @property
    def source(self) -> str:
        """Whose file it is: the timing runner's (`bench`) or the probes' (`probes`)."""
        return probe_results.NAME if probe_results.is_probes(self.records) else NAME


def read_result(path: Path) -> Result:
    """Return a result file, compressed or not. Raises SourceError naming the file, the rule and the next step."""
    return Result(path.name, read_content(path))


def read_content(path: Path) -> bytes:
    """Return the complete lines of a result file; what a kill left of a last one is left out. Raises SourceError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB", "name a result file of the runner")
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}", "name a result file that exists") from None
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: not a whole compressed file: {error}", "copy the file again") from None
    return content[: content.rfind(b"\n") + 1]


def is_being_written(path: Path) -> bool:
    """True while a run has the file open for writing."""
    with path.open("rb") as file:
        return not _is_free(file)


def _is_free(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def read_records(name: str, content: bytes) -> list[Record]:
    """Return the records of a content, held against the schema it begins with. Raises SourceError naming the line."""
    if not content:
        raise SourceError(f"{name}: no record in it", "name a result file of the runner, made by python -m bench run")
    with tempfile.TemporaryDirectory(prefix="barometer-bench-") as folder:
        # The runner reads files; the name is what its messages call it by.
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            return probe_records.read(path) if probe_records.is_probe_file(path) else results.read(path)
        except ResultError as error:
            raise SourceError(error.message.replace(str(path), name), error.hint) from None


def parse_payload(payload: Payload) -> Iterator[Batch]:
    """Yield the rows of a landed or bundled result file. Raises SourceError naming the request and what is wrong."""
    records = read_records(payload.request, payload.content)
    yield from rows_of(payload.request, records, BUNDLED if payload.request.startswith(BUNDLE) else OWN)


def rows_of(name: str, records: list[Record], origin: str, found: Iterable[Batch] | None = None) -> list[Batch]:
    """Return the rows of a result file, as `batches` does. Raises SourceError where records do not belong together."""
    try:
        if probe_results.is_probes(records):
            return list(probe_rows.batches(records, origin))
        return list(batches(records, origin, found))
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise SourceError(
            f"{name}: its records do not belong together: {type(error).__name__}: {error}",
            "import the file as the runner wrote it",
        ) from None


def describe(result: Result, found: Iterable[Batch] | None = None) -> str:
    """Return what a result file holds, in a few lines: the run, its machine, its cells by status, its contrasts.

    `found` are its statistics, where they are known; of a probe file, its units. Raises SourceError as `rows_of`.
    """
    made = rows_of(result.name, result.records, OWN, found)
    if result.source != NAME:
        return probe_results.describe(result.name, result.records)
    run = result.records[0]
    tables = {batch.table: batch for batch in made}
    cells, contrasts = tables["bench_summary_cells"], tables["bench_summary_contrasts"]
    counts: dict[str, int] = {}
    for row in cells.rows:
        status = row[cells.columns.index("status")]
        counts[status] = counts.get(status, 0) + 1
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "none"
    host = run["host"]
    return (
        f"{result.name}: run {result.run[:8]}, {run['tier']} tier on {run['device']}, begun {run['started_at']}\n"
        f"  machine: {probe_results.machine(host)}\n"
        f"  cells: {said}; contrasts: {len(contrasts.rows)}"
    )


def as_json(result: Result) -> Iterator[str]:
    """Yield one JSON line a cell: what it is and how it ended, with its seconds a step; of a probe file one a unit."""
    if result.source != NAME:
        yield from probe_results.as_json(result.records)
        return
    shown = ("workload", "phase", "track", "division", "precision", "stack", "status", "step_s", "low_s", "high_s")
    for batch in rows_of(result.name, result.records, OWN):
        if batch.table == "bench_summary_cells":
            for row in batch.rows:
                cell = dict(zip(batch.columns, row, strict=True))
                yield json.dumps({name: cell[name] for name in shown})
