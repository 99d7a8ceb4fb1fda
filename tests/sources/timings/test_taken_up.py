"""Result files in the home folder are taken up by a run, once, and a broken one stops nothing."""

from __future__ import annotations

import fcntl
from pathlib import Path

import duckdb

from tests.bench_runs import Made
from tests.sources.own_files import landed, run, write
from tests.sources.timings.support import TIMES, other_version, rows, take_up


def test_files_in_the_home_folder_are_taken_up_once(tmp_path: Path):
    assert take_up(tmp_path) == (0, [])
    made = [Made(TIMES, run=run * 16) for run in ("e0", "e1")]
    for one in made:
        write(tmp_path / "bench", one.content(), f"{one.run[:4]}.jsonl")
    write(tmp_path / "bench", b"", "just-begun.jsonl")
    assert take_up(tmp_path)[0] == 2
    assert landed(tmp_path, "bench") == [(f"FILE run/{one.run}", "ok") for one in made]
    assert take_up(tmp_path) == (0, [])


def test_a_file_that_grew_is_taken_up_again(tmp_path: Path):
    lines = Made(TIMES, run="f0" * 16).content().splitlines(keepends=True)
    write(tmp_path / "bench", b"".join(lines[:-10]))
    take_up(tmp_path)
    write(tmp_path / "bench", b"".join(lines))
    assert take_up(tmp_path)[0] == 1
    assert landed(tmp_path, "bench") == [(f"FILE run/{'f0' * 16}", "ok")] * 2


def test_a_file_that_is_being_written_waits(tmp_path: Path):
    path = write(tmp_path / "bench", Made(TIMES).content())
    with path.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        taken, said = take_up(tmp_path)
    assert (taken, landed(tmp_path, "bench")) == (0, [])
    assert said == ["bench/mine.jsonl is being written; it is taken up when its run has ended"]
    assert take_up(tmp_path)[0] == 1


def test_a_file_that_cannot_be_read_stops_nothing_and_is_told(tmp_path: Path):
    write(tmp_path / "bench", other_version(Made(TIMES, run="f1" * 16).content()), "a-newer.jsonl")
    write(tmp_path / "bench", Made(TIMES, run="f2" * 16).content(), "good.jsonl")
    taken, said = take_up(tmp_path)
    assert taken == 1
    assert "a-newer.jsonl cannot be read: a-newer.jsonl has version 99 of the schema" in said[0]
    assert landed(tmp_path, "bench") == [("FILE a-newer.jsonl", "error"), (f"FILE run/{'f2' * 16}", "ok")]
    assert take_up(tmp_path) == (0, [])


def test_a_build_takes_them_up_and_the_home_is_as_after_an_import(tmp_path: Path):
    content = Made(TIMES).content()
    write(tmp_path / "one" / "bench", content)
    # A bundled run may stand beside it.
    query = "select run, cells_ok, origin from marts.benchmark_runs where run_id = '{}'".format("a1" * 16)
    for home, before in (("one", None), ("two", ("import", "bench", str(write(tmp_path, content))))):
        folder = tmp_path / home
        if before:
            assert run(folder, *before).exit_code == 0
        done = run(folder, "build")
        assert done.exit_code == 0, done.output
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
            assert rows(connection, query) == [("a1a1a1a1", 8, "own")]
            pulls = "select source, status, rows > 0 from raw.pulls where dataset = 'bench' and request like 'FILE%'"
            counted = rows(connection, pulls)
            assert counted == [("bench", "ok", True)]
    again = run(tmp_path / "one", "build")
    assert ", 0 new raw rows," in again.stdout


def test_a_broken_file_leaves_its_error_and_the_figures_of_the_good_one(tmp_path: Path):
    write(tmp_path / "bench", b"hello\n", "a-note.jsonl")
    write(tmp_path / "bench", Made(TIMES).content(), "good.jsonl")
    assert run(tmp_path, "build").exit_code == 0
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        health = "select status, last_message, rows > 0 from marts.source_health where dataset = 'bench'"
        status, message, has_rows = rows(connection, health)[0]
    assert (status, has_rows) == ("error", True)
    assert "a-note.jsonl, line 1: not JSON" in message
