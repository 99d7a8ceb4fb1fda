"""The import rules between rooms hold, and a forbidden import is refused."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGES = ("barometer", "flows", "sources", "bench", "warehouse", "advice", "reports")
PLANTED = {
    "sources/planted.py": ("import duckdb", "sources fetch and parse"),
    "warehouse/planted.py": ("import requests", "the warehouse speaks SQL"),
    "warehouse/reading.py": ("from sources.snapshot import Snapshot", "the warehouse speaks SQL"),
    "advice/planted.py": ("import warehouse.connect", "data flows one way"),
    "reports/planted.py": ("import duckdb", "reports read marts"),
    "bench/planted.py": ("from barometer.settings import load_settings", "the timing runner stands alone"),
    "barometer/planted.py": ("import prefect", "only flows know Prefect"),
    "sources/backwards.py": ("import flows.steps", "data flows one way"),
    "sources/running.py": ("import bench.runner", "start nothing of it"),
    "warehouse/timing.py": ("from bench.summary import summarize", "the warehouse speaks SQL"),
}


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--config",
        str(tree / "pyproject.toml"),
        "--no-cache",
    ]
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, timeout=120, check=False)


def copied(tree: Path) -> Path:
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tree / "pyproject.toml")
    return tree


def test_every_contract_is_kept(tmp_path: Path):
    done = lint_imports(copied(tmp_path))
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("file", PLANTED)
def test_a_forbidden_import_is_refused(tmp_path: Path, file: str):
    line, contract = PLANTED[file]
    tree = copied(tmp_path)
    (tree / file).write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    done = lint_imports(tree)
    assert done.returncode != 0
    broken = [" ".join(done.stdout.split("BROKEN")[0].split())]
    assert contract in " ".join(done.stdout.split()), broken
    assert "0 broken" not in done.stdout


def test_the_type_checker_passes_over_nothing_that_is_imported_here():
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["overrides"]
    (skipped,) = [one["module"] for one in overrides if one.get("follow_imports") == "skip"]
    imported = set()
    for path in (path for name in (*PACKAGES, "scripts") for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    assert {"prefect", "altair"} <= imported
    assert imported & {name.removesuffix(".*") for name in skipped} == set()
