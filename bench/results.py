"""Result files: one JSON object a line, appended and synced, held against schema.json when written and when read."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.errors import ResultError
from bench.spec import STATUSES

Record = dict[str, Any]
_SCHEMA = Path(__file__).resolve().with_name("schema.json")
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
    """Return the written schema."""
    read: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return read


def now() -> str:
    """Return the moment in ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def finite(value: float) -> float | None:
    """Return the value, None in place of what JSON has no word for."""
    return value if math.isfinite(value) else None


class ResultFile:
    """A result file open for appending, locked against a second writer. Each `write` is synced to the disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._stream = path.open("ab")
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._stream.close()
            raise ResultError(
                f"{path.name} is being written by another run.", "Wait for it, or name another file."
            ) from error

    def write(self, *records: Record) -> None:
        """Append the records in one piece: after a kill either all are there or none reads as complete."""
        for record in records:
            problem = _problem(record)
            if problem:
                raise ResultError(f"A record to be written breaks the schema: {problem}.")
        text = "".join(json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n" for record in records)
        self._stream.write(text.encode())
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def read(path: Path) -> list[Record]:
    """Return every record of a file, in order, each held against the schema.

    A last line without its line end is what a kill leaves, and is left out. Raises ResultError, naming the line, for
    anything else that is not a record, a missing or repeated `run`, and a newer version of the schema.
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
    return records


def _parse(name: str, number: int, line: str) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ResultError(f"{name}, line {number}: not JSON ({error}).", "Restore the file, or run again.") from error
    if isinstance(record, dict) and record.get("kind") == "run":
        _check_version(name, record.get("schema"))
    problem = _problem(record)
    if problem:
        raise ResultError(f"{name}, line {number}: {problem}.", "Restore the file, or run again.")
    return record


def _check_version(name: str, version: object) -> None:
    if isinstance(version, int) and version > schema()["version"]:
        raise ResultError(
            f"{name} has version {version} of the schema; this one reads up to {schema()['version']}.",
            "Read it with the version that wrote it, or a newer one.",
        )


def _check_run(name: str, records: list[Record]) -> None:
    runs = [number for number, record in enumerate(records) if record["kind"] == "run"]
    if runs != [0]:
        what = "has no run record in its first line" if 0 not in runs else "has more than one run record"
        raise ResultError(f"{name} {what}.", "Name one complete result file.")
    host = records[0]["host_id"]
    for number, record in enumerate(records, 1):
        if record["kind"] == "session" and record["host_id"] != host:
            raise ResultError(
                f"{name}, line {number}: a session on machine {record['host_id']} in a run on {host}.",
                "Environments never mix within a run: keep one file a machine.",
            )


def _problem(record: object) -> str:
    """Return what is wrong with a record, "" if nothing."""
    if not isinstance(record, dict):
        return "not an object"
    kind = record.get("kind")
    if kind not in schema()["kinds"]:
        return f"unknown kind {kind!r}"
    fields, optional = schema()["kinds"][kind]["fields"], schema()["kinds"][kind].get("optional", ())
    for name, (wanted, _) in fields.items():
        if name not in record:
            if name in optional:
                continue
            return f"{kind} has no {name}"
        if not _fits(record[name], wanted):
            return f"{kind}.{name} is {json.dumps(record[name], default=str)[:60]}, not {wanted}"
    unknown = set(record) - set(fields) - {"kind"}
    if unknown:
        return f"{kind} has an unknown field {sorted(unknown)[0]}"
    if "status" in fields and record["status"] not in STATUSES:
        return f"{kind}.status is {record['status']!r}, not one of {', '.join(STATUSES)}"
    return _impossible(record)


def _fits(value: object, wanted: str) -> bool:
    if value is None:
        return wanted.endswith("?")
    name = wanted.rstrip("?")
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, _TYPES[name])


def _impossible(record: Record) -> str:
    """Return which figure of a block cannot be, "" if none."""
    if record["kind"] == "block" and (record["wall_s"] <= 0 or record["steps"] < 1):
        return "block.wall_s and block.steps must be above zero"
    if record["kind"] == "steps" and not all(
        isinstance(value, int | float) and value > 0 for value in record["seconds"]
    ):
        return "steps.seconds must be numbers above zero"
    return ""


def trim(path: Path) -> None:
    """Cut a last line that a kill left unfinished, so that appending starts on a line of its own."""
    with contextlib.suppress(FileNotFoundError), path.open("r+b") as stream:
        text = stream.read()
        end = text.rfind(b"\n") + 1
        if end < len(text):
            stream.truncate(end)


def of_kind(records: Iterable[Record], kind: str) -> list[Record]:
    """Return the records of one kind, in order."""
    return [record for record in records if record["kind"] == kind]
