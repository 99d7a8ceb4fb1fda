"""Which interpreter holds which framework, and making the environments that are missing.

One environment a framework and backend: with TensorFlow installed, Keras on PyTorch imports it, and one framework's
thread pools and flags reach the other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from bench import gpu
from bench.errors import BenchError, OptionError
from bench.install import InstallError, install
from bench.spec import Mode

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
# What a complete environment was made from.
_STAMP = "requirements.txt"
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
        if python.exists() and not _mark(folder / mode.environment).exists() and has_modules(str(python), mode.modules):
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


class SetupError(BenchError):
    """An environment could not be made; those that could are complete."""

    exit_code = 1


class SetupStopped(BenchError):
    """Somebody pressed Ctrl-C; what is complete stays."""

    exit_code = 130


def requirements(name: str, device: str = "auto") -> Path:
    """Return the file that says what an environment holds: on a machine with a CUDA GPU the builds for it.

    `device` is cpu, cuda, or auto for what nvidia-smi says.
    """
    cuda = REQUIREMENTS / "cuda" / f"{name}.txt"
    if cuda.exists() and (device == "cuda" or (device == "auto" and gpu.facts() is not None)):
        return cuda
    return REQUIREMENTS / f"{name}.txt"


def setup(names: Sequence[str], say: Callable[[str], None], device: str = "auto") -> None:
    """Make the environments, all known ones without `names`, in builds for the device. Those that are complete stay.

    What one machine's index does not have stops only its own environment. Raises OptionError for a name without a
    requirements file before anything is made, SetupStopped on Ctrl-C, and SetupError, naming each, where some failed.
    """
    wanted = list(dict.fromkeys(names)) or known()
    for name in wanted:
        if name not in known():
            raise OptionError(f"{name} is not an environment.", f"Environments are: {', '.join(known())}.")
    todo = [name for name in wanted if not is_complete(name, device)]
    complete = [name for name in wanted if name not in todo]
    if complete:
        say(f"complete: {', '.join(complete)}")
    failures: dict[str, InstallError] = {}
    for number, name in enumerate(todo, 1):
        file = requirements(name, device)
        say(f"[{number}/{len(todo)}] {name}: installing {' '.join(file.read_text(encoding='utf-8').split())}")
        try:
            _make(name, file, say, impatient=any(error.is_unreachable for error in failures.values()))
        except InstallError as error:
            failures[name] = error
            say(f"    {name} could not be made: {error.message}")
        except KeyboardInterrupt:
            hint = f"Go on with: python -m bench setup {' '.join(names)}".strip()
            raise SetupStopped(f"Stopped while {name} was being made; what is complete stays.", f"{hint}.") from None
    if failures:
        raise _failed(failures)


def is_complete(name: str, device: str = "auto") -> bool:
    """True if the environment was made from today's file, or is somebody's own, which is never touched.

    For a CPU the builds for a GPU are as good.
    """
    folder = folders()[0] / name
    stamp = folder / _STAMP
    if not stamp.exists():
        return (folder / "bin" / "python").exists() and not _mark(folder).exists()
    held = stamp.read_bytes()
    files = {requirements(name, device)} | ({requirements(name, "cuda")} if device == "cpu" else set())
    return held in {file.read_bytes() for file in files}


def _make(name: str, file: Path, say: Callable[[str], None], impatient: bool) -> None:
    """Make one environment; whatever stops it leaves none that looks whole."""
    folder, begun = folders()[0] / name, time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _mark(folder).touch()
    try:
        installer = install(folder, file, say, impatient)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        _mark(folder).unlink()
        raise
    (folder / _STAMP).write_bytes(file.read_bytes())
    _mark(folder).unlink()
    say(f"    done by {installer} in {time.monotonic() - begun:.0f} s")


def _mark(folder: Path) -> Path:
    """Return the file that lies beside an environment while it is being made, and after something killed that."""
    return folder.with_name(f".{folder.name}.incomplete")


def _failed(failures: Mapping[str, InstallError]) -> SetupError:
    names = " ".join(failures)
    reasons = "; ".join(f"{name}: {error.message}" for name, error in failures.items())
    if all(error.is_unreachable for error in failures.values()):
        message = f"The package index did not answer, so {names} could not be made."
        hint = "Check the network, and the index that pip is set up for (python -m pip config list)"
    else:
        message = f"{len(failures)} environments could not be made. {reasons}"
        hint = "Check pip's own settings"
    return SetupError(message, f"{hint}, then: python -m bench setup {names}. Until then a run skips what needs them.")
