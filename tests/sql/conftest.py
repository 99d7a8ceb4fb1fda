"""The bundled snapshot built once, for tests that read whole marts."""

from __future__ import annotations

import datetime as dt

import pytest

from barometer.catalog import Catalog
from sources.snapshot import Snapshot
from tests.sql.world import AS_OF, World
from warehouse.load import Delivery, Loader


def snapshot_world(as_of: dt.date = AS_OF, catalog: Catalog | None = None) -> World:
    """Return a world with the bundled snapshot loaded, nothing built."""
    snapshot = Snapshot()
    world = World(as_of, catalog, snapshot.terms())
    loader = Loader(world.connection)
    for payload in snapshot.fetch():
        loader.load(Delivery(snapshot.name, snapshot.run_id, payload, snapshot.parse(payload)))
    return world


@pytest.fixture(scope="session")
def snapshot() -> World:
    """The bundled snapshot, everything built. Read-only by agreement."""
    return snapshot_world().build()
