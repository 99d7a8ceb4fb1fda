"""Probe files that travel with the package: one run a machine, and their manifest.

    python -m sources.probe_bundle                    every run: its hashes, the probes' schema
    python -m sources.probe_bundle --add FILE NAME    bundle a probe file under a name

They lie beside the runs of the timing runner. `NAME.jsonl.gz` is what the probes wrote, line for line. The exit code is
0, or 4 when something is wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec

from barometer.errors import SourceError
from bench.results import of_kind
from sources.bench_bundle import FOLDER, Hash
from sources.bench_results import BUNDLE, Result, describe, read_result
from sources.bench_rows import BUNDLED
from sources.landing import Landed
from sources.probe_results import NAME, machine
from sources.probe_rows import batches
from sources.protocol import Batch

NEXT_STEP = "reinstall barometer, or run python -m sources.probe_bundle to see which file differs"
_MANIFEST = "probes.toml"
_HEAD = """\
# Runs of the project's own probes, bundled as they wrote them: python -m sources.probe_bundle --add FILE NAME.
# lines_sha256 is the hash of the unpacked lines; code is the runner's own hash of its files.
"""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One bundled run: its file and its hashes, and where and when it was made."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    sha256: Hash
    lines_sha256: Hash
    run: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,32}$")]
    code: str
    probes: list[str]
    device: str
    machine: str
    started_at: dt.datetime
    ended_at: dt.datetime

    @property
    def file(self) -> str:
        """The lines, compressed."""
        return f"{self.name}.jsonl.gz"


class ProbeBundle:
    """The bundled runs of the probes. `entries` is empty where the package carries none."""

    def __init__(self, directory: Path = FOLDER) -> None:
        self.directory = Path(directory)

    @cached_property
    def entries(self) -> list[Entry]:
        """The manifest's entries, in its order. Raises SourceError when it breaks a rule."""
        path = self.directory / _MANIFEST
        if not path.exists():
            return []
        try:
            return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")).get("runs", []), list[Entry])
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise SourceError(
                f"{path}: the manifest of the bundled probes cannot be read: {error}", NEXT_STEP
            ) from error

    def replies(self) -> Iterator[tuple[Landed, Iterator[Batch]]]:
        """Yield each run as a reply, with its rows; nothing is unpacked until they are asked for.

        A bundled run was known from the moment it ended. Raises SourceError, before the first, when a file is missing
        or differs from its hash.
        """
        for entry, packed in [(entry, self._packed(entry)) for entry in self.entries]:
            ended = entry.ended_at.astimezone(dt.UTC).replace(tzinfo=None)
            request, run_id = f"{BUNDLE}{entry.file}", f"bundle-{entry.sha256[:8]}"
            yield Landed(NAME, NAME, request, ended, run_id, sha256=entry.lines_sha256), _rows(packed)

    def check(self) -> list[str]:
        """Return a few lines on every run. Raises SourceError where its lines and its entry disagree."""
        said = []
        for entry in self.entries:
            packed = self._packed(entry)
            result = Result(entry.file, gzip.decompress(packed))
            if _entry(result, entry.name, packed) != entry:
                raise SourceError(f"{entry.file}: its entry in the manifest does not describe it", NEXT_STEP)
            said.append(describe(result))
        return said

    def add(self, path: Path, name: str) -> Entry:
        """Bundle a probe file under a name, in the place of an earlier one of that name; return its entry.

        Raises SourceError for a file that is no probe file, that is of the small form, or whose run never ended.
        """
        result = read_result(path)
        if result.source != NAME:
            raise SourceError(
                f"{path}: not a probe file", f"bundle it with python -m sources.bench_bundle --add {path}"
            )
        if result.records[0]["quick"]:
            raise SourceError(f"{path}: of the small form, which measures too little", "bundle a whole run")
        if not of_kind(result.records, "end"):
            raise SourceError(f"{path}: its run never ended", "go on with it: python -m bench probe --resume")
        packed = gzip.compress(result.content, compresslevel=9, mtime=0)
        entry = _entry(result, name, packed)
        others = [one for one in self.entries if one.name != name]
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / entry.file).write_bytes(packed)
        tables = [_table(one) for one in sorted([*others, entry], key=lambda one: one.name)]
        (self.directory / _MANIFEST).write_text(_HEAD + "".join(tables), encoding="utf-8")
        del self.entries
        return entry

    def _packed(self, entry: Entry) -> bytes:
        path = self.directory / entry.file
        try:
            packed = path.read_bytes()
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror}).", NEXT_STEP) from error
        found = hashlib.sha256(packed).hexdigest()
        if found != entry.sha256:
            raise SourceError(f"{path}: damaged. Expected sha256 {entry.sha256}, found {found}.", NEXT_STEP)
        return packed


def _rows(packed: bytes) -> Iterator[Batch]:
    """Yield the rows of a run whose hash was held against the manifest: they need no other check."""
    yield from batches([msgspec.json.decode(line) for line in gzip.decompress(packed).splitlines()], BUNDLED)


def _entry(result: Result, name: str, packed: bytes) -> Entry:
    run = result.records[0]
    return Entry(
        name=name,
        sha256=hashlib.sha256(packed).hexdigest(),
        lines_sha256=hashlib.sha256(result.content).hexdigest(),
        run=result.run,
        code=run["code"],
        probes=sorted({one["probe"] for one in of_kind(result.records, "unit")}),
        device=run["device"],
        machine=machine(run["host"]),
        started_at=dt.datetime.fromisoformat(run["started_at"]),
        ended_at=dt.datetime.fromisoformat(of_kind(result.records, "end")[-1]["at"]),
    )


def _table(entry: Entry) -> str:
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, dt.datetime) else msgspec.json.encode(value).decode()}\n"
        for name, value in msgspec.structs.asdict(entry).items()
    ]
    return "\n[[runs]]\n" + "".join(lines)


def main(arguments: Sequence[str] | None = None, bundle: ProbeBundle | None = None) -> int:
    """Check the bundled runs of the probes, or add one; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m sources.probe_bundle", description="Check the runs of the probes that are bundled, or add one."
    )
    parser.add_argument("--add", nargs=2, metavar=("FILE", "NAME"), help="a probe file, and what to call it")
    asked = parser.parse_args(arguments)
    bundle = bundle or ProbeBundle()
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
