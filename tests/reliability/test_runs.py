"""Two runs at once, the same run twice, the same day on two homes, and catalogues that break a rule."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import AS_OF, CLI, EARLIER, ROOT, file_contents, process_environment, table_contents

HOLD = """
import sys; from barometer.settings import load_settings; from flows import steps
with steps.hold_home(load_settings(), 0):
    print("held", flush=True); sys.stdin.read()
"""

# On one worker: another would build the earlier day for itself.
EARLIER_ONCE = pytest.mark.xdist_group("earlier")


def add_edition(home: Path, day: dt.date, **env: str) -> None:
    """Build a day and report it, as a user would."""
    environ = process_environment(home) | env
    for words in (("build", "--as-of", day.isoformat()), ("report",)):
        done = subprocess.run(
            [*CLI, *words], env=environ, cwd=home.parent, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that knows the earlier day alone. Read-only by agreement."""
    home = tmp_path_factory.mktemp("alone") / "home"
    add_edition(home, EARLIER, TZ="Pacific/Auckland", PYTHONHASHSEED="1", LC_ALL="C")
    return home


@pytest.fixture(scope="module")
def after_a_new_one(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to which the earlier day was added. Read-only by agreement."""
    home = tmp_path_factory.mktemp("after") / "home"
    shutil.copytree(built_home, home)
    add_edition(home, EARLIER)
    return home


def test_a_second_run_stops_and_names_the_first(barometer, tmp_path: Path):
    home = tmp_path / "home"
    first = _holder(home)
    for command in ("build", "report", "run"):
        done = barometer(command, home=home)
        assert done.returncode == 7
        assert f"process {first.pid}" in done.stderr
        assert "next: " in done.stderr
    assert f"writer     process {first.pid}" in barometer("status", home=home).stdout
    first.communicate("")


def test_a_second_run_waits_when_told_to(barometer, tmp_path: Path):
    home = tmp_path / "home"
    first = _holder(home)
    second = subprocess.Popen(
        [*CLI, "build", "--wait", "60", "--as-of", AS_OF.isoformat()], env=process_environment(home), cwd=tmp_path
    )
    time.sleep(1)
    assert second.poll() is None
    first.communicate("")
    assert second.wait(60) == 0


def test_two_at_once_lose_nothing(built_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    both = [
        subprocess.Popen(
            [*CLI, "build", "--wait", "120", "--as-of", day.isoformat()], env=process_environment(home), cwd=tmp_path
        )
        for day in (AS_OF, EARLIER)
    ]
    assert [process.wait(120) for process in both] == [0, 0]
    found = table_contents(home / "warehouse.duckdb")
    expected = table_contents(built_home / "warehouse.duckdb")
    assert {name: rows for name, rows in found.items() if name.startswith("raw.")} == {
        name: rows for name, rows in expected.items() if name.startswith("raw.")
    }


def test_the_same_twice_adds_no_row_and_changes_no_page(barometer, built_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    for number in (1, 2):
        done = barometer("build", "--as-of", AS_OF.isoformat(), home=home)
        assert done.returncode == 0, done.stderr
        assert (", 0 new raw rows," in done.stdout) == (number == 2)
        assert barometer("report", home=home).returncode == 0
        assert table_contents(home / "warehouse.duckdb") == table_contents(built_home / "warehouse.duckdb")
        assert file_contents(home / "reports") == file_contents(built_home / "reports")


@EARLIER_ONCE
def test_an_old_day_on_two_homes_gives_the_same_bytes(alone: Path, tmp_path: Path):
    home = tmp_path / "a home"
    add_edition(home, EARLIER, TZ="America/Los_Angeles", PYTHONHASHSEED="2", LC_ALL="C.UTF-8", COLUMNS="40")
    pages = file_contents(alone / "reports")
    assert f"{EARLIER}/index.html" in pages
    assert file_contents(home / "reports") == pages


@EARLIER_ONCE
def test_an_old_day_after_a_new_one_gives_the_same_pages_as_alone(alone: Path, after_a_new_one: Path):
    folder = Path("reports") / EARLIER.isoformat()
    assert file_contents(alone / folder) == file_contents(after_a_new_one / folder)


@EARLIER_ONCE
def test_an_edition_still_verifies_after_an_older_day_was_added(barometer, after_a_new_one: Path):
    for day in (AS_OF, EARLIER):
        done = barometer("verify", day.isoformat(), home=after_a_new_one)
        assert done.returncode == 0, done.stderr
        assert f"edition {day}: " in done.stdout


BROKEN = {
    "an unknown key": ('[[frameworks]]\nkey = "keras"', '[[frameworks]]\ncolor = "red"\nkey = "keras"', "color"),
    "no package": ('packages = ["keras"]\n', "", "packages"),
    "an empty list of packages": ('packages = ["keras"]', "packages = []", "packages"),
    "weights that do not sum": ("emergence = 0.12,", "emergence = 0.22,", "sum to 1.1"),
    "a rule with a typo": ("stars.tensorflow > stars.pytorch", "starz.tensorflow > stars.pytorch", "stars"),
    "a framework nobody knows": (
        "paper_share.pytorch > paper_share.jax",
        "paper_share.pytorch > paper_share.jaxx",
        "jax",
    ),
    "no TOML": ("[method]", "[method", "TOML"),
    "a format to come": ("format = 1", "format = 2", "format 2"),
    "a factor nobody knows": ('factor = "jobs"', 'factor = "job"', "job"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_catalogue_is_one_error_and_nothing_is_written(barometer, tmp_path: Path, fault):
    old, new, named = BROKEN[fault]
    text = (ROOT / "catalog.toml").read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    for command in ("build", "run", "report", "verify"):
        done = barometer("--catalog", str(broken), command)
        assert done.returncode == 3, done.stderr
        said = [line for line in done.stderr.splitlines() if re.match("barometer: |next: ", line)]
        assert [line.partition(":")[0] for line in said] == ["barometer", "next"]
        assert named in said[0]
        assert "broken.toml" in said[0] + said[1]
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()


def _holder(home: Path) -> subprocess.Popen[str]:
    """A process that holds the home folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=process_environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process
