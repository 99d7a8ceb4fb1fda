"""A result file of the timing runner is imported whole, or refused in one clear error."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from barometer.settings import load_settings
from flows.steps import hold_home
from sources.bench_results import read_result
from sources.landing import Landing
from tests.bench_runs import Made
from tests.sources.own_files import run, write
from tests.sources.timings.support import TIMES, other_version
from tests.support import CLI, process_environment

BAD_FILES = {
    "empty": (lambda content: b"", "no record in it"),
    "picture": (lambda content: b"\x89PNG\xff\n", "not UTF-8 text"),
    "other-json": (lambda content: b'{"a": 1}\n', "line 1: unknown kind None"),
    "no-json": (lambda content: content + b"hello\n", "not JSON"),
    "no-run": (lambda content: content.partition(b"\n")[2], "has no run record in its first line"),
    "two-runs": (lambda content: content + content, "has more than one run record"),
    "newer": (other_version, "has version 99 of the schema; this one reads up to"),
    "cut-archive": (lambda content: gzip.compress(content)[:-9], "not a whole compressed file"),
    "unfinished-line-alone": (lambda content: content.split(b"\n")[0], "no record in it"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_wrong_file_is_one_clear_error_and_nothing_lands(tmp_path: Path, name: str):
    damage, rule = BAD_FILES[name]
    content = Made(TIMES).content()
    good, bad = write(tmp_path, content, "good.jsonl"), write(tmp_path, damage(content), "bad.jsonl")
    done = run(tmp_path / "home", "import", "bench", str(good), str(bad))
    assert done.exit_code == 4, done.output
    assert rule in done.stderr
    assert "bad.jsonl" in done.stderr
    assert "next: " in done.stderr
    assert not (tmp_path / "home" / "landing").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    done = run(tmp_path / "home", "import", "bench", str(tmp_path / "absent.jsonl"))
    assert (done.exit_code, "absent.jsonl: No such file" in done.stderr) == (4, True)


def test_a_dry_run_prints_one_line_a_cell_and_stores_nothing(tmp_path: Path):
    done = run(tmp_path / "home", "import", "bench", "--dry-run", str(write(tmp_path, Made(TIMES).content())))
    assert done.exit_code == 0, done.output
    cells = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["stack"], one["phase"], one["status"]) for one in cells] == [
        (stack, phase, "ok") for stack in TIMES for phase in ("train", "infer")
    ]
    assert all(0 < one["low_s"] < one["step_s"] < one["high_s"] for one in cells)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_import_lands_once_compressed_and_says_what_it_was(tmp_path: Path, packed: bool):
    home, content = tmp_path / "home", Made(TIMES).content()
    file = write(tmp_path, gzip.compress(content) if packed else content)
    done = run(home, "import", "bench", str(file))
    assert done.exit_code == 0, done.output
    assert "run a1a1a1a1, standard tier on cpu" in done.stdout
    assert "machine: Test CPU 1, 2 cores" in done.stdout
    assert "cells: 8 ok; contrasts: " in done.stdout
    assert done.stdout.endswith("next: barometer build\n")
    entry = Landing(home / "landing").entries("bench")[0]
    assert (entry.request, entry.dataset, entry.status) == (f"FILE run/{'a1' * 16}", "bench", "ok")
    stored = next((home / "landing" / "objects").glob("*/*.gz"))
    assert gzip.decompress(stored.read_bytes()) == content
    again = run(home, "import", "bench", str(write(tmp_path, content, "other-name.jsonl")))
    assert "known already: nothing added" in again.stdout
    assert len(Landing(home / "landing").entries("bench")) == 1


@pytest.mark.parametrize("cut", [1, 30, 400])
def test_what_a_kill_left_of_the_last_line_is_left_out(tmp_path: Path, cut: int):
    content = Made(TIMES, ending=None).content()
    result = read_result(write(tmp_path, content[:-cut]))
    assert result.content == content[: content[:-cut].rfind(b"\n") + 1]
    assert result.content.endswith(b"\n")


def test_a_home_folder_that_another_run_holds_is_not_written_to(tmp_path: Path):
    home, file = tmp_path / "home", write(tmp_path, Made(TIMES).content())
    with hold_home(load_settings({}, home=home), 0):
        command = [*CLI, "import", "bench", str(file)]
        environ = process_environment(home)
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 7
    assert not (home / "landing").exists()
