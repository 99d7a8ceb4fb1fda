"""Downloads by day of the last half-year from pypistats.org: one row a package, day and category of one split.

Three splits: `overall` (mirrors left out) of every package and companion; `python` and `system` of the packages alone,
mirrors in. Splits count the same downloads and must not be added. Rows without a known installer are not in `overall`.
Key: package, split, category, day. Asked once a day each, two seconds apart: 30 a minute is what the service allows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import msgspec
from packaging.utils import canonicalize_name

from barometer.errors import SourceError
from sources.http import NotFound, excerpt
from sources.live import LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

DATASET = "downloads_recent"
# What the last part of a path is called in raw.package_downloads_day, and the type that its reply bears.
SPLITS = {
    "overall": ("overall", "overall_downloads"),
    "python_minor": ("python", "python_minor_downloads"),
    "system": ("system", "system_downloads"),
}
_COLUMNS = ("project", "day", "split", "category", "downloads")
_MEND = "the reply is kept in the landing; mend the parser, then `barometer replay pypistats`"


class _Day(msgspec.Struct):
    category: str | None
    date: dt.date
    downloads: Annotated[int, msgspec.Meta(ge=0)]


class _Reply(msgspec.Struct):
    data: list[_Day]
    package: str
    type: str


class PyPIStats(LiveSource):
    """Recent downloads by day."""

    name = "pypistats"
    silence = "Nothing is known of downloads since the last good pull; older days stay as they were read."
    datasets = (DATASET,)
    default_url = "https://pypistats.org"
    politeness = Politeness(interval_s=2.0)

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the one data set."""
        return [
            DatasetTerms(
                dataset=DATASET,
                origin="pypistats.org, JSON API",
                licence="none stated; the service asks heavy users to go to its own source",
                attribution="PyPI Stats (pypistats.org)",
                period="the last 180 days",
                granularity="one row a package, day and category",
                caveats=(
                    "Automatic installs of build machines are counted.",
                    "Downloads by mirrors are left out of the overall figure and are in those by Python and by system.",
                    "A download that names no installer is not in the overall figure.",
                    "Not to be joined to other counts of downloads: they differ by up to a factor of two.",
                ),
                source=self.name,
            )
        ]

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the overall figure of every package, then the splits of those that are compared.

        Every reply holds the whole half-year, so `since` leaves none out.
        """
        packages = [name for framework in self.context.catalog.frameworks for name in framework.packages]
        companions = [name for framework in self.context.catalog.frameworks for name in framework.companions]
        for name in dict.fromkeys(map(canonicalize_name, packages + companions)):
            yield Request(DATASET, f"/api/packages/{name}/overall", (("mirrors", "false"),))
        for name in dict.fromkeys(map(canonicalize_name, packages)):
            yield Request(DATASET, f"/api/packages/{name}/python_minor")
            yield Request(DATASET, f"/api/packages/{name}/system")

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the reply; an empty list is no data. Raises NotFound naming the entry of the catalogue."""
        package = request.path.split("/")[3]
        try:
            content = self.get(request)
        except NotFound as error:
            raise NotFound(
                f"the service knows no package `{package}`; correct packages or companions in catalog.toml",
                error.http_status,
            ) from None
        payload = self.payload(request, content)
        # What cannot be read lands as it came and is told apart by `checked`.
        with suppress(SourceError):
            if not _decoded(payload).data:
                # An unknown package is answered in the same way at the splits, so this is not a zero.
                payload = replace(payload, status="no_data", message=f"the service has no day of `{package}`")
        yield payload

    def parse(self, payload: Payload) -> list[Batch]:
        """Return a row a day and category, as sent but for the case of `category`, with mirrors left out of `overall`.

        Raises SourceError when the reply is another than the one asked for, or a day is there twice.
        """
        reply = _decoded(payload)
        asked, endpoint = _asked(payload)
        split, kind = SPLITS[endpoint]
        if (canonicalize_name(reply.package), reply.type) != (asked, kind):
            raise _unlike(payload, f"this is {excerpt(reply.type.encode())} of {excerpt(reply.package.encode())}")
        rows: list[tuple] = []
        seen: set[tuple] = set()
        for day in reply.data:
            # Systems come title-cased today and lower-case in the service's documentation.
            category = "null" if day.category is None else day.category.lower()
            if category == "with_mirrors":
                # Holds the other category as well; both together would count twice.
                continue
            if (day.date, category) in seen:
                raise _unlike(payload, f"{day.date} {excerpt(category.encode())} is there twice")
            seen.add((day.date, category))
            rows.append((asked, day.date, split, category, day.downloads))
        return [Batch("package_downloads_day", _COLUMNS, rows)]


def _asked(payload: Payload) -> tuple[str, str]:
    """The package and the endpoint that a request names."""
    found = re.match(r"GET /api/packages/([^/?]+)/(\w+)", payload.request)
    if found is None or found[2] not in SPLITS:
        raise _unlike(payload, f"no split is asked for; known are {', '.join(SPLITS)}")
    return found[1], found[2]


def _decoded(payload: Payload) -> _Reply:
    try:
        return msgspec.json.decode(payload.content, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unlike(payload, f"{error}; the reply begins with {excerpt(payload.content, 80)!r}") from None


def _unlike(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"pypistats: {payload.request}: {problem}", _MEND)
