"""Files that the Google Trends website exports, as a source: they land verbatim and are parsed like any reply."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from barometer.catalog import Framework
from barometer.errors import SourceError
from sources.live import LiveSource, Request
from sources.protocol import Batch, DatasetTerms, Payload
from sources.trends_export import HINT, Export, is_whole, read_export

DATASET = "search_interest"
INTEREST_COLUMNS = (
    "term",
    "kind",
    "geo",
    "period_start",
    "granularity",
    "interest",
    "below_one",
    "no_data",
    "is_partial",
)
REGION_COLUMNS = ("term", "kind", "region", "region_name", "span", "share", "no_data")
_REQUEST = re.compile(r"file (?P<name>.+?)(?P<topics> --topics)?(?: --geo (?P<geo>\S+))?", re.DOTALL)
_TOPIC = re.compile(r"/[gm]/\w+")
TERMS = DatasetTerms(
    DATASET,
    "Google Trends (trends.google.com), exported by hand",
    "none stated; the website offers the export",
    "Google Trends",
    "what was exported",
    "day, week or month and term",
    (
        "an index: 100 is the highest value within one export, and figures of two exports do not compare",
        "sampled: the same export on another day differs a little",
        "an export does not say whether its last period was over, so that one is taken as running",
    ),
)


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: the terms in it are topics or plain terms, searched for in a place ("": worldwide)."""

    name: str
    topics: bool = False
    geo: str = ""

    @property
    def request(self) -> str:
        """`file NAME`, and what was said about it."""
        return f"file {self.name}{' --topics' if self.topics else ''}{f' --geo {self.geo}' if self.geo else ''}"


@dataclass(frozen=True)
class Match:
    """What a column is: the term as the catalogue spells it, its kind, its framework; `why` where it has none."""

    header: str
    term: str
    kind: str
    framework: Framework | None
    why: str = ""


def read_request(request: str) -> Reading:
    """Return what a request says about its file. Raises SourceError for a request of another kind."""
    found = _REQUEST.fullmatch(request)
    if not found:
        raise SourceError(f"trends_import: {request[:80]!r} names no file", "import the file again")
    return Reading(found["name"], bool(found["topics"]), found["geo"] or "")


class TrendsImport(LiveSource):
    """Nobody asks it: `barometer import trends FILE` lands what it parses.

    Yields raw.search_interest (term, kind, place, period) or raw.search_regions (term, kind, country). An export of
    the map names countries and no codes, so the name stands for the code.
    """

    name = "trends_import"
    silence = "nobody imported an export of Google Trends yet"
    datasets = (DATASET,)
    default_url = ""
    is_on: ClassVar[bool] = False
    # A file that is imported again is read in another way; sql/staging counts its last reading alone.
    is_observation: ClassVar[bool] = True

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of exported search interest."""
        return [TERMS]

    def missing(self) -> str:
        """Return how figures arrive here."""
        return "filled by hand: barometer import trends FILE"

    def plan(self, since: dt.date | None = None) -> Iterable[Request]:
        """Return nothing: files are handed over, not asked for."""
        return []

    def file_payload(self, reading: Reading, content: bytes) -> Payload:
        """Return a file as a payload of now."""
        return Payload(self.name, DATASET, reading.request, self.context.now(), content)

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one file. Raises SourceError naming file, line, rule and next step."""
        if not payload.content:
            return []
        reading = read_request(payload.request)
        export = read_export(payload.content, reading.name)
        matches = self.matches(export, reading)
        if export.granularity is None:
            return [_region_rows(export, matches)]
        return [_interest_rows(export, matches, reading, payload.fetched_at.date())]

    def matches(self, export: Export, reading: Reading) -> list[Match]:
        """Return what each column is, in the file's order. Raises SourceError when two are for one term."""
        matches = [self._match(column.term, reading.topics) for column in export.columns]
        terms = [match.term for match in matches]
        for match in matches:
            if terms.count(match.term) > 1:
                raise SourceError(f"{reading.name}: two columns are for {match.term!r}", "export each by itself")
        return matches

    def _match(self, header: str, topics: bool) -> Match:
        frameworks = self.context.catalog.frameworks
        said = header.casefold()
        if topics or _TOPIC.fullmatch(header):
            for framework in frameworks:
                known = {topic.casefold(): topic for topic in framework.search_topics}
                term = known.get(said) or next((t for t in known.values() if said == framework.label.casefold()), None)
                if term:
                    return Match(header, term, "topic", framework)
            return Match(header, header, "topic", None, _why_no_topic(header, frameworks))
        for framework in frameworks:
            for term in framework.search_terms:
                if said == term.casefold():
                    return Match(header, term, "term", framework)
        return Match(header, header, "term", None, _why_no_term(header, frameworks))


def _why_no_topic(header: str, frameworks: list[Framework]) -> str:
    labels = ", ".join(framework.label for framework in frameworks if framework.search_topics)
    return f"no topic of the catalogue; it has those of {labels}, by name or by id"


def _why_no_term(header: str, frameworks: list[Framework]) -> str:
    for framework in frameworks:
        if header.casefold() in (framework.label.casefold(), framework.key) and framework.search_terms:
            wanted = " or ".join(f'"{term}"' for term in framework.search_terms)
            return (
                f"people who search for the bare word mostly mean other things; {framework.label} is compared by "
                f"{wanted}: export that, or pick the topic {framework.label} on the website and import with --topics"
            )
    return "no search term of the catalogue"


def _interest_rows(export: Export, matches: list[Match], reading: Reading, today: dt.date) -> Batch:
    rows: list[tuple] = []
    granularity = export.granularity or "week"
    for row in export.rows:
        # Somewhere it is tomorrow already.
        if row.day is None or row.day > today + dt.timedelta(days=1):
            raise SourceError(f"{reading.name}, line {row.line}: {row.key[:40]} is no day up to {today}", HINT)
        is_last = row is export.rows[-1]
        is_partial = is_last and not is_whole(reading.name, row.day, granularity)
        for match, value in zip(matches, row.values, strict=True):
            cell = (value.number, value.below_one, not value.is_known, is_partial)
            rows.append((match.term, match.kind, reading.geo, row.day, granularity, *cell))
    return Batch("search_interest", INTEREST_COLUMNS, rows)


def _region_rows(export: Export, matches: list[Match]) -> Batch:
    rows: list[tuple] = []
    for row in export.rows:
        for match, column, value in zip(matches, export.columns, row.values, strict=True):
            # "<1" of a map is one half of a hundredth, as the live replies are read.
            share = 0.005 if value.below_one else None if value.number is None else value.number / 100
            rows.append((match.term, match.kind, row.key, row.key, column.note, share, not value.is_known))
    return Batch("search_regions", REGION_COLUMNS, rows)
