"""Remotive: its open postings, all of them remote, in one reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import msgspec

from sources.live import Request
from sources.politeness import Politeness
from sources.postings import JobSource, Posting, Redaction, redact
from sources.postings.source import DATASET, iso_date

# More than two requests a minute are blocked, also when they ask again.
PAUSE_S = 31.0


class Job(msgspec.Struct):
    """One posting."""

    id: int
    title: str
    description: str
    company_name: str | None = None
    publication_date: str | None = None
    salary: str | None = None


class Jobs(msgspec.Struct):
    """The whole reply."""

    jobs: Annotated[list[Job], msgspec.Meta(max_length=200_000)]


class Remotive(JobSource):
    """Rows of `raw.job_postings`, population `remotive-live`; key: posting; month: that of its publication.

    One request a day; the service asks for at most four. Its adverts appear there a day late.
    """

    name = "remotive"
    population = "remotive-live"
    default_url = "https://remotive.com"
    politeness = Politeness(interval_s=PAUSE_S)
    is_observation = True
    silence = "what remote postings on Remotive ask for is not known for the days that did not come"
    origin = "Remotive, public API of remote jobs"
    licence = "terms of the API: name Remotive and link back; do not pass postings on to other boards"
    attribution = "Remotive, https://remotive.com"
    caveats = ("remote work only, of every trade", "open postings only: nothing is known of those closed before")

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the one question: what is open now."""
        yield Request(DATASET, "/api/remote-jobs")

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of the reply. Raises SourceError when it is not as described."""
        jobs = self.decoded(request, content, Jobs).jobs
        return redact(self.classifier, self.population, map(self.posting, jobs))

    def posting(self, job: Job) -> Posting:
        """Return a job as a posting; its free field for pay stands behind its text."""
        posted = iso_date(job.publication_date or "")
        pay = f"<p>Salary: {job.salary}" if job.salary and job.salary.strip() else ""
        text = f"{job.title}<p>{job.description}{pay}" if job.description.strip() else ""
        return Posting(str(job.id), self.month_of(posted), text, job.company_name, remote=True)
