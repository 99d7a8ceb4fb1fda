"""What comes before Prefect: its settings, and who is told about progress."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from barometer.errors import StorageError
from barometer.settings import load_settings
from flows import steps
from flows.progress import listener, told_to
from flows.quiet import settle
from tests.support import process_environment


def test_prefect_phones_nobody_and_writes_under_the_home_folder(tmp_path: Path):
    environ: dict[str, str] = {}
    settle(tmp_path, environ=environ)
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environ["DO_NOT_TRACK"] == "1"
    assert environ["PREFECT_HOME"] == str(tmp_path / "prefect")


def test_what_the_user_has_set_stays(tmp_path: Path):
    environ = {"PREFECT_HOME": "/srv/prefect", "PREFECT_LOGGING_LEVEL": "DEBUG"}
    settle(tmp_path, environ=environ)
    assert environ["PREFECT_HOME"] == "/srv/prefect"
    assert environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_the_listener_is_told_inside_and_forgotten_outside():
    heard: list[str] = []
    other: list[str] = []
    with told_to(heard.append):
        listener(other.append)("inside")
    listener(other.append)("outside")
    assert (heard, other) == (["inside"], ["outside"])


def test_a_home_that_cannot_be_made_is_one_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write the home folder"):
        steps.prepare_home(load_settings(environ={}, home=tmp_path / "file" / "home"))


def test_the_steps_import_no_orchestrator(tmp_path: Path):
    script = "import sys, flows.steps, flows.progress, flows.quiet; sys.exit('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], env=process_environment(tmp_path), timeout=60, check=False)
    assert done.returncode == 0
