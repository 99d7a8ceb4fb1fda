"""Downloads by month and installer since 2016 from ClickHouse's public copy of the index's download records (ClickPy).

One row a package, month and installer, installers as sent (mirrors and an unnamed installer among them). Every reply
says up to which day the feed had arrived: a month is whole only when that day lies behind it. Key: package, month,
installer. One question asks when the feed ends, then one a year asks for all packages of the catalogue. The service
cuts results of more than 1,000 rows, so a row holds a whole package: its months, installers and sums as three arrays.
A year that is over is asked again until a month has passed and the feed has gone beyond it, then never again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec
import requests
from packaging.utils import canonicalize_name

from barometer.errors import SourceError
from sources.http import FetchError, NotFound, Reply, excerpt
from sources.landing import Landed
from sources.live import LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

DATASET = "downloads_by_installer"
FIRST_YEAR = 2016
# Loading has stalled for days more than once; the feed is usually a day or two behind.
STALE_DAYS = 3
# Late records change a month that is over; after this many days of the new year they no longer come.
MARGIN_DAYS = 31
# One row a package, so this stays below the 1,000 rows and 10 MB at which results are cut.
GROUP = 200

_TABLE = "pypi.pypi_downloads_per_day_by_version_by_installer_by_type"
_FEED = f"select max(date) as feed_until from {_TABLE} where project in {{projects:Array(String)}}"
_YEAR = f"""\
select
    project, ({_FEED}) as feed_until,
    groupArray(month) as months, groupArray(installer) as installers, groupArray(downloads) as downloads
from (
    select project, toStartOfMonth(date) as month, installer, sum(count) as downloads
    from {_TABLE}
    where project in {{projects:Array(String)}} and date >= {{first:Date}} and date < {{end:Date}}
    group by project, month, installer
    order by project, month, installer
)
group by project
order by project"""
# A read or a result over the limit is refused. Without these it is cut, and the sums come out too small.
_WHOLE = (("default_format", "JSON"), ("read_overflow_mode", "throw"), ("result_overflow_mode", "throw"))
_COLUMNS = ("project", "month", "installer", "downloads", "feed_until")
_MEND = "the reply is kept in the landing; mend the parser, then `barometer replay clickhouse`"

Kind = TypeVar("Kind", "_FeedReply", "_YearReply")
Count = Annotated[int, msgspec.Meta(ge=0)]


class _Feed(msgspec.Struct):
    feed_until: dt.date


class _Package(msgspec.Struct):
    project: str
    feed_until: dt.date
    months: list[dt.date]
    installers: list[str]
    downloads: list[Count]


class _Reply(msgspec.Struct, kw_only=True):
    """What every reply holds beside its rows. Servers that can write an exception into valid JSON do so."""

    rows: int
    exception: str = ""


class _FeedReply(_Reply, kw_only=True):
    data: list[_Feed]


class _YearReply(_Reply, kw_only=True):
    data: list[_Package]


@dataclass(frozen=True)
class _Question(Request):
    """A question whose key is short: every row bears it, and the question itself names up to 200 packages."""

    @property
    def key(self) -> str:
        """The span that is asked for, and a hash of the whole question, its packages included."""
        span = urlencode([param for param in self.params if param[0] in ("param_first", "param_end")])
        return f"POST /{'?' if span else ''}{span} {hashlib.sha256(super().key.encode()).hexdigest()[:16]}"


# Not strict: servers before version 25.8 quote 64-bit integers, later ones do not.
_FEED_REPLY = msgspec.json.Decoder(_FeedReply, strict=False)
_YEAR_REPLY = msgspec.json.Decoder(_YearReply, strict=False)


def _quota(response: requests.Response) -> float | None:
    """An hour where the quota is spent (code 201): it is counted by the hour, and no header says since when."""
    return 3600.0 if response.headers.get("X-ClickHouse-Exception-Code") == "201" else None


class ClickHouse(LiveSource):
    """The whole history of downloads by month and installer."""

    name = "clickhouse"
    silence = "Nothing is known of installers since the last good pull; earlier months stay as they were read."
    datasets = (DATASET,)
    default_url = "https://sql-clickhouse.clickhouse.com"
    # 60 to 200 questions an hour; a pull needs one, and a first one a dozen.
    politeness = Politeness(interval_s=1.0, wait=_quota)

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the one data set."""
        return [
            DatasetTerms(
                dataset=DATASET,
                origin=f"ClickHouse public server, table {_TABLE}",
                licence="none stated; a playground without a promise of service",
                attribution="ClickPy by ClickHouse",
                period="2016 to a day or two ago",
                granularity="one row a package, month and installer",
                caveats=(
                    "Mirrors and build machines are counted; mirrors can be told apart by their installer.",
                    "A package that another one installs is counted too: TensorFlow's downloads are within Keras'.",
                    "Packages taken from a publisher's own index are not counted.",
                    "Downloads of before August 2018 are undercounted.",
                    "Loading stalls at times: a month is whole only when feed_until lies behind it.",
                    "Not to be joined to other counts of downloads: they differ by up to a factor of two.",
                ),
                source=self.name,
            )
        ]

    def headers(self) -> dict[str, str]:
        """Return the name of the public user, who has no password."""
        return {"X-ClickHouse-User": "demo"}

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield, for all packages at once, when the feed ends and every year, oldest first; from `since`'s year on."""
        today = self.context.now().date()
        frameworks = self.context.catalog.frameworks
        packages = sorted({canonicalize_name(name) for one in frameworks for name in (*one.packages, *one.companions)})
        for start in range(0, len(packages), GROUP):
            quoted = ",".join("'" + re.sub(r"(['\\])", r"\\\1", name) + "'" for name in packages[start : start + GROUP])
            params = (*_WHOLE, ("param_projects", f"[{quoted}]"))
            if since is None or since <= today:
                yield _Question(DATASET, "/", params, _FEED, "POST")
            for year in range(max(FIRST_YEAR, since.year if since else FIRST_YEAR), today.year + 1):
                span = (("param_first", f"{year}-01-01"), ("param_end", f"{year + 1}-01-01"))
                yield _Question(DATASET, "/", params + span, _YEAR, "POST", is_settled=today >= _settles(year))

    def answer(self, request: Request) -> Landed | None:
        """Return the newest answer; one from a stalled feed is an answer for its day too."""
        newest = super().answer(request)
        for entry in reversed(self.context.landing.entries(self.name)):
            if entry.request == request.key and entry.status == "stale" and entry.sha256:
                return entry if newest is None or newest.fetched_at <= entry.fetched_at else newest
        return newest

    def is_answered(self, request: Request) -> bool:
        """True when it was answered today, or is about a year that was over for long enough when it was answered."""
        landed = self.answer(request)
        if landed is None:
            return False
        asked_on = landed.fetched_at.date()
        if asked_on >= self.context.now().date():
            return True
        return request.is_settled and landed.status != "stale" and asked_on >= _settles(_year(request.key))

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the reply with status `stale` where the feed should reach further. Raises FetchError.

        An exception that the headers of a reply with code 200 announce makes it an error.
        """
        reply = self._reply(request)
        payload = self.payload(request, reply.content)
        code = reply.headers.get("X-ClickHouse-Exception-Code")
        if code:
            # Without its content: sums of a reading that was broken off may look whole.
            yield self.failure(request, "error", f"exception {code}: {excerpt(reply.content[-400:])}", 200)
            return
        # What cannot be read lands as it came and is told apart by `checked`.
        with suppress(SourceError):
            payload = self._judged(payload, request)
        yield payload

    def parse(self, payload: Payload) -> list[Batch]:
        """Return a row a package, month and installer; none of the question when the feed ends.

        Raises SourceError when the reply is cut, holds an exception, or holds months that were not asked for.
        """
        if not _is_year(payload.request):
            _feed(payload)
            return []
        year = _year(payload.request)
        rows: list[tuple] = []
        for one in _packages(payload):
            keys = set(zip(one.months, one.installers, strict=False))
            if not len(keys) == len(one.months) == len(one.installers) == len(one.downloads):
                rule = "months, installers and downloads must be equally long and hold each pair once"
                raise _unlike(payload, f"{excerpt(one.project.encode(), 80)}: {rule}")
            for month in set(one.months):
                if (month.year, month.day) != (year, 1):
                    raise _unlike(payload, f"{excerpt(one.project.encode(), 80)}: {month} is no month of {year}")
            rows += zip(repeat(one.project), one.months, one.installers, one.downloads, repeat(one.feed_until))
        return [Batch("package_downloads_month", _COLUMNS, rows)]

    def _reply(self, request: Request) -> Reply:
        try:
            return self.client.post(request.path, request.body.encode(), request.params, self.headers())
        except NotFound as error:
            message = f"the service no longer has the table {_TABLE}, or moved (code {error.http_status})"
            raise FetchError(message, error.http_status) from None

    def _judged(self, payload: Payload, request: Request) -> Payload:
        """The reply with its status. Raises SourceError when it cannot be read."""
        if not _is_year(payload.request):
            return self._dated(payload, _feed(payload), None)
        found = _packages(payload)
        year = _year(payload.request)
        if not found:
            return replace(payload, status="no_data", message=f"the feed has no download of {year}")
        absent = sorted(_packages_of(request) - {one.project for one in found})
        if absent and year == payload.fetched_at.year:
            # In earlier years a package may not have been there yet.
            payload = replace(payload, message=f"the feed has no download of {', '.join(absent)} in {year}")
        return self._dated(payload, max(one.feed_until for one in found), dt.date(year, 12, 31))

    def _dated(self, payload: Payload, feed_until: dt.date, last_day: dt.date | None) -> Payload:
        """The reply, stale where the feed lags and does not reach the last day that was asked for."""
        behind = (payload.fetched_at.date() - feed_until).days
        if behind <= STALE_DAYS or (last_day is not None and feed_until >= last_day):
            return payload
        message = f"the feed ends on {feed_until}, {behind} days before; figures are whole up to that day"
        return replace(payload, status="stale", message=message)


def _settles(year: int) -> dt.date:
    """The first day on which an answer about a year is final."""
    return dt.date(year + 1, 1, 1) + dt.timedelta(days=MARGIN_DAYS)


def _is_year(request: str) -> bool:
    return re.search(r"param_first=\d{4}-", request) is not None


def _year(request: str) -> int:
    return int(request.partition("param_first=")[2][:4])


def _packages_of(request: Request) -> set[str]:
    return set(re.findall(r"'(.*?)'", dict(request.params)["param_projects"]))


def _feed(payload: Payload) -> dt.date:
    reply = _decoded(payload, _FEED_REPLY)
    if len(reply.data) != 1:
        raise _unlike(payload, f"one row is expected, {len(reply.data)} came")
    return reply.data[0].feed_until


def _packages(payload: Payload) -> list[_Package]:
    return _decoded(payload, _YEAR_REPLY).data


def _decoded(payload: Payload, decoder: msgspec.json.Decoder[Kind]) -> Kind:
    try:
        reply = decoder.decode(payload.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # An exception that cuts a reply short stands at its end.
        raise _unlike(payload, f"{error}; the reply ends with {excerpt(payload.content[-160:])!r}") from None
    if reply.exception:
        raise _unlike(payload, f"exception in the reply: {excerpt(reply.exception.encode())}")
    if reply.rows != len(reply.data):
        raise _unlike(payload, f"rows says {reply.rows}, and {len(reply.data)} came")
    return reply


def _unlike(payload: Payload, problem: str) -> SourceError:
    asked = f"the year {_year(payload.request)}" if _is_year(payload.request) else "the end of the feed"
    return SourceError(f"clickhouse: {asked}: {problem}", _MEND)
