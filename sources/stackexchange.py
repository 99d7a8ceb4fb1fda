"""Stack Exchange: questions on Stack Overflow by tag and month, and how many of them nobody answered.

Months come newest first: without a key a day allows 300 requests, and the newest months are the useful ones. The next
run goes on where this one stopped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Annotated
from urllib.parse import parse_qs

import msgspec
import requests

from barometer.errors import SourceError
from sources.http import FetchError, RateLimited, excerpt
from sources.live import Context, LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

POPULATION = "stackexchange-live"
# No tag of a framework that is compared is older.
FIRST_MONTH = dt.date(2015, 1, 1)
# So many months are asked again once a month: questions are deleted for years after they were asked.
RECENT_MONTHS = 24
# A permanent filter of the service: total, backoff and what is left of the quota, and nothing of any question.
FILTER = "!.UE8F0bVg4M-_Ii4"
QUESTIONS, UNANSWERED = "/2.3/questions", "/2.3/questions/no-answers"
_HINT = "the reply is kept in the landing; mend the parser, then `barometer replay stackexchange`"
_QUESTION_COLUMNS = ("population", "tag", "month", "questions", "is_partial", "note")
_UNANSWERED_COLUMNS = ("population", "tag", "month", "unanswered", "is_partial")

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Total(msgspec.Struct):
    total: Count


class _Limits(msgspec.Struct):
    backoff: float = 0.0
    quota_remaining: int = 1


class _Refusal(msgspec.Struct):
    error_id: int
    error_message: str = ""


def stated_seconds(response: requests.Response) -> float | None:
    """Return the seconds that a refusal's message names, a minute where it names none; None for any other reply.

    The service refuses with code 400 and error_id 502: api.stackexchange.com/docs/throttle.
    """
    if response.status_code != 400:
        return None
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if refusal.error_id != 502:
        return None
    named = re.search(r"(\d{1,7}) second", refusal.error_message)
    return float(named[1]) if named else 60.0


class StackExchange(LiveSource):
    """Counts of questions by tag and month, from the public API. Works without a key, at 300 requests a day.

    Key and grain: tag and month. No question is read, only how many there are.
    """

    name = "stackexchange"
    silence = "Nothing newer is known of what people ask on Stack Overflow than the last month shown."
    datasets = ("questions_monthly",)
    default_url = "https://api.stackexchange.com"
    # 30 requests a second are allowed.
    politeness = Politeness(interval_s=0.04, wait=stated_seconds)
    # The same count, asked again when its month is over, is no longer a partial one.
    is_observation = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._limits = _Limits()

    def terms(self) -> list[DatasetTerms]:
        """Return where the counts are from and what they cannot say."""
        return [
            DatasetTerms(
                dataset="questions_monthly",
                origin="Stack Exchange API 2.3, site stackoverflow",
                licence="CC BY-SA 4.0",
                attribution="Stack Overflow, stackoverflow.com",
                period="2015-01 to the running month",
                granularity="month",
                caveats=(
                    "counts of past months fall as questions are deleted; the last 24 months are read again monthly",
                    "a question with several tags counts under each",
                    "all of Stack Overflow shrank after 2022: compare shares, not counts alone",
                ),
            )
        ]

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield a question a tag and month: recent months first, those unanswered next, older months last."""
        months = list(_months_back(self.context.now().date(), max(since or FIRST_MONTH, FIRST_MONTH)))
        recent, older = months[:RECENT_MONTHS], months[RECENT_MONTHS:]
        for path, span in ((QUESTIONS, recent), (UNANSWERED, recent), (QUESTIONS, older)):
            for month in span:
                for framework in self.context.catalog.frameworks:
                    for tag in framework.question_tags:
                        yield self._request(path, tag, month)

    def is_answered(self, request: Request) -> bool:
        """True when a month's count is good enough: the running month's of today, a recent one's of this month."""
        landed = self.answer(request)
        if landed is None:
            return False
        today = self.context.now().date()
        month, asked_on = _month_of(request.key), landed.fetched_at.date()
        if month == today.replace(day=1):
            return asked_on >= today
        recent_from = _earlier(today.replace(day=1), RECENT_MONTHS - 1)
        return asked_on >= (_next(month) if month < recent_from else today.replace(day=1))

    def headers(self) -> dict[str, str]:
        """Return the key's header, where there is a key."""
        key = self.context.services.key("STACKEXCHANGE_KEY")
        return {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield one count. Waits first where the reply before asked for it, and ends the pull with the day's quota."""
        limits, self._limits = self._limits, _Limits()
        if limits.quota_remaining <= 0:
            raise RateLimited("the service's quota of this day is used up")
        if limits.backoff > 0:
            self.session.rest(limits.backoff)
        content = self.get(request)
        try:
            self._limits = msgspec.json.decode(content, type=_Limits)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._limits = _Limits()
        yield self.payload(request, content)

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises FetchError, whose message never shows the key."""
        try:
            return super().get(request)
        except FetchError as error:
            key = self.context.services.key("STACKEXCHANGE_KEY")
            if key:
                error.message = error.message.replace(key, "***")
            raise

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return one row: a tag's questions of one month, or those of them without an answer."""
        try:
            total = msgspec.json.decode(payload.content, type=_Total).total
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = f"stackexchange, {payload.request}: {error}; it begins {excerpt(payload.content, 60)!r}"
            raise SourceError(message, _HINT) from None
        month = _month_of(payload.request)
        tag = _params(payload.request)["tagged"][0]
        is_partial = payload.fetched_at.date() < _next(month)
        if payload.request.startswith(f"GET {UNANSWERED}?"):
            row = (POPULATION, tag, month, total, is_partial)
            return [Batch("questions_unanswered", _UNANSWERED_COLUMNS, [row])]
        return [Batch("questions_monthly", _QUESTION_COLUMNS, [(POPULATION, tag, month, total, is_partial, None)])]

    def _request(self, path: str, tag: str, month: dt.date) -> Request:
        # The service takes both ends as inside.
        params = {
            "site": "stackoverflow",
            "tagged": tag,
            "fromdate": str(_epoch(month)),
            "todate": str(_epoch(_next(month)) - 1),
            "filter": FILTER,
        }
        return Request("questions_monthly", path, tuple(params.items()))


def _params(request: str) -> dict[str, list[str]]:
    return parse_qs(request.partition("?")[2])


def _month_of(request: str) -> dt.date:
    start = dt.datetime.fromtimestamp(int(_params(request)["fromdate"][0]), dt.UTC)
    return start.date()


def _epoch(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)


def _earlier(month: dt.date, months: int) -> dt.date:
    position = month.year * 12 + month.month - 1 - months
    return dt.date(position // 12, position % 12 + 1, 1)


def _months_back(today: dt.date, oldest: dt.date) -> Iterator[dt.date]:
    month = today.replace(day=1)
    while month >= oldest.replace(day=1):
        yield month
        month = _earlier(month, 1)
