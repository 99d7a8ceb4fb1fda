"""What the probes' tests share: a tree of their own, its command line, and the environments that happen to be here."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.environments import folders
from bench.probes.oneshot import interpreter
from tests.bench.dummies import CLI, environ
from tests.support import ROOT


def need(environment: str) -> str:
    """The interpreter of an environment. Where there is none the test says how to get it, and does not run."""
    python, reason = interpreter(environment)
    if python is None:
        pytest.skip(f"{reason}. BENCH_ENV names the folder of environments")
    return python


def copied(tree: Path) -> Path:
    """A copy of the bench room in `tree`; the room's folder."""
    shutil.copytree(ROOT / "bench", tree / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    return tree / "bench"


def surroundings(home: Path, tree: Path) -> dict[str, str]:
    """The environment of the command line on a copied tree. The folder of environments is the one that `need` finds."""
    return {**environ(home), "PYTHONPATH": str(tree), "BENCH_ENV": str(folders()[0])}


def front(home: Path, tree: Path, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run `python -m bench` of the tree, in `home`."""
    return subprocess.run(
        [*CLI, *arguments],
        env=surroundings(home, tree),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def lines(file: Path) -> list[dict[str, Any]]:
    """A file's records, as they stand."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def kinds(file: Path, kind: str) -> list[dict[str, Any]]:
    """A file's records of one kind."""
    return [one for one in lines(file) if one["kind"] == kind]
