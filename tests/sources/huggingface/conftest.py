"""The hub behind a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.huggingface.service import (
    MODELS,
    SITE,
    Hub,
    model,
    site,
)
from tests.sources.replay import ReplayServer, as_json, replaying


@pytest.fixture
def hub() -> Hub:
    return Hub([model(1, 500, 3), model(2, 70, 29), model(3, 8, 40), model(4, 1, 900), model(5, 0, 29.9)])


@pytest.fixture
def server(hub: Hub) -> Iterator[ReplayServer]:
    with replaying() as server:
        hub.url = server.url
        yield server.on(MODELS, hub).on(SITE, as_json(site(5)))
