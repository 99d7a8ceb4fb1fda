"""Environments are made by the runner's own command: by uv or pip, from a folder of packages, and stopped half-way."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest

from bench import environments, install
from bench.environments import SetupError, is_complete, setup
from bench.errors import OptionError
from tests.support import ROOT

# As `pip` would read them from a file: nothing but the folder is asked, and nobody waits for an index.
CLOSED = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
NOBODY = "http://127.0.0.1:9/simple"


def wheel(folder: Path, name: str) -> None:
    """Write a package of one module that says its name."""
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"NAME = {name!r}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{about}/RECORD", "".join(f"{path},,\n" for path in files) + f"{about}/RECORD,,\n")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages, two environments' files that ask for them, and one for what nobody has."""
    packages, asked = tmp_path / "packages", tmp_path / "requirements"
    (asked / "cuda").mkdir(parents=True)
    packages.mkdir()
    wheel(packages, "first_framework")
    wheel(packages, "second_framework")
    (asked / "one.txt").write_text("first_framework==1.0\n", encoding="utf-8")
    (asked / "two.txt").write_text("second_framework==1.0\n", encoding="utf-8")
    (asked / "three.txt").write_text("no_such_framework==1.0\n", encoding="utf-8")
    (asked / "cuda" / "two.txt").write_text("first_framework==1.0\nsecond_framework==1.0\n", encoding="utf-8")
    monkeypatch.setattr(environments, "REQUIREMENTS", asked)
    monkeypatch.setenv("BENCH_ENV", str(tmp_path / "made"))
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    for name, value in {**CLOSED, "PIP_FIND_LINKS": str(packages)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either installer; uv is there with the tools of development, and pip takes its place on a bare machine."""
    if request.param == "pip":
        monkeypatch.setattr(install, "find_uv", lambda: None)
    return request.param


def said(names: list[str], device: str = "cpu") -> list[str]:
    lines: list[str] = []
    setup(names, lines.append, device)
    return lines


def holds(world: Path, name: str, module: str) -> bool:
    python = world / "made" / name / "bin" / "python"
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def test_an_environment_is_made_once_and_again_when_its_file_changes(world: Path, installer: str):
    assert any(f"done by {installer}" in line for line in said(["one", "two"]))
    assert holds(world, "one", "first_framework")
    assert not holds(world, "one", "second_framework")
    assert holds(world, "two", "second_framework")
    assert said(["one", "two"]) == ["complete: one, two"]
    (world / "requirements" / "one.txt").write_text("second_framework==1.0\n", encoding="utf-8")
    assert said(["one", "two"])[0] == "complete: two"
    assert holds(world, "one", "second_framework")
    assert not holds(world, "one", "first_framework")


def test_what_cannot_be_made_is_named_and_stops_nothing_else(world: Path):
    lines: list[str] = []
    with pytest.raises(SetupError, match="no_such_framework") as caught:
        setup([], lines.append, "cpu")
    assert "python -m bench setup three." in caught.value.hint
    assert holds(world, "one", "first_framework")
    assert holds(world, "two", "second_framework")
    assert [path.name for path in (world / "made").iterdir() if "three" in path.name] == []


def test_an_index_that_does_not_answer_is_said_in_a_line(world: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", NOBODY)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("one", "two"):
        (world / "requirements" / f"{name}.txt").write_text("no_such_framework==1.0\n", encoding="utf-8")
    with pytest.raises(SetupError, match=r"The package index did not answer, so one two could not be made\.") as caught:
        said(["one", "two"])
    assert "python -m bench setup one two" in caught.value.hint


def test_a_name_that_is_none_is_refused_before_anything_is_made(world: Path):
    with pytest.raises(OptionError, match="nope is not an environment"):
        said(["one", "nope"])
    assert not (world / "made").exists()


def test_somebody_elses_environment_is_never_touched(world: Path):
    """A folder that the command did not make, also where it is only a link to one."""
    venv.EnvBuilder(with_pip=False).create(world / "theirs")
    (world / "theirs" / "kept").touch()
    (world / "made").mkdir()
    (world / "made" / "one").symlink_to(world / "theirs")
    assert said(["one"]) == ["complete: one"]
    assert (world / "theirs" / "kept").exists()


def test_builds_for_a_gpu_are_taken_where_one_answers_and_serve_a_cpu_too(world: Path, monkeypatch: pytest.MonkeyPatch):
    program = world / "nvidia-smi"
    program.write_text('#!/bin/sh\necho "GPU, GPU-1, 570.1, 96.0, 81559, 700.00, 9.0, Disabled"\n', encoding="ascii")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    said(["two"])
    assert not holds(world, "two", "first_framework")
    monkeypatch.setenv("PATH", f"{world}{os.pathsep}{os.environ['PATH']}")
    assert is_complete("two", "cpu")
    assert not is_complete("two")
    said(["one", "two"], "auto")
    assert holds(world, "two", "first_framework")
    assert is_complete("two")
    assert is_complete("two", "cpu")


def test_pips_settings_say_to_uv_where_packages_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://one.example/simple\nextra-index-url =\n  https://two.example/simple\n"
        "  https://three.example/simple\nfind-links = packages more\n[install]\nno-index = false\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_INDEX_URL", "https://four.example/simple")
    found = install.as_uv(install.pip_settings())
    # A machine may have further settings of its own.
    assert (
        found.items()
        >= {
            "UV_DEFAULT_INDEX": "https://four.example/simple",
            "UV_INDEX": "https://two.example/simple https://three.example/simple",
            "UV_FIND_LINKS": "packages,more",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
        }.items()
    )
    assert "UV_NO_INDEX" not in found
    assert install.as_uv({"no-index": "1"})["UV_NO_INDEX"] == "1"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_environment_that_was_stopped_half_way_is_made_anew(world: Path, number: int, monkeypatch):
    """Stopped while the installer waits for an index that accepts and then says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        command = (
            "import pathlib; from bench import environments as e; from bench.errors import BenchError\n"
            f"e.REQUIREMENTS = pathlib.Path({str(world / 'requirements')!r})\n"
            "import sys\ntry:\n    e.setup(['one'], print, 'cpu')\n"
            "except BenchError as error:\n    print(error.message, error.hint)\n    sys.exit(error.exit_code)\n"
        )
        environment = {name: value for name, value in os.environ.items() if name != "PIP_NO_INDEX"}
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", command],
            env=environment | {"PIP_INDEX_URL": silent, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            start_new_session=True,
        )
        server.settimeout(60)
        # The installer is asking.
        connection, _ = server.accept()
        with connection:
            os.killpg(process.pid, number)
            output, _ = process.communicate(timeout=60)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "Stopped while one was being made; what is complete stays." in output
        assert list((world / "made").iterdir()) == []
    assert not is_complete("one", "cpu")
    end = time.monotonic() + 60
    while time.monotonic() < end and any("done" in line for line in said(["one"])) is False:
        time.sleep(0.1)
    assert holds(world, "one", "first_framework")
    assert [path.name for path in (world / "made").iterdir()] == ["one"]
