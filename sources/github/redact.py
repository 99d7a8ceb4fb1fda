"""What lands of replies that name people: the figures, in the reply's own shape, and no login, title or text.

Values are kept as they came, whatever their type: whether they are as described is for the parser to say.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from barometer.errors import SourceError

_HINT = "nothing landed, since the reply may name people; look at the service's documentation and mend sources/github"
_YEAR_S = 365 * 86_400


class _Closed(msgspec.Struct):
    created_at: Any = None
    closed_at: Any = None


class _Issues(msgspec.Struct):
    total_count: Any = None
    incomplete_results: Any = None
    items: list[_Closed] = []


class _Found(msgspec.Struct):
    total_count: Any = None
    incomplete_results: Any = None


class _Release(msgspec.Struct):
    tag_name: Any = None
    published_at: Any = None
    prerelease: Any = None
    draft: Any = None


class _Week(msgspec.Struct):
    w: int
    c: int


class _Contributor(msgspec.Struct):
    total: int
    weeks: list[_Week]


class _Counts(msgspec.Struct):
    total: int
    last_year: int


def issues(content: bytes) -> bytes:
    """Return a search for issues as its count and when each of its items was opened and closed."""
    return msgspec.json.encode(_read(content, _Issues, "a search for issues"))


def repositories(content: bytes) -> bytes:
    """Return a search for repositories as its count."""
    return msgspec.json.encode(_read(content, _Found, "a search for repositories"))


def releases(content: bytes) -> bytes:
    """Return a page of releases as tags and dates."""
    return msgspec.json.encode(_read(content, list[_Release], "a page of releases"))


def contributors(content: bytes, now: dt.datetime) -> bytes:
    """Return the list of contributors as counts: commits in all, and those of the 365 days before `now`."""
    year_ago = int(now.replace(tzinfo=dt.UTC).timestamp()) - _YEAR_S
    people = _read(content, list[_Contributor], "the list of contributors")
    counts = [_Counts(one.total, sum(week.c for week in one.weeks if week.w >= year_ago)) for one in people]
    return msgspec.json.encode(counts)


def _read(content: bytes, kind: Any, what: str) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"github: {what} is not as described: {error}", _HINT) from None
