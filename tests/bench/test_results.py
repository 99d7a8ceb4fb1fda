"""Result files: what is written fits the schema, what is damaged is refused by line, what a kill leaves is readable."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import results
from bench.errors import BenchError, ResultError
from bench.results import ResultFile
from tests.bench.dummies import options, run_dummies


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> list[dict[str, Any]]:
    """A real run's records."""
    out = tmp_path_factory.mktemp("results") / "run.jsonl"
    run_dummies(out, options(stacks=("dummy-one", "dummy-slow")))
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_every_kind_and_field_of_the_schema_is_described():
    kinds = results.schema()["kinds"]
    assert all(one["about"] for one in kinds.values())
    for kind in kinds.values():
        for wanted, about in kind["fields"].values():
            assert wanted.rstrip("?") in {"string", "integer", "number", "boolean", "object", "array"}
            assert about


def test_a_run_writes_every_kind_but_the_largest_batch(lines, tmp_path: Path):
    assert {line["kind"] for line in lines} == set(results.schema()["kinds"]) - {"fit"}
    assert results.read(write(tmp_path / "again.jsonl", lines)) == lines


def index(lines: list[dict[str, Any]], kind: str) -> int:
    return next(number for number, line in enumerate(lines) if line["kind"] == kind)


# What is done to a record of a kind, and what the message must say of it.
DAMAGE: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a field is missing": ("block", lambda line: line.pop("wall_s"), "block has no wall_s"),
    "a field is unknown": ("block", lambda line: line.update(colour="red"), "unknown field colour"),
    "a kind is unknown": ("block", lambda line: line.update(kind="blob"), "unknown kind 'blob'"),
    "text for a number": ("block", lambda line: line.update(wall_s="fast"), 'block.wall_s is "fast", not number'),
    "a flag for a number": ("block", lambda line: line.update(steps=True), "block.steps is true, not integer"),
    "nothing for a number": ("block", lambda line: line.update(wall_s=None), "block.wall_s is null"),
    "a time of zero": ("block", lambda line: line.update(wall_s=0), "above zero"),
    "a negative step": ("steps", lambda line: line.update(seconds=[0.1, -1]), "above zero"),
    "a status of its own": ("cell", lambda line: line.update(status="fine"), "cell.status is 'fine'"),
    "not a number": ("block", lambda line: line.update(wall_s=float("nan")), "block.wall_s is NaN"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_refused_with_its_line(lines, tmp_path: Path, name: str):
    kind, damage, words = DAMAGE[name]
    records = [dict(line) for line in lines]
    at = index(records, kind)
    damage(records[at])
    with pytest.raises(ResultError) as caught:
        results.read(write(tmp_path / "damaged.jsonl", records))
    assert f"damaged.jsonl, line {at + 1}" in caught.value.message
    assert words in caught.value.message
    assert caught.value.hint


def test_other_files_are_refused_in_words(lines, tmp_path: Path):
    cases = {
        "no run": (lines[1:], "no run record in its first line"),
        "two runs": ([*lines, lines[0]], "more than one run record"),
        "newer": ([{**lines[0], "schema": 3}], "has version 3 of the schema; this one reads up to 2"),
    }
    for name, (records, words) in cases.items():
        with pytest.raises(ResultError, match=words):
            results.read(write(tmp_path / f"{name}.jsonl", records))
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    for name in ("picture", "absent"):
        with pytest.raises(ResultError) as caught:
            results.read(tmp_path / name)
        assert caught.value.hint


def test_machines_do_not_mix(lines, tmp_path: Path):
    other = {**lines[index(lines, "session")], "host_id": "0123456789abcdef"}
    with pytest.raises(ResultError, match="a session on machine 0123456789abcdef") as caught:
        results.read(write(tmp_path / "mixed.jsonl", [*lines, other]))
    assert "Environments never mix" in caught.value.hint


@pytest.mark.parametrize("cut", [1, 17, 200])
def test_a_last_line_that_a_kill_cut_is_left_out(lines, tmp_path: Path, cut: int):
    path = write(tmp_path / "cut.jsonl", lines)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    read = results.read(path)
    assert read == lines[: len(read)]
    assert len(read) < len(lines)
    results.trim(path)
    with ResultFile(path) as file:
        file.write(lines[-1])
    assert results.read(path)[-1] == lines[-1]


def test_a_line_cut_in_the_middle_is_damage(lines, tmp_path: Path):
    path = write(tmp_path / "cut.jsonl", lines)
    text = path.read_text(encoding="utf-8").splitlines()
    text[3] = text[3][:20]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    with pytest.raises(ResultError, match="line 4: not JSON"):
        results.read(path)


def test_nothing_that_breaks_the_schema_is_written(tmp_path: Path, lines):
    path = tmp_path / "run.jsonl"
    with ResultFile(path) as file:
        file.write(lines[0])
        with pytest.raises(ResultError, match="block has no"):
            file.write(lines[1], {"kind": "block"})
    assert len(results.read(path)) == 1


def test_a_second_writer_is_refused(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    with ResultFile(path), pytest.raises(BenchError, match="written by another run"):
        ResultFile(path)


def test_a_file_says_nothing_of_its_owner(lines, tmp_path_factory):
    text = json.dumps(lines)
    assert str(tmp_path_factory.getbasetemp()) not in text
    assert str(Path(results.__file__).parent) not in text
