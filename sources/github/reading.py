"""Rows from GitHub's replies as they landed: which rows is told by what was asked."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections.abc import Callable, Iterator
from typing import Annotated, TypeVar
from urllib.parse import parse_qs

import msgspec

from barometer.errors import SourceError
from sources.http import excerpt
from sources.protocol import Batch, Payload

Kind = TypeVar("Kind")
# GitHub's names of the two things that its issue search finds, and ours.
FLOW_KINDS = {"issue": "issue", "pull-request": "pull"}
LISTED_CONTRIBUTORS = 100

_HINT = "the reply is kept in the landing; mend the parser, then `barometer replay github`"
_REPOSITORY = re.compile(r"GET /repos/([^/?]+/[^/?]+)(/[^?]*)?")

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
# From 2005 to 2099, in seconds.
Epoch = Annotated[int, msgspec.Meta(ge=1_100_000_000, le=4_102_000_000)]
Days = Annotated[list[Count], msgspec.Meta(min_length=7, max_length=7)]


class _Repository(msgspec.Struct):
    id: Count
    created_at: dt.datetime
    stargazers_count: Count
    forks_count: Count
    open_issues_count: Count
    pushed_at: dt.datetime | None = None
    subscribers_count: Count | None = None
    archived: bool | None = None


class _StarWeek(msgspec.Struct):
    week: Epoch
    days: Days


class _CommitWeek(msgspec.Struct):
    week: Epoch
    total: Count


class _Contributor(msgspec.Struct):
    total: Count
    last_year: Count


class _Release(msgspec.Struct):
    tag_name: str
    prerelease: bool
    published_at: dt.datetime | None
    draft: bool


class _Found(msgspec.Struct):
    total_count: Count
    incomplete_results: bool


class _Issue(msgspec.Struct):
    created_at: dt.datetime
    closed_at: dt.datetime


class _Closed(msgspec.Struct):
    total_count: Count
    incomplete_results: bool
    items: list[_Issue]


class _Flow(msgspec.Struct):
    opened: _Found
    closed: _Closed
    sample: _Closed | None


def parse(payload: Payload) -> list[Batch]:
    """Return the rows of one landed reply, none where nothing came. Raises SourceError naming request and rule."""
    if not payload.content:
        return []
    if payload.request.startswith("GET /search/repositories?"):
        return [_topic(payload)]
    if payload.request.startswith("GET /search/issues?"):
        return [_issue_flow(payload)]
    found = _REPOSITORY.match(payload.request)
    if found is None or (found[2] or "") not in _READERS:
        raise _refused(payload, "this request is not one of this source's")
    return list(_READERS[found[2] or ""](payload, found[1]))


def identity(content: bytes) -> tuple[int, dt.date] | None:
    """Return a repository's number and the day it was made; None when the reply does not say."""
    try:
        repository = msgspec.json.decode(content, type=_Repository)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return repository.id, repository.created_at.date()


def found(content: bytes) -> int:
    """Return the count of a search, 0 when the reply does not say."""
    try:
        return msgspec.json.decode(content, type=_Found).total_count
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0


def _counters(payload: Payload, repository: str) -> Iterator[Batch]:
    reply = _decode(payload, _Repository)
    day = payload.fetched_at.date()
    columns: tuple[str, ...] = ("observed_on", "repository", "stars", "forks", "open_issues_and_pulls")
    counters = (reply.stargazers_count, reply.forks_count, reply.open_issues_count)
    yield Batch("repository_counters", columns, [(day, repository, *counters)])
    columns = (
        "repository",
        "repository_id",
        "observed_on",
        "created_on",
        "pushed_at",
        "stars",
        "forks",
        "watchers",
        "open_issues_and_pulls",
        "is_archived",
    )
    created = _utc(payload, reply.created_at).date()
    pushed = None if reply.pushed_at is None else _utc(payload, reply.pushed_at)
    facts = (reply.stargazers_count, reply.forks_count, reply.subscribers_count, reply.open_issues_count)
    row = (repository, reply.id, day, created, pushed, *facts, reply.archived)
    yield Batch("repository_facts", columns, [row])


def _stars(payload: Payload, repository: str) -> Iterator[Batch]:
    rows = []
    for week in _decode(payload, list[_StarWeek]):
        first = dt.datetime.fromtimestamp(week.week, dt.UTC).date()
        # Days to come are sent as zeros, and today is not over.
        days = ((first + dt.timedelta(days=position), gained) for position, gained in enumerate(week.days))
        rows += [(repository, day, gained) for day, gained in days if day < payload.fetched_at.date()]
    yield Batch("star_gains", ("repository", "day", "stars_gained"), rows)


def _releases(payload: Payload, repository: str) -> Iterator[Batch]:
    rows = []
    for position, release in enumerate(_decode(payload, list[_Release])):
        if release.draft:
            continue
        if release.published_at is None:
            raise _refused(payload, f"release {position}, {release.tag_name[:40]!r}, is no draft and has no date")
        rows.append((repository, release.tag_name, _utc(payload, release.published_at), release.prerelease))
    yield Batch("repository_releases", ("repository", "tag", "published_at", "is_prerelease"), rows)


def _commits(payload: Payload, repository: str) -> Iterator[Batch]:
    rows = []
    for week in _decode(payload, list[_CommitWeek]):
        first = dt.datetime.fromtimestamp(week.week, dt.UTC).date()
        if first + dt.timedelta(days=7) <= payload.fetched_at.date():
            rows.append((repository, first, week.total))
    yield Batch("repository_commits", ("repository", "week", "commits"), rows)


def _contributors(payload: Payload, repository: str) -> Iterator[Batch]:
    people = _decode(payload, list[_Contributor])
    columns = ("repository", "observed_on", "contributors", "commits", "active_last_year", "is_lower_bound")
    commits = sum(one.total for one in people)
    active = sum(one.last_year > 0 for one in people)
    row = (repository, payload.fetched_at.date(), len(people), commits, active, len(people) >= LISTED_CONTRIBUTORS)
    yield Batch("repository_contributors", columns, [row] if people else [])


def _topic(payload: Payload) -> Batch:
    reply = _decode(payload, _Found)
    topic = _asked(payload, "q").removeprefix("topic:")
    columns = ("topic", "observed_on", "repositories", "is_lower_bound")
    row = (topic, payload.fetched_at.date(), reply.total_count, reply.incomplete_results)
    return Batch("topic_repositories", columns, [row])


def _issue_flow(payload: Payload) -> Batch:
    reply = _decode(payload, _Flow)
    repository, kind = (part.partition(":")[2] for part in _asked(payload, "q").split(" "))
    month = dt.date.fromisoformat(f"{_asked(payload, 'month')}-01")
    after = (month + dt.timedelta(days=32)).replace(day=1)
    items = (reply.sample or reply.closed).items
    hours = [(item.closed_at - item.created_at).total_seconds() / 3600 for item in items if _are_dated(payload, item)]
    row = (
        repository,
        FLOW_KINDS[kind],
        month,
        reply.opened.total_count,
        reply.closed.total_count,
        statistics.median(hours) if hours else None,
        len(hours),
        reply.opened.incomplete_results or reply.closed.incomplete_results,
        payload.fetched_at.date() < after,
    )
    columns = (
        "repository",
        "kind",
        "month",
        "opened",
        "closed",
        "median_hours_to_close",
        "closed_sampled",
        "is_lower_bound",
        "is_partial",
    )
    return Batch("issue_flow", columns, [row])


_READERS: dict[str, Callable[[Payload, str], Iterator[Batch]]] = {
    "": _counters,
    "/stargazers/history": _stars,
    "/releases": _releases,
    "/stats/commit_activity": _commits,
    "/stats/contributors": _contributors,
}


def _are_dated(payload: Payload, item: _Issue) -> bool:
    if (item.created_at.tzinfo is None) != (item.closed_at.tzinfo is None) or item.closed_at < item.created_at:
        raise _refused(payload, f"an item was opened at {item.created_at} and closed at {item.closed_at}")
    return True


def _asked(payload: Payload, name: str) -> str:
    return parse_qs(payload.request.partition("?")[2])[name][0]


def _utc(payload: Payload, moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None or not 2005 <= moment.year < 2100:
        raise _refused(payload, f"{moment.isoformat()} is no time of this service: a zone and a year from 2005 on")
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def _decode(payload: Payload, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(payload.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(payload, f"{error}; it begins {excerpt(payload.content, 60)!r}") from None


def _refused(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"github, {payload.request}: {problem}", _HINT)
