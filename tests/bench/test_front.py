"""`python -m bench` as a user meets it, and what it needs: numpy, the standard library, and nothing of Barometer."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import environments
from bench.discovery import workload_ids
from bench.environment import without_paths
from bench.environments import interpreter
from bench.spec import Mode
from tests.bench.dummies import CLI, environ
from tests.support import ROOT

QUICK = ["run", "--stacks", "dummy-one,dummy-slow", "--workloads", "dummy", "--device", "cpu", "--rounds", "1"]
# Refuses every import that is neither of the standard library nor numpy nor bench itself, then imports all of the room.
BARE = """
import importlib, importlib.abc, pathlib, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names | {"numpy", "bench"}:
            raise ImportError(f"{name} is not allowed here")
sys.meta_path.insert(0, Refuse())
import numpy
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    if path.stem not in {"__main__", "__init__"}:
        importlib.import_module(f"bench.{path.stem}")
from bench.discovery import load_workload, workload_ids
for name in workload_ids():
    load_workload(name)
print("bare")
"""


def front(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *arguments], env=environ(home), cwd=home, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_run_ends_with_a_file_that_checks_and_shows(tmp_path: Path):
    done = front(tmp_path, *QUICK)
    assert done.returncode == 0, done.stderr
    out = Path(done.stdout.strip())
    assert out.parent == tmp_path / "bench"
    assert "[1/1] cells/dummy" in done.stderr
    assert "left" in done.stderr
    checked = front(tmp_path, "check", str(out))
    assert checked.returncode == 0
    assert "valid" in checked.stdout
    shown = front(tmp_path, "show", str(out))
    assert "dummy-slow" in shown.stdout
    assert "not-run" in shown.stdout or "undecided" in shown.stdout
    again = front(tmp_path, *QUICK, "--resume", "--quiet")
    assert (again.returncode, again.stderr) == (0, "")
    assert Path(again.stdout.strip()) == out


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path):
    (tmp_path / "bad.jsonl").write_text('{"kind":"block"}\n', encoding="utf-8")
    for arguments, code, words in (
        (["run", "--workloads", "nope"], 2, "nope is not a workload. Workloads are: mlp"),
        (["run", "--stacks", "nope"], 2, "nope is not a stack. Stacks are:"),
        (["run", "--phases", "nope"], 2, "nope is not a phase"),
        (["run", "--budget", "soon"], 2, "soon is not a time; write 90s, 10m or 1h"),
        (["run", "--forks", "0"], 2, "0 is not a whole number above zero"),
        (["run", "--python", "torch"], 2, "write ENVIRONMENT=PATH"),
        (["run", "--resume"], 2, "There is no result file to go on with"),
        (["setup", "nope"], 2, "nope is not an environment"),
        (["check", "bad.jsonl"], 4, "bad.jsonl, line 1: block has no fork"),
        (["check", "absent.jsonl"], 4, "cannot be read"),
        ([], 2, "COMMAND"),
    ):
        done = front(tmp_path, *arguments)
        assert done.returncode == code, arguments
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_the_list_says_what_can_run_here(tmp_path: Path):
    done = front(tmp_path, "list")
    assert done.returncode == 0
    for name in workload_ids():
        assert re.search(rf"^{name} ", done.stdout, re.MULTILINE)
    assert "python -m bench setup" in done.stdout or "yes" in done.stdout


def test_a_missing_framework_is_a_cell_with_its_reason(tmp_path: Path):
    """An interpreter that has none of them is named for PyTorch; the cells say so, and so does the error."""
    done = front(
        tmp_path,
        "run",
        "--stacks",
        "torch-eager",
        "--workloads",
        "mlp",
        "--device",
        "cpu",
        "--python",
        "torch=/nowhere",
    )
    assert done.returncode == 2
    assert "torch cannot be imported by the interpreter chosen for it" in done.stderr


def test_the_room_needs_numpy_and_the_standard_library_alone(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(ROOT / "bench")],
        env=environ(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "bare", done.stderr


def test_environments_are_looked_for_in_order(tmp_path: Path, monkeypatch):
    mode = Mode("s", "folder", "f", "eager", modules=("json",))
    monkeypatch.setenv("BAROMETER_HOME", str(tmp_path))
    monkeypatch.delenv("BENCH_ENV", raising=False)
    assert interpreter(mode) == (sys.executable, "")
    made = tmp_path / "bench-env" / "folder" / "bin" / "python"
    made.parent.mkdir(parents=True)
    made.symlink_to(sys.executable)
    assert interpreter(mode) == (str(made), "")
    named = tmp_path / "elsewhere" / "folder" / "bin" / "python"
    named.parent.mkdir(parents=True)
    named.symlink_to(sys.executable)
    monkeypatch.setenv("BENCH_ENV", str(tmp_path / "elsewhere"))
    assert interpreter(mode) == (str(named), "")
    assert interpreter(mode, {"folder": sys.executable}) == (sys.executable, "")
    python, reason = interpreter(Mode("s", "folder", "f", "eager", modules=("no_such_module",)))
    assert python is None
    assert "no_such_module" in reason
    assert "setup folder" in reason
    assert environments.folders()[0] == tmp_path / "elsewhere"


def test_paths_are_cut_down_to_their_last_name():
    """Put together here, so that this file names no folder of a machine either."""
    folder = "/" + "/".join(("home", "someone", "project"))
    assert without_paths(f"File {folder}/a.py, line 3") == "File a.py, line 3"
    assert without_paths(f"--xla_dump_to={folder}/dump") == "--xla_dump_to=dump"
    assert without_paths("ratio 3/4 of n/a, https://host/path/x") == "ratio 3/4 of n/a, https://host/path/x"


@pytest.mark.parametrize("fault", [False, True])
def test_an_eleventh_workload_is_a_file_and_a_program(tmp_path: Path, fault: bool):
    """A copy of the room gets one workload more; nothing else is touched, and its gates hold it like any other."""
    room = tmp_path / "tree" / "bench"
    shutil.copytree(ROOT / "bench", room, ignore=shutil.ignore_patterns("__pycache__"))
    workload = (room / "workloads" / "dummy.py").read_text(encoding="utf-8").replace('id="dummy"', 'id="eleventh"')
    if fault:
        workload = workload.replace("trainable=161", "trainable=160")
    (room / "workloads" / "eleventh.py").write_text(workload, encoding="utf-8")
    shutil.copy(room / "programs" / "dummy" / "dummy.py", room / "programs" / "dummy" / "eleventh.py")
    environment = environ(tmp_path) | {"PYTHONPATH": str(room.parent)}
    words = ["run", "--stacks", "dummy-one", "--device", "cpu", "--rounds", "1", "--workloads", "eleventh"]
    done = subprocess.run(
        [*CLI, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = Path(done.stdout.strip()).read_text(encoding="utf-8").splitlines()
    cells = [one for one in map(json.loads, lines) if one["kind"] == "cell"]
    assert {cell["workload"] for cell in cells} == {"eleventh"}
    assert any(one["kind"] == "round" for one in map(json.loads, lines)) is not fault
    assert ({cell["status"] for cell in cells} == {"parity-failed"}) is fault
    assert (
        "eleventh"
        in subprocess.run(
            [*CLI, "list"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
    )
