"""Disks that are full, folders that cannot be written, files that are damaged: one clear error, nothing harmed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.support import AS_OF, CLI, ROOT, file_contents, process_environment, table_contents

DAY = AS_OF.isoformat()


def one_error(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Return the message after checking that it is the only one, with a next step and the right exit code."""
    assert done.returncode == code, done.stdout + done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith(("barometer: ", "next: "))]
    assert [line.partition(":")[0] for line in said] == ["barometer", "next"], done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own with 64 MB, where this user may mount one; otherwise a plain folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    yield folder
    if mounted.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)


def limited(size_kb: int, *arguments: str) -> list[str]:
    """A command that may write no file larger than that: a full disk for those who may not mount one."""
    return ["bash", "-c", f'ulimit -f {size_kb}; exec "$@"', "bash", *CLI, *arguments]


def test_a_full_disk_is_one_error_and_the_old_warehouse_stays(small_disk: Path, built_home: Path):
    home = small_disk / "home"
    home.mkdir()
    shutil.copy(built_home / "warehouse.duckdb", home / "warehouse.duckdb")
    filler = home / "filler"
    filler.write_bytes(b"x" * 200_000)
    before = table_contents(home / "warehouse.duckdb")
    size_kb = (home / "warehouse.duckdb").stat().st_size // 1024 // 2
    command = limited(size_kb, "build", "--as-of", DAY)
    done = subprocess.run(
        command, env=process_environment(home), capture_output=True, text=True, timeout=60, check=False
    )
    assert "full" in one_error(done, 9)
    assert table_contents(home / "warehouse.duckdb") == before
    filler.unlink()


def test_a_disk_that_fills_up_while_building(small_disk: Path):
    home = small_disk / "home"
    command = limited(1000, "build", "--as-of", DAY)
    done = subprocess.run(
        command, env=process_environment(home), capture_output=True, text=True, timeout=60, check=False
    )
    one_error(done, 9)
    assert not (home / "warehouse.duckdb").exists()


def test_a_disk_too_small_for_the_report(built_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(built_home, home)
    before = file_contents(home / "reports")
    command = limited(50, "report")
    done = subprocess.run(
        command, env=process_environment(home), capture_output=True, text=True, timeout=60, check=False
    )
    one_error(done, 9)
    assert {name: content for name, content in file_contents(home / "reports").items() if name in before} == before
    again = subprocess.run(
        [*CLI, "report"], env=process_environment(home), capture_output=True, timeout=60, check=False
    )
    assert again.returncode == 0
    assert file_contents(home / "reports") == before


@pytest.mark.parametrize("command", ["build", "report", "run"])
def test_a_home_that_cannot_be_written(barometer, tmp_path: Path, command):
    (tmp_path / "file").write_text("")
    done = barometer(command, home=tmp_path / "file" / "home")
    assert "cannot write the home folder" in one_error(done, 9)


def test_a_read_only_home_can_still_be_asked(barometer, built_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(built_home, home)
    mounted = subprocess.run(["mount", "--bind", "-o", "ro", str(home), str(home)], capture_output=True, check=False)
    for folder in [home, *(path for path in home.rglob("*") if path.is_dir())]:
        if mounted.returncode:
            folder.chmod(0o555)
    try:
        asked = barometer("sql", "select count(*) as n from marts.claims", "--format", "csv", home=home)
        assert asked.stdout == "n\n38\n", asked.stderr
        assert barometer("tables", home=home).returncode == 0
        assert barometer("status", home=home).returncode == 0
        if not os.access(home, os.W_OK):
            one_error(barometer("build", home=home), 9)
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(home)], check=True)
        for folder in [home, *(path for path in home.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)


def _garbage(file: Path) -> None:
    file.write_bytes(b"this was a warehouse once\n" * 1000)


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 3)


def _newer_format(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("update raw.format set version = 99")


def _newer_duckdb(file: Path) -> None:
    # The storage version stands in the main header, behind eight bytes of checksum and four of magic.
    with file.open("r+b") as content:
        content.seek(12)
        content.write((9999).to_bytes(8, "little"))


def _other(file: Path) -> None:
    file.unlink()
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table mine as select 1")


@pytest.mark.parametrize("damage", [_garbage, _cut, _newer_format, _newer_duckdb, _other])
@pytest.mark.parametrize("command", [("sql", "from marts.picks"), ("build", "--as-of", DAY), ("report",), ("tables",)])
def test_a_warehouse_that_cannot_be_read_is_left_as_it_is(barometer, built_home, tmp_path, damage, command):
    home = tmp_path / "home"
    home.mkdir()
    file = home / "warehouse.duckdb"
    shutil.copy(built_home / "warehouse.duckdb", file)
    damage(file)
    before = file.read_bytes()
    said = one_error(barometer(*command, home=home), 8)
    assert str(file) in said
    assert file.read_bytes() == before


def test_a_flipped_byte_of_the_snapshot_is_named(built_home: Path, tmp_path: Path):
    tree = tmp_path / "tree"
    for name in ("barometer", "flows", "sources", "warehouse", "advice", "reports", "sql"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "catalog.toml", tree / "catalog.toml")
    victim = sorted((tree / "sources" / "snapshot" / "data").glob("*.gz"))[0]
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(built_home / "warehouse.duckdb", home / "warehouse.duckdb")
    before = table_contents(home / "warehouse.duckdb")
    done = subprocess.run(
        [*CLI, "build"],
        env=process_environment(home, tree),
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert victim.name in one_error(done, 4)
    assert table_contents(home / "warehouse.duckdb") == before
