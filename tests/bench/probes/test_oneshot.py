"""A child of the probes: whatever it does, its asker gets an outcome, and nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from bench.probes.oneshot import ask, interpreter
from bench.probes.probe import Unit
from tests.support import ROOT


@pytest.fixture
def stub(tmp_path: Path) -> dict[str, str]:
    """The variables with which a child finds the stub."""
    shutil.copy(ROOT / "tests" / "bench" / "probes" / "stub.py", tmp_path / "stub.py")
    return {"PYTHONPATH": str(tmp_path)}


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_end(pids: Path) -> bool:
    """Whether the processes named in the file are gone, within the moment that the kernel takes over it."""
    deadline = time.monotonic() + 20
    left = [int(pid) for pid in pids.read_text(encoding="utf-8").split()]
    assert left
    while any(map(is_alive, left)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(is_alive, left))


@pytest.mark.parametrize(
    ("do", "how", "reason"),
    [
        ("warn", "answered", ""),
        ("raise", "raised", "ValueError: the width is wrong, see model.py"),
        ("raise-exit", "raised", "SystemExit: 4"),
        ("raise-at-length", "raised", "ValueError: long long"),
        ("lie", "garbage", "its answer is no dict: ['not a dict']"),
        ("nothing-json-holds", "garbage", "its answer is nothing that JSON holds: ValueError"),
        ("junk", "garbage", "it answered with garbage"),
        ("half-a-line", "garbage", "it answered with garbage"),
        ("exit", "died", "it ended with 3 without an answer: goodbye"),
        ("kill-itself", "died", "it died of SIGKILL"),
        ("fork-and-come-back", "answered", ""),
    ],
)
def test_whatever_a_child_does_is_an_outcome(stub: dict[str, str], do: str, how: str, reason: str):
    outcome = ask(Unit("u", "", "stub", {"do": do}, stub, timeout_s=60), sys.executable)
    assert (outcome.how, outcome.reason[: len(reason)]) == (how, reason)
    assert bool(outcome.reason) == (how != "answered")
    assert outcome.answer == ({"value": 1} if how == "answered" else {})
    assert bool(outcome.exception) == bool(outcome.traceback) == (how == "raised")
    assert outcome.peak_rss_bytes is not None
    assert outcome.peak_rss_bytes > 5 << 20
    assert len(outcome.reason) <= 600
    if do == "warn":
        assert "UserWarning: careful" in outcome.output
    if how == "raised":
        assert outcome.traceback.count("in measure") == 1
        assert "child.py" not in outcome.traceback
        assert len(outcome.traceback) <= 200_000


@pytest.mark.parametrize(("do", "limit"), [("hang", 6), ("close-everything", 3), ("print-for-ever", 3)])
def test_a_child_that_never_answers_hangs_for_its_time_and_no_longer(
    stub: dict[str, str], tmp_path: Path, do: str, limit: int
):
    pids = tmp_path / "pids"
    begun = time.monotonic()
    outcome = ask(Unit("u", "", "stub", {"do": do, "pids": str(pids)}, stub, timeout_s=limit), sys.executable)
    assert (outcome.how, outcome.reason) == ("hung", f"no answer within {limit} s")
    assert limit <= time.monotonic() - begun < 60
    assert len(outcome.output) < 80_000
    if do == "hang":
        assert all_end(pids)


def test_what_it_leaves_behind_is_ended(stub: dict[str, str], tmp_path: Path):
    pids = tmp_path / "pids"
    outcome = ask(Unit("u", "", "stub", {"do": "leave-one-behind", "pids": str(pids)}, stub), sys.executable)
    assert outcome.how == "answered"
    assert all_end(pids)


def test_megabytes_are_counted_and_their_ends_kept(stub: dict[str, str]):
    outcome = ask(Unit("u", "", "stub", {"do": "print-megabytes"}, stub), sys.executable)
    assert outcome.how == "answered"
    assert outcome.output_bytes == 100 * 100_001 + len("first words\nlast words\n")
    assert outcome.output.startswith("first words\nxxx")
    assert outcome.output.endswith("xxx\nlast words\n")
    kept = 2 * 32 * 1024
    assert f"[... {outcome.output_bytes - kept} bytes left out ...]" in outcome.output
    assert len(outcome.output) < kept + 100


def test_memory_is_the_childs_own_high_water(stub: dict[str, str]):
    outcome = ask(Unit("u", "", "stub", {"do": "take-memory"}, stub), sys.executable)
    assert outcome.answer == {"bytes": 200 << 20}
    assert outcome.peak_rss_bytes is not None
    assert 200 << 20 <= outcome.peak_rss_bytes < 300 << 20


def test_a_child_has_an_empty_folder_and_nothing_that_steers_it(stub: dict[str, str], monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    monkeypatch.setenv("PYTHONPATH", "nowhere")
    outcome = ask(Unit("u", "", "stub", {"do": "look-around"}, {**stub, "OF_ITS_OWN": "1"}), sys.executable)
    seen = outcome.answer["variables"]
    assert not Path(outcome.answer["folder"]).exists()
    assert not Path(outcome.answer["beside"]).exists()
    assert outcome.answer["stdin"] == ""
    assert (seen["OF_ITS_OWN"], seen["PYTHONPATH"]) == ("1", stub["PYTHONPATH"])
    assert "KERAS_BACKEND" not in seen
    assert seen["KERAS_HOME"].startswith(outcome.answer["folder"])
    assert str(ROOT / "bench" / "probes") not in outcome.answer["path"]


def test_what_cannot_be_started_or_imported_says_so(tmp_path: Path):
    outcome = ask(Unit("u", "", "stub"), str(tmp_path / "python"))
    assert (outcome.how, outcome.reason) == ("not-run", "python could not be started: No such file or directory")
    outcome = ask(Unit("u", "", "no_such_module"), sys.executable)
    assert (outcome.how, outcome.exception) == ("raised", "")
    assert outcome.reason == "importing no_such_module: ModuleNotFoundError: No module named 'no_such_module'"
    python, reason = interpreter("no-such-environment")
    assert python is None
    assert "python -m bench setup no-such-environment" in reason
    assert interpreter("") == (sys.executable, "")


def test_children_know_nothing_but_the_standard_library(tmp_path: Path):
    """A serving environment has no numpy: an interpreter without site-packages answers all the same."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    outcome = ask(Unit("u", "", "bench.probes.inventory"), str(bare))
    assert outcome.how == "answered", outcome.reason
    assert "numpy" not in outcome.answer["distributions"]
    assert os.path.basename(sys.executable).startswith("python")
