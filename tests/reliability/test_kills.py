"""SIGKILL at random moments, over and over: a rerun gives what an undisturbed run gives, and readers never notice."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import psutil
import pytest

from barometer.catalog import load_catalog
from barometer.errors import WarehouseError
from barometer.settings import Settings, load_settings
from flows import steps
from sources.snapshot import Snapshot
from tests.support import AS_OF, CLI, EARLIER, file_contents, process_environment, table_contents
from warehouse.connect import reader

DAYS = (AS_OF, EARLIER)
SEEN = """
select (select as_of from catalog.edition), count(*), sum(hash(evidence)::hugeint)
from marts.evidence as evidence
"""
KILLS_A_TEST = 25
RERUN_EVERY = 5
# The watcher reads at least so often, and at once when anything changed.
READ_EVERY_S = 0.3


def build_and_report(home: str, as_of: dt.date) -> None:
    """One run without Prefect: what is killed. Without the bundled timings, whose rows would only make it longer."""
    settings = load_settings(environ={}, home=home)
    catalog = load_catalog(settings.catalog)
    snapshot = Snapshot()
    with steps.hold_home(settings, 60):
        steps.build_warehouse(settings, catalog, as_of, steps.deliver(snapshot, snapshot.run_id))
        steps.publish_report(settings, steps.render_report(settings, catalog))


def read_all_the_while(home: str, whole: set[tuple], stop, reads, faults) -> None:
    """Read as others do until told to stop: every warehouse must be one of the `whole` ones, every page complete.

    Reading takes a tenth of a second of a core that the runs need: a run that is slowed to half its pace would be
    killed in its first half only.
    """
    settings = load_settings(environ={}, home=home)
    before, read_at = None, 0.0
    while not stop.is_set():
        time.sleep(0.005)
        now = _state_of(settings)
        if not settings.warehouse.exists() or (now == before and time.monotonic() < read_at + READ_EVERY_S):
            continue
        before = now
        try:
            with reader(settings.warehouse) as connection:
                seen = connection.execute(SEEN).fetchone()
            if seen not in whole:
                faults.put(f"a warehouse that nobody built: {seen}")
            for page in settings.reports.glob("*/index.html"):
                if not page.read_text(encoding="utf-8").rstrip().endswith("</html>"):
                    faults.put(f"half a page: {page}")
        except (WarehouseError, FileNotFoundError) as error:
            faults.put(f"not readable: {error}")
        with reads.get_lock():
            reads.value += 1
        read_at = time.monotonic()


def _state_of(settings: Settings) -> list[tuple[int, int, int]]:
    """What changes when anybody writes or replaces the warehouse or a page."""
    found = []
    for path in (settings.warehouse, *settings.reports.glob("*/index.html")):
        with suppress(FileNotFoundError):
            known = path.stat()
            found.append((known.st_ino, known.st_size, known.st_mtime_ns))
    return found


@pytest.fixture(scope="module")
def forks() -> ForkServerContext:
    """Processes that start at once, because what they import is imported already."""
    context = multiprocessing.get_context("forkserver")
    preloaded = [
        "tests.reliability.test_kills",
        "tests.reliability.warm",
        "reports.render",
        "warehouse.build",
        "advice",
    ]
    context.set_forkserver_preload(preloaded)
    return context


@dataclass
class Undisturbed:
    """What runs give that went through in peace: by day, the tables, what a watcher sees and the report's tables."""

    contents: dict[dt.date, dict[str, tuple[int, int]]]
    seen: dict[dt.date, tuple]
    reported: dict[dt.date, dict[str, bytes]]
    # The seconds of a run that finds its day's charts drawn, as most do.
    span: float


@pytest.fixture(scope="module")
def undisturbed(forks: ForkServerContext, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """One run a day and a last one, in a home where nothing was ever killed."""
    home, found = tmp_path_factory.mktemp("undisturbed") / "home", Undisturbed({}, {}, {}, 0)
    for day in DAYS:
        run_to_the_end(forks, home, day)
        found.contents[day] = table_contents(home / "warehouse.duckdb")
        found.seen[day] = _seen(home / "warehouse.duckdb")
        found.reported[day] = file_contents(home / "reports" / day.isoformat() / "tables")
    found.span = run_to_the_end(forks, home, DAYS[0])
    return found


def run_to_the_end(forks: ForkServerContext, home: Path, day: dt.date) -> float:
    """Run once; return the seconds it took."""
    begun = time.monotonic()
    process = forks.Process(target=build_and_report, args=(str(home), day))
    process.start()
    process.join(120)
    assert process.exitcode == 0
    return time.monotonic() - begun


# One after the other in one worker, which makes what they are held against once.
@pytest.mark.xdist_group("kills")
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_a_rerun_gives_the_undisturbed_tables(
    forks: ForkServerContext, undisturbed: Undisturbed, tmp_path: Path, seed: int
):
    rng = random.Random(seed)
    home, expected, span = tmp_path / "home", undisturbed.contents, undisturbed.span
    with watching(forks, home, set(undisturbed.seen.values())) as watched:
        kills = 0
        while kills < KILLS_A_TEST:
            day = DAYS[kills % 2]
            if not is_killed(forks, home, day, rng.uniform(0, span)):
                continue
            kills += 1
            if (home / "warehouse.duckdb").exists():
                assert table_contents(home / "warehouse.duckdb") in expected.values()
            if kills % RERUN_EVERY == 0:
                # Other tests share the cores by turns: the next moments are spread over a run as long as one is now.
                span = run_to_the_end(forks, home, day)
                assert table_contents(home / "warehouse.duckdb") == expected[day]
                assert leftovers(home) == []
    assert watched.faults.empty(), watched.faults.get()
    assert watched.reads.value > 100
    for day in DAYS:
        run_to_the_end(forks, home, day)
        assert table_contents(home / "warehouse.duckdb") == expected[day]
        assert file_contents(home / "reports" / day.isoformat() / "tables") == undisturbed.reported[day]


@dataclass
class Watched:
    """How often a watcher read, and what it found wrong."""

    reads: Any
    faults: Any


@contextmanager
def watching(forks: ForkServerContext, home: Path, whole: set[tuple]) -> Iterator[Watched]:
    """Let a process of its own read all the while."""
    stop, watched = forks.Event(), Watched(forks.Value("i", 0), forks.Queue())
    watcher = forks.Process(target=read_all_the_while, args=(str(home), whole, stop, watched.reads, watched.faults))
    watcher.start()
    try:
        yield watched
    finally:
        stop.set()
        watcher.join(30)
        watcher.kill()


def is_killed(forks: ForkServerContext, home: Path, day: dt.date, moment: float) -> bool:
    """Start a run and kill it at that moment; False when it had ended by itself before."""
    process = forks.Process(target=build_and_report, args=(str(home), day))
    process.start()
    process.join(moment)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _seen(warehouse: Path) -> tuple:
    with reader(warehouse) as connection:
        return connection.execute(SEEN).fetchall()[0]


def leftovers(home: Path) -> list[str]:
    """What a finished run must not leave: drafts, half-built files, spilled rows."""
    kept = {"warehouse.duckdb", "writer.lock", "reports", "prefect", "landing", "bench", "cache"}
    strays = [path.name for path in home.iterdir() if path.name not in kept]
    days = {day.isoformat() for day in DAYS} | {"index.html"}
    return strays + [path.name for path in (home / "reports").iterdir() if path.name not in days]


@pytest.mark.xdist_group("prefect")
def test_a_whole_run_killed_leaves_no_process_and_the_next_goes_through(built_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    command = [*CLI, "run", "--offline", "--as-of", AS_OF.isoformat()]
    rng = random.Random(3)
    for moment in (rng.uniform(1, 6), rng.uniform(6, 12), rng.uniform(12, 16)):
        process = subprocess.Popen(command, env=process_environment(home), cwd=tmp_path, stderr=subprocess.DEVNULL)
        end = time.monotonic() + moment
        family: set[psutil.Process] = set()
        while time.monotonic() < end and process.poll() is None:
            family.update(psutil.Process(process.pid).children(recursive=True))
            time.sleep(0.1)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(list(family), timeout=10)
        assert alive == []
    done = subprocess.run(
        command, env=process_environment(home), cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    assert table_contents(home / "warehouse.duckdb") == table_contents(built_home / "warehouse.duckdb")
    assert file_contents(home / "reports") == file_contents(built_home / "reports")


def hear_ctrl_c() -> None:
    """Undo what a shell does to jobs in the background: they, and so these tests, may be deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", ["reading the bundled snapshot", "building", "auditing"])
def test_stopped_by_hand_it_says_so_and_publishes_nothing(tmp_path: Path, ending: signal.Signals, after: str):
    home = tmp_path / "home"
    with subprocess.Popen(
        [*CLI, "build", "--as-of", AS_OF.isoformat()],
        env=process_environment(home),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if after in line:
                process.send_signal(ending)
                break
        said = process.stderr.read()
    assert process.returncode == 128 + ending
    assert "stopped before the end" in said
    assert "Traceback" not in said
    assert not (home / "warehouse.duckdb").exists()
