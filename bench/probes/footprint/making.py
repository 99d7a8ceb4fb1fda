"""A fresh environment for the scales. Runs in a child, beside others: what is timed of it comes later, alone.

It is left in the folder that the units of a session share, with its contents counted and its byte code written once.
Where an earlier session made it, or nobody did, the unit that weighs it makes its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import environments
from bench.environment import one_line
from bench.install import InstallError, install
from bench.probes.footprint import contents
from bench.probes.footprint.running import once, warm_variables
from bench.probes.oneshot import interpreter
from bench.progress import quiet


@dataclass(frozen=True)
class Scale:
    """The interpreter that is weighed, and how it came to be there; seconds and installer only if it was made now."""

    python: str
    fresh: bool
    installer: str = ""
    install_s: float | None = None
    reason: str = ""


def measure(environment: str, module: str, device: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """Make the environment where a later unit finds it; return `fresh`, and if that is false the `reason`.

    Raises RuntimeError where there is not even a standing one, or the import fails.
    """
    folder = _shared(environment)
    folder.mkdir(parents=True, exist_ok=True)
    scale = make(environment, device, folder)
    held = contents.contents(contents.site_packages(Path(scale.python)))
    once(Path(scale.python), module, {**variables, **warm_variables(folder)})
    told = folder / "made.part"
    told.write_text(json.dumps({"scale": asdict(scale), "contents": held}), encoding="utf-8")
    told.replace(folder / "made.json")
    return {"fresh": scale.fresh, "reason": scale.reason}


def found(environment: str) -> tuple[Scale, dict[str, Any], Path] | None:
    """Return an environment that was made for this run, its contents, and the folder of its byte code; or None."""
    folder = _shared(environment)
    try:
        told = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Scale(**told["scale"]), told["contents"], folder


def standing() -> Scale:
    """Return the environment that this runs in."""
    return Scale(sys.executable, False)


def make(environment: str, device: str, folder: Path) -> Scale:
    """Return an environment made now, in `folder`; where that fails, the standing one with the reason.

    Raises RuntimeError where there is neither.
    """
    begun = time.perf_counter()
    try:
        installer = install(folder / "fresh", environments.requirements(environment, device), quiet)
    except InstallError as error:
        reason = f"no fresh environment could be made: {one_line(error.message)}"
        python, words = interpreter(environment)
        if python is None:
            raise RuntimeError(f"{reason}; {words}") from None
        return Scale(python, False, reason=reason)
    return Scale(str(folder / "fresh" / "bin" / "python"), True, installer, time.perf_counter() - begun)


def _shared(environment: str) -> Path:
    return Path(os.environ.get("BENCH_PROBE_SHARED") or Path.cwd()) / environment
