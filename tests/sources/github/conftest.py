"""The service behind a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.github.service import EveryPath, Service
from tests.sources.replay import ReplayServer, replaying


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[ReplayServer]:
    with replaying() as server:
        server.answers = EveryPath(service)
        yield server
