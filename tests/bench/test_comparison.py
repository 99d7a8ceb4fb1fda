"""Two runs of the dummies side by side: verdicts that agree, verdicts that do not, another machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli import main
from bench.comparison import compare
from tests.bench.dummies import options, read, run_dummies

STACKS = ("dummy-one", "dummy-slow")


def test_verdicts_that_agree_and_that_do_not(tmp_path: Path):
    asked = options(stacks=STACKS, forks=3, rounds=4, block_s=0.02)
    for name, ratio in (("twice", "2.0"), ("again", "2.0"), ("equal", "1.0")):
        ended = run_dummies(tmp_path / name, asked, variables={"dummy-slow": {"BENCH_DUMMY_RATIO": ratio}})
        assert ended == "complete"
    twice, again, equal = (read(tmp_path / name)[0] for name in ("twice", "again", "equal"))
    agreed = compare(twice, again)
    assert agreed.endswith("\nverdicts: 1 of 1 are the same")
    assert "dummy train, matched, pinned  dummy-slow  dummy-one  " in agreed
    assert agreed.splitlines()[1].split()[-1] == "yes"
    differing = compare(twice, equal)
    assert differing.endswith("\nverdicts: 0 of 1 are the same")
    assert differing.splitlines()[1].split()[-1] == "NO"
    elsewhere = [{**record, "host_id": "another"} if record["kind"] == "run" else record for record in again]
    assert compare(twice, elsewhere).endswith("verdicts: 1 of 1 are the same; the files are of two machines")
    larger = [{**record, "batch": 2 * record["batch"]} if record["kind"] == "group" else record for record in again]
    assert compare(twice, larger).endswith("verdicts: 0 of 0 are the same; 2 contrasts stand in one file only")


def test_what_only_one_file_has_is_counted_and_not_compared(tmp_path: Path):
    run_dummies(tmp_path / "both", options(stacks=STACKS))
    run_dummies(tmp_path / "one", options(stacks=("dummy-one",)))
    both, one = read(tmp_path / "both")[0], read(tmp_path / "one")[0]
    assert compare(both, one).endswith("verdicts: 0 of 0 are the same; 1 contrasts stand in one file only")


def test_a_probe_file_and_a_missing_one_are_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    probes = tmp_path / "probes.jsonl"
    probes.write_text('{"kind":"probe_run","schema":1}\n', encoding="utf-8")
    assert main(["compare", str(probes), str(probes)]) == 2
    assert "probes.jsonl is a file of `probe`: probes have no ratios to compare." in capsys.readouterr().err
    assert main(["compare", str(tmp_path / "none.jsonl"), str(tmp_path / "none.jsonl")]) == 4
    assert "none.jsonl cannot be read" in capsys.readouterr().err
