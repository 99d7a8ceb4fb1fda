"""GitHub: what is asked, in which order, and what an answer means.

Cheap things first: without a token an hour allows 60 requests, and the next run goes on where this one stopped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from sources.github import reading, redact
from sources.github.limits import stated_pause
from sources.github.months import months_back, next_month, sample_days
from sources.github.questions import HISTORY, PAGE, RELEASES, history, page_after, releases, repository_of
from sources.github.stars import WEEK, landed_coverage, weeks_on
from sources.github.terms import TERMS
from sources.http import FetchError, NotFound, RateLimited
from sources.live import Context, LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

if TYPE_CHECKING:
    from sources.github.asking import Asker

FLOW_MONTHS = 24
# A month's counts are settled when they were read so many days behind its end: the search index is a little late.
LATE_DAYS = 2
# Lists that change slowly are read once in so many days.
SLOW_DAYS = 7
# How often, and after how many seconds, figures that are still being computed are asked for again.
COMPUTING_ASKS, COMPUTING_WAIT_S = 3, 2.0
# Star histories are known only to the newer version of the service.
API_VERSION, HISTORY_VERSION = "2022-11-28", "2026-03-10"
_STATS = ("/stats/contributors", "/stats/commit_activity")


class GitHub(LiveSource):
    """Counters, stars given by day, issues and pull requests by month, releases, commits by week, contributors, topics.

    Key and grain: the catalogue's name of a repository, or a topic, and day, week or month. Works without a token as
    far as the limits allow. Replies that name people land redacted: see `redact`.
    """

    name = "github"
    silence = "Nothing newer is known of stars, issues, releases and commits than the last day shown."
    datasets = ("repository_counters", "github")
    default_url = "https://api.github.com"
    politeness = Politeness(interval_s=0.1, wait=stated_pause)
    is_observation = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._since: dt.date | None = None
        self._identities: dict[str, tuple[int, dt.date]] = {}
        self._unknown: set[str] = set()

    @cached_property
    def asker(self) -> Asker:
        """The way to the service."""
        # PyGithub takes a third of a second to import.
        from sources.github.asking import Asker

        return Asker(self.base_url, self.session, self.context.services.key("GITHUB_TOKEN"))

    def terms(self) -> list[DatasetTerms]:
        """Return where the figures are from and what they cannot say."""
        return list(TERMS)

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield what could be asked: counters and topics, then lists, then star histories, then months of issues."""
        names = [name for framework in self.context.catalog.frameworks for name in framework.repositories]
        for name in names:
            yield Request("repository_counters", f"/repos/{name}")
        for framework in self.context.catalog.frameworks:
            for topic in framework.topics:
                yield Request("github", "/search/repositories", (("q", f"topic:{topic}"), ("per_page", "1")))
        yield from (history(name, 1) for name in names)
        yield from (Request("github", f"/repos/{name}{path}") for path in _STATS for name in names)
        yield from (releases(name, 1) for name in names)
        yield from (history(name, 2) for name in names)
        for month in months_back(self.context.now().date(), FLOW_MONTHS, since):
            for name in names:
                for kind in reading.FLOW_KINDS:
                    params = (("q", f"repo:{name} is:{kind}"), ("month", f"{month:%Y-%m}"))
                    yield Request("github", "/search/issues", params)

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield replies one by one; `since` also ends the way back through star histories."""
        self._since = since
        yield from super().fetch(since)

    def is_answered(self, request: Request) -> bool:
        """True when an answer is good enough: of today, of this week for slow lists, of after its end for a month."""
        landed = self.answer(request)
        if landed is None:
            return False
        today, asked_on = self.context.now().date(), landed.fetched_at.date()
        if request.path == "/search/issues":
            month = dt.date.fromisoformat(f"{dict(request.params)['month']}-01")
            return asked_on >= min(next_month(month) + dt.timedelta(days=LATE_DAYS), today)
        if request.path.endswith(_STATS) and landed.status == "no_data":
            return False
        if request.path.endswith((*_STATS, RELEASES)):
            return asked_on > today - dt.timedelta(days=SLOW_DAYS)
        return asked_on >= today

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the replies to one question; nothing where the repository is another one's earlier name."""
        name = repository_of(request)
        is_counters = request.dataset == "repository_counters"
        if name and not is_counters and (name in self._unknown or self._is_earlier_name(name)):
            return
        try:
            yield from self._replies(request, name)
        except NotFound as error:
            if is_counters:
                self._unknown.add(name)
                message = f"GitHub knows no repository `{name}`: correct it in the catalogue's [[frameworks]]"
                raise FetchError(message, error.http_status) from None
            if request.path.endswith(HISTORY):
                yield self.failure(request, "no_data", "no star history is served", error.http_status)
                return
            raise

    def get(self, request: Request) -> bytes:
        """Return the body of the answer, without what names people. Raises FetchError, or SourceError if it cannot."""
        version = HISTORY_VERSION if request.path.endswith(HISTORY) else API_VERSION
        try:
            content = self.asker.get(request.path, request.params, version).content
        except FetchError as error:
            token = self.context.services.key("GITHUB_TOKEN")
            if token:
                error.message = error.message.replace(token, "***")
            raise
        if request.path == "/search/issues":
            return redact.issues(content)
        if request.path == "/search/repositories":
            return redact.repositories(content)
        return redact.releases(content) if request.path.endswith(RELEASES) else content

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one reply. Raises SourceError when it is not as described."""
        return reading.parse(payload)

    def _replies(self, request: Request, name: str) -> Iterator[Payload]:
        if request.path == "/search/issues":
            yield self._flow(request)
        elif request.path.endswith(_STATS):
            yield self._stats(request)
        elif request.path.endswith(RELEASES):
            yield from self.follow(request, page_after(name))
        elif request.path.endswith(HISTORY) and request.is_paged:
            yield from self._walk(name)
        else:
            content = self.get(request)
            identity = reading.identity(content) if request.dataset == "repository_counters" else None
            if identity:
                self._identities[name] = identity
            yield self._answer(request, content)

    def _answer(self, request: Request, content: bytes) -> Payload:
        if content.strip() == b"[]":
            return self.payload(request, content, "no_data", "an empty list: nothing is known, which is not zero")
        return self.payload(request, content)

    def _stats(self, request: Request) -> Payload:
        """Return figures that the service computes on demand, or `no_data` while it still does."""
        for attempt in range(1, COMPUTING_ASKS + 1):
            reply = self.asker.get(request.path, request.params, API_VERSION)
            if reply.http_status != 202:
                break
            try:
                if attempt < COMPUTING_ASKS:
                    self.session.rest(COMPUTING_WAIT_S)
            except RateLimited:
                break
        if reply.http_status == 202:
            return self.failure(request, "no_data", "still being computed; the next run asks again", 202)
        if not reply.content.strip() or reply.content.strip() == b"[]":
            return self.failure(request, "no_data", "the service has no such figures", reply.http_status)
        if request.path.endswith("/contributors"):
            return self.payload(request, redact.contributors(reply.content, self.context.now()))
        return self.payload(request, reply.content)

    def _flow(self, request: Request) -> Payload:
        """Return one month of issues or pull requests: two or three searches in one payload, redacted.

        A search lists at most 100. Where more were closed, those of a few days in the middle of the month are the
        sample: all of them, not the 100 that the service would list first.
        """
        asked = dict(request.params)
        first = dt.date.fromisoformat(f"{asked['month']}-01")
        last = next_month(first) - dt.timedelta(days=1)
        opened = self._search(f"{asked['q']} created:{first}..{last}", 1)
        closed = self._search(f"{asked['q']} closed:{first}..{last}", PAGE)
        total, sample = reading.found(closed), b"null"
        if total > PAGE:
            start, end = sample_days(first, min(last, self.context.now().date()), total)
            sample = self._search(f"{asked['q']} closed:{start}..{end}", PAGE)
        parts = {"opened": opened, "closed": closed, "sample": sample}
        return self.payload(request, msgspec.json.encode({name: msgspec.Raw(text) for name, text in parts.items()}))

    def _search(self, query: str, per_page: int) -> bytes:
        return self.get(Request("github", "/search/issues", (("q", query), ("per_page", str(per_page)))))

    def _walk(self, name: str) -> Iterator[Payload]:
        """Yield the pages of a star history that hold weeks nobody read yet, newest first."""
        newest_page = self.answer(history(name, 1))
        weeks = weeks_on(self.context.landing.payload(newest_page).content) if newest_page else []
        if not weeks:
            return
        identity = self._identity(name)
        floor = max(self._since or dt.date.min, identity[1] if identity else dt.date.min)
        coverage, last = landed_coverage(self.context.landing, self.name, name), 1
        gap = coverage.next_gap(weeks[-1] - WEEK)
        while gap + WEEK > floor:
            last = max((weeks[0] - gap).days // 7 // len(weeks) + 1, last + 1)
            request = history(name, last)
            if self.is_answered(request):
                return
            content = self.get(request)
            yield self._answer(request, content)
            found = weeks_on(content)
            if not found or found[-1] > gap:
                return
            # A week that is not where it must be was not sent: it is not looked for again in this pull.
            coverage.add([*found, gap], self.context.now().date())
            gap = coverage.next_gap(gap)

    def _is_earlier_name(self, name: str) -> bool:
        """True when a name of the catalogue before this one leads to the same repository."""
        mine = self._identity(name)
        for framework in self.context.catalog.frameworks:
            if name in framework.repositories:
                before = framework.repositories[: framework.repositories.index(name)]
                others = (self._identity(other) for other in before)
                return mine is not None and any(other is not None and other[0] == mine[0] for other in others)
        return False

    def _identity(self, name: str) -> tuple[int, dt.date] | None:
        """Return a repository's number and the day it was made, from the counters read last."""
        if name not in self._identities:
            landed = self.answer(Request("repository_counters", f"/repos/{name}"))
            identity = reading.identity(self.context.landing.payload(landed).content) if landed else None
            if identity is None:
                return None
            self._identities[name] = identity
        return self._identities[name]
