"""Every field and statistic of the timing runner is in a row, and records that do not belong together are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from barometer.errors import SourceError
from bench import results as runner
from bench.summary import summarize
from sources.bench_results import describe, read_result
from sources.bench_rows import SUMMARY, batches
from tests.bench_runs import Made, as_lines
from tests.sources.own_files import run, write
from tests.sources.timings.support import TIMES, loaded, rows

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
