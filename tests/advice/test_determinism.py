"""The same inputs give the same bytes, in any order, in any process."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from advice import decide

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import json, sys
from pathlib import Path
import msgspec
from advice import decide
from barometer.catalog import load_catalog
catalog = load_catalog(Path(sys.argv[1]))
catalog = msgspec.structs.replace(catalog, method=msgspec.structs.replace(catalog.method, draws=1500))
print(json.dumps(decide(json.load(sys.stdin), catalog)))
"""


def test_two_processes_give_the_same_bytes(realistic):
    def run(seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, str(ROOT / "catalog.toml")],
            input=json.dumps(realistic).encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout

    first, second = run("1"), run("2")
    assert len(first) > 10_000
    assert first == second


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_frameworks_means_nothing(quick, realistic, seed):
    rows, frameworks = list(realistic), list(quick.frameworks)
    random.Random(seed).shuffle(rows)
    random.Random(seed + 9).shuffle(frameworks)
    shuffled = decide(rows, msgspec.structs.replace(quick, frameworks=frameworks))
    assert json.dumps(shuffled) == json.dumps(decide(realistic, quick))


def test_another_seed_moves_only_what_is_sampled(quick, realistic):
    other = msgspec.structs.replace(quick, method=msgspec.structs.replace(quick.method, seed=1))
    first, second = decide(realistic, quick), decide(realistic, other)
    assert first["recommendations"] != second["recommendations"]
    for key in ("lean", "flip_weight_to", "reasons", "measured_weight"):
        assert [line[key] for line in first["picks"]] == [line[key] for line in second["picks"]]


def test_the_result_is_plain_data(quick, realistic):
    plain = (str, float, int, bool, type(None))
    for rows in decide(realistic, quick).values():
        for line in rows:
            for value in line.values():
                parts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
                assert all(type(part) in plain for part in parts), value


def test_evidence_is_not_changed(quick, realistic):
    before = json.dumps(realistic)
    decide(realistic, quick)
    assert json.dumps(realistic) == before


def test_more_worlds_at_once_or_in_chunks_give_the_same(quick, realistic, complete):
    """Sixty frameworks take several chunks; each framework's figures are drawn as if it were one."""
    few = quick.frameworks
    many = [msgspec.structs.replace(few[0], key=f"other{i:02}") for i in range(60)]
    tables = decide(complete, msgspec.structs.replace(quick, frameworks=[*few, *many]))
    assert len(tables["recommendations"]) == 7 * 64
    assert all(1 <= line["rank_low"] <= line["rank_high"] <= 64 for line in tables["recommendations"])
