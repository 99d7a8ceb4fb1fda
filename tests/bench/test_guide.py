"""The guide's eleventh workload is taken out of its page and run: five files, and every framework's gates hold it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.environments import folders
from tests.bench.dummies import environ
from tests.bench.frameworks import all_of, every_gate_holds
from tests.support import ROOT

GUIDE = (ROOT / "docs" / "adding-a-workload.md").read_text(encoding="utf-8")
# One of every program file.
STACKS = ("torch-eager", "jax-jit", "tensorflow-graph", "keras-jax-jit")


def files() -> dict[str, str]:
    """The page's files by their paths."""
    found = re.findall(r"`(bench/[\w/]+\.py)`[^\n]*:\n\n```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert len(found) == GUIDE.count("```python") == 5
    return dict(found)


def entries() -> dict[str, tuple[str, str]]:
    """What the page has written into which file: the end of a line that is there, and the line that takes its place."""
    order, cut, counts = (
        re.search(pattern, GUIDE)
        for pattern in (r'`("ragged", "\w+"\))`', r"`(\"\w+\": \{\},)`", r'`("\w+": \(\d.*?\),)`')
    )
    assert order is not None
    assert cut is not None
    assert counts is not None
    return {
        "bench/discovery.py": ('"ragged")', order[1]),
        "tests/bench/program_sizes.py": ('    "ragged": ', f'    {cut[1]}\n    "ragged": '),
        "tests/bench/test_programs_workloads.py": ('    "ragged": ', f'    {counts[1]}\n    "ragged": '),
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the room and its tests with the page's files in it."""
    made = tmp_path / "tree"
    for room in ("bench", "tests/bench"):
        shutil.copytree(ROOT / room, made / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests/__init__.py", "pyproject.toml"):
        shutil.copy(ROOT / name, made / name)
    for name, text in files().items():
        assert not (made / name).exists()
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_the_tests_of_workloads_take_the_new_one_by_its_entries(tree: Path) -> None:
    """The page's last steps: one entry in each of three tables, and the tests that need no framework hold."""
    for name, (there, instead) in entries().items():
        text = (tree / name).read_text(encoding="utf-8")
        assert text.count(there) == 1, name
        (tree / name).write_text(text.replace(there, instead), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--confcutdir",
        str(tree),
        "-k",
        "autoencoder",
    ]
    done = subprocess.run(
        [*command, "tests/bench/test_programs_workloads.py"],
        env=environ(tree) | {"PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 4


@pytest.mark.xdist_group("smoke")
def test_the_example_passes_every_gate_and_is_timed_on_every_framework(tree: Path) -> None:
    all_of(*STACKS)
    environment = environ(tree.parent) | {"PYTHONPATH": str(tree), "BENCH_ENV": str(folders()[0])}
    words = ["run", "--workloads", "autoencoder", "--stacks", ",".join(STACKS), "--device", "cpu", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.busy", *words, "--phases", "train"],
        env=environment,
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in Path(done.stdout.strip()).read_text(encoding="utf-8").splitlines()]
    cells = {one["stack"]: (one["status"], one["reason"]) for one in records if one["kind"] == "cell"}
    assert cells == dict.fromkeys(STACKS, ("ok", ""))
    every_gate_holds(records, STACKS)
