"""A server that answers as package indexes do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.package_index.support import KERAS, OTHER, TORCH, WHEEL, file, page
from tests.sources.replay import ReplayServer, as_json, replaying


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(KERAS, as_json(page("keras", file(WHEEL))))
        running.on(TORCH, as_json(page("torch", file("torch-2.9.0-cp313-cp313-linux_x86_64.whl"))))
        running.on(OTHER, as_json(page("torchtext", file("torchtext-0.18.0.tar.gz"))))
        yield running
