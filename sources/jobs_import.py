"""Anybody's own postings from a file: JSON lines or CSV with `id`, `posted`, `text` and, optionally, `employer`.

Nobody is asked: `barometer import jobs` reads the file, lands what is kept of it, and a build takes it up.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from barometer.errors import SourceError
from sources.live import Request
from sources.postings import Classifier, Found, JobSource, Posting, Redaction, redact
from sources.postings.source import DATASET, iso_date
from sources.protocol import Payload

PREFIX = "import-"
COLUMNS = ("id", "posted", "text")
SHOWN = 5
LONGEST_TEXT = 1_000_000
_MONTH = re.compile(r"\d{4}-\d{2}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FORM = (
    'one posting a line: {"id": "1", "posted": "2026-11-02", "text": "...", "employer": "..."}; employer is optional'
)


@dataclass(frozen=True)
class Line:
    """One posting of a file; `id` is as the file has it."""

    id: str | int
    posted: dt.date
    text: str = field(repr=False)
    employer: str | None = field(default=None, repr=False)

    @property
    def posting(self) -> Posting:
        """The posting to be read."""
        return Posting(str(self.id), self.posted.replace(day=1), self.text, self.employer)


class JobsImport(JobSource):
    """Rows of `raw.job_postings`, populations `import-<name>`; key: the file's own id; month: that of `posted`."""

    name = "jobs_import"
    population = PREFIX
    default_url = ""
    silence = "no postings of your own were imported; nothing else depends on them"
    origin = "files of postings that the operator imported"
    licence = "that of whoever gave the file"
    attribution = "as the operator knows"
    period = "as the files have it"
    caveats = ("what the file leaves out is not known here",)

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield nothing: files are handed over, not asked for."""
        yield from ()

    def missing(self) -> str:
        """Return "": nothing need be set to hand a file over."""
        return ""

    def is_ours(self, population: str) -> bool:
        """True for a population of an import."""
        return population.startswith(PREFIX) and _NAME.fullmatch(population.removeprefix(PREFIX)) is not None

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Nobody is asked, so there is never a reply. Raises SourceError."""
        raise self.refused(request, "postings of files are handed over by `barometer import jobs`")

    def hand_over(self, name: str, file: str, lines: list[Line]) -> tuple[Payload, Redaction]:
        """Return what lands of a file's postings under a name, and the same unencoded."""
        kept = redact(self.classifier, f"{PREFIX}{name}", (line.posting for line in lines))
        payload = self.payload(Request(DATASET, f"{name}/{file}", method="FILE"), kept.encode())
        return replace(payload, http_status=None), kept


def check_name(name: str) -> str:
    """Return the name of an import. Raises SourceError for one that cannot stand in a population."""
    if not _NAME.fullmatch(name):
        raise SourceError(
            f"--name {name}: not a name of small letters, digits and hyphens, at most 40",
            "name the collection, for instance --name my-boards",
        )
    return name


def name_of(path: Path) -> str:
    """Return the name that a file gives to its postings: its own, in small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40].strip("-") or "file"


def read_file(path: Path, today: dt.date) -> list[Line]:
    """Return the postings of a file, in its order.

    Raises SourceError naming file, lines, rule and next step when any line cannot be read: a file counts as a whole.
    """
    text = _text(path)
    problems: list[str] = []
    lines: list[Line] = []
    seen: dict[str, int] = {}
    for number, record in _records(path, text):
        line = record if isinstance(record, str) else _line(record, today)
        if isinstance(line, Line) and str(line.id) in seen:
            line = f"`id` stands in line {seen[str(line.id)]} already"
        if isinstance(line, str):
            problems.append(f"line {number}: {line}")
            continue
        seen[str(line.id)] = number
        lines.append(line)
    if problems:
        shown = "\n".join(f"  {problem}" for problem in problems[:SHOWN])
        more = f"\n  … and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise SourceError(
            f"{path}: {len(problems)} of {len(problems) + len(lines)} lines cannot be read; nothing was stored\n"
            f"{shown}{more}",
            f"correct or remove those lines and import again; {_FORM}",
        )
    if not lines:
        raise SourceError(f"{path}: no posting in it", f"write {_FORM}")
    return lines


def findings(lines: list[Line], classifier: Classifier) -> Iterator[tuple[Line, Found]]:
    """Yield every posting of a file with what was found in it."""
    for line in lines:
        yield line, classifier.classify(line.text)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}", "name a file of postings that exists") from None
    try:
        # With or without the mark that some programs write in front.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path}, line {number}: not UTF-8", "save the file as UTF-8 and import it again") from None


def _records(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (line number, record), or what is wrong with the line in the record's place."""
    if path.suffix.lower() == ".csv" or not text.lstrip().startswith("{"):
        yield from _csv_records(path, text)
        return
    # Only true line ends: a text may hold the other characters that end lines elsewhere.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON: {getattr(error, 'msg', None) or 'too deep'}"
            continue
        yield number, record if isinstance(record, dict) else "not an object with id, posted and text"


def _csv_records(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_TEXT + 1)
    # Only true line ends here too.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] | None = None
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield begins, f"not CSV: {error}"
            return
        number, begins = begins, reader.line_num + 1
        if header is None and not row:
            continue
        if header is None:
            header = [name.strip().lower() for name in row]
            absent = [name for name in COLUMNS if name not in header]
            if absent:
                raise SourceError(
                    f"{path}, line 1: no column {', '.join(absent)}; it has {', '.join(header)[:80] or 'none'}",
                    "name the columns in the first line: id,posted,text and, if known, employer",
                )
        elif len(row) == len(header):
            yield number, dict(zip(header, row, strict=True))
        elif row:
            yield number, f"{len(row)} fields where the first line names {len(header)}"


def _line(record: dict[str, Any], today: dt.date) -> Line | str:
    """Return one posting, or what is wrong with it."""
    absent = [name for name in COLUMNS if record.get(name) is None]
    if absent:
        return f"`{absent[0]}` is missing"
    known, posted, text, employer = (record.get(name) for name in (*COLUMNS, "employer"))
    if isinstance(known, bool) or not isinstance(known, str | int) or not str(known).strip():
        return "`id` is neither text nor a whole number"
    if not isinstance(text, str):
        return "`text` is no text"
    if len(text) > LONGEST_TEXT:
        return f"`text` is longer than {LONGEST_TEXT} characters"
    if employer is not None and not isinstance(employer, str):
        return "`employer` is no text"
    day = _day(posted) if isinstance(posted, str) else None
    if day is None:
        return f"`posted` is not a day like 2026-11-02: {str(posted)[:30]!r}"
    if day > today + dt.timedelta(days=1):
        return f"`posted` is still to come: {day}"
    return Line(known, min(day, today), text, employer)


def _day(text: str) -> dt.date | None:
    text = text.strip()
    return iso_date(f"{text}-01" if _MONTH.fullmatch(text) else text)
