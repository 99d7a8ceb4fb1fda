"""Untimed jobs share the cores: each has one for itself, and none waits while another core stands idle."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

from bench.context import Context, Job
from bench.history import History
from bench.pressure import Rule
from bench.progress import quiet
from bench.results import ResultFile
from bench.stop import Stop
from bench.tiers import TIERS, Options


def context(file: ResultFile, folder: Path, cores: list[int]) -> Context:
    """A session on these cores, whose jobs are not bound to them: their numbers are names here."""
    return Context(Options(TIERS["smoke"]), file, History([]), {}, folder, Rule(), Stop(None), quiet, "host", cores)


def test_a_core_takes_the_next_job_as_soon_as_it_is_free(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    late = threading.Event()

    def long(cores: list[int]) -> None:
        assert late.wait(20)
        seen.append(("long", *cores))

    def short(name: str, cores: list[int]) -> None:
        seen.append((name, *cores))
        if name == "last":
            late.set()

    names = ("second", "third", "last")
    jobs = [Job("long", long), *(Job(name, lambda cores, name=name: short(name, cores)) for name in names)]
    with ResultFile(tmp_path / "run.jsonl") as file:
        context(file, tmp_path, [4, 7]).side_by_side(jobs, 1)
    # The long one ended last, so the other core did all the rest meanwhile.
    assert [name for name, _ in seen] == [*names, "long"]
    assert len({core for name, core in seen if name != "long"}) == 1
    assert {core for _, core in seen} == {4, 7}


def test_what_took_longest_before_goes_first_and_all_are_started_before_any(tmp_path: Path) -> None:
    order: list[str] = []

    def job(name: str, seconds: float) -> Job:
        def act(cores: list[int]) -> None:
            time.sleep(seconds)
            order.append(name)

        return Job(name, act, lambda cores: order.append(f"start {name}"))

    jobs = [job("quick", 0.0), job("slow", 0.05), job("middling", 0.02)]
    with ResultFile(tmp_path / "run.jsonl") as file:
        session = context(file, tmp_path, [0])
        for _ in range(2):
            session.side_by_side(jobs, 1)
    started = ["start quick", "start slow", "start middling"]
    assert order == [*started, "quick", "slow", "middling", *started, "slow", "middling", "quick"]


def test_workers_with_threads_of_their_own_have_every_core_and_follow_each_other(tmp_path: Path) -> None:
    seen: list[list[int]] = []
    with ResultFile(tmp_path / "run.jsonl") as file:
        context(file, tmp_path, [2, 3]).side_by_side([Job("one", seen.append), Job("two", seen.append)], None)
    assert seen == [[2, 3], [2, 3]]


def test_ctrl_c_is_heard_while_jobs_run_though_another_thread_got_it(tmp_path: Path) -> None:
    """As one that starts a process may: nothing wakes the main thread then, and in it alone is a signal handled."""
    heard: list[bool] = []
    with ResultFile(tmp_path / "run.jsonl") as file:
        session = context(file, tmp_path, [0])

        def act(cores: list[int]) -> None:
            time.sleep(0.5)  # until the main thread waits
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            deadline = time.monotonic() + 20
            while not session.stop.interrupted and time.monotonic() < deadline:
                time.sleep(0.01)
            heard.append(session.stop.interrupted)

        with session.stop.listening():
            session.side_by_side([Job("pressed", act)], 1)
    assert heard == [True]
