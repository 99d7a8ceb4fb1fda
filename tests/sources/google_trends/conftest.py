"""The website behind a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.google_trends.service import (
    serve,
)
from tests.sources.replay import ReplayServer, replaying


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        yield serve(running)
