"""Cells in forks of their own: a stub of a framework that raises, warns, lies, hangs, prints and kills itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench.probes.forked import ask_all
from tests.support import ROOT

# A whole framework, its kit, and one fault a file: what a contributor adds, tried.
STUB = """
import json, os, sys, types
from pathlib import Path
import bench.probes.debugging.faults as folder
from bench.probes.debugging import cells, fault
from bench.probes.debugging.kits.data import Data

class Kit(Data):
    def start(self):
        pass

    def train(self, factor=1.0):
        self.stepped(0.5 * factor)
        return self.figures([1.0])

sys.modules["stub"] = types.ModuleType("stub")
kits = types.ModuleType("bench.probes.debugging.kits.stub")
kits.Kit = Kit
sys.modules["bench.probes.debugging.kits.stub"] = kits
fault.STYLES.clear()
fault.STYLES["stub"] = ("sequential", "subclass")
folder.__path__.append(sys.argv[1])
names = [path.stem for path in sorted(Path(sys.argv[1]).glob("*.py"))]
assert set(names) < set(path.stem for place in folder.__path__ for path in Path(place).glob("*.py"))
answer = cells.measure("stub-eager", "stub", "stub", "eager", names, ["subclass"], ["off"], "cpu", 0, 3.0, 60.0)
print(json.dumps(answer))
"""
FAULT = """
import os, sys, time, warnings, logging
from bench.probes.debugging.fault import Fault

FAULT = Fault(number=1, title="stub", family="model", about="", absent={absent!r})


def stub(kit):
    kit.train
    {faulty}  # faulty; right: return kit.train()
    return kit.train()
"""
LINES = {
    "handles": "return kit.train(1.00001)",
    "lies": "return kit.train(3.0)",
    "gives_nan": "return kit.train(float('nan'))",
    "raises": "raise ValueError('wrong')",
    "leaves": "sys.exit(3)",
    "warns": "warnings.warn('careful')",
    "logs": "logging.warning('careful')",
    "prints_warning": "os.write(2, b'W0102 00:00:00.1 7 kernel.cc:7] careful\\n')",
    "chatters": "print('hello ' * 500_000)",
    "hangs": "time.sleep(600)",
    "kills": "os.kill(os.getpid(), 9)",
    "ends": "os._exit(4)",
}
EXPECTED = {
    "handles": "handled",
    "lies": "silent",
    "gives_nan": "silent",
    "raises": "raised",
    "leaves": "raised",
    "warns": "warned",
    "logs": "warned",
    "prints_warning": "warned",
    "chatters": "handled",
    "hangs": "hung",
    "kills": "died",
    "ends": "died",
}


@pytest.fixture(scope="module")
def stub_cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The cell of every stub fault."""
    folder = tmp_path_factory.mktemp("faults")
    for name, line in LINES.items():
        (folder / f"{name}.py").write_text(FAULT.format(absent={}, faulty=line), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", STUB, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path_factory.mktemp("work"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {cell["fault"]: cell for cell in json.loads(done.stdout)["cells"]}


@pytest.mark.parametrize("name", EXPECTED)
def test_whatever_a_program_does_its_own_cell_says_so(stub_cells: dict[str, dict[str, Any]], name: str):
    assert (stub_cells[name]["status"], stub_cells[name]["outcome"]) == ("ok", EXPECTED[name])


def test_signals_are_read_in_the_fork(stub_cells: dict[str, dict[str, Any]]):
    raised = stub_cells["raises"]
    assert (raised["exception"], raised["message"], raised["stage"]) == ("ValueError", "wrong", "build")
    assert (raised["faulty_line"], raised["faulty_frame"]) == (True, True)
    assert (raised["user_frames"], raised["foreign_frames"]) == (1, 0)
    assert stub_cells["warns"]["faulty_line"]
    assert stub_cells["prints_warning"]["message"].endswith("careful")
    assert "SIGKILL" in stub_cells["kills"]["reason"]
    assert stub_cells["hangs"]["seconds"] >= 3


def test_questions_are_asked_side_by_side_and_none_after_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    begun = time.monotonic()
    sleeping = [lambda output: {"slept": time.sleep(0.5)}] * 4
    assert [one.how for one in ask_all(sleeping, 4, 10, begun + 60)] == ["answered"] * 4
    late = ask_all(sleeping, 4, 10, begun)
    assert [(one.how, bool(one.reason)) for one in late] == [("not-run", True)] * 4
    assert list(tmp_path.iterdir()) == []
