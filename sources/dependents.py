"""How many packages and repositories depend on each package, from ecosyste.ms: one row a package and day.

The counts have no history at the service, so every day that is asked is kept. The service files packages under the
name of their registry; which that is for Python packages it says itself. Key: package, day of the request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, TypeVar
from urllib.parse import quote, unquote

import msgspec
from packaging.utils import canonicalize_name

from barometer.errors import SourceError
from sources.http import FetchError, NotFound, excerpt
from sources.live import Context, LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

DATASET = "dependents"
ECOSYSTEM = "pypi"
# The service calls a package up to date after days; a month says that it stopped looking.
OLD_DAYS = 30
_REGISTRIES = Request(DATASET, "/api/v1/registries")
_COLUMNS = ("project", "observed_on", "dependent_packages", "dependent_repositories", "synced_at")
_MEND = "the reply is kept in the landing; mend the parser, then `barometer replay dependents`"

Kind = TypeVar("Kind")
Count = Annotated[int, msgspec.Meta(ge=0)]


class _Registry(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    ecosystem: str
    default: bool | None = None


class _Package(msgspec.Struct):
    name: str
    dependent_packages_count: Count | None
    dependent_repos_count: Count | None
    last_synced_at: dt.datetime | None


_REGISTRY_LIST = msgspec.json.Decoder(list[_Registry])
_PACKAGE = msgspec.json.Decoder(_Package)


class Dependents(LiveSource):
    """Packages and repositories that declare to need a package."""

    name = "dependents"
    silence = "Nothing new is known of who depends on a package; counts of earlier days stay as they were read."
    datasets = (DATASET,)
    default_url = "https://packages.ecosyste.ms"
    # 5,000 an hour are allowed.
    politeness = Politeness(interval_s=0.75)
    is_observation = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._registry = ""

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the one data set."""
        return [
            DatasetTerms(
                dataset=DATASET,
                origin="ecosyste.ms, Packages API",
                licence="CC BY-SA 4.0",
                attribution="Ecosyste.ms (packages.ecosyste.ms)",
                period="from the first day it was asked; the service keeps no history",
                granularity="one row a package and day",
                caveats=(
                    "Counts are of open code that the service has looked at, not of all code.",
                    "A dependency counts whether it is needed always or only for an extra.",
                    "Counts change when the service looks again; `synced_at` says when it did.",
                ),
                source=self.name,
            )
        ]

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield the list of registries, then every package and companion; nothing where `since` lies ahead.

        `{registry}` in a path stands for the registry's name, so a package's key outlives a renamed registry.
        """
        if since is not None and since > self.context.now().date():
            return
        yield _REGISTRIES
        frameworks = self.context.catalog.frameworks
        names = [name for framework in frameworks for name in (*framework.packages, *framework.companions)]
        for name in dict.fromkeys(names):
            yield Request(DATASET, f"/api/v1/registries/{{registry}}/packages/{quote(name, safe='')}")

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield the reply; a package that the service does not have is no data. Raises FetchError."""
        if request == _REGISTRIES:
            payload = self.payload(request, self.get(request))
            # What cannot be read lands as it came and is told apart by `checked`.
            with suppress(SourceError):
                self._registry = _registry(payload)
            yield payload
            return
        try:
            payload = self.payload(request, self.get(replace(request, path=self._path(request))))
        except NotFound as error:
            yield self.failure(request, "no_data", "the service has no such package", error.http_status)
            return
        with suppress(SourceError):
            payload = _judged(payload)
        yield payload

    def parse(self, payload: Payload) -> list[Batch]:
        """Return the one row of a package, none of the list of registries. Raises SourceError naming the field."""
        if payload.request == _REGISTRIES.key:
            _registry(payload)
            return []
        found = _package(payload)
        counts = (found.dependent_packages_count, found.dependent_repos_count)
        if counts == (None, None):
            return []
        row = (canonicalize_name(found.name), payload.fetched_at.date(), *counts, found.last_synced_at)
        return [Batch("package_dependents", _COLUMNS, [row])]

    def _path(self, request: Request) -> str:
        if not self._registry:
            landed = self.answer(_REGISTRIES)
            if landed is None:
                raise FetchError("the list of registries did not come, so it is not known where packages are")
            self._registry = _registry(self.context.landing.payload(landed))
        return request.path.replace("{registry}", quote(self._registry, safe=""))


def _judged(payload: Payload) -> Payload:
    """The reply with what is to be said of it. Raises SourceError when it cannot be read."""
    found = _package(payload)
    if found.dependent_packages_count is None and found.dependent_repos_count is None:
        return replace(payload, status="no_data", message="the service has counted no dependents yet")
    if found.last_synced_at is None:
        return replace(payload, message="the service does not say when it last looked")
    days = (payload.fetched_at - found.last_synced_at).days
    if days <= OLD_DAYS:
        return payload
    return replace(payload, message=f"the service last looked on {found.last_synced_at.date()}, {days} days before")


def _registry(payload: Payload) -> str:
    """The name of the default registry of Python packages."""
    registries = _decoded(payload, _REGISTRY_LIST)
    names = [registry.name for registry in registries if registry.ecosystem == ECOSYSTEM and registry.default]
    if len(names) != 1:
        rule = f"exactly one of the {len(registries)} registries must be the default of {ECOSYSTEM}"
        raise _unlike(payload, f"{rule}, and {len(names)} are")
    return names[0]


def _package(payload: Payload) -> _Package:
    found = _decoded(payload, _PACKAGE)
    asked = unquote(payload.request.rpartition("/")[2])
    if canonicalize_name(found.name) != canonicalize_name(asked):
        raise _unlike(payload, f"name: this is {excerpt(found.name.encode(), 80)}, not {asked}")
    try:
        found.last_synced_at = _utc(found.last_synced_at)
    except OverflowError:
        raise _unlike(payload, f"last_synced_at: {found.last_synced_at} is no time that can be") from None
    return found


def _utc(time: dt.datetime | None) -> dt.datetime | None:
    """The time as naive UTC; a time without a zone is taken to be UTC."""
    if time is None or time.tzinfo is None:
        return time
    return time.astimezone(dt.UTC).replace(tzinfo=None)


def _decoded(payload: Payload, decoder: msgspec.json.Decoder[Kind]) -> Kind:
    try:
        return decoder.decode(payload.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unlike(payload, f"{error}; the reply begins with {excerpt(payload.content, 80)!r}") from None


def _unlike(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"dependents: {payload.request}: {problem}", _MEND)
