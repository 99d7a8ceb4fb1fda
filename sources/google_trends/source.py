"""Google Trends as a source: which comparisons are due, in which order, and when to stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import requests

from barometer.errors import SourceError
from sources.google_trends import replies
from sources.google_trends.comparisons import (
    DATASET,
    EXPLORE,
    MULTILINE,
    REGIONS,
    RELATED,
    YEAR_2020,
    Asked,
    Comparison,
    comparisons,
    read_key,
)
from sources.http import Client, FetchError, RateLimited, Session
from sources.live import Context, LiveSource, Request
from sources.politeness import Politeness, at_address, stated_wait
from sources.protocol import Batch, DatasetTerms, Payload
from sources.trends_official import OfficialTrends

if TYPE_CHECKING:
    from sources.google_trends.asking import Asker, Explored, Widget

# Google's word is law at the second refusal: what follows is a ban of hours.
MOST_REFUSALS = 2
REFUSED_WAIT_S = 60.0
# Where people search and what else they search for moves slowly: once a week.
SLOW_DAYS = 7
OFF = (
    "switched off: Google discourages robots. Import an export (`barometer import trends FILE`), set "
    "GOOGLE_TRENDS_TOKEN for the official API, or switch it on with BAROMETER_GOOGLE_TRENDS=on"
)
TERMS = DatasetTerms(
    DATASET,
    "Google Trends (trends.google.com)",
    "none stated; Google's terms discourage automated access to the website, exports by hand are offered",
    "Google Trends",
    "2004 to now; the last five years by week",
    "week and term, worldwide",
    (
        "an index: 100 is the highest value within one request, and figures of two requests do not compare",
        "sampled: two pulls differ, so the median of all pulls stands beside their spread",
        "a topic joins spellings and languages; a plain term is what people typed, whatever they meant",
    ),
)


class GoogleTrends(LiveSource):
    """Search interest. With GOOGLE_TRENDS_TOKEN the official API is asked, else the website, once it is switched on.

    Yields raw.search_interest (term, kind, place, period; kind is topic, term or official), raw.search_regions and
    raw.search_queries. One comparison of topics and one of plain terms a day; countries and related queries weekly.
    """

    name = "google_trends"
    silence = "what people search for is not known from the search engine itself; other measures of popularity stand"
    datasets = (DATASET,)
    default_url = "https://trends.google.com/trends"
    is_on = False
    is_observation = True
    politeness: ClassVar[Politeness] = Politeness(interval_s=10.0)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        services = context.services
        polite = replace(at_address(self.politeness, self.base_url), wait=self._refused)
        self.session = Session(self.name, polite, services.contact, services.wait_cap_s, services.read_s)
        self.client = Client(self.base_url, self.session)
        token = services.key("GOOGLE_TRENDS_TOKEN")
        self.official = OfficialTrends(context, token) if token else None
        self._refusals = 0
        self._refusal: requests.Response | None = None
        self._asker: Asker | None = None
        self._explored: dict[Comparison, Explored] = {}

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of search interest."""
        return [TERMS]

    def missing(self) -> str:
        """Return how to switch it on; "" when it is on, or when the official API may be asked."""
        if not self.context.services.is_on(self.name, self.official is not None):
            return OFF
        return ""

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield replies as they come. Cookie and tokens are asked for anew by every pull, and only when one is due."""
        self._refusals, self._asker, self._explored = 0, None, {}
        yield from super().fetch(since)

    def plan(self, since: dt.date | None = None) -> Iterable[Request]:
        """Yield the questions, the most useful first: a pull that is refused has the best of them."""
        catalog = self.context.catalog
        if self.official:
            yield from self.official.plan(since)
            return
        recent = [*comparisons(catalog, "topic"), *comparisons(catalog, "term")]
        yield from (comparison.request(MULTILINE) for comparison in recent)
        if since is None or since.year <= 2020:
            of_2020 = [*comparisons(catalog, "topic", YEAR_2020), *comparisons(catalog, "term", YEAR_2020)]
            yield from (comparison.request(MULTILINE, is_settled=True) for comparison in of_2020)
        yield from (comparison.request(REGIONS) for comparison in recent)
        # Topics say best what people mean; the plain terms are asked for where there are none.
        related = [*comparisons(catalog, "topic")] or recent
        named = dict.fromkeys((keyword, comparison) for comparison in related for keyword in comparison.keywords)
        told = set[str]()
        for keyword, comparison in named:
            if keyword not in told:
                told.add(keyword)
                yield comparison.request(RELATED, about=keyword)

    def is_answered(self, request: Request) -> bool:
        """True when a question was answered today, or this week where answers move slowly, or ever if settled."""
        landed = self.answer(request)
        if landed is None or request.path not in (REGIONS, RELATED):
            return super().is_answered(request)
        return (self.context.now().date() - landed.fetched_at.date()).days < SLOW_DAYS

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the explore reply where it is needed, then the reply to the question itself."""
        if self.official:
            yield from self.official.ask(self, request)
            return
        asked = read_key(request.key)
        if asked is None:
            raise SourceError(f"google_trends: {request.key}: not one of its own questions", "collect again")
        if asked.comparison not in self._explored:
            yield from self._explore(asked.comparison)
        widget = _pick(self._explored[asked.comparison], asked)
        if widget is None:
            yield self.failure(request, "no_data", "Google offers no such figures for this comparison")
            return
        content = self._ready().widget_data(asked.path, widget)
        if not content.strip():
            raise FetchError("Google sent an empty reply", 200)
        payload = self.payload(request, content)
        # An answer without a single figure is "no data": nobody counted zero.
        if self.checked(payload).status == "ok" and not any(batch.rows for batch in self.parse(payload)):
            payload = replace(payload, status="no_data", message="Google has no figures for this")
        yield payload

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one reply; the explore reply holds none. Raises SourceError."""
        if not payload.content:
            return []
        if OfficialTrends.owns(payload.request):
            return OfficialTrends.parse(payload)
        asked = read_key(payload.request)
        readers = {MULTILINE: replies.interest_rows, REGIONS: replies.region_rows}
        if asked is None or asked.path not in (EXPLORE, RELATED, *readers):
            raise SourceError(f"google_trends: {payload.request[:80]}: not one of its questions", replies.MEND)
        if asked.path == EXPLORE:
            self._check_topics(payload.content, asked.comparison)
            return []
        if asked.path == RELATED:
            return [replies.query_rows(payload.content, asked.comparison, asked.about)]
        return [readers[asked.path](payload.content, asked.comparison)]

    def _ready(self) -> Asker:
        if self._asker is None:
            # pytrends brings pandas: only those who ask pay for that.
            from sources.google_trends.asking import Asker

            self._asker = Asker(self.base_url, self.session)
        return self._asker

    def _explore(self, comparison: Comparison) -> Iterator[Payload]:
        """Yield the explore reply and keep its widgets. Raises RateLimited when Google says that it is too much."""
        request = replace(comparison.request(EXPLORE), method="POST")
        asker = self._ready()
        try:
            explored = asker.explore(comparison)
            self._check_topics(asker.content, comparison)
        except SourceError:
            yield self.payload(request, asker.content)
            raise
        kind = replies.user_type(asker.content)
        if "OVER_QUOTA" in kind:
            message = f"Google counts this reader as over its quota (userType {kind})"
            yield self.payload(request, asker.content, "rate_limited", message)
            raise RateLimited(message, 200)
        self._explored[comparison] = explored
        yield self.payload(request, asker.content, message=f"userType {kind}" if kind else "")

    def _check_topics(self, content: bytes, comparison: Comparison) -> None:
        """Raise SourceError when Google calls a topic by another name than the catalogue does."""
        names = replies.topic_names(content)
        if comparison.kind != "topic":
            return
        for framework in self.context.catalog.frameworks:
            for topic in framework.search_topics:
                name = names.get(topic, framework.label).lower()
                if framework.label.lower() not in name and name not in framework.label.lower():
                    raise SourceError(
                        f"google_trends: the topic {topic} is {names[topic]!r} to Google, not {framework.label}",
                        f"correct search_topics of {framework.key} in the catalogue",
                    )

    def _refused(self, response: requests.Response) -> float | None:
        """Return the seconds to wait after a refusal. Raises RateLimited at the second of a pull."""
        if response.status_code != 429:
            return None
        # The session may look at one reply twice.
        self._refusals += response is not self._refusal
        self._refusal = response
        if self._refusals >= MOST_REFUSALS:
            raise RateLimited(f"Google refused {self._refusals} times (code 429); stopped until the next pull", 429)
        asked = stated_wait(response)
        return REFUSED_WAIT_S if asked is None else asked


def _pick(explored: Explored, asked: Asked) -> Widget | None:
    if asked.path == MULTILINE:
        return explored.interest
    return explored.regions if asked.path == REGIONS else explored.related.get(asked.about)
