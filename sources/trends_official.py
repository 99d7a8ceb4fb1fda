"""The official Google Trends API (alpha, by application), asked by GoogleTrends where GOOGLE_TRENDS_TOKEN is set.

Its shape is the one seen in public code of its testers and not confirmed. One term an operation: start it, ask until
it is done. Figures of different requests compare, so no anchors are needed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import msgspec

from barometer.errors import SourceError
from sources.http import Client, FetchError
from sources.live import Context, Request
from sources.politeness import is_local
from sources.protocol import Batch, Payload

if TYPE_CHECKING:
    from sources.live import LiveSource

DEFAULT_URL = "https://searchtrends.googleapis.com/v1alpha"
# The address in the settings: BAROMETER_TRENDS_OFFICIAL_URL.
ADDRESS = "trends_official"
START = ":fetchTimeSeries"
KIND = "official"
# The API holds 1,800 days up to two days ago. Whole weeks of its own: Sunday to Saturday.
WEEKS, DELAY_DAYS = 256, 2
MOST_POLLS, POLL_S = 20, 2.0
COLUMNS = (
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
MEND = "the reply is kept in the landing; mend the parser, then `barometer replay google_trends`"
_OPERATION = re.compile(r"operations/[A-Za-z0-9._-]{1,200}")


Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class _Range(msgspec.Struct, rename="camel"):
    start_time: Moment
    end_time: Moment


class _Point(msgspec.Struct, rename="camel"):
    time_range: _Range
    search_interest: float | None = None
    is_partial: bool = False


class _Series(msgspec.Struct):
    points: list[_Point] = []


class _Response(msgspec.Struct, rename="camel"):
    time_series: _Series


class _Failure(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Operation(msgspec.Struct):
    name: str = ""
    done: bool = False
    response: _Response | None = None
    error: _Failure | None = None


class OfficialTrends:
    """Asks the official API. The token travels in a header and stands in no request, message or reply."""

    def __init__(self, context: Context, token: str) -> None:
        self._context = context
        self._token = token
        self._base_url = context.services.urls.get(ADDRESS, DEFAULT_URL)

    @staticmethod
    def owns(key: str) -> bool:
        """True when a request was one to the official API."""
        return key.startswith(f"POST {START} ")

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield one question a framework: its plain term, worldwide, by week."""
        today = self._context.now().date()
        newest = today - dt.timedelta(days=DELAY_DAYS)
        end = newest - dt.timedelta(days=(newest.weekday() + 1) % 7)
        start = max(end - dt.timedelta(weeks=WEEKS), since or dt.date.min)
        start -= dt.timedelta(days=(start.weekday() + 1) % 7)
        for framework in self._context.catalog.frameworks:
            if framework.search_terms and start < end:
                yield Request(
                    "search_interest", START, body=_spec(framework.search_terms[0], start, end), method="POST"
                )

    def ask(self, source: LiveSource, request: Request) -> Iterator[Payload]:
        """Yield the finished operation. Raises FetchError; RateLimited where it takes longer than a pull may wait."""
        client = Client(self._base_url, source.session)
        content = self._send(client, "POST", START, request.body.encode())
        pause = 0.0 if is_local(self._base_url) else POLL_S
        for _ in range(MOST_POLLS):
            operation = _decode(content)
            if operation.done:
                break
            if not _OPERATION.fullmatch(operation.name):
                raise SourceError(f"google_trends: operation {operation.name[:60]!r} is no name to ask for", MEND)
            source.session.rest(pause)
            pause *= 1.5
            content = self._send(client, "GET", f"/{operation.name}")
        else:
            raise FetchError(f"the operation was not done after {MOST_POLLS} looks")
        payload = source.payload(request, content)
        if source.checked(payload).status == "ok" and not any(batch.rows for batch in self.parse(payload)):
            payload = replace(payload, status="no_data", message="the API has no figures for this term")
        yield payload

    @staticmethod
    def parse(payload: Payload) -> Iterable[Batch]:
        """Return search interest by week and term: a share of all searches, on one scale for all requests.

        Raises SourceError when the operation failed or is not as described.
        """
        operation = _decode(payload.content)
        if operation.error or not operation.done or operation.response is None:
            said = operation.error.message[:160] if operation.error else "it is not done"
            raise SourceError(f"google_trends: the operation failed: {said}", "collect again")
        term = _term(payload.request)
        rows = [_row(term, point) for point in operation.response.time_series.points]
        return [Batch("search_interest", COLUMNS, rows)]

    def _send(self, client: Client, method: str, path: str, body: bytes = b"") -> bytes:
        """Return the body of a reply. A refused token is said in words that do not hold it."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            reply = client.get(path, (), headers) if method == "GET" else client.post(path, body, (), headers)
        except FetchError as error:
            message = error.message
            if error.http_status in (401, 403):
                message = (
                    f"the API refuses the token (code {error.http_status}): make GOOGLE_TRENDS_TOKEN anew, it is good "
                    "for an hour; scope https://www.googleapis.com/auth/searchtrends"
                )
            # A service may repeat what it was sent.
            raise type(error)(message.replace(self._token, "…"), error.http_status) from None
        return reply.content


def _spec(term: str, start: dt.date, end: dt.date) -> str:
    spec = {
        "expression": {"terms": [{"value": term, "type": "BROAD"}]},
        "timeRange": {"startTime": f"{start}T00:00:00Z", "endTime": f"{end}T00:00:00Z"},
        "timeResolution": "WEEK",
    }
    return msgspec.json.encode({"spec": spec}).decode()


def _term(key: str) -> str:
    try:
        body = msgspec.json.decode(key.partition(f"{START} ")[2].encode())
        return str(body["spec"]["expression"]["terms"][0]["value"])
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        raise SourceError(f"google_trends: {key[:80]}: names no term", MEND) from None


def _row(term: str, point: _Point) -> tuple:
    days = (point.time_range.end_time - point.time_range.start_time) / dt.timedelta(days=1)
    if not 6 <= days <= 8:
        raise SourceError(f"google_trends: a point spans {days:g} days, not a week", MEND)
    interest = point.search_interest
    if interest is not None and interest < 0:
        raise SourceError(f"google_trends: interest {interest:g} is below zero", MEND)
    start = point.time_range.start_time.astimezone(dt.UTC).date()
    return term, KIND, "", start, "week", interest, False, interest is None, point.is_partial


def _decode(content: bytes) -> _Operation:
    try:
        return msgspec.json.decode(content, type=_Operation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"google_trends: the API's reply is not as described: {str(error)[:200]}", MEND) from None
