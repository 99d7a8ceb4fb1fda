"""A run of the probes: whatever ends it, a file of complete units, which another run goes on with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main
from bench.errors import ResultError
from bench.probes import records
from bench.probes.probe import ProbeOptions
from bench.probes.runner import Request, run
from tests.bench.probes import front, kinds, lines, surroundings


def test_a_run_writes_every_unit_whole_whatever_it_did(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    done = front(
        tmp_path, tree, "probe", "stubs", "--device", "cpu", "--workloads", "bad,absent,twice,wrong", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out)
    assert "[1/6] stubs bad/raise; about" in done.stderr
    units = {one["unit"]: one for one in kinds(out, "unit")}
    hows = {key: (one["how"], one["processes"], one["answered"]) for key, one in units.items()}
    assert hows == {
        "bad/raise": ("raised", 1, 0),
        "bad/kill-itself": ("died", 1, 0),
        "bad/junk": ("garbage", 1, 0),
        "absent": ("not-run", 0, 0),
        "twice": ("answered", 2, 2),
        "wrong-record": ("garbage", 1, 1),
    }
    assert (
        units["wrong-record"]["reason"]
        == "the probe made no records of the outcome: stub has an unknown field surprise"
    )
    statuses = [(one["unit"], one["status"]) for one in kinds(out, "stub")]
    assert statuses == [
        ("bad/raise", "raised"),
        ("bad/kill-itself", "died"),
        ("bad/junk", "garbage"),
        ("absent", "not-run"),
        ("twice", "answered"),
        ("twice", "answered"),
    ]
    assert "made-later" in units["absent"]["reason"]
    head, *_, end = lines(out)
    assert (head["kind"], head["units"], end["kind"], end["reason"]) == ("probe_run", 6, "end", "complete")
    assert [one["environment"] for one in kinds(out, "environment")] == ["runner"]
    assert str(tmp_path) not in out.read_text(encoding="utf-8")
    checked = front(tmp_path, tree, "check", str(out))
    assert "units: 1 answered, 1 died, 2 garbage, 1 not-run, 1 raised" in checked.stdout
    shown = front(tmp_path, tree, "show", str(out))
    assert "bad/kill-itself" in shown.stdout
    assert "stubs: stub. A stub." in shown.stdout


def test_a_budget_ends_between_units_and_resume_goes_on(tree: Path, tmp_path: Path):
    out = tmp_path / "some probes.jsonl"
    words = ["probe", "stubs", "--device", "cpu", "--workloads", "nap", "--out", str(out)]
    done = front(tmp_path, tree, *words, "--budget", "1s")
    assert done.returncode == 3, done.stderr
    assert f"stopped: budget. Go on with: python -m bench probe --resume --out '{out}' and the same" in done.stderr
    first = [one["unit"] for one in kinds(out, "unit")]
    assert len(first) < 4
    assert [one["unit"] for one in kinds(out, "stub")] == first
    # What a kill leaves.
    with out.open("a", encoding="utf-8") as file:
        file.write('{"kind":"unit","pro')
    done = front(tmp_path, tree, *words, "--resume", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["unit"] for one in kinds(out, "unit")] == [f"nap/{number}" for number in range(4)]
    assert [one["resumed"] for one in kinds(out, "session")] == [False, True]
    assert [one["reason"] for one in kinds(out, "end")] == ["budget", "complete"]


def test_a_run_that_ends_by_an_error_of_its_own_says_so(tmp_path: Path):
    def broken(line: str) -> None:
        raise BrokenPipeError("nobody reads")

    out = tmp_path / "probes.jsonl"
    with pytest.raises(BrokenPipeError):
        run(Request(ProbeOptions(quick=True), out, ("ease",), say=broken))
    assert kinds(out, "end")[0]["reason"] == "failed"


def test_what_waited_for_an_environment_is_run_once_it_is_there(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    words = ["probe", "stubs", "--device", "cpu", "--workloads", "absent,twice", "--out", str(out)]
    assert front(tmp_path, tree, *words).returncode == 0
    assert len(lines(out)) == len(records_of(tree, tmp_path, out))
    made = tmp_path / "bench-env" / "made-later" / "bin"
    made.mkdir(parents=True)
    (made / "python").symlink_to(sys.executable)
    assert front(tmp_path, tree, *words, "--resume").returncode == 0
    assert [(one["unit"], one["how"]) for one in kinds(out, "unit")] == [
        ("absent", "not-run"),
        ("twice", "answered"),
        ("absent", "answered"),
    ]
    settled = records_of(tree, tmp_path, out)
    assert [(one["unit"], one["how"]) for one in settled if one["kind"] == "unit"] == [
        ("twice", "answered"),
        ("absent", "answered"),
    ]
    assert [one["status"] for one in settled if one["kind"] == "stub"] == ["answered"] * 3


def records_of(tree: Path, home: Path, out: Path) -> list[dict[str, object]]:
    """The tree's own reading of a file, superseded units left out."""
    code = (
        "import json, sys; from pathlib import Path; from bench.probes import records; "
        "print(json.dumps(records.settled(records.read(Path(sys.argv[1])))))"
    )
    command = [sys.executable, "-c", code, str(out)]
    done = subprocess.run(command, env=surroundings(home, tree), cwd=home, capture_output=True, text=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("BAROMETER_HOME", str(tmp_path))
    monkeypatch.setenv("BENCH_ENV", str(tmp_path / "none"))
    out, newer, timing = (tmp_path / f"{name}.jsonl" for name in ("probes", "newer", "timing"))
    words = ["--device", "cpu", "--quick"]
    assert main(["probe", "footprint", *words, "--out", str(out), "--quiet"]) == 0
    newer.write_text(out.read_text(encoding="utf-8").replace('"schema":1', '"schema":99', 1), encoding="utf-8")
    timing.write_text('{"kind":"run","schema":1}\n', encoding="utf-8")
    capsys.readouterr()
    for arguments, code, said in (
        (["nope"], 2, "nope is not a probe. Probes are:"),
        (["--stacks", "nope"], 2, "nope is not a stack or an environment. Those are:"),
        (["--stacks", "torch"], 2, "torch is not installed: no environment torch (torch)"),
        (["--out", str(out)], 2, "probes.jsonl exists. Go on with it (--resume)"),
        (["--out", str(out), "--resume", "--seed", "9"], 4, "was begun with another seed: 0, now 9"),
        (["--out", str(newer), "--resume"], 4, "has version 99 of the probes' schema; this one reads up to 1"),
        (["--out", str(timing), "--resume"], 4, "timing.jsonl is a file of `run`, not of `probe`"),
        (["--resume"], 2, "There is no probe file to go on with"),
    ):
        assert main(["probe", "footprint", *arguments, *words]) == code
        said_all = capsys.readouterr().err
        assert said in said_all
        assert said_all.count("\n") == 1
    assert main(["check", str(newer)]) == 4
    with pytest.raises(SystemExit):
        main(["probe", "--budget", "soon"])
    assert "soon is not a time" in capsys.readouterr().err
    assert main(["check", str(out)]) == 0
    assert "answered" in capsys.readouterr().out


def test_a_record_out_of_place_is_refused(tmp_path: Path):
    file = tmp_path / "x.jsonl"
    head = {
        **dict.fromkeys(("run", "started_at", "host_id", "code"), "x"),
        "options": {},
        "host": {},
        "kind": "probe_run",
        "schema": 1,
        "device": "cpu",
        "seed": 0,
        "quick": True,
        "units": 0,
    }
    stray = {"kind": "footprint_metadata", "unit": "u", "environment": "e", "distribution": "d", "status": "read"}
    stray |= {"reason": "", "version": None, "summary": None, "keywords": None, "classifiers": [], "requires": []}
    file.write_text(json.dumps(head) + "\n" + json.dumps(stray) + "\n", encoding="utf-8")
    with pytest.raises(ResultError, match="line 2: footprint_metadata does not follow its unit u"):
        records.read(file)
    assert records.problem({**stray, "status": "fine"}) == (
        "footprint_metadata.status is 'fine', not one of read, not-run"
    )
    assert records.problem({**stray, "version": float("inf")}).startswith("footprint_metadata.version is Infinity")
