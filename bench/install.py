"""Putting a requirements file into a virtual environment: with uv where it is there, else with pip.

uv links files from its cache, so that many environments of the same packages take the disk of one, and a minute. It
does not read pip's settings, so those that say where packages come from are handed to it. Where uv fails, pip is asked.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from bench.errors import BenchError

Say = Callable[[str], None]
# pip's settings and uv's variables for the same; a list is separated by spaces in pip, and in uv by what stands here.
_SETTINGS: Mapping[str, tuple[str, str]] = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
}
# Later ones win: a command's own section over the global one, the environment over files.
_SECTIONS = ("global", "install", ":env:")
_UNREACHABLE = re.compile(r"Retrying|Failed to fetch|error sending request|Connection|timed out|resolve host", re.I)
# Once an index did not answer, nobody waits for it again and again.
_IMPATIENT = {"UV_HTTP_RETRIES": "0", "PIP_RETRIES": "0"}
_STILL_S = 20.0
_WORDS = 300


class InstallError(BenchError):
    """No installer could do it. `is_unreachable` says that the package index did not answer."""

    def __init__(self, message: str, is_unreachable: bool) -> None:
        super().__init__(message, "")
        self.is_unreachable = is_unreachable


def install(folder: Path, requirements: Path, say: Say, impatient: bool = False) -> str:
    """Make an environment in `folder`, empty before, and return which installer filled it: uv or pip.

    `say` hears once in a while that it is still going on; `impatient` asks an index that did not answer only once.
    Raises InstallError in words of pip.
    """
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environ |= _IMPATIENT if impatient else {}
    # Without retries pip does not say that it could not connect.
    is_unreachable = impatient
    uv = find_uv()
    if uv is not None:
        words = _with_uv(uv, folder, requirements, environ, say)
        if not words:
            return "uv"
        say(f"    uv could not ({_reason(words)}); asking pip")
        is_unreachable = is_unreachable or bool(_UNREACHABLE.search(words))
        environ |= _IMPATIENT if is_unreachable else {}
    words = _with_pip(folder, requirements, environ, say)
    if words:
        raise InstallError(_reason(words), is_unreachable or bool(_UNREACHABLE.search(words)))
    return "pip"


def _with_uv(uv: str, folder: Path, requirements: Path, environ: Mapping[str, str], say: Say) -> str:
    venv.EnvBuilder(with_pip=False, clear=True).create(folder)
    python = str(folder / "bin" / "python")
    command = [uv, "pip", "install", "--quiet", "--python", python, "-r", str(requirements)]
    words = _run(command, {**as_uv(pip_settings()), **environ}, say)
    if not words:
        # Workers write no byte code: without any, each of them would compile a framework's sources again.
        _link_byte_code(folder)
        # A package may hold templates that are no Python; nobody imports those.
        _run([python, "-m", "compileall", "-q", "-j", "0", str(folder / "lib")], environ, say)
    return words


def _link_byte_code(folder: Path) -> None:
    """Take the byte code of files that an environment beside this one has too: the same file, linked by uv."""
    others = [other for other in sorted(folder.parent.iterdir()) if other != folder and (other / "lib").is_dir()]
    for source in (folder / "lib").rglob("*.py"):
        mine = Path(importlib.util.cache_from_source(str(source)))
        for other in others:
            twin = other / source.relative_to(folder)
            theirs = Path(importlib.util.cache_from_source(str(twin)))
            with contextlib.suppress(OSError):
                if twin.samefile(source) and theirs.exists():
                    mine.parent.mkdir(exist_ok=True)
                    mine.hardlink_to(theirs)
                    break


def _with_pip(folder: Path, requirements: Path, environ: Mapping[str, str], say: Say) -> str:
    """Use the running interpreter's pip; where it has none, one is put into the environment, which takes seconds."""
    has_pip = importlib.util.find_spec("pip") is not None
    venv.EnvBuilder(with_pip=not has_pip, clear=True).create(folder)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python] if has_pip else [python, "-m", "pip"]
    return _run([*pip, "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)], environ, say)


def find_uv() -> str | None:
    """Return uv beside the running interpreter, else on the path, else None."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("uv")


def pip_settings() -> dict[str, str]:
    """Return pip's settings by name, as its files and the environment have them; {} without a pip to ask."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        name, equals, value = line.partition("=")
        section, dot, key = name.rpartition(".")
        if equals and dot and section in found:
            with contextlib.suppress(ValueError, SyntaxError):
                found[section][key] = str(ast.literal_eval(value))
    return {key: value for section in _SECTIONS for key, value in found[section].items()}


def as_uv(settings: Mapping[str, str]) -> dict[str, str]:
    """Return uv's environment variables for pip's settings, with pip's rule: the newest from whichever index."""
    variables = {
        variable: separator.join(settings[name].split())
        for name, (variable, separator) in _SETTINGS.items()
        if settings.get(name, "").strip()
    }
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        variables["UV_NO_INDEX"] = "1"
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **variables}


def _run(command: Sequence[str], environ: Mapping[str, str], say: Say) -> str:
    """Run a command to its end; return "" if it succeeded, else what it said. It never outlives this call."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_STILL_S)
                    break
                say(f"    still going on after {time.monotonic() - begun:.0f} s")
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        return _said(log) or f"it ended with {process.returncode}" if process.returncode else ""


def _said(log: IO[str]) -> str:
    log.seek(0)
    return log.read().strip()


def _reason(words: str) -> str:
    """Return the errors among an installer's words, on one line."""
    lines = words.splitlines()
    errors = [line for line in lines if re.match(r"\s*(ERROR|error|cause)\b", line)] or lines
    return " ".join(" ".join(errors).split())[:_WORDS]
