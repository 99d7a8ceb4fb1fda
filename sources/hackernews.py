"""Hacker News: the postings of every "Ask HN: Who is hiring?" thread, by the search service's API.

One request lists the threads, one more a thread. A posting is a direct answer with text. What lands is redacted: the
list keeps numbers and months, a thread keeps what `sources/postings/redact.py` says.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from sources.live import Request
from sources.postings import PagedJobSource, Posting, Redaction, redact
from sources.postings.redact import FORMAT, Counters, Thread, read_counters
from sources.postings.source import DATASET
from sources.postings.text import plain
from sources.protocol import Payload

LIST = "/api/v1/search_by_date"
ITEM = "/api/v1/items/"
# The second account asked in 2011 and 2012.
ACCOUNTS = ("whoishiring", "_whoishiring")
# Late postings come for some days after the month is over.
LATE = dt.timedelta(days=7)
_TITLE = re.compile(r"^\s*(?:ask hn\s*:\s*)?who(?:'s| is) hiring\s*\?\s*\(\s*([a-z]+)\.?\s+(\d{4})\s*\)", re.IGNORECASE)
_HIRING = re.compile(r"who(?:'s| is) hiring", re.IGNORECASE)
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_MONTHS["sept"] = 9
_BLOCK = re.compile(r"<p\b|<br|<pre|<div|<ul|\n", re.IGNORECASE)


class Hit(msgspec.Struct):
    """One thread in the list."""

    objectID: str
    title: str | None = None


class Hits(msgspec.Struct):
    """A page of the list."""

    hits: list[Hit]
    page: int
    nbPages: int


class Comment(msgspec.Struct):
    """A direct answer. A deleted one has no text."""

    id: int
    text: str | None = None


class Item(msgspec.Struct):
    """A thread."""

    id: int
    title: str | None
    children: list[Comment]


class HackerNews(PagedJobSource):
    """Rows of `raw.job_postings`, population `hn-text-live`; key: posting; month: that of the thread's title.

    Asks one at a time, once a thread that is over; the service allows 10,000 requests an hour.
    """

    name = "hackernews"
    population = "hn-text-live"
    default_url = "https://hn.algolia.com"
    silence = "how often postings on Hacker News name each framework is not known for the months that did not come"
    origin = "Ask HN: Who is hiring? threads, Hacker News, through its search service"
    attribution = "Hacker News, searched by Algolia; the postings remain their authors'"
    period = "from April 2011 on"
    caveats = (
        "start-ups and remote work above all",
        "an answer to the thread counts as a posting, as in the older counts of the same threads",
        "employers repeat their postings every month, many of them word for word",
        "the running month is incomplete until it is over",
    )

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the list of threads, then every thread that the landed list names, oldest first."""
        yield self.list_request(0)
        for thread in sorted(self.threads(), key=lambda thread: (thread.month, thread.id)):
            if since is None or thread.month >= since.replace(day=1):
                yield self.thread_request(thread)

    def list_request(self, page: int) -> Request:
        """Return the question for one page of the list, newest threads first."""
        tags = "story,(" + ",".join(f"author_{account}" for account in ACCOUNTS) + ")"
        params = (("tags", tags), ("hitsPerPage", "1000"), ("page", str(page)))
        return Request(DATASET, LIST, params, is_paged=page == 0)

    def thread_request(self, thread: Thread) -> Request:
        """Return the question for a thread: settled when its answer came after its end and by the rules of now."""
        request = Request(DATASET, f"{ITEM}{thread.id}")
        landed = self.answer(request)
        is_settled = (
            landed is not None and landed.status == "ok" and landed.fetched_at.date() >= settled_on(thread.month)
        )
        if landed is None or not is_settled:
            return request
        counters = read_counters(self.context.landing.payload(landed).content)
        has_same_rules = counters is not None and counters.rules == self.classifier.version
        return Request(DATASET, request.path, is_settled=has_same_rules)

    def threads(self) -> set[Thread]:
        """Return the threads that the newest landed list names."""
        found: set[Thread] = set()
        request: Request | None = self.list_request(0)
        while request is not None:
            landed = self.answer(request)
            content = self.context.landing.payload(landed).content if landed else b""
            counters = read_counters(content)
            found.update(counters.threads if counters else ())
            request = self.following(request, content) if counters else None
        return found

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the pages of the list, or one thread."""
        if request.path == LIST:
            yield from super().ask(request)
        else:
            yield self.landed(request, self.get(request))

    def page(self, first: Request, following: str) -> Request:
        """Return the question for a further page of the list."""
        return self.list_request(int(following))

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of the list or of a thread. Raises SourceError when it is not as described."""
        return self._list(request, content) if request.path == LIST else self._thread(request, content)

    def _list(self, request: Request, content: bytes) -> Redaction:
        hits = self.decoded(request, content, Hits)
        threads: list[Thread] = []
        dropped: Counter[str] = Counter()
        for hit in hits.hits:
            month = title_month(hit.title or "")
            if month is None:
                is_hiring = _HIRING.search(hit.title or "") is not None
                dropped["hiring thread without its month" if is_hiring else "another kind of thread"] += 1
            elif not hit.objectID.isascii() or not hit.objectID.isdigit() or len(hit.objectID) > 18:
                raise self.refused(request, "`objectID` of a hit is no number")
            else:
                threads.append(Thread(int(hit.objectID), month))
        following = str(hits.page + 1) if hits.hits and hits.page + 1 < hits.nbPages else None
        counters = Counters(
            FORMAT,
            self.population,
            self.classifier.version,
            len(hits.hits),
            0,
            dict(sorted(dropped.items())),
            following,
            tuple(threads),
        )
        return Redaction(counters, [])

    def _thread(self, request: Request, content: bytes) -> Redaction:
        item = self.decoded(request, content, Item)
        if request.path != f"{ITEM}{item.id}":
            raise self.refused(request, f"`id` is {item.id}: another thread than the one asked for")
        month = title_month(item.title or "")
        if month is None:
            raise self.refused(request, "`title` is not that of a hiring thread with its month")
        return redact(self.classifier, self.population, postings(item, month))


def postings(item: Item, month: dt.date) -> Iterable[Posting]:
    """Return the direct answers of a thread as postings."""
    return [
        Posting(str(comment.id), month, comment.text or "", employer(comment.text or "")) for comment in item.children
    ]


def employer(text: str) -> str | None:
    """Return what stands before the first "|" of a posting's first line, None where there is no "|"."""
    block = _BLOCK.search(text, 1)
    first = text[: block.start()] if block else text
    head, bar, _ = first.partition("|")
    return plain(head).strip() or None if bar else None


def title_month(title: str) -> dt.date | None:
    """Return the month that a hiring thread's title names, None for every other title."""
    match = _TITLE.match(title)
    number = _MONTHS.get(match[1].lower()) if match else None
    return dt.date(int(match[2]), number, 1) if match and number and int(match[2]) >= 1 else None


def settled_on(month: dt.date) -> dt.date:
    """Return the day from which a thread is taken to be complete: a week into the month after next to it begins."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) + LATE
