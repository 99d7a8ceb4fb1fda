"""What every source follows: payloads first, as they came; rows second, by parsing that can be repeated."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

Status = Literal["ok", "no_data", "rate_limited", "error", "not_configured", "stale"]


@dataclass(frozen=True)
class Payload:
    """One reply, verbatim. `fetched_at` is naive UTC: when the figures were read at their source.

    `request` names what was asked without host and key, so that it is the same wherever the service is reached.
    """

    source: str
    dataset: str
    request: str
    fetched_at: dt.datetime
    content: bytes = field(repr=False)
    status: Status = "ok"
    message: str = ""
    http_status: int | None = None

    @cached_property
    def sha256(self) -> str:
        """The hash of the content as hex; empty when nothing came."""
        return hashlib.sha256(self.content).hexdigest() if self.content else ""


class Pulled(Protocol):
    """What is known of a reply without reading its content: a payload, or a landed one that is still on the disk."""

    @property
    def dataset(self) -> str:
        """The key of its data set in the catalogue."""
        ...

    @property
    def request(self) -> str:
        """What was asked, without host and key."""
        ...

    @property
    def fetched_at(self) -> dt.datetime:
        """When, naive UTC."""
        ...

    @property
    def status(self) -> Status:
        """How it went."""
        ...

    @property
    def message(self) -> str:
        """Why, where it did not go well."""
        ...

    @property
    def sha256(self) -> str:
        """The hash of the content; empty when nothing came."""
        ...


@dataclass(frozen=True)
class Batch:
    """Typed rows for one raw table, all from one payload."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple] = field(repr=False)


@dataclass(frozen=True)
class DatasetTerms:
    """What a reader must know about one data set: where it is from, what it may be used for, what it cannot say."""

    dataset: str
    origin: str
    licence: str
    attribution: str
    period: str
    granularity: str
    caveats: tuple[str, ...]
    source: str = "snapshot"


class Source(Protocol):
    """A service or a bundle that yields figures.

    `name` is the key in raw tables. `silence` says in one sentence what it means when nothing comes.
    """

    name: str
    silence: str

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of every data set this source yields."""
        ...

    def fetch(self, since: dt.date | None = None) -> Iterator[Payload]:
        """Yield replies one by one, oldest first; with `since`, only what can hold figures of that day or later."""
        ...

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return the rows of one payload. Pure: the same payload gives the same rows.

        Raises SourceError naming the request and the rule when the payload is not as described.
        """
        ...
