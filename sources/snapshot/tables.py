"""The columns of every bundled table, and the reading of its bytes into typed rows.

A table's name and columns are those of the raw table it is loaded into, less the five that say where a row came from.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from barometer.errors import SourceError

NEXT_STEP = "Reinstall barometer, or run python -m sources.snapshot.rebuild to see which bundled files differ."

Cell = str | int | float | bool | dt.date | None


@dataclass(frozen=True)
class Column:
    """One column: its type, and whether an empty cell stands for "not known"."""

    name: str
    kind: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table. `key` identifies a row; `period` names the column that says which time a row is about."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    period: str

    @property
    def header(self) -> tuple[str, ...]:
        """Return the column names, in order."""
        return tuple(column.name for column in self.columns)


def _columns(text: str) -> tuple[Column, ...]:
    """Read "name kind" pairs; a kind that ends in "?" may be empty."""
    pairs = [pair.split() for pair in text.split(",")]
    return tuple(Column(name, kind.removesuffix("?"), kind.endswith("?")) for name, kind in pairs)


_ALL = (
    Table(
        "package_downloads_30d",
        _columns("as_of date, project text, downloads_30d count, rank count, list_size count, backend text"),
        key=("as_of", "project"),
        period="as_of",
    ),
    Table(
        "package_releases",
        _columns("project text, version text, first_upload date, files count, largest_wheel_bytes count?"),
        key=("project", "version"),
        period="first_upload",
    ),
    Table(
        "repository_counters",
        _columns("observed_on date, repository text, stars count, forks count?, open_issues_and_pulls count?"),
        key=("observed_on", "repository"),
        period="observed_on",
    ),
    Table(
        "repository_activity",
        _columns("repository text, month month, commits count, authors count, new_authors count?"),
        key=("repository", "month"),
        period="month",
    ),
    Table(
        "questions_monthly",
        _columns("population text, tag text, month month, questions count, is_partial flag, note text?"),
        key=("population", "tag", "month"),
        period="month",
    ),
    Table(
        "questions_yearly",
        _columns("population text, tag text, year count, questions count, is_partial flag, note text?"),
        key=("population", "tag", "year"),
        period="year",
    ),
    Table(
        "survey_usage",
        _columns(
            "survey text, year count, audience text, technology text, label_in_source text?, share_percent real?,"
            " question_respondents count?, users count?, base text?, status text, population text"
        ),
        key=("survey", "year", "audience", "technology", "population"),
        period="year",
    ),
    Table(
        "papers",
        _columns(
            "population text, period text, granularity text, venue text, label text,"
            " papers count, total_papers count, counting_rule text?, note text?"
        ),
        key=("population", "period", "venue", "label"),
        period="period",
    ),
    Table(
        "job_mentions",
        _columns("population text, month month, term text, postings count, postings_total count"),
        key=("population", "month", "term"),
        period="month",
    ),
)
TABLES = {table.name: table for table in _ALL}


def _text(cell: str) -> str:
    if not cell or cell != cell.strip():
        raise ValueError("text is neither empty nor padded with blanks")
    return cell


def _count(cell: str) -> int:
    value = int(cell)
    if value < 0 or str(value) != cell:
        raise ValueError("a count is digits alone")
    return value


def _real(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value) or not cell.isascii() or "_" in cell:
        raise ValueError("a real number is finite")
    return value


def _date(cell: str) -> dt.date:
    value = dt.date.fromisoformat(cell)
    if value.isoformat() != cell:
        raise ValueError("a date is written YYYY-MM-DD")
    return value


def _month(cell: str) -> dt.date:
    value = _date(cell)
    if value.day != 1:
        raise ValueError("a month is written as its first day")
    return value


def _flag(cell: str) -> bool:
    return {"true": True, "false": False}[cell]


_READERS: dict[str, tuple[Callable[[str], Cell], str]] = {
    "text": (_text, "text without blanks around it"),
    "count": (_count, "a whole number, zero or more"),
    "real": (_real, "a number"),
    "date": (_date, "a date as YYYY-MM-DD"),
    "month": (_month, "the first day of a month as YYYY-MM-DD"),
    "flag": (_flag, "true or false"),
}


def read_table(table: Table, content: bytes, file: str) -> list[tuple[Cell, ...]]:
    """Return the typed rows of a compressed CSV: str, int, float, bool, date; None for an empty cell.

    Raises SourceError naming `file` and what in it is not as `table` says: compression, header, or row, column, value.
    """
    lines = read_lines(unpack(content, file), file)
    header = tuple(lines[0]) if lines else ()
    if header != table.header:
        message = f"{file}: the columns are {', '.join(header)}; expected {', '.join(table.header)}."
        raise SourceError(message, NEXT_STEP)
    rows = lines[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise SourceError(f"{file}: row {number} has {len(row)} cells; expected {len(header)}.", NEXT_STEP)
    cells = zip(*rows, strict=True) if rows else iter([()] * len(header))
    columns = [_read_column(column, list(values), file) for column, values in zip(table.columns, cells, strict=True)]
    return list(zip(*columns, strict=True))


def unpack(content: bytes, file: str) -> str:
    """Return the text of a gzip file. Raises SourceError when it is cut short, damaged or not UTF-8."""
    try:
        return gzip.decompress(content).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: not a whole gzip file of UTF-8 text ({error}).", NEXT_STEP) from error


def read_lines(text: str, file: str) -> list[list[str]]:
    """Return the cells of a CSV text, header first. Raises SourceError when it is no CSV."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise SourceError(f"{file}: not a CSV file ({error}).", NEXT_STEP) from error


def _read_column(column: Column, cells: list[str], file: str) -> list[Cell]:
    """Return one column's values. A cell that cannot be read is looked up only after the quick pass failed."""
    read, expected = _READERS[column.kind]
    known: dict[str, Cell] = {"": None} if column.nullable else {}
    values: list[Cell] = []
    for number, cell in enumerate(cells, start=1):
        if cell not in known:
            try:
                known[cell] = read(cell)
            except (ValueError, KeyError) as error:
                message = f"{file}: row {number}, column {column.name}: {cell!r} is not {expected}."
                raise SourceError(message, NEXT_STEP) from error
        values.append(known[cell])
    return values


def pack(table: Table, rows: list[dict[str, str]]) -> bytes:
    """Return rows as compressed CSV, sorted by key; neither clock nor file name in it: equal rows give equal bytes."""
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in table.key))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(chain([table.header], ([row[name] for name in table.header] for row in ordered)))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as file:
        file.write(text.getvalue().encode("utf-8"))
    return packed.getvalue()
