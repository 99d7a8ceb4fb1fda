"""The real snapshot, and copies of it to damage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources.protocol import Batch, Source
from sources.snapshot import Snapshot
from sources.snapshot.source import DATA


@pytest.fixture(scope="session")
def batches() -> dict[str, Batch]:
    """Every bundled table, read from the files that ship."""
    source: Source = Snapshot()
    return {batch.table: batch for payload in source.fetch() for batch in source.parse(payload)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the bundled files that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))
