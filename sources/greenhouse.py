"""Greenhouse: the open postings of the boards that the catalogue lists, one reply a board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from sources.live import Request
from sources.postings import Posting, Redaction, redact
from sources.postings.redact import stated_salary
from sources.postings.salary import Salary
from sources.postings.source import DATASET, BoardSource, iso_date

ROOT = "/v1/boards/"


class Place(msgspec.Struct):
    """Where."""

    name: str | None = None


class Pay(msgspec.Struct):
    """A stated range, in hundredths of the currency."""

    min_cents: int | None = None
    max_cents: int | None = None
    currency_type: str | None = None
    title: str | None = None


class Job(msgspec.Struct):
    """One post. `first_published` is its date; `updated_at` changes with every edit."""

    id: int
    title: str
    content: str
    first_published: str | None = None
    location: Place | None = None
    company_name: str | None = None
    pay_input_ranges: list[Pay] | None = None


class Board(msgspec.Struct):
    """A whole board."""

    jobs: list[Job]


class Greenhouse(BoardSource):
    """Rows of `raw.job_postings`, population `greenhouse-live`; key: board and post; month: that of publication.

    One request a board and day; the replies are cached there and not limited.
    """

    name = "greenhouse"
    population = "greenhouse-live"
    default_url = "https://boards-api.greenhouse.io"
    silence = "what the listed employers' boards at Greenhouse ask for is not known for the days that did not come"
    origin = "Greenhouse job boards of the employers that the catalogue lists"
    attribution = "Greenhouse job board API; the postings remain their employers'"
    caveats = (
        "the employers that the catalogue lists, no others",
        "open postings only",
        "a sentence about the company stands in every posting of a board: count employers beside postings",
    )

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield one question a board."""
        for board in self.boards:
            yield Request(DATASET, f"{ROOT}{quote(board, safe='')}/jobs", (("content", "true"),), is_paged=False)

    def board(self, request: Request) -> str:
        """Return the name of the board that a request asks for."""
        return board_of(request)

    def redaction(self, request: Request, content: bytes) -> Redaction:
        """Return what is kept of a board. Raises SourceError when it is not as described."""
        board = board_of(request)
        jobs = self.decoded(request, content, Board).jobs
        return redact(self.classifier, self.population, [self.posting(board, job) for job in jobs])

    def posting(self, board: str, job: Job) -> Posting:
        """Return a post as a posting; its employer is the board."""
        place = (job.location.name if job.location else None) or ""
        return Posting(
            f"{board}/{job.id}",
            self.month_of(iso_date(job.first_published or "")),
            f"{job.content}" if not job.content.strip() else f"{_escaped(job)}&lt;p&gt;{place}",
            board,
            remote_default=True if "remote" in place.lower() else None,
            salary=pay(job.pay_input_ranges or []),
        )


def _escaped(job: Job) -> str:
    # The content is HTML escaped once more: the title joins it in the same form.
    return f"&lt;p&gt;{job.title}&lt;/p&gt;{job.content}"


def board_of(request: Request) -> str:
    """Return the name of the board that a request asks for."""
    from urllib.parse import unquote

    return unquote(request.path.removeprefix(ROOT).removesuffix("/jobs"))


def pay(ranges: list[Pay]) -> Salary | None:
    """Return the first stated range, per hour where its title says so, else per year; None where there is none."""
    for stated in ranges:
        period = "hour" if "hour" in (stated.title or "").lower() else "year"
        low, high = ((cents or 0) / 100 for cents in (stated.min_cents, stated.max_cents))
        found = stated_salary(low, high, stated.currency_type, period)
        if found is not None:
            return found
    return None
