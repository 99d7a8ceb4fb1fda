"""Files of the probes: handed over by `barometer import bench`, or found in the home folder by a run.

They land and grow as the timing runner's do; `sql/staging/probe_runs.sql` says which state of a run counts.
"""

from __future__ import annotations

from sources.bench_import import BenchImport
from sources.probe_results import DATASET, NAME, TERMS
from sources.protocol import DatasetTerms


class ProbeImport(BenchImport):
    """Nobody asks it. Yields the rows of raw.probe_*, as `sources.probe_rows` describes them."""

    name = NAME
    silence = "nothing was probed yet, and no run is bundled"
    datasets = (DATASET,)

    def terms(self) -> list[DatasetTerms]:
        """Return the terms of the probes' figures."""
        return [TERMS]

    def missing(self) -> str:
        """Return how figures arrive here."""
        return "made by running: python -m bench probe"
