"""A run of the probes: whatever ends it, a file of complete units, which another run goes on with."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main
from bench.environment import host
from bench.errors import OptionError, ResultError
from bench.pressure import allowed_cores
from bench.probes import records
from bench.probes.probe import ProbeOptions
from bench.probes.runner import Request, load, plan, probe_names, run, side_by_side
from bench.results import Record
from bench.stacks import MODES
from tests.bench.dummies import CLI
from tests.bench.probes import copied, front, kinds, lines, surroundings
from tests.support import ROOT

GUIDE = (ROOT / "docs" / "adding-a-probe.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`(bench/[\w/.]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)

# A probe of stubs, in a tree of its own: each unit does one thing, `nap` ones take their time.
PROBE = '''
"""Stubs."""
from bench.probes.probe import Unit

class Stubs:
    name, about, alone = "stubs", "Stubs that misbehave.", True

    def units(self, options):
        naps = [Unit(f"nap/{n}", "", "stub", {"do": "nap"}, PATH, 60.0) for n in range(4)]
        bad = [Unit(f"bad/{do}", "", "stub", {"do": do}, PATH, 20.0) for do in ("raise", "kill-itself", "junk")]
        asked = options.workloads
        absent = [Unit("absent", "made-later", "stub", {"do": "nap"}, PATH)]
        twice = [Unit("twice", "", "stub", {"do": "nap"}, PATH, repeat=2)]
        wrong = [Unit("wrong-record", "", "stub", {"do": ""}, PATH)]
        every = {"nap": naps, "bad": bad, "absent": absent, "twice": twice, "wrong": wrong}
        return [unit for word in asked or every for unit in every[word]]

    def records(self, unit, outcomes):
        extra = {"surprise": 1} if unit.key == "wrong-record" else {}
        return [
            {"kind": "stub", "unit": unit.key, "status": one.how, "reason": one.reason, "number": n, **extra}
            for n, one in enumerate(outcomes)
        ]

PATH = {"PYTHONPATH": __import__("os").path.dirname(__file__)}
PROBE = Stubs()
'''
# A probe whose units may run beside each other: each says on which cores it ran, and when.
BESIDE = """
from bench.probes.probe import Unit

class Beside:
    name, about, alone = "beside", "Units side by side.", False

    def units(self, options):
        last = {"mlp": {"alone": True}, "cnn": {"apart": "last"}}.get("".join(options.workloads), {})
        return [Unit(f"when/{n}", "", "bench.probes.beside.when", **(last if n > 3 else {})) for n in range(6)]

    def records(self, unit, outcomes):
        return [{"kind": "beside", "unit": unit.key, **outcomes[0].answer}]

PROBE = Beside()
"""
WHEN = """
import os, time

def measure():
    begun = time.monotonic()
    time.sleep(0.5)
    return {"cores": sorted(os.sched_getaffinity(0)), "begun": begun, "ended": time.monotonic()}
"""
BESIDE_SCHEMA = """
{"kinds": {"beside": {"about": "One unit.", "fields": {
    "unit": ["string", "the unit's key"], "cores": ["array", "where"],
    "begun": ["number", "seconds"], "ended": ["number", "seconds"]}}}}
"""
SCHEMA = {
    "kinds": {
        "stub": {
            "about": "A stub.",
            "fields": {
                "unit": ["string", "the unit's key"],
                "status": ["string", "how it ended"],
                "reason": ["string", "in words"],
                "number": ["integer", "which process"],
            },
        }
    }
}
NAP = '\n    if do == "nap":\n        time.sleep(0.5)\n    return {"value": 1}\n'


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the room with one probe more."""
    tree = tmp_path_factory.mktemp("tree")
    folder = copied(tree) / "probes" / "stubs"
    folder.mkdir()
    stub = (ROOT / "tests" / "bench" / "probes" / "stub.py").read_text(encoding="utf-8")
    (folder / "stub.py").write_text(stub.replace('\n    return {"value": 1}\n', NAP), encoding="utf-8")
    (folder / "__init__.py").write_text(PROBE, encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    beside = tree / "bench" / "probes" / "beside"
    beside.mkdir()
    for name, text in (("__init__.py", BESIDE), ("when.py", WHEN), ("schema.json", BESIDE_SCHEMA)):
        (beside / name).write_text(text, encoding="utf-8")
    return tree


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
    out = tmp_path / "probes.jsonl"
    words = ["probe", "stubs", "--device", "cpu", "--workloads", "nap", "--out", str(out)]
    done = front(tmp_path, tree, *words, "--budget", "1s")
    assert done.returncode == 3, done.stderr
    assert "stopped: budget. Go on with" in done.stderr
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


def test_units_run_side_by_side_each_on_a_core_of_its_own(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    done = front(tmp_path, tree, "probe", "beside", "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert sorted(one["unit"] for one in kinds(out, "unit")) == [f"when/{number}" for number in range(6)]
    found = kinds(out, "beside")
    # A core is nobody else's while a unit runs on it; where there are two, two units run at a time.
    together = [
        (one, other)
        for number, one in enumerate(found)
        for other in found[:number]
        if one["begun"] < other["ended"] and other["begun"] < one["ended"]
    ]
    assert all(len(one["cores"]) == 1 for one in found)
    assert all(one["cores"] != other["cores"] for one, other in together)
    assert bool(together) == (len(side_by_side(host("cpu"), "cpu")) > 1)
    alone = front(
        tmp_path, tree, "probe", "stubs", "--workloads", "nap", "--device", "cpu", "--out", str(tmp_path / "a")
    )
    assert alone.returncode == 0, alone.stderr
    assert [one["unit"] for one in kinds(tmp_path / "a", "unit")] == [f"nap/{number}" for number in range(4)]


def told_beside(tree: Path, tmp_path: Path, workload: str) -> tuple[Record, Record, dict[str, Record]]:
    """What the last two units of `beside` say of cores and times, and what the others do by unit."""
    out = tmp_path / "probes.jsonl"
    done = front(tmp_path, tree, "probe", "beside", "--workloads", workload, "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    found = {one["unit"]: one for one in kinds(out, "beside")}
    return found.pop("when/4"), found.pop("when/5"), found


def test_a_unit_alone_has_every_core_and_nothing_beside_it(tree: Path, tmp_path: Path):
    first, second, found = told_beside(tree, tmp_path, "mlp")
    assert first["cores"] == second["cores"] == allowed_cores()
    assert all(other["ended"] <= first["begun"] for other in found.values())
    assert first["ended"] <= second["begun"]
    assert all(len(one["cores"]) == 1 for one in found.values())


def test_units_apart_run_beside_their_own_kind_and_nothing_else(tree: Path, tmp_path: Path):
    first, second, found = told_beside(tree, tmp_path, "cnn")
    assert all(other["ended"] <= min(first["begun"], second["begun"]) for other in found.values())
    together = first["begun"] < second["ended"] and second["begun"] < first["ended"]
    assert together == (len(side_by_side(host("cpu"), "cpu")) > 1)
    assert not together or first["cores"] != second["cores"]


def test_memory_and_a_gpu_limit_how_many_run_side_by_side():
    cores, enough = allowed_cores(), len(allowed_cores()) * (4 << 30)
    for memory, limit, device, lanes in (
        (enough, "max", "cpu", len(cores)),
        (enough, None, "cpu", len(cores)),
        (None, None, "cpu", len(cores)),
        (enough, str(5 << 30), "cpu", 1),
        (1 << 30, "max", "cpu", 1),
        (enough, "max", "cuda", 1),
    ):
        assert side_by_side({"memory_bytes": memory, "cgroup_memory": limit}, device) == cores[:lanes]


def interrupted(tree: Path, home: Path, line: str, *words: str) -> None:
    """Run the probes until a line of progress, then press Ctrl-C: they end in good order and leave no process."""
    environment = surroundings(home, tree)
    with subprocess.Popen([*CLI, *words], env=environment, cwd=home, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while line not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait(60) == 130
    assert not any(str(home).encode() in readable(path) for path in Path("/proc").glob("[0-9]*/environ"))


def test_ctrl_c_ends_every_child_at_once(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    words = ["probe", "beside", "--device", "cpu", "--out", str(out)]
    interrupted(tree, tmp_path, "[4/6]", *words)
    done = [one["unit"] for one in kinds(out, "unit")]
    assert len(done) < 6
    assert [one["unit"] for one in kinds(out, "beside")] == done
    assert kinds(out, "end")[0]["reason"] == "interrupted"
    assert front(tmp_path, tree, *words, "--resume").returncode == 0
    assert sorted(one["unit"] for one in kinds(out, "unit")) == [f"when/{number}" for number in range(6)]


def test_a_run_that_ends_by_an_error_of_its_own_says_so(tmp_path: Path):
    def broken(line: str) -> None:
        raise BrokenPipeError("nobody reads")

    out = tmp_path / "probes.jsonl"
    with pytest.raises(BrokenPipeError):
        run(Request(ProbeOptions(quick=True), out, ("ease",), say=broken))
    assert kinds(out, "end")[0]["reason"] == "failed"


def test_ctrl_c_ends_the_child_and_keeps_what_is_complete(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    interrupted(tree, tmp_path, "[2/4]", "probe", "stubs", "--device", "cpu", "--workloads", "nap", "--out", str(out))
    assert [one["unit"] for one in kinds(out, "unit")] == ["nap/0"]
    assert kinds(out, "end")[0]["reason"] == "interrupted"


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


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


def test_every_probe_here_has_units_kinds_and_words():
    """Of the real tree: names agree, keys are unique, every kind bears its unit, and no kind belongs to two."""
    known = records.schema()["kinds"]
    for probe in load():
        assert probe.name in probe_names()
        assert probe.about
        for quick in (False, True):
            assert plan(ProbeOptions(quick=quick), [probe])
        for kind in records.kinds_of(probe.name):
            assert known[kind]["fields"]["unit"][0] == "string"
            assert all(len(words) in (2, 3) and words[1] for words in known[kind]["fields"].values())
    with pytest.raises(OptionError, match="nope is not a probe"):
        load(["nope"])


def test_a_stack_narrows_every_probe():
    for probe in load(["footprint", "integration"]):
        units = probe.units(ProbeOptions(stacks=("keras-jax-jit",), quick=True))
        environments = {unit.environment for unit in units}
        assert environments <= {"", "keras-jax", "integration-jax"}
        assert environments - {""}
    assert "keras-jax-jit" in MODES


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


def test_the_guides_probe_runs_as_it_stands(tmp_path: Path):
    """The files of the page, put where it says, in a copy of the room; nothing else is touched."""
    tree = tmp_path / "tree"
    copied(tree)
    blocks = dict(BLOCK.findall(GUIDE))
    assert len(blocks) == 4
    for name, text in blocks.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    listed = front(tmp_path, tree, "probe", "repeatability", "--list")
    assert "Whether a seed gives the same numbers in another process." in listed.stdout
    out = tmp_path / "x.jsonl"
    done = front(tmp_path, tree, "probe", "repeatability", "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert sorted((one["unit"], one["status"]) for one in kinds(out, "repeatability")) == [
        ("numpy/PCG64", "same"),
        ("numpy/Philox", "same"),
    ]
    # The page's stack is in the matrix, and is found by its own name.
    stacks = front(tmp_path, tree, "probe", "integration", "--list")
    assert "integration-jax" in stacks.stdout
    ruff = Path(sys.executable).with_name("ruff")
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for check in (["check", *settings], ["format", "--check", *settings]):
        checked = subprocess.run(
            [str(ruff), *check, *(str(tree / name) for name in blocks if name.endswith(".py"))],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout
