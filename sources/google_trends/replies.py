"""Google's replies, read strictly. Three things stay apart that pytrends makes one: no data, "<1", and 0."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import msgspec

from barometer.errors import SourceError
from sources.google_trends.comparisons import Comparison
from sources.protocol import Batch

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
QUERY_COLUMNS = ("term", "kind", "geo", "ranking", "position", "query", "value", "is_breakout")
MEND = "the reply is kept in the landing; mend the parser, then `barometer replay google_trends`"
_PREFIX = b")]}'"
_STEPS = {1: "day", 7: "week"}
_SHORTEST, _LONGEST = 28, 31

Decoded = TypeVar("Decoded")


class _Struct(msgspec.Struct, rename="camel"):
    """Google writes camelCase; what is not named here is ignored."""


class _Point(_Struct):
    time: str
    value: list[float]
    has_data: list[bool]
    formatted_value: list[str]
    is_partial: bool = False


class _Timeline(_Struct):
    timeline_data: list[_Point]


class _TimelineReply(_Struct):
    default: _Timeline


class _Region(_Struct):
    geo_code: str
    geo_name: str
    value: list[float]
    has_data: list[bool]
    formatted_value: list[str]


class _Regions(_Struct):
    geo_map_data: list[_Region]


class _RegionsReply(_Struct):
    default: _Regions


class _Ranked(_Struct):
    query: str
    value: float
    formatted_value: str
    has_data: bool = True


class _Ranking(_Struct):
    ranked_keyword: list[_Ranked]


class _Rankings(_Struct):
    ranked_list: list[_Ranking]


class _RelatedReply(_Struct):
    default: _Rankings


class _Widget(_Struct):
    id: str
    token: str = ""
    request: dict[str, Any] = {}


class _Keyword(_Struct):
    keyword: str
    name: str = ""


class _ExploreReply(_Struct):
    widgets: list[_Widget]
    keywords: list[_Keyword] = []


def read_explore(content: bytes) -> dict[str, Any]:
    """Return an explore reply as plain values, its widgets checked. Raises SourceError."""
    _decode(content, _ExploreReply)
    whole: dict[str, Any] = msgspec.json.decode(_body(content))
    return whole


def user_type(content: bytes) -> str:
    """Return how Google classes who asks, "" where it does not say. Raises SourceError as `read_explore` does."""
    for widget in _decode(content, _ExploreReply).widgets:
        config = widget.request.get("userConfig")
        if isinstance(config, dict) and isinstance(config.get("userType"), str):
            return str(config["userType"])
    return ""


def topic_names(content: bytes) -> dict[str, str]:
    """Return what Google calls each keyword that it names. Raises SourceError as `read_explore` does."""
    return {found.keyword: found.name for found in _decode(content, _ExploreReply).keywords if found.name}


def interest_rows(content: bytes, comparison: Comparison) -> Batch:
    """Return search interest by period and term: 0 to 100, the highest of the reply being 100.

    `interest` is null where nothing is known (`no_data`) and where it is less than 1 (`below_one`).
    """
    points = _decode(content, _TimelineReply).default.timeline_data
    days = [_day(point.time, number) for number, point in enumerate(points, start=1)]
    granularity = _granularity(days)
    rows: list[tuple] = []
    for number, (day, point) in enumerate(zip(days, points, strict=True), start=1):
        cells = _cells(point, comparison.keywords, f"point {number}")
        for term, value, has_data, shown in cells:
            below = has_data and shown.strip().startswith("<")
            interest = value if has_data and not below else None
            kind = (term, comparison.kind, comparison.geo)
            rows.append((*kind, day, granularity, interest, below, not has_data, point.is_partial))
    return Batch("search_interest", INTEREST_COLUMNS, rows)


def region_rows(content: bytes, comparison: Comparison) -> Batch:
    """Return each term's share (0 to 1) of the searches for the comparison's terms, by country; null without data.

    Asked for one term alone, Google gives no shares: the country with the highest interest is 1 then. "<1%" is one
    half of a hundredth.
    """
    rows: list[tuple] = []
    for region in _decode(content, _RegionsReply).default.geo_map_data:
        for term, value, has_data, shown in _cells(region, comparison.keywords, f"region {region.geo_code[:20]}"):
            share = (0.005 if shown.strip().startswith("<") else value / 100) if has_data else None
            place = (region.geo_code, region.geo_name, comparison.time)
            rows.append((term, comparison.kind, *place, share, not has_data))
    return Batch("search_regions", REGION_COLUMNS, rows)


def query_rows(content: bytes, comparison: Comparison, term: str) -> Batch:
    """Return the queries that go with a term, most searched ("top", 100 is the most) and most grown ("rising", %)."""
    rows: list[tuple] = []
    rankings = _decode(content, _RelatedReply).default.ranked_list
    for ranking, found in zip(("top", "rising"), rankings, strict=False):
        known = [entry for entry in found.ranked_keyword if entry.has_data]
        for position, entry in enumerate(known, start=1):
            breakout = entry.formatted_value.strip().lower() == "breakout"
            place = (term, comparison.kind, comparison.geo, ranking, position)
            rows.append((*place, entry.query, entry.value, breakout))
    return Batch("search_queries", QUERY_COLUMNS, rows)


def _cells(found: _Point | _Region, keywords: Sequence[str], where: str) -> Iterator[tuple[str, float, bool, str]]:
    lengths = {len(found.value), len(found.has_data), len(found.formatted_value)}
    if lengths != {len(keywords)}:
        raise SourceError(f"google_trends: {where}: {sorted(lengths)} values for {len(keywords)} terms", MEND)
    for value in found.value:
        if not 0 <= value <= 100:
            raise SourceError(f"google_trends: {where}: value {value:g} is not between 0 and 100", MEND)
    yield from zip(keywords, found.value, found.has_data, found.formatted_value, strict=True)


def _day(time: str, number: int) -> dt.date:
    """The day (UTC) that a point's time, seconds since 1970 as text, falls on."""
    if not (time.isascii() and time.isdigit() and len(time) <= 11):
        raise SourceError(f"google_trends: point {number}: time {time[:40]!r} is no number of seconds", MEND)
    return dt.datetime.fromtimestamp(int(time), dt.UTC).date()


def _granularity(days: list[dt.date]) -> str:
    """The one step of a series. Both spans that are asked for come by week, so a lone point is a week."""
    steps = {(after - before).days for before, after in pairwise(days)}
    if not steps:
        return "week"
    if len(steps) == 1 and (step := min(steps)) in _STEPS:
        return _STEPS[step]
    if all(_SHORTEST <= step <= _LONGEST for step in steps):
        return "month"
    raise SourceError(f"google_trends: points are {sorted(steps)[:5]} days apart: neither days, weeks nor months", MEND)


def _body(content: bytes) -> bytes:
    """The JSON behind the line that keeps browsers from running it."""
    start = content.find(b"{")
    prefix = content[: max(start, 0)].strip()
    if start < 0 or (prefix and not prefix.startswith(_PREFIX)):
        begins = " ".join(content[:80].decode("utf-8", errors="replace").split())
        page = "a page instead of data (consent, or a check for robots)" if begins.startswith("<") else "no data"
        raise SourceError(f"google_trends: Google sent {page}: {begins[:60]!r}", "try later, or import an export")
    return content[start:]


def _decode(content: bytes, kind: type[Decoded]) -> Decoded:
    try:
        return msgspec.json.decode(_body(content), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"google_trends: the reply is not as described: {str(error)[:200]}", MEND) from None
