"""Asks the package index that pip is configured for: a project's page once a day, a release's metadata once for ever.

Rows: releases with the day of their first upload, their files, and of the newest final release what it declares to
need and says of itself. Keys: project and version, for dependencies also requirement, marker and extra.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace

import requests
from packaging.utils import canonicalize_name
from pypi_simple import ACCEPT_JSON_PREFERRED, DistributionPackage, NoMetadataError, ProjectPage, PyPISimple

from barometer.errors import SourceError
from sources.http import FetchError, NotFound, RateLimited, Unreachable
from sources.live import Context, LiveSource, Request
from sources.package_index.address import configured_index, shown
from sources.package_index.metadata import declared, without_people
from sources.package_index.pages import newest_described, read_page, releases
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

DATASET = "package_releases"
_METADATA = ".metadata"


class PackageIndex(LiveSource):
    """Releases, their files and their declared dependencies."""

    name = "package_index"
    silence = "Nothing is known of releases since the last good pull; earlier ones stay as they were read."
    datasets = (DATASET,)
    # There is none: the index is a setting of pip's.
    default_url = ""
    politeness = Politeness(interval_s=0.2)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._metadata_answers = True

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the one data set."""
        return [
            DatasetTerms(
                dataset=DATASET,
                origin="the package index that pip is configured for, Simple API (PEPs 503, 658, 691, 700)",
                licence="none stated; facts of a public index",
                attribution="The package index's Simple API",
                period="every release that the index holds",
                granularity="one row a version",
                caveats=(
                    "Uploads of before mid-2017 may bear the day on which the index moved its files.",
                    "Pre-releases and withdrawn versions are in.",
                    "An index may begin later than its packages: earlier releases were distributed elsewhere.",
                    "An index that sends HTML pages alone tells neither days nor sizes.",
                ),
                source=self.name,
            )
        ]

    def missing(self) -> str:
        """Return why there is no index to ask, "" where there is one."""
        reason = super().missing()
        if reason:
            return reason
        if not self.base_url:
            self.base_url = self.client.base_url = configured_index()
        if not self.base_url.startswith(("http://", "https://")):
            return f"the package index {shown(self.base_url)} is not reached by http; set BAROMETER_PACKAGE_INDEX_URL"
        return ""

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the page of every package, companion and other subject. Each holds all releases, whatever `since`."""
        catalog = self.context.catalog
        names = [name for framework in catalog.frameworks for name in (*framework.packages, *framework.companions)]
        for name in dict.fromkeys(map(canonicalize_name, names + catalog.other_subjects)):
            yield Request(DATASET, f"/{name}/")

    def headers(self) -> dict[str, str]:
        """Return the forms of a page that are understood, JSON first."""
        return {"Accept": ACCEPT_JSON_PREFERRED}

    def due(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the pages that did not land today, and those whose newest release has metadata that never landed."""
        for request in self.plan(since):
            landed = self.answer(request)
            if landed is None or not self.is_answered(request):
                yield request
                continue
            page = None
            with suppress(SourceError):
                page = read_page(self.context.landing.payload(landed), self._address(request))
            if page is None or self._undescribed(request, page):
                yield request

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the page unless it landed today, and the metadata of the newest final release unless it ever landed."""
        page = yield from self._page(request)
        missing = None if page is None else self._undescribed(request, page)
        if missing and self._metadata_answers:
            yield self._metadata(*missing)

    def parse(self, payload: Payload) -> list[Batch]:
        """Return the rows of a page or of a metadata file. Raises SourceError when it is not as described."""
        if payload.request.endswith(_METADATA):
            return declared(payload)
        return releases(payload, read_page(payload))

    def _page(self, request: Request) -> Generator[Payload, None, ProjectPage | None]:
        landed = self.answer(request)
        if landed is not None and self.is_answered(request):
            return read_page(self.context.landing.payload(landed), self._address(request))
        try:
            payload = self.payload(request, self.get(request))
        except NotFound as error:
            project = request.path.strip("/")
            message = f"the index knows no project `{project}`; correct packages, companions or other_subjects"
            raise NotFound(f"{message} in catalog.toml", error.http_status) from None
        page = None
        # What cannot be read lands as it came and is told apart by `checked`.
        with suppress(SourceError):
            page = read_page(payload, self._address(request))
            if not releases(payload, page):
                payload = replace(payload, status="no_data", message=_lacking(page))
        yield payload
        return page

    def _undescribed(self, request: Request, page: ProjectPage) -> tuple[Request, DistributionPackage] | None:
        """The metadata of a page's newest final release: what to ask and of which file; None where nothing is."""
        file = newest_described(page)
        if file is None:
            return None
        described = Request(DATASET, f"{request.path}{file.filename}{_METADATA}", is_settled=True)
        return None if self.is_answered(described) else (described, file)

    def _metadata(self, request: Request, file: DistributionPackage) -> Payload:
        """Return the metadata file, or what is recorded of its failure: the page that named it stays good."""
        try:
            content = PyPISimple(self.base_url, session=self.session).get_package_metadata_bytes(file, verify=False)
        except FetchError as error:
            # Files often lie on another host than pages; where it does not answer, pages may still be had.
            self._metadata_answers = not isinstance(error, RateLimited | Unreachable)
            return self.failure(request, error.status, error.message, error.http_status)
        except NoMetadataError:
            return self.failure(request, "error", "the index offers a metadata file that is not there", 404)
        except requests.HTTPError as error:
            code = error.response.status_code
            return self.failure(request, "error", f"the metadata file was answered with {code}", code)
        except (requests.RequestException, ValueError) as error:
            return self.failure(request, "error", f"the metadata file cannot be asked for: {type(error).__name__}")
        found = hashlib.sha256(content).hexdigest()
        expected = (file.metadata_digests or {}).get("sha256", found)
        if found != expected:
            # Without its content: what is not the file of the page must never be read.
            return self.failure(request, "error", f"its sha256 is not the {expected[:12]}… of the page", 200)
        return self.payload(request, without_people(content))

    def _address(self, request: Request) -> str:
        return self.base_url + request.path


def _lacking(page: ProjectPage) -> str:
    if not page.packages:
        return "the index lists no file"
    return "the index sends a page without times of upload, so no release can be dated"
