"""A world with a whole probe file, everything built."""

from __future__ import annotations

import pytest

from tests.probe_runs import (
    whole,
)
from tests.sql.probes.support import world_of
from tests.sql.world import World


@pytest.fixture(scope="session")
def probed() -> World:
    """All six probes, built with everything else. Read-only by agreement."""
    return world_of(whole(), everything=True)
