"""Ctrl-C ends the probes in good order and leaves no process."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from tests.bench.dummies import CLI
from tests.bench.probes import front, kinds, surroundings


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


def test_ctrl_c_ends_the_child_and_keeps_what_is_complete(tree: Path, tmp_path: Path):
    out = tmp_path / "probes.jsonl"
    interrupted(tree, tmp_path, "[2/4]", "probe", "stubs", "--device", "cpu", "--workloads", "nap", "--out", str(out))
    assert [one["unit"] for one in kinds(out, "unit")] == ["nap/0"]
    assert kinds(out, "end")[0]["reason"] == "interrupted"


def test_ctrl_c_ends_the_child_though_another_thread_than_the_main_one_got_it(tree: Path, tmp_path: Path):
    """Nothing wakes the main thread then, and in it alone is a signal handled."""
    out = tmp_path / "probes.jsonl"
    words = ["probe", "stubs", "--device", "cpu", "--workloads", "press,nap", "--out", str(out)]
    assert front(tmp_path, tree, *words).returncode == 130
    assert [one["unit"] for one in kinds(out, "unit")] == ["press"]


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
