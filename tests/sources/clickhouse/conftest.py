"""A server that answers as ClickHouse does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.clickhouse.support import Feed
from tests.sources.replay import ReplayServer, replaying


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def server(feed: Feed) -> Iterator[ReplayServer]:
    with replaying() as running:
        yield running.on("POST /", feed)
