"""A flow of nothing in a folder: what Prefect itself takes, for `make bench-pipeline`."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.quiet import settle


def run_empty(home: Path) -> None:
    """Start Prefect's temporary server, run a flow that does nothing, and stop it."""
    home.mkdir(parents=True, exist_ok=True)
    settle(home)
    # Prefect reads its settings as it is imported.
    from prefect import flow

    from flows.guard import guarded_server

    @flow(name="empty")
    def nothing() -> None:
        pass

    with guarded_server():
        nothing()


if __name__ == "__main__":
    run_empty(Path(sys.argv[1]))
