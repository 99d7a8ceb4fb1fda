"""Result files of the timing runner: read, refused, landed, taken up by a run, bundled; nothing of a record is lost."""

from __future__ import annotations

import datetime as dt
import fcntl
import gzip
import hashlib
import json
import math
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from barometer.cli.app import COMMANDS, main
from barometer.errors import SourceError
from barometer.settings import load_settings
from bench import results as runner
from bench.summary import summarize
from flows import results, steps
from flows.steps import hold_home
from sources import bench_bundle
from sources.bench_bundle import Bundle
from sources.bench_results import describe, parse_payload, read_result
from sources.bench_rows import SUMMARY, batches
from sources.landing import Landing
from sources.protocol import Payload
from tests.bench.dummies import options, run_dummies
from tests.bench_runs import Made, as_lines
from tests.support import CLI, process_environment
from warehouse.connect import SCHEMA
from warehouse.load import Delivery, Loader

REAL = Path(__file__).parent / "data" / "bench-run.jsonl.gz"
TIMES = {"torch-eager": 0.02, "torch-compile": 0.01, "keras-jax-jit": 0.008, "jax-jit": 0.007}
AT = dt.datetime(2026, 11, 27, 8)


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def write(folder: Path, content: bytes, name: str = "run.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def loaded(*contents: bytes, request: str = "FILE run/x") -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with the raw rows of the contents."""
    connection = duckdb.connect(":memory:")
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    loader = Loader(connection)
    for content in contents:
        payload = Payload("bench", "bench", request, AT, content)
        loader.load(Delivery("bench", "test", payload, parse_payload(payload)))
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def dummies(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the runner itself wrote just now: two forks of the stacks it is tested with."""
    out = tmp_path_factory.mktemp("dummies") / "run.jsonl"
    run_dummies(out, options(forks=2))
    return out.read_bytes()


@pytest.fixture(scope="module")
def real() -> bytes:
    """A run of one workload on every framework, one fork of three rounds, made on a busy machine."""
    return gzip.decompress(REAL.read_bytes())


# Kinds of record, and where their rows are; a cell stands as often as the runner stopped, and its last one counts.
TABLES = {
    "run": "bench_runs",
    "session": "bench_sessions",
    "group": "bench_groups",
    "environment": "bench_environments",
    "parity": "bench_parity",
    "fork": "bench_forks",
    "phase": "bench_phases",
    "block": "bench_blocks",
    "round": "bench_rounds",
    "steps": "bench_steps",
    "gemm": "bench_gemms",
    "fit": "bench_fits",
    "unit": "bench_units",
}
# Fields that have another name as a column, or a table or columns of their own.
ELSEWHERE = {
    "run": {"schema"},
    # Always the run's own.
    "session": {"host_id"},
    "group": {"members", "group"},
    "environment": {"distributions", "records"},
    "fork": {"memory", "compiles", "group"},
    "block": {"surroundings", "group"},
    "parity": {"limit"},
    **{kind: {"group"} for kind in ("phase", "round", "steps", "gemm", "fit", "unit", "cell")},
}


@pytest.mark.parametrize("kind", [kind for kind in runner.schema()["kinds"] if kind != "end"])
def test_every_field_of_the_runners_schema_has_a_column(real: bytes, kind: str):
    made = {batch.table: batch for batch in batches([json.loads(line) for line in real.splitlines()], "own")}
    columns = set(made[TABLES.get(kind, "bench_cells")].columns)
    missing = set(runner.schema()["kinds"][kind]["fields"]) - columns - ELSEWHERE.get(kind, set())
    assert missing == set()


def test_every_statistic_of_the_runner_has_a_column(real: bytes, tmp_path: Path):
    made = Made(TIMES, ladders=("torch",), sizes=(10, 20), loading={"jax-jit": 0.01})
    for content in (real, made.content()):
        found = summarize(runner.read(write(tmp_path, content)))
        for name, fields in SUMMARY.items():
            for row in getattr(found, name):
                assert set(row) == set(fields), name


@pytest.mark.parametrize("name", ["dummies", "real"])
def test_nothing_is_lost_on_the_way_in(name: str, request: pytest.FixtureRequest, tmp_path: Path):
    content: bytes = request.getfixturevalue(name)
    records = runner.read(write(tmp_path, content))
    connection = loaded(content)
    for kind, table in TABLES.items():
        count = rows(connection, f"select count(*) from raw.{table}")[0][0]
        assert count == len(runner.of_kind(records, kind)), kind
    names = ("fork", "member", "round", "steps", "wall_s", "cpu_s")
    blocks = rows(connection, f"select {', '.join(names)}, foreign_share from raw.bench_blocks")
    sent = [
        (*(one[field] for field in names), one["surroundings"]["foreign"]) for one in runner.of_kind(records, "block")
    ]
    assert blocks == sent
    steps_sent = [one["seconds"] for one in runner.of_kind(records, "steps")]
    assert [row[0] for row in rows(connection, "select seconds from raw.bench_steps")] == steps_sent
    members = sum(len(one["members"]) for one in runner.of_kind(records, "group"))
    assert rows(connection, "select count(*) from raw.bench_members") == [(members,)]
    assert rows(connection, "select distinct run from raw.bench_summary_cells") == [(records[0]["run"],)]


def test_statistics_are_those_that_the_runner_shows(real: bytes, tmp_path: Path):
    found = summarize(runner.read(write(tmp_path, real)))
    shown = {(row["stack"], row["phase"]): row["step_s"] for row in found.cells}
    stored = rows(loaded(real), "select stack, phase, step_s from raw.bench_summary_cells")
    assert {(stack, phase): seconds for stack, phase, seconds in stored} == shown
    pairs = rows(loaded(real), "select measured, against, phase, ratio, verdict from raw.bench_summary_contrasts")
    names = ("measured", "against", "phase", "ratio", "verdict")
    assert pairs == [tuple(row[name] for name in names) for row in found.contrasts]


def test_stacks_say_which_distributions_they_are_of(real: bytes):
    told = rows(
        loaded(real),
        "select stack, package, backend_package, mode, is_shipped, is_compiled from raw.bench_stacks "
        "where stack in ('keras-jax-jit', 'torch-eager', 'tensorflow-eager') order by stack",
    )
    assert told == [
        ("keras-jax-jit", "keras", "jax", "jit", True, True),
        ("tensorflow-eager", "tensorflow", None, "eager", False, False),
        ("torch-eager", "torch", None, "eager", True, False),
    ]


def test_a_stack_of_another_version_is_kept_without_a_framework():
    records = Made(TIMES).records()
    text = as_lines(records).replace(b"jax-jit", b"jax-new-way").replace(b"keras-jax-new-way", b"keras-jax-jit")
    told = "select package, mode, is_shipped from raw.bench_stacks where stack = 'jax-new-way'"
    assert rows(loaded(text), told) == [(None, None, False)]


def test_the_origin_is_told_by_the_request(real: bytes):
    assert rows(loaded(real), "select origin from raw.bench_runs") == [("own",)]
    assert rows(loaded(real, request="bundle/x.jsonl.gz"), "select origin from raw.bench_runs") == [("bundled",)]


def test_a_gpu_and_its_memory_become_columns():
    told = "select gpu_name, gpu_driver, gpu_memory_bytes, device from raw.bench_runs"
    assert rows(loaded(Made(TIMES, device="cuda").content()), told) == [("Test GPU", "555.1", 24576 * 2**20, "cuda")]


# A record that is changed so that the schema lets it pass and no run has it: its kind, the change, what is said.
CHANGES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no id": ("run", {"run": "my run"}, "not eight hexadecimal digits"),
    "no moment": ("run", {"started_at": "yesterday"}, "yesterday"),
    "no batch": ("group", {"batch": 0}, "batch of 0"),
    "purpose": ("group", {"purpose": "fun"}, "purpose fun"),
    "member": ("group", {"members": [{"id": "x"}]}, "KeyError"),
    "phases": ("group", {"phases": [["train"]]}, "TypeError"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_records_that_do_not_belong_together_are_refused_in_words(tmp_path: Path, name: str):
    kind, change, words = CHANGES[name]
    records = Made(TIMES).records()
    at = next(place for place, one in enumerate(records) if one["kind"] == kind)
    records[at] = {**records[at], **change}
    done = run(tmp_path / "home", "import", "bench", str(write(tmp_path, as_lines(records))))
    assert done.exit_code == 4, done.output
    assert words in done.stderr
    assert "its records do not belong together" in done.stderr
    assert not (tmp_path / "home" / "landing").exists()


def test_a_fork_that_was_tried_again_counts_at_its_last_end(tmp_path: Path):
    records = Made(TIMES).records()
    unit = next(one for one in records if one["kind"] == "unit")
    content = as_lines([*records, {**unit, "fork": "f0099", "seconds": 9.0}])
    told = f"select fork, seconds from raw.bench_units where number = {unit['number']}"
    assert rows(loaded(content), told) == [("f0099", 9.0)]


def test_a_repeated_block_is_refused(tmp_path: Path):
    records = Made(TIMES).records()
    block = next(one for one in records if one["kind"] == "block")
    with pytest.raises(SourceError, match="repeat another's group_id, phase, fork, round, member"):
        describe(read_result(write(tmp_path, as_lines([*records, block]))))


def other_version(content: bytes) -> bytes:
    first, _, rest = content.partition(b"\n")
    return json.dumps({**json.loads(first), "schema": 99}).encode() + b"\n" + rest


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


# ---------------------------------------------------------------- taken up by a run
def take_up(home: Path) -> tuple[int, list[str]]:
    said: list[str] = []
    return results.take_up(load_settings({}, home=home), said.append), said


def landed(home: Path) -> list[tuple[str, str]]:
    return [(entry.request, entry.status) for entry in Landing(home / "landing").entries("bench")]


def test_files_in_the_home_folder_are_taken_up_once(tmp_path: Path):
    assert take_up(tmp_path) == (0, [])
    made = [Made(TIMES, run=run * 16) for run in ("e0", "e1")]
    for one in made:
        write(tmp_path / "bench", one.content(), f"{one.run[:4]}.jsonl")
    write(tmp_path / "bench", b"", "just-begun.jsonl")
    assert take_up(tmp_path)[0] == 2
    assert landed(tmp_path) == [(f"FILE run/{one.run}", "ok") for one in made]
    assert take_up(tmp_path) == (0, [])


def test_a_file_that_grew_is_taken_up_again(tmp_path: Path):
    lines = Made(TIMES, run="f0" * 16).content().splitlines(keepends=True)
    write(tmp_path / "bench", b"".join(lines[:-10]))
    take_up(tmp_path)
    write(tmp_path / "bench", b"".join(lines))
    assert take_up(tmp_path)[0] == 1
    assert landed(tmp_path) == [(f"FILE run/{'f0' * 16}", "ok")] * 2


def test_a_file_that_is_being_written_waits(tmp_path: Path):
    path = write(tmp_path / "bench", Made(TIMES).content())
    with path.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        taken, said = take_up(tmp_path)
    assert (taken, landed(tmp_path)) == (0, [])
    assert said == ["bench/run.jsonl is being written; it is taken up when its run has ended"]
    assert take_up(tmp_path)[0] == 1


def test_a_file_that_cannot_be_read_stops_nothing_and_is_told(tmp_path: Path):
    write(tmp_path / "bench", other_version(Made(TIMES, run="f1" * 16).content()), "a-newer.jsonl")
    write(tmp_path / "bench", Made(TIMES, run="f2" * 16).content(), "good.jsonl")
    taken, said = take_up(tmp_path)
    assert taken == 1
    assert "a-newer.jsonl cannot be read: a-newer.jsonl has version 99 of the schema" in said[0]
    assert landed(tmp_path) == [("FILE a-newer.jsonl", "error"), (f"FILE run/{'f2' * 16}", "ok")]
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


# ---------------------------------------------------------------- bundled
def test_a_bundled_run_gives_the_rows_that_its_file_gives(tmp_path: Path):
    bundle, content = Bundle(tmp_path / "bundle"), Made(TIMES, divisions=("matched", "as-shipped")).content()
    entry = bundle.add(write(tmp_path, content), "small-box")
    assert (entry.run, entry.tier, entry.machine) == ("a1" * 16, "standard", "Test CPU 1, 2 cores")
    [(reply, found)] = list(Bundle(tmp_path / "bundle").replies())
    payload = Payload("bench", "bench", "bundle/small-box.jsonl.gz", AT, content)
    parsed = {batch.table: batch for batch in parse_payload(payload)}
    for batch in found:
        assert batch.columns == parsed[batch.table].columns
        for one, other in zip(batch.rows, parsed[batch.table].rows, strict=True):
            assert all(_alike(a, b) for a, b in zip(one, other, strict=True)), batch.table
    assert (reply.request, reply.fetched_at) == (payload.request, dt.datetime(2026, 11, 20, 10))
    # The hash of the content itself, so that an own import of the same run is known as the same.
    assert reply.sha256 == payload.sha256


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other)
    return bool(one == other) or (isinstance(one, tuple | list) and list(one) == list(other))


def test_bundling_again_takes_the_place_and_gives_the_same_bytes(tmp_path: Path):
    file = write(tmp_path, Made(TIMES).content())
    bundles = [Bundle(tmp_path / name) for name in ("one", "two")]
    for bundle in bundles:
        bundle.add(file, "box")
        bundle.add(write(tmp_path, Made(TIMES, run="b7" * 16).content(), "other.jsonl"), "other")
        bundle.add(file, "box")
    contents = [{path.name: path.read_bytes() for path in bundle.directory.iterdir()} for bundle in bundles]
    assert contents[0] == contents[1]
    assert [entry.name for entry in bundles[0].entries] == ["box", "other"]
    assert len(bundles[0].check()) == 2


@pytest.mark.parametrize("file", ["box.jsonl.gz", "box.statistics.json.gz"])
@pytest.mark.parametrize("gone", [False, True], ids=["damaged", "gone"])
def test_a_bundle_that_differs_from_its_manifest_is_one_error(tmp_path: Path, file: str, gone: bool):
    bundle = Bundle(tmp_path)
    bundle.add(write(tmp_path / "files", Made(TIMES).content()), "box")
    path = tmp_path / file
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SourceError, match="cannot be read" if gone else "damaged. Expected sha256"):
        list(Bundle(tmp_path).replies())
    assert bench_bundle.main([], Bundle(tmp_path)) == 4


def test_statistics_that_do_not_follow_are_found_by_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bundle = Bundle(tmp_path)
    bundle.add(write(tmp_path / "files", Made(TIMES).content()), "box")
    assert bench_bundle.main([], bundle) == 0
    path = tmp_path / "box.statistics.json.gz"
    tables = json.loads(gzip.decompress(path.read_bytes()))
    ratio = tables[1]["columns"].index("ratio")
    tables[1]["rows"][0][ratio] *= 1.001
    path.write_bytes(gzip.compress(json.dumps(tables).encode(), mtime=0))
    manifest = tmp_path / "manifest.toml"
    text, entry = manifest.read_text(encoding="utf-8"), bundle.entries[0]
    renewed = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(text.replace(entry.statistics_sha256, renewed), encoding="utf-8")
    assert bench_bundle.main([], Bundle(tmp_path)) == 4
    assert "the runner's function gives other statistics now" in capsys.readouterr().err


def test_dummies_and_unfinished_runs_are_not_bundled(tmp_path: Path, dummies: bytes):
    bundle = Bundle(tmp_path / "bundle")
    for content, words in ((dummies, "it holds dummies"), (Made(TIMES, ending=None).content(), "never ended")):
        with pytest.raises(SourceError, match=words):
            bundle.add(write(tmp_path, content), "box")
    assert not (tmp_path / "bundle").exists()


def test_what_is_bundled_is_whole():
    """Zero runs, one, or several: each is what its manifest and the runner's own function say."""
    bundle = Bundle()
    said = bundle.check()
    assert len(said) == len(bundle.entries)
    delivered = steps.deliver_snapshot()
    assert sum(reply.source_name == "bench" for reply in delivered.replies) == len(bundle.entries)


def test_a_bundled_run_and_an_own_import_of_it_are_one_run(tmp_path: Path):
    content = Made(TIMES).content()
    connection = loaded(content)
    payload = Payload("bench", "bench", "bundle/box.jsonl.gz", AT - dt.timedelta(days=3), content)
    Loader(connection).load(Delivery("bench", "bundle", payload, parse_payload(payload)))
    assert rows(connection, "select origin from raw.bench_runs order by 1") == [("bundled",), ("own",)]


# ---------------------------------------------------------------- barometer bench
def test_the_runner_starts_from_the_front_with_its_own_words_and_codes(tmp_path: Path):
    file = str(write(tmp_path, Made(TIMES).content()))
    shown = run(tmp_path / "home", "bench", "show", file)
    assert (shown.exit_code, "keras-jax-jit" in shown.stdout) == (0, True)
    assert run(tmp_path / "home", "bench", "check", str(tmp_path / "absent")).exit_code == 4
    assert run(tmp_path / "home", "bench", "run", "--tier", "huge").exit_code == 2
    assert run(tmp_path / "home", "bench", "run", "--stacks", "caffe").exit_code == 2
    told = run(tmp_path / "home", "bench", "run", "--help")
    assert (told.exit_code, "--budget" in told.stdout) == (0, True)
    assert "barometer bench run --tier smoke" in run(tmp_path / "home", "bench").stdout
    assert "bench" in COMMANDS


def test_what_the_front_runs_lands_in_its_home(tmp_path: Path):
    home = tmp_path / "home"
    command = [*CLI, "--home", str(home), "bench", "run", "--stacks", "dummy-one,dummy-slow", "--workloads", "dummy"]
    command += ["--forks", "1", "--rounds", "2", "--quiet"]
    environ = process_environment(tmp_path / "another")
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode in (0, 3), done.stderr
    assert len(list((home / "bench").glob("*.jsonl"))) == 1
    assert take_up(home)[0] == 1
