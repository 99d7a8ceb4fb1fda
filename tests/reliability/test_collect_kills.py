"""SIGKILL at random moments of a collection: run again, it has what an undisturbed one has, each answer once."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometer.catalog import load_catalog
from barometer.settings import Services, load_settings
from flows.collecting import open_source
from sources.landing import Landing
from tests.services import all_services, environment
from tests.sources.replay import ReplayServer
from tests.support import CLI, process_environment

KILLS = 30
ASKED = ("pypistats", "hackernews", "arbeitnow", "lever", "clickhouse", "dependents")


@pytest.fixture(scope="module")
def services() -> Iterator[ReplayServer]:
    with all_services() as server:
        yield server


def start(home: Path, server: ReplayServer) -> subprocess.Popen[bytes]:
    environ = process_environment(home) | environment(server)
    return subprocess.Popen(
        [*CLI, "collect", *ASKED], env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def rows(home: Path) -> Counter[tuple]:
    """Every row of every landed reply, with its table: what a build would load."""
    settings = load_settings(environ={}, home=home)
    catalog = load_catalog(settings.catalog)
    found: Counter[tuple] = Counter()
    for name in ASKED:
        source = open_source(settings, catalog, Services(), name)
        for entry in source.context.landing.entries(name):
            assert entry.status == "ok", entry
            for batch in source.parse(source.context.landing.payload(entry)):
                found.update((batch.table, str(row)) for row in batch.rows)
    return found


def landed_files(home: Path) -> int:
    """How many files a collection has put into its landing folder so far."""
    return sum(1 for path in (home / "landing").rglob("*") if path.is_file())


def test_killed_at_random_moments_and_run_again_it_has_every_answer_once(services: ReplayServer, tmp_path: Path):
    undisturbed = start(tmp_path / "undisturbed", services)
    assert undisturbed.wait(120) == 0
    files = landed_files(tmp_path / "undisturbed")
    expected = rows(tmp_path / "undisturbed")
    assert len({table for table, _ in expected}) >= 4
    rng, landed_before = random.Random(5), set()
    for number in range(KILLS):
        home = tmp_path / f"killed-{number}"
        process = start(home, services)
        # By how far it came, not by the clock: no two runs take equally long.
        enough = rng.randrange(files)
        while process.poll() is None and landed_files(home) < enough:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.01))
        process.kill()
        process.wait()
        landing = Landing(home / "landing")
        landed_before.add(sum(len(landing.entries(name)) for name in landing.sources()))
        assert start(home, services).wait(60) == 0
        assert rows(home) == expected
    # The moments were spread over the collection: not all before it began or after it ended.
    assert len(landed_before) > KILLS // 3
