"""What tests of live sources share: a source that talks to a replay server, and what it lands and parses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from barometer.catalog import Catalog
from barometer.settings import Services
from sources.landing import Landed, Landing
from sources.live import Context, LiveSource
from sources.protocol import Payload
from sources.registry import make_source
from tests.support import shipped_catalog

NOW = dt.datetime(2026, 11, 23, 6, 0)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


def live_source(
    name: str,
    url: str,
    folder: Path,
    *,
    keys: dict[str, str] | None = None,
    contact: str = "tests@example.org",
    clock: Callable[[], dt.datetime] | None = None,
    catalog: Catalog | None = None,
    wait_cap_s: float = 0.0,
    read_s: float = 2.0,
) -> LiveSource:
    """Return a source that asks `url`, switched on, with its landing in `folder` and no patience."""
    services = Services({name: url}, keys or {}, contact, {name: True}, wait_cap_s, read_s)
    context = Context(catalog or shipped_catalog(), services, Landing(folder), clock or Clock())
    return make_source(name, context)


def collect(source: LiveSource, since: dt.date | None = None, run_id: str = "test") -> list[Landed]:
    """Fetch and land everything; return the new lines of the index."""
    return [source.context.landing.land(payload, run_id) for payload in source.fetch(since)]


def parsed(source: LiveSource, table: str, payloads: Iterable[Payload] | None = None) -> list[dict[str, Any]]:
    """Parse everything landed with status ok (or `payloads`); return one table's rows as dicts."""
    landing = source.context.landing
    given = payloads or [landing.payload(entry) for entry in landing.entries(source.name) if entry.status == "ok"]
    return [
        dict(zip(batch.columns, row, strict=True))
        for payload in given
        for batch in source.parse(payload)
        if batch.table == table
        for row in batch.rows
    ]
