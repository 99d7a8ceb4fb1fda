"""Wikipedia: views of each framework's article by day, people only, from the Wikimedia page view service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated
from urllib.parse import quote, unquote

import msgspec

from barometer.errors import SourceError
from sources.http import NotFound, excerpt
from sources.live import LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

PROJECT = "en.wikipedia.org"
FIRST_DAY = dt.date(2015, 7, 1)
# A day is loaded within a day or so after it: a year is settled when it was read so many days behind its end.
LATE_DAYS = 3
# "Nothing" is believed for so long: it may also have been an address that was set wrongly.
DOUBT_DAYS = 30
_PATH = f"/api/rest_v1/metrics/pageviews/per-article/{PROJECT}/all-access/user/"
_HINT = "the reply is kept in the landing; mend the parser, then `barometer replay wikipedia`"


class _Item(msgspec.Struct):
    article: str
    timestamp: Annotated[str, msgspec.Meta(pattern=r"^\d{8}00$")]
    views: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Reply(msgspec.Struct):
    items: list[_Item]


class Wikipedia(LiveSource):
    """Page views of the catalogue's articles, old and new titles, one request an article and year.

    Key and grain: article and day. Views by robots are left out by the service.
    """

    name = "wikipedia"
    silence = "Nothing newer is known of how often each framework's article is looked up."
    datasets = ("page_views",)
    default_url = "https://wikimedia.org"
    # One after another; 200 a minute are allowed to those who say who they are.
    politeness = Politeness(interval_s=0.3)

    def terms(self) -> list[DatasetTerms]:
        """Return where the views are from and what they cannot say."""
        return [
            DatasetTerms(
                dataset="page_views",
                origin="Wikimedia page view service, English Wikipedia",
                licence="CC0",
                attribution="Wikimedia Foundation",
                period="2015-07-01 to about yesterday",
                granularity="day",
                caveats=(
                    "days without views are not listed; the newest day or two may not be loaded yet",
                    "an article that was renamed has views under each title: add them",
                    "views of the English article only, robots left out as the service knows them",
                ),
            )
        ]

    def missing(self) -> str:
        """Return what must be set first: the service wants to know who asks."""
        reason = super().missing()
        if reason or self.context.services.contact:
            return reason
        return "no contact; set BAROMETER_CONTACT to an address or mail that the service may write to"

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield a question an article and year, oldest first; the running year ends yesterday."""
        yesterday = self.context.now().date() - dt.timedelta(days=1)
        first = max(since or FIRST_DAY, FIRST_DAY)
        for year in range(first.year, yesterday.year + 1):
            # A year that is over is always asked whole, so that its key is one and the same.
            start = max(dt.date(year, 1, 1), FIRST_DAY)
            end = min(dt.date(year, 12, 31), yesterday)
            for framework in self.context.catalog.frameworks:
                for article in framework.articles:
                    path = f"{_PATH}{quote(article, safe='')}/daily/{start:%Y%m%d}/{end:%Y%m%d}"
                    yield Request("page_views", path)

    def is_answered(self, request: Request) -> bool:
        """True when the days asked for were all loaded when they were read, or when they were read today."""
        landed = self.answer(request)
        if landed is None:
            return False
        today, read_on = self.context.now().date(), landed.fetched_at.date()
        if landed.status == "no_data" and read_on + dt.timedelta(days=DOUBT_DAYS) <= today:
            return False
        return read_on >= min(_days(request.path)[1] + dt.timedelta(days=LATE_DAYS), today)

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield one article's days of one year, or that there are none: no views, or none loaded yet."""
        try:
            content = self.get(request)
        except NotFound as error:
            message = "no views in these days, or none loaded yet"
            yield self.failure(request, "no_data", message, error.http_status)
            return
        if not _has_items(content):
            yield self.payload(request, content, "no_data", "an empty list: no views, or none loaded yet")
            return
        yield self.payload(request, content)

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return one row a day that has views."""
        if not payload.content:
            return []
        try:
            reply = msgspec.json.decode(payload.content, type=_Reply)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _refused(payload, f"{error}; it begins {excerpt(payload.content, 60)!r}") from None
        asked = _article(payload.request)
        first, last = _days(payload.request)
        rows = []
        for position, item in enumerate(reply.items):
            day = _day(payload, position, item.timestamp)
            if item.article != asked or not first <= day <= last:
                found = f"{item.article[:60]!r} on {day}"
                raise _refused(payload, f"item {position} is {found}; {asked!r} from {first} to {last} was asked for")
            rows.append((PROJECT, item.article, day, item.views))
        return [Batch("page_views_day", ("project", "article", "day", "views"), rows)]


def _has_items(content: bytes) -> bool:
    """True unless the reply is a list without items; what is no list is for the parser to refuse."""
    try:
        return bool(msgspec.json.decode(content, type=_Reply).items)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True


def _article(request: str) -> str:
    return unquote(request.removeprefix("GET ").removeprefix(_PATH).partition("/")[0])


def _days(request: str) -> tuple[dt.date, dt.date]:
    first, last = (dt.datetime.strptime(text, "%Y%m%d").date() for text in request.split("/")[-2:])
    return first, last


def _day(payload: Payload, position: int, timestamp: str) -> dt.date:
    try:
        return dt.date(int(timestamp[:4]), int(timestamp[4:6]), int(timestamp[6:8]))
    except ValueError:
        raise _refused(payload, f"item {position}: timestamp {timestamp!r} is no day") from None


def _refused(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"wikipedia, {payload.request}: {problem}", _HINT)
