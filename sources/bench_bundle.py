"""Result files of the timing runner that travel with the package: one run a machine, and their manifest.

    python -m sources.bench_bundle                    every run: its hashes, the runner's schema, its statistics
    python -m sources.bench_bundle --add FILE NAME    bundle a result file under a name

`NAME.jsonl.gz` is what the runner wrote, line for line. `NAME.statistics.json.gz` is what its own function makes of
that: some seconds of work, which nobody's first report should wait for. The check works it out again and compares, and
every build recomputes each point of it in SQL. The exit code is 0, or 4 when something is wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import math
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import msgspec

from barometer.errors import SourceError
from sources.bench_results import BUNDLE, NAME, Result, describe, read_result
from sources.bench_rows import BUNDLED, batches, statistics
from sources.landing import Landed
from sources.probe_results import machine
from sources.protocol import Batch

FOLDER = Path(__file__).resolve().parent / "snapshot" / "bench"
NEXT_STEP = "reinstall barometer, or run python -m sources.bench_bundle to see which file differs"
_MANIFEST = "manifest.toml"
_HEAD = """\
# Runs of the project's own timing runner, bundled as it wrote them: python -m sources.bench_bundle --add FILE NAME.
# lines_sha256 is the hash of the unpacked lines; code is the runner's own hash of its files.
"""

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One bundled run: its two files and their hashes, and where and when it was made."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    sha256: Hash
    lines_sha256: Hash
    statistics_sha256: Hash
    run: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,32}$")]
    code: str
    tier: str
    device: str
    machine: str
    started_at: dt.datetime
    ended_at: dt.datetime

    @property
    def file(self) -> str:
        """The runner's lines, compressed."""
        return f"{self.name}.jsonl.gz"

    @property
    def statistics_file(self) -> str:
        """The statistics, compressed."""
        return f"{self.name}.statistics.json.gz"


class Bundle:
    """The bundled runs. `entries` is empty where the package carries none."""

    def __init__(self, directory: Path = FOLDER) -> None:
        self.directory = Path(directory)

    @cached_property
    def entries(self) -> list[Entry]:
        """The manifest's entries, in its order. Raises SourceError when it breaks a rule."""
        path = self.directory / _MANIFEST
        if not path.exists():
            return []
        try:
            listed = tomllib.loads(path.read_text(encoding="utf-8")).get("runs", [])
            return msgspec.convert(listed, list[Entry])
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise SourceError(f"{path}: the manifest of the bundled runs cannot be read: {error}", NEXT_STEP) from error

    def replies(self) -> Iterator[tuple[Landed, Iterator[Batch]]]:
        """Yield each run as a reply, with its rows; nothing is unpacked until they are asked for.

        A bundled run was known from the moment it ended. Raises SourceError, before the first, when a file is missing
        or differs from its hash.
        """
        for entry, packed in [(entry, self._packed(entry)) for entry in self.entries]:
            ended = entry.ended_at.astimezone(dt.UTC).replace(tzinfo=None)
            request, run_id = f"{BUNDLE}{entry.file}", f"bundle-{entry.sha256[:8]}"
            yield Landed(NAME, NAME, request, ended, run_id, sha256=entry.lines_sha256), _rows(*packed)

    def check(self) -> list[str]:
        """Return a line on every run. Raises SourceError where its lines, its entry and its statistics disagree."""
        said = []
        for entry in self.entries:
            lines, found = self._packed(entry)
            result = Result(entry.file, gzip.decompress(lines))
            made = _entry(result, entry.name, lines, found)
            if made != entry:
                raise SourceError(f"{entry.file}: its entry in the manifest does not describe it", NEXT_STEP)
            again = statistics(result.records)
            if not _agree(again, _decoded(gzip.decompress(found))):
                raise SourceError(
                    f"{entry.statistics_file}: the runner's function gives other statistics now",
                    f"bundle the run again: python -m sources.bench_bundle --add {entry.file} {entry.name}",
                )
            said.append(describe(result, again))
        return said

    def add(self, path: Path, name: str) -> Entry:
        """Bundle a result file under a name, in the place of an earlier one of that name; return its entry.

        Raises SourceError for a file that is no result file, that dummies were timed in, or whose run never ended.
        """
        result = read_result(path)
        if result.source != NAME:
            raise SourceError(f"{path}: a probe file", "bundle it with python -m sources.probe_bundle --add FILE NAME")
        stacks = {one["stack"] for one in result.records if one["kind"] == "cell"}
        if not any(one["kind"] == "end" for one in result.records):
            raise SourceError(f"{path}: its run never ended", "go on with it: python -m bench run --resume")
        if any(stack.startswith("dummy") for stack in stacks):
            raise SourceError(f"{path}: it holds dummies, which test the runner and time nothing", "bundle a real run")
        lines, found = _compressed(result.content), _compressed(_encoded(statistics(result.records)))
        entry = _entry(result, name, lines, found)
        others = [one for one in self.entries if one.name != name]
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / entry.file).write_bytes(lines)
        (self.directory / entry.statistics_file).write_bytes(found)
        tables = [_table(one) for one in sorted([*others, entry], key=lambda one: one.name)]
        (self.directory / _MANIFEST).write_text(_HEAD + "".join(tables), encoding="utf-8")
        del self.entries
        return entry

    def _packed(self, entry: Entry) -> tuple[bytes, bytes]:
        return (
            self._content(entry.file, entry.sha256),
            self._content(entry.statistics_file, entry.statistics_sha256),
        )

    def _content(self, file: str, sha256: str) -> bytes:
        path = self.directory / file
        try:
            packed = path.read_bytes()
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror}).", NEXT_STEP) from error
        found = hashlib.sha256(packed).hexdigest()
        if found != sha256:
            raise SourceError(f"{path}: damaged. Expected sha256 {sha256}, found {found}.", NEXT_STEP)
        return packed


def _rows(lines: bytes, found: bytes) -> Iterator[Batch]:
    """Yield the rows of a run whose hashes were held against the manifest: they need no other check."""
    records = [msgspec.json.decode(line) for line in gzip.decompress(lines).splitlines()]
    yield from batches(records, BUNDLED, _decoded(gzip.decompress(found)))


def _entry(result: Result, name: str, lines: bytes, found: bytes) -> Entry:
    run = result.records[0]
    ended = [one["at"] for one in result.records if one["kind"] == "end"][-1]
    return Entry(
        name=name,
        sha256=hashlib.sha256(lines).hexdigest(),
        lines_sha256=hashlib.sha256(result.content).hexdigest(),
        statistics_sha256=hashlib.sha256(found).hexdigest(),
        run=result.run,
        code=run["code"],
        tier=run["tier"],
        device=run["device"],
        machine=machine(run["host"]),
        started_at=dt.datetime.fromisoformat(run["started_at"]),
        ended_at=dt.datetime.fromisoformat(ended),
    )


def _compressed(content: bytes) -> bytes:
    # Neither clock nor name inside: the same run gives the same bytes.
    return gzip.compress(content, compresslevel=9, mtime=0)


def _encoded(tables: Sequence[Batch]) -> bytes:
    found = [{"table": one.table, "columns": one.columns, "rows": one.rows} for one in tables]
    return msgspec.json.encode(found, enc_hook=lambda value: value.item())


def _decoded(content: bytes) -> list[Batch]:
    tables: list[dict[str, Any]] = msgspec.json.decode(content)
    return [Batch(one["table"], tuple(one["columns"]), [tuple(row) for row in one["rows"]]) for one in tables]


def _agree(one: Sequence[Batch], other: Sequence[Batch]) -> bool:
    """True where both hold the same tables, columns and values, numbers to what two machines' logarithms may differ."""
    if [(a.table, a.columns, len(a.rows)) for a in one] != [(b.table, b.columns, len(b.rows)) for b in other]:
        return False
    pairs = zip((row for a in one for row in a.rows), (row for b in other for row in b.rows), strict=True)
    return all(_alike(a, b) for mine, theirs in pairs for a, b in zip(mine, theirs, strict=True))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _table(entry: Entry) -> str:
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, dt.datetime) else msgspec.json.encode(value).decode()}\n"
        for name, value in msgspec.structs.asdict(entry).items()
    ]
    return "\n[[runs]]\n" + "".join(lines)


def main(arguments: Sequence[str] | None = None, bundle: Bundle | None = None) -> int:
    """Check the bundled runs, or add one; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m sources.bench_bundle",
        description="Check the runs of the timing runner that are bundled, or add one.",
    )
    parser.add_argument("--add", nargs=2, metavar=("FILE", "NAME"), help="a result file, and what to call it")
    asked = parser.parse_args(arguments)
    bundle = bundle or Bundle()
    try:
        if asked.add:
            bundle.add(Path(asked.add[0]), asked.add[1])
        print("\n".join(bundle.check()) or "no run is bundled")
    except SourceError as error:
        print(f"{error.message}\nnext: {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
