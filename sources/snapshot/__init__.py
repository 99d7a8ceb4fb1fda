"""Figures of 2015 to 2026 that travel with the package, so that the first report needs no network and no key.

`data/` holds one compressed CSV a data set, and `manifest.toml`: where each is from, what it may be used for,
and what it cannot say.
"""

from sources.snapshot.source import Snapshot

__all__ = ["Snapshot"]
