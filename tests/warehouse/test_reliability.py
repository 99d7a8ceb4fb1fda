"""Killed, crowded, out of disk or damaged: the published warehouse stays whole and the message says what to do."""

import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.errors import BarometerError, BusyError, StorageError, WarehouseError
from barometer.settings import Settings
from tests.warehouse.child import run_build as build_whole
from tests.warehouse.conftest import AS_OF, Build, advise, make_home, stars_delivery, terms
from tests.warehouse.test_build import everything, rows
from warehouse.build import build
from warehouse.connect import reader, writer_lock
from warehouse.query import run_query

ROOT = Path(__file__).resolve().parents[2]


Child = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def child() -> Iterator[Child]:
    """Start a writer in a process of its own and return once it is at work; none outlives the test."""
    with ExitStack() as processes:

        def start(folder: Path, *arguments: object) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "tests.warehouse.child", str(folder), *map(str, arguments)]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            processes.enter_context(process)
            processes.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "started\n"
            return process

        yield start


class Watcher:
    """Opens the warehouse over and over and counts its rows, as readers in other processes do."""

    def __init__(self, path: Path) -> None:
        self.path, self.counts, self.errors = path, set[int](), list[str]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self.counts.add(rows(self.path, "select count(*) from marts.stars_month")[0][0])
            except (BarometerError, duckdb.Error) as error:
                self.errors.append(str(error))
            time.sleep(0.005)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_killed_at_any_moment_and_run_again_gives_the_same_tables(tmp_path: Path, child: Child) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    for folder in (calm, killed):
        folder.mkdir()
        settings, catalog = make_home(folder)
        build(settings, catalog, AS_OF, [stars_delivery()], terms(), advise)
    moments = random.Random(20261123)
    with Watcher(killed / "home" / "warehouse.duckdb") as watcher:
        for last in (0, 1, 3, 6, 7, 8):  # at the first payload, within one, between two, before and after the advice
            process = child(killed, "die", last)
            assert process.wait(30) == -signal.SIGKILL
        for _ in range(6):
            process = child(killed, "build")
            time.sleep(moments.uniform(0, 0.5))
            process.kill()
            process.wait(30)
        build_whole(killed)
    build_whole(calm)
    assert everything(killed / "home" / "warehouse.duckdb") == everything(calm / "home" / "warehouse.duckdb")
    assert sorted(path.name for path in (killed / "home").iterdir() if path.suffix != ".pid") == [
        "warehouse.duckdb",
        "writer.lock",
    ]
    assert watcher.errors == []
    assert watcher.counts <= {6, 12}


def test_a_reader_keeps_its_file_and_the_next_one_sees_the_new(
    run_build: Build, settings: Settings, child: Child
) -> None:
    run_build()
    early = reader(settings.warehouse)
    process = child(settings.home.parent, "build")
    assert process.wait(30) == 0
    query = "select count(*) from marts.stars_month"
    assert early.execute(query).fetchall() == [(6,)]
    assert rows(settings.warehouse, query) == [(12,)]
    assert early.execute("select max(stars) from marts.stars_month").fetchall() == [(307,)]
    early.close()


def test_a_reader_in_the_same_process_does_not_hinder_a_build(run_build: Build, settings: Settings) -> None:
    run_build()
    early = reader(settings.warehouse)
    build_whole(settings.home.parent)
    late = reader(settings.warehouse)
    query = "select count(*) from marts.stars_month"
    assert (early.execute(query).fetchall(), late.execute(query).fetchall()) == ([(6,)], [(12,)])
    early.close()
    late.close()


class TestTwoWriters:
    """One at a time: the second waits, or says who is there."""

    @staticmethod
    def holding(child: Child, settings: Settings, seconds: float) -> subprocess.Popen[str]:
        process = child(settings.home.parent, "hold", seconds)
        assert process.stdout
        assert process.stdout.readline() == "holding\n"
        return process

    def test_the_second_says_who_holds_the_home(self, run_build: Build, settings: Settings, child: Child) -> None:
        process = self.holding(child, settings, 30)
        with pytest.raises(BusyError, match=f"process {process.pid}"):
            run_build(wait_s=0.3)
        process.kill()
        process.wait(30)
        assert not settings.warehouse.exists()

    def test_the_second_waits(self, run_build: Build, settings: Settings, child: Child) -> None:
        process = self.holding(child, settings, 1)
        assert run_build(wait_s=30).rows_loaded == 6
        assert process.wait(30) == 0

    def test_a_killed_holder_holds_nothing(self, run_build: Build, settings: Settings, child: Child) -> None:
        process = self.holding(child, settings, 30)
        process.kill()
        process.wait(30)
        assert run_build(wait_s=5).rows_loaded == 6

    def test_two_builds_at_once_lose_nothing(self, settings: Settings, child: Child) -> None:
        both = [child(settings.home.parent, "build") for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
        assert rows(settings.warehouse, "select count(*), count(distinct request) from raw.pulls") == [(3, 3)]
        assert rows(settings.warehouse, "select count(*) from raw.repository_counters") == [(30,)]

    def test_a_run_may_build_within_its_own_lock(self, run_build: Build, settings: Settings, child: Child) -> None:
        with writer_lock(settings):
            assert run_build(wait_s=1).rows_loaded == 6
            with pytest.raises(subprocess.TimeoutExpired):
                child(settings.home.parent, "build").wait(1.5)
        assert run_build(wait_s=30).rows_loaded == 0


@pytest.mark.parametrize("limit", [1_000, 20_000, 100_000, 300_000])
def test_a_full_disk_is_one_clear_error_and_harms_nothing(
    run_build: Build, settings: Settings, child: Child, limit: int
) -> None:
    run_build()
    before = settings.warehouse.read_bytes()
    process = child(settings.home.parent, "disk", limit)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == StorageError.exit_code, output
    assert "the disk is full" in output
    assert settings.warehouse.read_bytes() == before
    assert build_whole(settings.home.parent).rows_loaded == 30


def test_a_home_that_cannot_be_a_folder_is_one_clear_error(
    run_build: Build, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for home in (tmp_path / "file", tmp_path / "file" / "home", Path("/proc/home")):
        with pytest.raises(StorageError, match="cannot write to"):
            run_build(settings=Settings(home, settings.catalog, settings.sql))


def flipped(path: Path) -> None:
    """Change one byte in every block of data."""
    content = bytearray(path.read_bytes())
    for place in range(12_288 + 100, len(content), 16_384):
        content[place] ^= 0xFF
    path.write_bytes(content)


def of_newer_storage(path: Path) -> None:
    """Raise the storage version in the file's first block and mend its checksum.

    It begins with 8 bytes of checksum; `DUCK` and the version follow.
    """
    content = bytearray(path.read_bytes())
    content[12:20] = struct.pack("<Q", 9_999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= (word * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    content[:8] = struct.pack("<Q", checksum)
    path.write_bytes(content)


def of_newer_format(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update raw.format set version = 99")


def of_another_tool(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select 1")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "is damaged or not a DuckDB file"),
    "text": (lambda path: path.write_text("hello\n" * 9000, encoding="ascii"), "is damaged or not a DuckDB file"),
    "cut in the header": (lambda path: os.truncate(path, 9_000), "is damaged or not a DuckDB file"),
    "cut in half": (lambda path: os.truncate(path, path.stat().st_size // 2), "is damaged or not a DuckDB file"),
    "flipped bytes": (flipped, "is damaged or not a DuckDB file"),
    "newer storage": (of_newer_storage, "was written by a newer DuckDB"),
    "newer format": (of_newer_format, "has format 99; this version reads up to 1"),
    "another tool": (of_another_tool, "not a warehouse of this tool"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_cannot_be_read_is_named_and_never_overwritten(
    run_build: Build, settings: Settings, damage: str
) -> None:
    run_build()
    harm, words = DAMAGE[damage]
    harm(settings.warehouse)
    before = settings.warehouse.read_bytes()
    for attempt in (run_build, lambda: run_query(settings.warehouse, "select * from raw.repository_counters")):
        with pytest.raises(WarehouseError) as caught:
            attempt()
        assert words in caught.value.message
        assert "move it away and run `barometer run --offline`" in caught.value.hint
    assert settings.warehouse.read_bytes() == before
    settings.warehouse.rename(settings.warehouse.with_suffix(".damaged"))
    assert run_build().rows_loaded == 6


def test_a_block_damaged_later_is_found_when_it_is_read(run_build: Build, settings: Settings) -> None:
    """The header is whole, so opening works; the rows themselves are not."""
    run_build(stars_delivery([(AS_OF, f"a/{number}", number * 7919 % 100_003) for number in range(100_000)]))
    content = bytearray(settings.warehouse.read_bytes())
    quarter = len(content) // 4
    for place in range(12_288 + quarter // 16_384 * 16_384 + 100, quarter * 2, 16_384):
        content[place] ^= 0xFF
    settings.warehouse.write_bytes(content)
    with pytest.raises(WarehouseError, match="is damaged"):
        run_query(settings.warehouse, "select sum(hash(r)) from raw.repository_counters as r")
    with pytest.raises(WarehouseError, match="is damaged"):
        run_build()
    assert settings.warehouse.read_bytes() == content


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """What a crashed writer leaves: its half-written file, its log, spilled and incoming rows."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("warehouse.duckdb.building", "warehouse.duckdb.building.wal", "warehouse.duckdb.building.rows-abc"):
        (home / name).write_bytes(b"half")
    (home / "warehouse.duckdb.building.tmp").mkdir()
    (home / "warehouse.duckdb.building.tmp" / "spill").write_bytes(b"half")
    yield home
    shutil.rmtree(home)


def test_what_a_killed_build_left_is_removed(small_disk: Path, run_build: Build, catalog: Catalog) -> None:
    assert run_build().rows_loaded == 6
    assert sorted(path.name for path in small_disk.iterdir()) == ["warehouse.duckdb", "writer.lock"]
    assert catalog.frameworks
