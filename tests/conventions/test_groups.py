"""Tests that share something dear, or must not meet, stay on one worker: pytest-xdist reads that from their marks."""

from __future__ import annotations

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process only: make test uses two workers")
@pytest.mark.xdist_group("groups")
def test_groups_hold(request: pytest.FixtureRequest):
    """Some releases of pytest and pytest-xdist do not fit, and then every worker builds everything anew."""
    assert request.node.nodeid.endswith("@groups")
