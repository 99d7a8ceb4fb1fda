"""What the job sources share: a reply is read and redacted before it lands; what landed is parsed like any reply."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar, TypeVar

import msgspec

from barometer.errors import SourceError
from sources.http import NotFound
from sources.live import GIVE_UP_AFTER, LiveSource, Request
from sources.postings.classify import Classifier
from sources.postings.redact import Redaction, read_counters, read_redacted
from sources.protocol import Batch, DatasetTerms, Payload

DATASET = "job_postings"
MENDING = "nothing of the reply is kept; mend the reading in the source's file, then `barometer collect {}`"
# What a service answers for a name that it does not know.
UNKNOWN = (404, 410)
# No board of today shows what was posted before these services were founded.
EARLIEST = dt.date(2005, 1, 1)

T = TypeVar("T")


class JobSource(LiveSource):
    """A source of postings. A subclass sets `population` and writes `redaction`, `plan` and what `terms` names."""

    datasets = (DATASET,)
    population: ClassVar[str]
    origin: ClassVar[str]
    licence: ClassVar[str] = "none stated"
    attribution: ClassVar[str]
    period: ClassVar[str] = "from the first collection on"
    granularity: ClassVar[str] = "posting, by month"
    caveats: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def classifier(self) -> Classifier:
        """The rules of the catalogue."""
        return Classifier(self.context.catalog)

    @abstractmethod
    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of a reply. Raises SourceError when it is not as described."""

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the postings."""
        shared = (
            "texts are read by rules and dropped: kept are hashes, month, frameworks, place and pay",
            "a population of its own: never add it to another",
        )
        return [
            DatasetTerms(
                DATASET,
                self.origin,
                self.licence,
                self.attribution,
                self.period,
                self.granularity,
                (*self.caveats, *shared),
            )
        ]

    def get(self, request: Request) -> bytes:
        """Return the body of the answer in the form that lands: without texts and names. Raises FetchError."""
        return self.redaction(request, super().get(request)).encode()

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield one reply, `no_data` where it holds no posting. Raises FetchError."""
        yield self.landed(request, self.get(request))

    def landed(self, request: Request, content: bytes) -> Payload:
        """Return what lands: a board without a posting is no data, never a zero."""
        counters = read_counters(content)
        if counters is not None and not counters.seen:
            return self.failure(request, "no_data", "no postings there today", 200)
        return self.payload(request, content)

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of what landed. Raises SourceError when it is not as it landed."""
        yield read_redacted(payload, self.is_ours).batch()

    def is_ours(self, population: str) -> bool:
        """True for a population of this source."""
        return population == self.population

    def decoded(self, request: Request, content: bytes, kind: type[T]) -> T:
        """Return a reply's JSON as a struct. Raises SourceError without quoting the reply: it may name people."""
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self.refused(request, str(error)) from None

    def refused(self, request: Request, rule: str) -> SourceError:
        """Return the error of a reply that is not as described."""
        return SourceError(f"{self.name}, {request.key}: {rule}", MENDING.format(self.name))

    def month_of(self, posted: dt.date | None) -> dt.date:
        """Return the month of a posting's date, that of today where it has none that can be true."""
        today = self.context.now().date()
        # A day ahead is a clock or a zone; more is a date that nobody meant.
        if posted is None or not EARLIEST <= posted <= today + dt.timedelta(days=1):
            posted = today
        return min(posted, today).replace(day=1)


class PagedJobSource(JobSource):
    """A source whose replies name the page behind them."""

    @abstractmethod
    def page(self, first: Request, following: str) -> Request:
        """Return the question for a further page."""

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the pages from the request's on; an empty first page is `no_data`. Raises FetchError."""
        for payload in self.follow(request, lambda content: self.following(request, content)):
            if payload.request == request.key:
                yield self.landed(request, payload.content)
            else:
                yield payload

    def following(self, first: Request, content: bytes) -> Request | None:
        """Return the question for the page behind one that landed, None behind the last."""
        counters = read_counters(content)
        return None if counters is None or counters.following is None else self.page(first, counters.following)


class BoardSource(JobSource):
    """A source with one board an employer, named in the catalogue's `job_boards`."""

    is_observation = True

    @property
    def boards(self) -> list[str]:
        """The boards of the catalogue."""
        return list(self.context.catalog.job_boards.get(self.name, []))

    def missing(self) -> str:
        """Return what must be set before this source can be asked."""
        reason = super().missing()
        if not reason and not self.boards:
            return f"no board is listed; name some under job_boards.{self.name} in the catalogue"
        return reason

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield the boards' pages. Names that the service does not know, however many, end no pull; other trouble does.

        A pull ends as everywhere: at a refusal, without an answer, or after several bad answers in a row.
        """
        if self.missing():
            yield from super().fetch(since)
            return
        failed = 0
        for request in self.due(since):
            last: Payload | None = None
            for last in self._answers(request):
                yield last
            if last is None or last.status not in ("error", "rate_limited"):
                failed = 0
            elif last.http_status not in UNKNOWN:
                failed += 1
            if failed == GIVE_UP_AFTER or (failed and self._is_over):
                return

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield a board's pages. A board that the service does not know is an error that names it."""
        try:
            yield from super().ask(request)
        except NotFound as error:
            message = (
                f"the service knows no board called `{self.board(request)}`; correct or remove it under "
                f"job_boards.{self.name} in the catalogue"
            )
            yield self.failure(request, "error", message, error.http_status)

    @abstractmethod
    def board(self, request: Request) -> str:
        """Return the name of the board that a request asks for."""


def utc_date(seconds: float) -> dt.date | None:
    """Return the UTC day of a time in epoch seconds, None where there is no such day."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date()
    except (OverflowError, OSError, ValueError):
        return None


def iso_date(text: str) -> dt.date | None:
    """Return the UTC day of an ISO time (no zone: UTC), None where it is none."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date()
    except OverflowError:
        return None
