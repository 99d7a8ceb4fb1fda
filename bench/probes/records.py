"""Probe files: one JSON object a line, held against the engine's schema and every probe's own, written and read."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bench.errors import ResultError
from bench.results import Record, ResultFile

FIRST = "probe_run"
_FOLDER = Path(__file__).resolve().parent
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


@cache
def schema() -> dict[str, Any]:
    """Return `version` and `kinds`: the engine's own, whose `probe` is "", and those of every probe.

    Raises ResultError where two files name one kind.
    """
    files = [(_FOLDER / "schema.json", "")]
    files += [(path, path.parent.name) for path in sorted(_FOLDER.glob("*/schema.json"))]
    kinds: dict[str, Any] = {}
    version = 0
    for path, probe in files:
        read = json.loads(path.read_text(encoding="utf-8"))
        version = version or read["version"]
        for kind, words in read["kinds"].items():
            if kind in kinds:
                raise ResultError(f"Two schemas have the kind {kind}: {kinds[kind]['probe'] or 'the engine'}, {probe}.")
            kinds[kind] = {**words, "probe": probe}
    return {"version": version, "kinds": kinds}


def kinds_of(probe: str) -> list[str]:
    """Return the kinds that a probe's own schema has."""
    return [kind for kind, words in schema()["kinds"].items() if words["probe"] == probe]


class ProbeFile(ResultFile):
    """A probe file open for appending, locked against a second writer. Each `write` is synced to the disk."""

    def write(self, *records: Record) -> None:
        """Append the records in one piece. Raises ResultError, and writes none, where one breaks its schema."""
        for record in records:
            wrong = problem(record)
            if wrong:
                raise ResultError(f"A record to be written breaks the schema: {wrong}.")
        text = "".join(json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n" for record in records)
        self._stream.write(text.encode())
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def __enter__(self) -> ProbeFile:
        return self


def is_probe_file(path: Path) -> bool:
    """True if the first line is a probe run's; false for any other file, and for none."""
    try:
        with path.open("rb") as stream:
            first = json.loads(stream.readline(1 << 20))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and first.get("kind") == FIRST


def read(path: Path) -> list[Record]:
    """Return every record of a file, in order, each held against the schema.

    A last line without its line end is what a kill leaves, and is left out. Raises ResultError, naming the line, for
    anything else that is not a record, a file that does not begin with its one `probe_run`, records of another
    machine, and a newer version of the schema.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ResultError(f"{path} cannot be read: {error.strerror}.", "Name a result file.") from error
    except UnicodeDecodeError as error:
        raise ResultError(f"{path.name} is not a result file: it is not UTF-8 text.", "Name a result file.") from error
    *lines, _ = text.split("\n")
    records = [_parse(path.name, number, line) for number, line in enumerate(lines, 1)]
    _check_run(path.name, records)
    return [completed(record) for record in records]


def completed(record: Record) -> Record:
    """Return a record with the fields that there were not yet when it was written, as null."""
    later = schema()["kinds"][record["kind"]].get("later", ())
    return {**dict.fromkeys(later), **record}


def settled(records: Iterable[Record]) -> list[Record]:
    """Return the records without those of a unit that was run again later, their order kept.

    A unit's record opens a span that the next record of the engine's own kinds closes; a unit's last span counts.
    """
    spans: list[tuple[tuple[str, str] | None, list[Record]]] = []
    for record in records:
        if record["kind"] == "unit":
            spans.append(((record["probe"], record["unit"]), [record]))
        elif schema()["kinds"][record["kind"]]["probe"]:
            spans[-1][1].append(record)
        else:
            spans.append((None, [record]))
    last = {key: number for number, (key, _) in enumerate(spans)}
    return [one for number, (key, span) in enumerate(spans) if key is None or last[key] == number for one in span]


def _parse(name: str, number: int, line: str) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ResultError(f"{name}, line {number}: not JSON ({error}).", "Restore the file, or run again.") from error
    if isinstance(record, dict) and record.get("kind") == FIRST:
        version = record.get("schema")
        if isinstance(version, int) and version > schema()["version"]:
            raise ResultError(
                f"{name} has version {version} of the probes' schema; this one reads up to {schema()['version']}.",
                "Read it with the version that wrote it, or a newer one.",
            )
    if number == 1 and isinstance(record, dict) and record.get("kind") == "run":
        raise ResultError(f"{name} is a file of `run`, not of `probe`.", "Name a probe file, or another --out.")
    wrong = problem(record)
    if wrong:
        raise ResultError(f"{name}, line {number}: {wrong}.", "Restore the file, or run again.")
    return record


def _check_run(name: str, records: list[Record]) -> None:
    first = [number for number, record in enumerate(records) if record["kind"] == FIRST]
    if first != [0]:
        what = f"has no {FIRST} record in its first line" if 0 not in first else f"has more than one {FIRST} record"
        raise ResultError(f"{name} {what}.", "Name one complete result file.")
    last = ""
    for number, record in enumerate(records, 1):
        if record["kind"] == "session" and record["host_id"] != records[0]["host_id"]:
            raise ResultError(
                f"{name}, line {number}: a session on machine {record['host_id']} in a run on {records[0]['host_id']}.",
                "Environments never mix within a run: keep one file a machine.",
            )
        probe = schema()["kinds"][record["kind"]]["probe"]
        last = record["unit"] if record["kind"] == "unit" else last if probe else ""
        if probe and record["unit"] != last:
            raise ResultError(f"{name}, line {number}: {record['kind']} does not follow its unit {record['unit']}.")


def problem(record: object) -> str:
    """Return what is wrong with a record, "" if nothing."""
    if not isinstance(record, dict):
        return "not an object"
    kind = record.get("kind")
    if kind not in schema()["kinds"]:
        return f"unknown kind {kind!r}"
    fields = schema()["kinds"][kind]["fields"]
    for name, (wanted, _, *words) in fields.items():
        if name not in record:
            if name in schema()["kinds"][kind].get("later", ()):
                continue
            return f"{kind} has no {name}"
        if not _fits(record[name], wanted):
            return f"{kind}.{name} is {json.dumps(record[name], default=str)[:60]}, not {wanted}"
        if words and record[name] is not None and record[name] not in words[0]:
            return f"{kind}.{name} is {record[name]!r}, not one of {', '.join(words[0])}"
    unknown = set(record) - set(fields) - {"kind"}
    return f"{kind} has an unknown field {sorted(unknown)[0]}" if unknown else ""


def _fits(value: object, wanted: str) -> bool:
    if value is None:
        return wanted.endswith("?")
    name = wanted.rstrip("?")
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, _TYPES[name])
