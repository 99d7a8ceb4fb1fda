"""OpenAlex: papers a year whose title or abstract names each framework.

A row needs two replies, so one payload holds both: `{"label", "query", "works", "total"}`. `works` and `total` are the
service's replies as text, verbatim: the years of one framework's query, and those of all frameworks' queries or-ed.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

import msgspec

from barometer.errors import SourceError
from sources.http import FetchError, excerpt
from sources.live import Context, LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

Kind = TypeVar("Kind")

POPULATION = "openalex"
FIRST_YEAR = 2015
KEY = "OPENALEX_API_KEY"
_HINT = "the reply is kept in the landing; mend the parser, then `barometer replay openalex`"
_COLUMNS = (
    "population",
    "period",
    "granularity",
    "venue",
    "label",
    "papers",
    "total_papers",
    "counting_rule",
    "note",
)


class _Group(msgspec.Struct):
    key: Annotated[str, msgspec.Meta(pattern=r"^[12][0-9]{3}$")]
    count: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Reply(msgspec.Struct):
    group_by: list[_Group]


class _Pair(msgspec.Struct):
    label: str
    query: str
    works: str
    total: str


class _WithoutKey(logging.Filter):
    """Takes the key out of what the connection logs when somebody switches its debugging on."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "api_key=" in line:
            record.msg, record.args = re.sub(r"api_key=[^&\s\"]*", "api_key=***", line), ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutKey())


class OpenAlex(LiveSource):
    """Papers by framework and year. Needs a key, which is free and pays for far more than is asked here.

    Key and grain: the framework's first paper label, and year. The running year is partial.
    """

    name = "openalex"
    silence = "Nothing newer is known of the papers that name each framework."
    datasets = ("papers",)
    default_url = "https://api.openalex.org"
    politeness = Politeness(interval_s=0.1)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._totals: dict[str, bytes] = {}

    def terms(self) -> list[DatasetTerms]:
        """Return where the papers are from and what their numbers cannot say."""
        return [
            DatasetTerms(
                dataset="papers",
                origin="OpenAlex, works by publication year",
                licence="CC0",
                attribution="OpenAlex, openalex.org",
                period=f"{FIRST_YEAR} to the running year",
                granularity="year",
                caveats=(
                    "only titles and abstracts are searched: use is understated, in the same way for every framework",
                    "the newest one or two years are incomplete; counts change when OpenAlex is built anew",
                    "a query of several words joined by AND is approximate",
                ),
            )
        ]

    def missing(self) -> str:
        """Return what must be set first: the service answers nobody without a key."""
        reason = super().missing()
        if reason or self.context.services.key(KEY):
            return reason
        return f"no key; set {KEY}, which openalex.org gives for nothing"

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield one question a framework that has a paper query and a label: its papers of all years."""
        for framework in self.context.catalog.frameworks:
            if framework.paper_query and framework.paper_labels:
                yield self._request(framework.paper_query, since)

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield one framework's reply and the total's in one payload; the total is asked for once a pull."""
        frameworks = [entry for entry in self.context.catalog.frameworks if entry.paper_query and entry.paper_labels]
        queries = [framework.paper_query for framework in frameworks]
        years = dict(request.params)["filter"].rpartition(",publication_year:")[2]
        everything = self._request(" OR ".join(f"({query})" for query in queries), years=years)
        if everything.key not in self._totals:
            self._totals[everything.key] = self.get(everything)
        works, total = self.get(request), self._totals[everything.key]
        framework = next(entry for entry in frameworks if self._filter(entry.paper_query, years) == _filter_of(request))
        pair = _Pair(framework.paper_labels[0], framework.paper_query, _text(works), _text(total))
        yield self.payload(request, msgspec.json.encode(pair))

    def get(self, request: Request) -> bytes:
        """Return the body of the answer; the key is added here and nowhere else. Raises FetchError without the key."""
        key = self.context.services.key(KEY)
        try:
            reply = self.client.get(request.path, (*request.params, ("api_key", key)))
        except FetchError as error:
            error.message = error.message.replace(key, "***")
            raise
        return reply.content.replace(key.encode(), b"***")

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return one row a year in which the framework is named; a year that is not listed gives no row."""
        pair = _decode(payload, payload.content, _Pair, "the payload")
        works = _decode(payload, pair.works.encode(), _Reply, "works")
        total = _decode(payload, pair.total.encode(), _Reply, "total")
        totals = {group.key: group.count for group in total.group_by}
        rule = f"works whose title or abstract match {pair.query}; total: works that match any framework's query"
        rows = []
        for group in works.group_by:
            if group.count > totals.get(group.key, -1):
                found = f"{group.count} papers in {group.key}, and {totals.get(group.key, 'none')} of all frameworks"
                raise _refused(payload, f"{found}: a part cannot be larger than its total")
            note = _note(pair.query, int(group.key) == payload.fetched_at.year)
            rows.append((POPULATION, group.key, "year", "all", pair.label, group.count, totals[group.key], rule, note))
        return [Batch("papers", _COLUMNS, rows)]

    def _request(self, query: str, since: dt.date | None = None, years: str = "") -> Request:
        first = max(since.year if since else FIRST_YEAR, FIRST_YEAR)
        span = years or f"{first}-{self.context.now().year}"
        return Request("papers", "/works", (("filter", self._filter(query, span)), ("group_by", "publication_year")))

    @staticmethod
    def _filter(query: str, years: str) -> str:
        return f"title_and_abstract.search:{query},publication_year:{years}"


def _filter_of(request: Request) -> str:
    return dict(request.params)["filter"]


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _note(query: str, is_running: bool) -> str | None:
    notes = ["approximate: the name alone is ambiguous"] * (" AND " in query) + ["the year is not over"] * is_running
    return "; ".join(notes) or None


def _decode(payload: Payload, content: bytes, kind: type[Kind], part: str) -> Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, UnicodeEncodeError, RecursionError) as error:
        raise _refused(payload, f"{part}: {error}; it begins {excerpt(content, 60)!r}") from None


def _refused(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"openalex, {payload.request}: {problem}", _HINT)
