"""Installing: by uv where it can be had, else by pip, and never a file that is not the one that was pinned."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench.install import find_uv
from scripts.install import entry
from tests.support import ROOT

PINNED = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with pip alone."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    return folder


def wheel(folder: Path, name: str) -> str:
    """Write a wheel of one empty module; return the line that pins it."""
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": b"",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    sums = {path: base64.urlsafe_b64encode(hashlib.sha256(held).digest()).rstrip(b"=") for path, held in files.items()}
    lines = [f"{path},sha256={sums[path].decode()},{len(held)}\n" for path, held in files.items()]
    files[f"{about}/RECORD"] = "".join([*lines, f"{about}/RECORD,,\n"]).encode()
    made = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, held in files.items():
            archive.writestr(path, held)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(made.read_bytes()).hexdigest()}\n"


def installed(bare: Path, folder: Path, line: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run the installer in the environment on a list of one line; no index is asked, programs are found on `path`."""
    asked = folder / "requirements.txt"
    asked.write_text(line, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    environ = {**kept, "PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PYTHONPATH": str(ROOT)}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [str(bare / "bin" / "python"), "-m", "scripts.install", str(asked)]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def is_compiled(bare: Path, name: str) -> bool:
    """True if the module lies there as bytecode, which no process of this test was allowed to write."""
    return len(list(bare.glob(f"lib/*/site-packages/__pycache__/{name}.*.pyc"))) == 1


def installer(bare: Path, name: str) -> str:
    """Return what wrote down that it installed a distribution."""
    (told,) = bare.glob(f"lib/*/site-packages/{name}-1.0.dist-info/INSTALLER")
    return told.read_text(encoding="utf-8").strip()


def test_without_uv_pip_does_it(bare: Path, tmp_path: Path):
    done = installed(bare, tmp_path, wheel(tmp_path, "plain"), str(tmp_path / "nothing"))
    assert done.returncode == 0, done.stderr
    assert installer(bare, "plain") == "pip"
    assert is_compiled(bare, "plain")


def test_where_there_is_uv_it_does_it_with_the_settings_of_pip(bare: Path, tmp_path: Path):
    uv = find_uv()
    assert uv is not None
    (tmp_path / "bin").mkdir()
    shutil.copy(uv, tmp_path / "bin" / "uv")
    done = installed(bare, tmp_path, wheel(tmp_path, "quick"), str(tmp_path / "bin"))
    assert done.returncode == 0, done.stderr
    assert installer(bare, "quick") == "uv"
    assert is_compiled(bare, "quick")


@pytest.mark.parametrize("has_uv", [True, False])
def test_another_file_than_the_pinned_one_is_refused(bare: Path, tmp_path: Path, has_uv: bool):
    line = re.sub(r"[0-9a-f]{64}", "0" * 64, wheel(tmp_path, "other"))
    beside = str(Path(find_uv() or "").parent) if has_uv else ""
    done = installed(bare, tmp_path, line, beside or str(tmp_path / "nothing"))
    assert done.returncode != 0
    assert "other" in done.stderr
    assert list(bare.glob("lib/*/site-packages/other*")) == []


def test_uv_is_taken_out_of_the_list_with_its_hashes():
    first, *hashes = entry("uv", PINNED).splitlines()
    assert re.fullmatch(r"uv==[\d.]+ \\", first)
    assert hashes
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in hashes)
    assert not hashes[-1].endswith("\\")
    assert entry("uv", PINNED) in PINNED


def test_what_is_not_listed_gives_nothing():
    assert entry("uvi", PINNED) == ""
