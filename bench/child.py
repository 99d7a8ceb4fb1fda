"""A worker's first lines: end with the runner, keep to its cores, find `bench` and nothing else, serve.

Or, where BENCH_FORK_FD says so, be a server that forks workers. Run by path with `python -P`, by an interpreter that
need not have Barometer: only this package's folder is added, not the folder it lies in, which may hold another
environment's libraries.
"""

import ctypes
import importlib.util
import os
import signal
import sys
from pathlib import Path


def find_bench() -> None:
    """Make `import bench` mean the package this file lies in."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "bench", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder} is not a package")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench"] = module
    spec.loader.exec_module(module)


def end_with_parent() -> None:
    """Ask the kernel for a SIGKILL when the runner is gone: a stopped worker would otherwise stay for ever."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def pin() -> None:
    """Keep to the cores named in BENCH_CPUS, before any library sizes its thread pools."""
    wanted = os.environ.get("BENCH_CPUS")
    if wanted and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core) for core in wanted.split(",")})


def settle() -> None:
    """Do what comes before any library is imported, or is used."""
    end_with_parent()
    pin()


if __name__ == "__main__":
    settle()
    find_bench()
    from bench.worker import serve

    if "BENCH_FORK_FD" in os.environ:
        from bench.forking import serve_forks

        serve_forks(serve, settle)
    else:
        serve(int(os.environ["BENCH_REPLY_FD"]))
