"""Which interpreter holds which framework, and making the environments that are missing.

One environment a framework and backend: with TensorFlow installed, Keras on PyTorch imports it, and one framework's
thread pools and flags reach the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.errors import OptionError
from bench.spec import Mode

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
_LOOK = "import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))"


def home() -> Path:
    """Return the folder of everything written: BAROMETER_HOME, or `var` in the current folder."""
    return Path(os.environ.get("BAROMETER_HOME") or "var").expanduser().absolute()


def folders() -> list[Path]:
    """Return where environments are looked for: BENCH_ENV if set, then `bench-env` in the home folder."""
    named = os.environ.get("BENCH_ENV")
    return [*([Path(named).expanduser().absolute()] if named else []), home() / "bench-env"]


def interpreter(mode: Mode, chosen: Mapping[str, str] | None = None) -> tuple[str | None, str]:
    """Return the interpreter for a stack and "", or None and why there is none.

    `chosen` maps an environment to an interpreter and wins; then `<folder>/<environment>/bin/python`; then the running
    interpreter, if it can import the modules.
    """
    named = (chosen or {}).get(mode.environment)
    if named is not None:
        if not has_modules(named, mode.modules):
            return None, f"{' and '.join(mode.modules)} cannot be imported by the interpreter chosen for it"
        return named, ""
    for folder in folders():
        python = folder / mode.environment / "bin" / "python"
        if python.exists() and has_modules(str(python), mode.modules):
            return str(python), ""
    if has_modules(sys.executable, mode.modules):
        return sys.executable, ""
    hint = f"python -m bench setup {mode.environment}"
    return None, f"no environment {mode.environment} ({' and '.join(mode.modules)}); {hint} makes one"


@cache
def has_modules(python: str, modules: tuple[str, ...]) -> bool:
    """True if the interpreter starts and finds the modules. They are looked for, not imported."""
    try:
        done = subprocess.run(
            [python, "-P", "-c", _LOOK, *modules],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def known() -> list[str]:
    """Return the environments that have a requirements file."""
    return sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))


def setup(names: Sequence[str], say: Callable[[str], None]) -> None:
    """Make the environments with venv and pip, which reads its own settings. Those that are complete stay.

    Raises OptionError for a name without a requirements file, and where pip fails, with the end of what it said.
    """
    for name in names or known():
        requirements = REQUIREMENTS / f"{name}.txt"
        if not requirements.exists():
            raise OptionError(f"{name} is not an environment.", f"Environments are: {', '.join(known())}.")
        folder = folders()[0] / name
        stamp = folder / "requirements.txt"
        if stamp.exists() and stamp.read_bytes() == requirements.read_bytes():
            say(f"{name}: complete")
            continue
        say(f"{name}: installing")
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
        _install(folder / "bin" / "python", requirements, name)
        stamp.write_bytes(requirements.read_bytes())
        say(f"{name}: done")


def _install(python: Path, requirements: Path, name: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        words = " ".join(done.stderr.split())[-600:]
        raise OptionError(
            f"pip could not install {name}: {words}", "Check pip's own settings; a run skips what is missing."
        )
