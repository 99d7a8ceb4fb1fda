"""Exports of the Google Trends website, old and of 2026, in any language: read by position, never by words.

Old: a preamble, an empty line, `Week,keras: (Worldwide)`. New: `Time,keras` and times like 20251109-0000. Both come
with or without a byte order mark, with either line end, by day, week or month; a map has countries where those have
days. Nothing, "<1" and 0 are three things.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from barometer.errors import SourceError

HINT = "export it again from trends.google.com (the arrow beside the chart), and import that file unchanged"
_TIME = r"[T -]\d{2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_DATE = re.compile(rf"(\d{{4}})-?(\d{{2}})-?(\d{{2}})(?:{_TIME})?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_NAMED = re.compile(r"(.+?)\s*[:：]\s*[(（](.*)[)）]")
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d+)?")
_BELOW = re.compile(r"[<＜]\s*1\s*[%٪]?")
_PLACED = re.compile(r"time_series_(.+)_\d{8}-\d{4}_\d{8}-\d{4}\.csv", re.IGNORECASE)
_ENDS = re.compile(r"_(\d{8})-(\d{4})\.csv$", re.IGNORECASE)
# Where decimals have commas, the first two stand between cells: they win a tie.
_DELIMITERS = ("\t", ";", ",")
_MOST_COLUMNS = 30

Granularity = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Value:
    """One cell: a number from 0 to 100, less than 1 (`below_one`), or nothing known (both empty)."""

    number: float | None = None
    below_one: bool = False

    @property
    def is_known(self) -> bool:
        """True where the cell says something."""
        return self.number is not None or self.below_one


@dataclass(frozen=True)
class Column:
    """One term as the header names it, and what stands in brackets behind it: a place, or a map's span."""

    term: str
    note: str


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, its day or region, a value a column."""

    line: int
    key: str
    values: tuple[Value, ...]
    day: dt.date | None = None


@dataclass(frozen=True)
class Export:
    """A whole file. `granularity` is None for a map of regions."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = field(repr=False)
    granularity: Granularity | None = None


def read_export(content: bytes, name: str) -> Export:
    """Return what an export holds. Raises SourceError naming file, line, rule and next step."""
    lines = list(_cells(_text(content, name), name))
    # The preamble of the old form: a line by itself, and an empty one behind it.
    if len(lines) > 1 and lines[1][0] > lines[0][0] + 1:
        del lines[0]
    dated = next((i for i, (_, cells) in enumerate(lines) if len(cells) > 1 and _day(cells[0])), None)
    wide = [i for i, (_, cells) in enumerate(lines) if len(cells) > 1]
    if not wide or dated == wide[0]:
        raise SourceError(f"{name}: no line of column names before the figures: not an export of Google Trends", HINT)
    head = max(i for i in wide if i < dated) if dated is not None else wide[0]
    columns = _columns(lines[head], name)
    rows = [_row(line, cells, columns, name) for line, cells in lines[head + 1 :]]
    if not rows:
        raise SourceError(f"{name}, line {lines[head][0]}: column names and no figures under them", HINT)
    granularity = None if dated is None else _granularity(rows, name)
    return Export(columns, tuple(rows), granularity)


def period_end(start: dt.date, granularity: Granularity) -> dt.date:
    """Return the last day of a period."""
    if granularity == "month":
        return (start.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return start + dt.timedelta(days=6 if granularity == "week" else 0)


def named_place(name: str) -> str:
    """Return the place that the name of an export of 2026 says, as it says it; "" for other names."""
    found = _PLACED.fullmatch(name)
    return found[1] if found else ""


def is_whole(name: str, start: dt.date, granularity: Granularity) -> bool:
    """True when the file's name proves that its last period was over; an export does not mark a running one."""
    found = _ENDS.search(name)
    if not found:
        return False
    try:
        ends = dt.datetime.strptime(found[1] + found[2], "%Y%m%d%H%M")
    except ValueError:
        return False
    return ends >= dt.datetime.combine(period_end(start, granularity), dt.time(23))


def _text(content: bytes, name: str) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(f"{name}, line {line}: not {encoding} text", HINT) from None


def _cells(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, stripped cells) of every line that is not empty."""
    sample = text[:20_000].splitlines()
    delimiter = max(_DELIMITERS, key=lambda mark: sum(mark in line for line in sample))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise SourceError(f"{name}, line {reader.line_num}: not comma-separated values: {error}", HINT) from None


def _columns(head: tuple[int, list[str]], name: str) -> tuple[Column, ...]:
    line, cells = head
    columns = []
    for cell in cells[1:]:
        found = _NAMED.fullmatch(cell)
        column = Column(found[1], found[2]) if found else Column(cell, "")
        if not column.term or _NUMBER.fullmatch(column.term) or _BELOW.fullmatch(column.term):
            raise SourceError(
                f"{name}, line {line}: {cell!r} stands where a column is named: neither a series nor a map", HINT
            )
        columns.append(column)
    terms = [column.term.casefold() for column in columns]
    twice = next((term for term in terms if terms.count(term) > 1), None)
    if twice is not None:
        raise SourceError(
            f"{name}, line {line}: two columns are for {twice!r}; which of them counts cannot be told",
            "export each place or span by itself",
        )
    if len(columns) > _MOST_COLUMNS:
        raise SourceError(f"{name}, line {line}: {len(columns)} columns; an export has five terms at most", HINT)
    return tuple(columns)


def _row(line: int, cells: list[str], columns: tuple[Column, ...], name: str) -> Row:
    if len(cells) != len(columns) + 1:
        raise SourceError(f"{name}, line {line}: {len(cells) - 1} values for {len(columns)} columns", HINT)
    values = tuple(
        _value(cell, f"{name}, line {line}, column {column.term!r}")
        for cell, column in zip(cells[1:], columns, strict=True)
    )
    return Row(line, cells[0], values, _day(cells[0]))


def _value(cell: str, where: str) -> Value:
    if not cell:
        return Value()
    if _BELOW.fullmatch(cell):
        return Value(below_one=True)
    text = cell.replace("%", "").replace("٪", "").strip()
    if not _NUMBER.fullmatch(text) or (number := float(text.replace(",", "."))) > 100:
        raise SourceError(f'{where}: {cell[:40]!r} is no number from 0 to 100, no "<1" and not empty', HINT)
    return Value(number)


def _day(cell: str) -> dt.date | None:
    """The day a cell names, the first of the month for YYYY-MM; None where it names none."""
    month = _MONTH.fullmatch(cell)
    found = _DATE.fullmatch(cell) if month is None else None
    try:
        if month:
            return dt.date(int(month[1]), int(month[2]), 1)
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _granularity(rows: list[Row], name: str) -> Granularity:
    """The one step of a series; checks that its days follow each other."""
    steps = set()
    for before, after in pairwise(rows):
        if before.day is None or after.day is None:
            bad = after if after.day is None else before
            raise SourceError(f"{name}, line {bad.line}: {bad.key[:40]!r} is no day, week or month", HINT)
        step = (after.day - before.day).days
        if step <= 0:
            hours = "; by the hour is finer than is compared" if step == 0 else ""
            raise SourceError(f"{name}, line {after.line}: {after.key[:40]} does not follow {before.key}{hours}", HINT)
        steps.add(step)
    if all(row.day and row.day.day == 1 for row in rows) and (
        min(steps, default=0) >= 28 or _MONTH.fullmatch(rows[0].key)
    ):
        return "month"
    if steps and all(step % 7 == 0 for step in steps):
        return "week"
    if 1 in steps:
        return "day"
    raise SourceError(f"{name}: its lines are {sorted(steps)[:5]} days apart: neither days, weeks nor months", HINT)
