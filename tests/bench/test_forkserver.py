"""Workers that a server forks: as separate, as mortal and as well heard as those that are started afresh."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.errors import WorkerError
from bench.forkserver import Forked, ForkServer, Servers
from bench.process import Worker
from bench.stop import Stopped
from tests.bench.dummies import kinds, options, read, run_dummies

CORES = sorted(os.sched_getaffinity(0))


def server(folder: Path, modules: list[str], **variables: str) -> ForkServer:
    return ForkServer(sys.executable, variables, folder / "server.log", CORES, modules)


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[ForkServer]:
    one = server(tmp_path, ["numpy", "there_is_no_such_module"])
    assert one.ready(60, lambda: None)
    yield one
    one.close()


def worker(of: ForkServer, folder: Path, **variables: str) -> Worker:
    log = folder / "worker.log"
    return Worker(partial(Forked, of, variables, log, CORES[:1]), log)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])


def ended(pid: int) -> bool:
    """True once the process is gone, or waits to be read."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_forked_worker_has_its_own_group_cores_and_variables(ready: ForkServer, tmp_path: Path):
    one, two = worker(ready, tmp_path), worker(ready, tmp_path)
    try:
        assert one.pid != two.pid
        assert [os.getpgid(each.pid) for each in (one, two)] == [one.pid, two.pid]
        assert parent_of(one.pid) == parent_of(two.pid) != os.getpid()
        # It answers, an error too, and lives on.
        assert one.ask("tidy", 20) == {"answers": 1}
        assert os.sched_getaffinity(one.pid) == set(CORES[:1])
        with pytest.raises(WorkerError, match="nothing"):
            one.ask("open", 20, size={"nothing": 1}, division={})
        assert one.ask("tidy", 20)["answers"] == 3
    finally:
        one.kill()
        two.kill()
    assert ended(one.pid)
    assert ended(two.pid)


def test_how_a_forked_worker_died_is_told(ready: ForkServer, tmp_path: Path):
    one = worker(ready, tmp_path)
    os.kill(one.pid, signal.SIGSEGV)
    with pytest.raises(WorkerError, match="died of signal 11 during tidy"):
        one.ask("tidy", 20)


def test_workers_end_with_their_server(ready: ForkServer, tmp_path: Path):
    one = worker(ready, tmp_path)
    ready.close()
    assert ended(one.pid)
    with pytest.raises(WorkerError, match="the worker died of signal 9"):
        one.ask("tidy", 20)
    with pytest.raises(OSError, match="the fork server is gone"):
        worker(ready, tmp_path)


@pytest.mark.parametrize("asked", ["fork", "exit code"])
def test_a_server_that_does_not_answer_is_ended_with_its_workers(tmp_path: Path, asked: str):
    """Or its late answer would be taken for the next request's."""
    slow = ForkServer(sys.executable, {}, tmp_path / "server.log", CORES, ["numpy"], patience_s=6)
    assert slow.ready(60, lambda: None)
    one = worker(slow, tmp_path)
    os.kill(parent_of(one.pid), signal.SIGSTOP)
    if asked == "fork":
        with pytest.raises(OSError, match="the fork server is gone"):
            worker(slow, tmp_path)
    else:
        assert slow.exit_code(one.pid) == -signal.SIGKILL
    assert ended(one.pid)
    with pytest.raises(OSError, match="the fork server is gone"):
        worker(slow, tmp_path)


def test_a_server_in_which_a_library_runs_threads_does_not_fork(tmp_path: Path):
    text = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    (tmp_path / "threaded.py").write_text(text, encoding="utf-8")
    assert not server(tmp_path, ["threaded"], PYTHONPATH=str(tmp_path)).ready(60, lambda: None)


def test_a_server_that_dies_as_it_imports_does_not_fork(tmp_path: Path):
    (tmp_path / "fatal.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    assert not server(tmp_path, ["fatal"], PYTHONPATH=str(tmp_path)).ready(60, lambda: None)


def test_two_forks_of_a_group_get_servers_of_their_own(tmp_path: Path):
    servers = Servers(tmp_path)
    try:
        found = []
        for group in ("mlp", "cnn", "mlp"):
            servers.begin(group)
            servers.prepare("dummy-one", sys.executable, {}, CORES, [])
            found.append(servers.ready("dummy-one", {}, 60))
        assert found[0] is found[1]
        assert found[2] is not found[0]
        assert servers.ready("dummy-one", {"OMP_NUM_THREADS": "1"}, 60) is None
    finally:
        servers.close()


def test_forks_after_the_first_keep_what_was_set_for_their_stack(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    assert run_dummies(out, options(forks=3), fault="wrong-epsilon") == "complete"
    records, found = read(out)
    assert {cell["stack"]: cell["forks"] for cell in found.cells}["dummy-one"] == 3
    forks = [one for one in kinds(records, "fork") if one["member"] == "dummy-one@matched"]
    assert {(one["number"], one["import_s"] is None) for one in forks} == {(0, False), (1, True), (2, True)}
    odd = {cell["stack"]: cell for cell in found.cells}["dummy-odd"]
    assert "P5-norm-epsilon" in odd["reason"]


def test_every_worker_but_the_first_of_a_stack_is_forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    parents = []

    class Noted(Forked):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            parents.append(parent_of(self.pid))

    monkeypatch.setattr("bench.context.Forked", Noted)
    run_dummies(tmp_path / "run.jsonl", options(forks=3))
    gates, twin, later = 3, 1, 4
    assert len(parents) == gates + twin + 2 * later
    # Bare servers of fork 0, of fork 1, and full ones of fork 2; the gates' serve fork 0 too.
    first, second, third = set(parents[: gates + twin]), set(parents[-2 * later : -later]), set(parents[-later:])
    assert [len(one) for one in (first, second, third)] == [4, 4, 4]
    assert not first & second
    assert not (first | second) & third


def test_where_a_server_cannot_be_started_there_is_none(tmp_path: Path):
    servers = Servers(tmp_path)
    servers.prepare("dummy-one", str(tmp_path / "no-python"), {}, CORES, [])
    assert servers.ready("dummy-one", {}, 60) is None
    servers.close()


def test_a_stop_ends_the_wait_for_an_import_that_hangs(tmp_path: Path):
    (tmp_path / "hanging.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    one = server(tmp_path, ["hanging"], PYTHONPATH=str(tmp_path))

    def stop() -> None:
        raise Stopped("interrupted")

    try:
        with pytest.raises(Stopped):
            one.ready(60, stop)
    finally:
        one.close()
