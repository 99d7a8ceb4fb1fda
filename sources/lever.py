"""Lever: the open postings of the sites that the catalogue lists, a hundred a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import quote, unquote

import msgspec

from sources.live import Request
from sources.politeness import Politeness
from sources.postings import Posting, Redaction, redact
from sources.postings.redact import stated_salary
from sources.postings.salary import Salary
from sources.postings.source import DATASET, BoardSource, PagedJobSource, utc_date

ROOT = "/v0/postings/"
LIMIT = 100
# No employer has so many open postings; a site without an end is not followed for ever.
MAX_PAGES = 100
_INTERVALS = {"hour": "hour", "day": "day", "month": "month", "year": "year"}
_PLACES = {"remote": True, "on-site": False, "onsite": False, "hybrid": False}


class Section(msgspec.Struct):
    """A list with its heading: requirements stand here."""

    text: str | None = None
    content: str | None = None


class Range(msgspec.Struct):
    """A stated pay; `interval` reads like `per-year-salary`."""

    currency: str | None = None
    interval: str | None = None
    min: float | None = None
    max: float | None = None


class Categories(msgspec.Struct):
    """Of these the place alone is read."""

    location: str | None = None


class Job(msgspec.Struct):
    """One posting; `text` is its title, `createdAt` its date in epoch milliseconds."""

    id: str
    text: str
    createdAt: int | float | None = None
    description: str | None = None
    descriptionPlain: str | None = None
    lists: list[Section] | None = None
    additional: str | None = None
    additionalPlain: str | None = None
    workplaceType: str | None = None
    categories: Categories | None = None
    salaryRange: Range | None = None


class Lever(BoardSource, PagedJobSource):
    """Rows of `raw.job_postings`, population `lever-live`; key: site and posting; month: that of its creation.

    One page at a time, once a day; no limit is stated for reading.
    """

    name = "lever"
    population = "lever-live"
    default_url = "https://api.lever.co"
    politeness = Politeness(interval_s=0.2)
    silence = "what the listed employers' sites at Lever ask for is not known for the days that did not come"
    origin = "Lever job sites of the employers that the catalogue lists"
    attribution = "Lever postings API; the postings remain their employers'"
    caveats = (
        "the employers that the catalogue lists, no others",
        "open postings only",
        "a sentence about the company stands in every posting of a site: count employers beside postings",
    )

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the first page of every site; the others follow from it."""
        for site in self.boards:
            yield page_request(site, 0)

    def board(self, request: Request) -> str:
        """Return the name of the site that a request asks for."""
        return unquote(request.path.removeprefix(ROOT))

    def page(self, first: Request, following: str) -> Request:
        """Return the question for a further page."""
        return page_request(self.board(first), int(following))

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of a page. Raises SourceError when it is not as described."""
        jobs = self.decoded(request, content, list[Job])
        site, skip = self.board(request), int(dict(request.params)["skip"])
        is_full = len(jobs) >= LIMIT and skip < LIMIT * (MAX_PAGES - 1)
        postings = [self.posting(site, job) for job in jobs]
        return redact(self.classifier, self.population, postings, following=str(skip + LIMIT) if is_full else None)

    def posting(self, site: str, job: Job) -> Posting:
        """Return one posting; its employer is the site."""
        place = (job.categories.location if job.categories else None) or ""
        return Posting(
            f"{site}/{job.id}",
            self.month_of(None if job.createdAt is None else utc_date(job.createdAt / 1000)),
            full_text(job),
            site,
            remote=_PLACES.get((job.workplaceType or "").lower()),
            remote_default=True if "remote" in place.lower() else None,
            salary=pay(job.salaryRange),
        )


def page_request(site: str, skip: int) -> Request:
    """Return the question for a page of a site."""
    params = (("mode", "json"), ("skip", str(skip)), ("limit", str(LIMIT)))
    return Request(DATASET, f"{ROOT}{quote(site, safe='')}", params, is_paged=skip == 0)


def full_text(job: Job) -> str:
    """Return the three places that hold a posting's text as one, headings of lists as headings; "" without any."""
    sections = [f"<h3>{part.text or ''}</h3><ul>{part.content or ''}</ul>" for part in job.lists or []]
    parts = [
        job.description or _as_html(job.descriptionPlain),
        *sections,
        job.additional or _as_html(job.additionalPlain),
    ]
    body = "".join(f"<div>{part}</div>" for part in parts if part)
    return f"<p>{job.text}</p>{body}" if body else ""


def _as_html(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;")


def pay(stated: Range | None) -> Salary | None:
    """Return the stated pay, None where there is none or it cannot be true."""
    if stated is None:
        return None
    words = (stated.interval or "").lower().split("-")
    period = next((_INTERVALS[word] for word in words if word in _INTERVALS), None)
    return stated_salary(stated.min, stated.max, stated.currency, period)
