"""A run may end at any moment: what is complete stays, no worker stays behind, and --resume goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.spec import OK
from bench.stop import BUDGET, Stopped, wait_for
from tests.bench.dummies import CLI, environ, kinds, options, read, run_dummies

ARGUMENTS = ["run", "--stacks", "dummy-one,dummy-slow", "--workloads", "dummy", "--device", "cpu", "--forks", "3"]


def start(home: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    """The runner as a process, which hears Ctrl-C even where a shell made its jobs deaf to it."""
    return subprocess.Popen(
        [*CLI, *ARGUMENTS, "--rounds", "40", "--out", str(out), *more],
        env=environ(home),
        cwd=home,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for_rounds(out: Path, count: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if out.exists() and out.read_bytes().count(b'"kind":"round"') >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {count} rounds within a minute")


def workers_of(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == str(pid):
            found.append(int(path.parent.name))
    return found


def gone(pids: list[int]) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_is_valid_leaves_no_worker_and_goes_on(tmp_path: Path, number: signal.Signals):
    out = tmp_path / "a run.jsonl"
    process = start(tmp_path, out)
    wait_for_rounds(out, 3)
    workers = workers_of(process.pid)
    assert len(workers) >= 3
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else 130)
    assert gone(workers)
    records, found = read(out)
    rounds = kinds(records, "round")
    assert len(rounds) >= 3
    if number != signal.SIGKILL:
        assert kinds(records, "end")[-1]["reason"] == "interrupted"
        assert f"--resume --out '{out}' and the same options" in stderr
        assert stdout.strip() == str(out)
        assert {cell["status"] for cell in found.cells} <= {OK, "not-run"}
        assert len(found.cells) == 4
    # The options that made the file are the file's: another number of rounds is another run.
    with pytest.raises(BenchError, match="another options"):
        run_dummies(out, options(stacks=("dummy-one", "dummy-slow")), resume=True)


def test_the_budget_ends_a_run_and_resume_completes_it(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    asked = options(stacks=("dummy-one", "dummy-slow"), forks=3, rounds=3)
    assert run_dummies(out, asked, budget_s=2.2) == "budget"
    first, found = read(out)
    assert len(found.cells) == 2
    assert len(kinds(first, "unit")) < 3
    assert run_dummies(out, asked, resume=True) == "complete"
    records, found = read(out)
    assert records[: len(first)] == first
    assert [one["resumed"] for one in kinds(records, "session")] == [False, True]
    assert sorted(one["number"] for one in kinds(records, "unit")) == [0, 1, 2]
    assert len({one["fork"] for one in kinds(records, "unit")}) == 3
    assert {cell["status"] for cell in found.cells} == {OK}
    assert {cell["forks"] >= 3 for cell in found.cells} == {True}
    # Nothing is left to do, and nothing is done.
    assert run_dummies(out, asked, resume=True) == "complete"
    assert len(kinds(read(out)[0], "unit")) == 3


def test_gates_hold_across_a_resume(tmp_path: Path):
    """A stack that failed a gate in the first session is not timed in the second."""
    out = tmp_path / "run.jsonl"
    asked = options(forks=2)
    assert run_dummies(out, asked, fault="perturbed-weight", budget_s=3.5) in {"budget", "complete"}
    run_dummies(out, asked, resume=True)
    cells = {cell["stack"]: cell["status"] for cell in read(out)[1].cells}
    assert cells == {"dummy-one": OK, "dummy-slow": OK, "dummy-odd": "parity-failed"}


def test_a_file_is_not_written_over_and_not_continued_on_another_machine(tmp_path: Path):
    out = tmp_path / "run.jsonl"
    asked = options(stacks=("dummy-one",))
    run_dummies(out, asked)
    before = out.read_bytes()
    with pytest.raises(BenchError) as caught:
        run_dummies(out, asked)
    assert "--resume" in caught.value.hint
    assert out.read_bytes() == before
    head, *rest = out.read_text(encoding="utf-8").splitlines()
    moved = {**json.loads(head), "host_id": "0123456789abcdef"}
    sessions = [line.replace(json.loads(head)["host_id"], "0123456789abcdef") for line in rest]
    out.write_text("\n".join([json.dumps(moved), *sessions]) + "\n", encoding="utf-8")
    with pytest.raises(BenchError, match="another host_id"):
        run_dummies(out, asked, resume=True)


def test_a_fork_that_a_kill_left_without_its_record_is_not_mixed_with_the_next(tmp_path: Path):
    """Its complete rounds count as a fork of their own; the same fork of the group is then run again, whole."""
    out = tmp_path / "run.jsonl"
    asked = options(stacks=("dummy-one", "dummy-slow"), forks=2, rounds=3)
    run_dummies(out, asked)
    lines = out.read_text(encoding="utf-8").splitlines()
    ends = [number for number, line in enumerate(lines) if json.loads(line)["kind"] == "round"]
    out.write_text("\n".join(lines[: ends[1] + 1]) + "\n" + lines[ends[1] + 1][:30], encoding="utf-8")
    assert run_dummies(out, asked, resume=True) == "complete"
    records, found = read(out)
    blocks = [(one["fork"], one["member"], one["phase"], one["round"]) for one in kinds(records, "block")]
    assert len(blocks) == len(set(blocks))
    assert {cell["forks"] for cell in found.cells} == {3}
    assert {cell["rounds"] for cell in found.cells} == {2 + 3 + 3}


def ended(*errors: BaseException | None) -> list[Future[None]]:
    """Jobs that ended so."""
    jobs: list[Future[None]] = [Future() for _ in errors]
    for job, error in zip(jobs, errors, strict=True):
        job.set_exception(error) if error is not None else job.set_result(None)
    return jobs


def test_of_jobs_side_by_side_a_fault_is_heard_before_a_stop():
    with pytest.raises(OSError, match="disk full"):
        wait_for(ended(None, Stopped(BUDGET), OSError("disk full")))
    with pytest.raises(Stopped):
        wait_for(ended(Stopped(BUDGET), None))
    wait_for(ended(None, None))
