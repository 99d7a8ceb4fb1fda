"""What live sources share: what to ask today, in which order, and what becomes of a question without an answer."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import urlencode

from barometer.catalog import Catalog
from barometer.errors import SourceError
from barometer.settings import Services
from sources.http import Client, FetchError, RateLimited, Session, Unreachable, utc_now
from sources.landing import Landed, Landing
from sources.politeness import Politeness, at_address
from sources.protocol import Batch, DatasetTerms, Payload, Status

# After so many questions in a row without an answer a pull ends: the service is not well today.
GIVE_UP_AFTER = 3


@dataclass(frozen=True)
class Request:
    """One question to a service. `key` names it without host and key, so it is the same everywhere.

    `is_settled` marks a question about a time that is over: one answer is enough for ever. `is_paged` marks the first
    of several pages, each of which is asked for only if it did not land today.
    """

    dataset: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: str = ""
    method: str = "GET"
    is_settled: bool = False
    is_paged: bool = False

    @property
    def key(self) -> str:
        """`GET /path?name=value`, and the body behind a space."""
        query = f"?{urlencode(self.params)}" if self.params else ""
        return f"{self.method} {self.path}{query}{' ' + self.body if self.body else ''}"


@dataclass(frozen=True)
class Context:
    """What a source works with: what is compared, how services are reached, what landed before, and the clock."""

    catalog: Catalog
    services: Services
    landing: Landing
    now: Callable[[], dt.datetime] = utc_now
    say: Callable[[str], None] = field(default=lambda step: None, repr=False)


class LiveSource(ABC):
    """A service. A subclass sets the class variables and writes `terms`, `plan`, `parse`, and `ask` where it must.

    `datasets` are the keys of the catalogue that it feeds; `default_url` is where the service lives; `is_on` says
    whether it is asked when nobody switched it.
    """

    name: ClassVar[str]
    silence: ClassVar[str]
    datasets: ClassVar[tuple[str, ...]]
    default_url: ClassVar[str]
    politeness: ClassVar[Politeness] = Politeness()
    is_on: ClassVar[bool] = True
    # True where rows bear the day of the fetch: the same reply on another day is another figure.
    is_observation: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        self.context = context
        self.base_url = context.services.urls.get(self.name, self.default_url)
        self.session = Session(
            self.name,
            at_address(self.politeness, self.base_url),
            context.services.contact,
            context.services.wait_cap_s,
            context.services.read_s,
        )
        self.client = Client(self.base_url, self.session)
        self._is_over = False

    @abstractmethod
    def terms(self) -> list[DatasetTerms]:
        """Return the terms of every data set this source yields."""

    def missing(self) -> str:
        """Return what must be set before this source can be asked, "" when nothing is missing."""
        if not self.context.services.is_on(self.name, self.is_on):
            return f"switched off; BAROMETER_{self.name.upper()}=on switches it on"
        return ""

    @abstractmethod
    def plan(self, since: dt.date | None = None) -> Iterable[Request]:
        """Yield what could be asked now, oldest first, whether or not it landed already. Touches no network."""

    def due(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield what is to be asked now: planned, and without an answer that is good enough."""
        for request in self.plan(since):
            if request.is_paged or not self.is_answered(request):
                yield request

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield replies one by one as they come; a question without an answer yields its status and no content.

        A refusal beyond the cap, a service that does not answer, or several questions in a row without a usable answer
        end the pull: the next one goes on from there. Data sets that were not reached are told so.
        """
        reason = self.missing()
        if reason:
            yield from (self.failure(Request(dataset, "/"), "not_configured", reason) for dataset in self.datasets)
            return
        told: set[str] = set()
        failed = 0
        due = self.due(since)
        for request in due:
            last: Payload | None = None
            for payload in self._answers(request):
                yield payload
                last = payload
                told.add(payload.dataset)
            failed = failed + 1 if last is not None and last.status in ("error", "rate_limited") else 0
            if failed == GIVE_UP_AFTER or (failed and self._is_over):
                for dataset in dict.fromkeys(request.dataset for request in due):
                    if dataset not in told and last is not None:
                        yield self.failure(Request(dataset, "/"), last.status, f"not reached: {last.message}")
                return

    def _answers(self, request: Request) -> Iterator[Payload]:
        """Yield the replies to one question, the failure that ended them included."""
        self._is_over = False
        try:
            for payload in self.ask(request):
                yield self.checked(payload)
        except FetchError as error:
            self._is_over = isinstance(error, RateLimited | Unreachable)
            yield self.failure(request, error.status, error.message, error.http_status)
        except SourceError as error:
            yield self.failure(request, "error", error.message)

    def checked(self, payload: Payload) -> Payload:
        """Return an answer as it is, or with status `error` when it is not as described: it is asked for again.

        Its content lands all the same, so that a mended parser can read it.
        """
        if not payload.content:
            is_good = payload.status == "ok"
            return replace(payload, status="error", message="the reply is empty") if is_good else payload
        try:
            for _ in self.parse(payload):
                pass
        except SourceError as error:
            return replace(payload, status="error", message=error.message)
        return payload

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the replies to one question. Raises FetchError when there is none."""
        yield self.payload(request, self.get(request))

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises FetchError."""
        if request.method == "POST":
            return self.client.post(request.path, request.body.encode(), request.params, self.headers()).content
        return self.client.get(request.path, request.params, self.headers()).content

    def headers(self) -> dict[str, str]:
        """Return further request headers: keys go here, never into a request's key."""
        return {}

    def follow(self, first: Request, following: Callable[[bytes], Request | None]) -> Iterator[Payload]:
        """Yield the pages from `first` on; `following` reads a page and names the next, None behind the last.

        A page that landed today is read from the landing instead of asked for again.
        """
        request: Request | None = first
        while request is not None:
            landed = self.answer(request)
            if landed is not None and self.is_answered(request):
                content = self.context.landing.payload(landed).content
            else:
                content = self.get(request)
                yield self.payload(request, content)
            request = following(content)

    @abstractmethod
    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one payload. Raises SourceError when it is not as described."""

    def answer(self, request: Request) -> Landed | None:
        """Return the newest landed answer to a question."""
        return self.context.landing.newest(self.name, request.key)

    def is_answered(self, request: Request) -> bool:
        """True when a question was answered today (UTC), or ever if it is settled."""
        landed = self.answer(request)
        if landed is None:
            return False
        return request.is_settled or landed.fetched_at.date() >= self.context.now().date()

    def payload(self, request: Request, content: bytes, status: Status = "ok", message: str = "") -> Payload:
        """Return an answer as a payload of now."""
        return Payload(self.name, request.dataset, request.key, self.context.now(), content, status, message, 200)

    def broken(self, message: str) -> Payload:
        """Return what is recorded when the source itself broke."""
        return self.failure(Request(self.datasets[0], "/"), "error", message)

    def failure(self, request: Request, status: Status, message: str, http_status: int | None = None) -> Payload:
        """Return what is recorded of a question without an answer."""
        return Payload(self.name, request.dataset, request.key, self.context.now(), b"", status, message, http_status)
