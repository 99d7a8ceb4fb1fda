"""Arbeitnow: its open postings, most of them in Germany, page by page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import msgspec

from sources.live import Request
from sources.politeness import Politeness
from sources.postings import PagedJobSource, Posting, Redaction, redact
from sources.postings.source import DATASET, iso_date, utc_date

PATH = "/api/job-board-api"
# The board has some ten pages; a board without an end is not followed for ever.
MAX_PAGES = 100
# A sentence that the site appends to every posting, naming itself: it must not make equal texts differ.
_OWN_SENTENCE = re.compile(
    r"<p[^<>]*>(?:(?!</p>).){0,300}arbeitnow(?:(?!</p>).){0,300}</p>\s*$", re.IGNORECASE | re.DOTALL
)


class Job(msgspec.Struct):
    """One posting. Its slug is its identity."""

    slug: str
    title: str
    description: str
    created_at: int | float | str | None = None
    company_name: str | None = None
    remote: bool | None = None


class Links(msgspec.Struct):
    """Where the pages are; `last` is always null."""

    next: str | None = None


class Page(msgspec.Struct):
    """One page."""

    data: list[Job]
    links: Links


class Arbeitnow(PagedJobSource):
    """Rows of `raw.job_postings`, population `arbeitnow-live`; key: posting; month: that of its creation.

    No limit is stated: one page a second, once a day.
    """

    name = "arbeitnow"
    population = "arbeitnow-live"
    default_url = "https://www.arbeitnow.com"
    politeness = Politeness(interval_s=1.0)
    is_observation = True
    silence = "what postings on Arbeitnow ask for is not known for the days that did not come"
    origin = "Arbeitnow, public job board API"
    licence = "free API; the service asks not to abuse it"
    attribution = "Arbeitnow, https://www.arbeitnow.com"
    caveats = (
        "Germany above all, many texts in German",
        "open postings only",
        "its own mark for remote work is used only where it says yes and the text says nothing",
    )

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the first page; the others follow from it."""
        yield self.page_request(1)

    def page_request(self, number: int) -> Request:
        """Return the question for a page, counted from 1."""
        return Request(DATASET, PATH, (("page", str(number)),), is_paged=number == 1)

    def page(self, first: Request, following: str) -> Request:
        """Return the question for a further page."""
        return self.page_request(int(following))

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of a page. Raises SourceError when it is not as described."""
        page = self.decoded(request, content, Page)
        number = int(dict(request.params)["page"])
        following = str(number + 1) if page.data and page.links.next and number < MAX_PAGES else None
        return redact(self.classifier, self.population, map(self.posting, page.data), following=following)

    def posting(self, job: Job) -> Posting:
        """Return a job as a posting."""
        created = job.created_at
        posted = iso_date(created) if isinstance(created, str) else None if created is None else utc_date(created)
        body = _OWN_SENTENCE.sub("", job.description)
        text = f"{job.title}<p>{body}" if body.strip() else ""
        hint = True if job.remote else None
        return Posting(job.slug, self.month_of(posted), text, job.company_name, remote_default=hint)
