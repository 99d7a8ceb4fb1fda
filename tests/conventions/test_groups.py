"""Tests that share something dear, or must not meet, stay on one worker: pytest-xdist reads that from their marks."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("groups")
def test_groups_hold(request: pytest.FixtureRequest):
    """Some releases of pytest and pytest-xdist do not fit, and then every worker builds everything anew."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@groups") == is_worker
