"""A stack's environment on the scales: what it holds, and how long and heavy its import is. Runs in a child.

Cold: no byte code for any module, the standard library's included (an empty folder of byte code, and none written);
of a fresh environment's files, the kernel was also asked before each process to drop them from its cache, which
`dropped` says. Warm: byte code written and files read by an untimed import before. Each import is a fresh process; the
interpreter's own start is not timed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import environments
from bench.environment import one_line
from bench.install import InstallError, install
from bench.probes.footprint import contents
from bench.probes.oneshot import interpreter
from bench.progress import quiet

_SCRIPT = Path(__file__).resolve().with_name("importing.py")
COLD = "cold"
WARM = "warm"


def measure(
    environment: str, module: str, processes: int, fresh: bool, device: str, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return `contents` as contents.contents does, `imports` (one dict a process), and the `_Scale` it was on.

    `fresh` asks for an environment made now, here; where that fails the standing one is weighed and `reason` says why.
    Raises RuntimeError where there is neither, or an import fails.
    """
    scale = _make(environment, device) if fresh else _Scale(sys.executable, False)
    python = Path(scale.python)
    site = contents.site_packages(python)
    held = contents.contents(site)
    dropped = contents.listing(site) if scale.fresh else []
    if dropped:
        # What is not on the disk yet cannot be dropped.
        os.sync()
    imports = imports_of(python, module, processes, variables, dropped)
    about = {"fresh": scale.fresh, "installer": scale.installer, "install_s": scale.install_s, "reason": scale.reason}
    return {"contents": held, "imports": imports, **about}


@dataclass(frozen=True)
class _Scale:
    """The interpreter that is weighed, and how it came to be there; seconds and installer only if it was made now."""

    python: str
    fresh: bool
    installer: str = ""
    install_s: float | None = None
    reason: str = ""


def _make(environment: str, device: str) -> _Scale:
    folder = Path.cwd() / "fresh"
    begun = time.perf_counter()
    try:
        installer = install(folder, environments.requirements(environment, device), quiet)
    except InstallError as error:
        reason = f"no fresh environment could be made: {one_line(error.message)}"
        standing, words = interpreter(environment)
        if standing is None:
            raise RuntimeError(f"{reason}; {words}") from None
        return _Scale(standing, False, reason=reason)
    return _Scale(str(folder / "bin" / "python"), True, installer, time.perf_counter() - begun)


def imports_of(
    python: Path, module: str, processes: int, variables: Mapping[str, str], files: Sequence[Path] = ()
) -> list[dict[str, Any]]:
    """Return the figures of `processes` cold and as many warm imports: `condition`, `process`, `dropped`, and more.

    `files` are to be dropped from the kernel's cache before each cold one. Works in the current folder.
    """
    found = []
    for number in range(processes):
        dropped = bool(files) and contents.forget(files)
        with tempfile.TemporaryDirectory(dir=".") as nothing:
            cold = {"PYTHONPYCACHEPREFIX": str(Path(nothing).absolute()), "PYTHONDONTWRITEBYTECODE": "1"}
            figures = _once(python, module, {**variables, **cold})
        found.append({"condition": COLD, "process": number, "dropped": dropped, **figures})
    warm = {**variables, "PYTHONPYCACHEPREFIX": str(Path("byte-code").absolute())}
    _once(python, module, warm)
    for number in range(processes):
        figures = _once(python, module, warm)
        found.append({"condition": WARM, "process": number, "dropped": False, **figures})
    return found


def _once(python: Path, module: str, variables: Mapping[str, str]) -> dict[str, Any]:
    figures = Path("figures.json").absolute()
    figures.unlink(missing_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(python), "-P", str(_SCRIPT), str(figures), module],
        env={**kept, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode or not figures.exists():
        words = one_line(done.stderr.decode("utf-8", errors="replace"))[-300:]
        raise RuntimeError(f"import {module} ended with {done.returncode}: {words}")
    read: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    return read
