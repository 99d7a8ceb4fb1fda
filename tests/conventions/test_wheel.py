"""The built wheel, installed into an empty environment in another folder, gives the report that the tree gives."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import AS_OF, ROOT, file_contents, process_environment

TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree without touching it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("barometer-*.whl"))


def test_everything_travels_in_it(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in (("sql", "*/*.sql"), ("reports/templates", "*"), ("sources/snapshot/data", "**/*")):
        for path in (path for path in (ROOT / folder).glob(pattern) if path.is_file()):
            relative = path.relative_to(ROOT).as_posix()
            assert (f"barometer/bundled/{relative}" if folder == "sql" else relative) in names
    assert "barometer/bundled/catalog.toml" in names
    assert "warehouse/schema.sql" in names
    assert not [name for name in names if name.startswith(("tests/", "scripts/", "var/", ".venv/"))]


@pytest.mark.xdist_group("prefect")
def test_installed_elsewhere_it_gives_the_same_report(wheel: Path, built_home: Path, tmp_path: Path):
    venv, elsewhere = tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    uv = str(TOOLS / "uv")
    steps = [
        [uv, "venv", "--quiet", "--python", sys.executable, str(venv)],
        [uv, "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements.txt")],
        [uv, "pip", "install", "--quiet", "--no-deps", str(wheel)],
    ]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"VIRTUAL_ENV": str(venv)}
    for step in steps:
        done = subprocess.run(
            step, env=environ, cwd=elsewhere, capture_output=True, text=True, timeout=400, check=False
        )
        assert done.returncode == 0, done.stderr
    home = tmp_path / "home"
    clean = {name: value for name, value in process_environment(home).items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(venv / "bin" / "barometer"), "run", "--offline", "--as-of", AS_OF.isoformat()],
        env=clean,
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert file_contents(home / "reports") == file_contents(built_home / "reports")
    assert list(elsewhere.iterdir()) == []
