"""A stack's environment on the scales: what it holds, and how long and heavy its import is. Runs in a child.

Cold: no byte code for any module, the standard library's included (an empty folder of byte code, and none written);
of a fresh environment's files, the kernel was also asked before each process to drop them from its cache, which
`dropped` says. Warm: byte code written and files read by an untimed import before. Each import is a fresh process; the
interpreter's own start is not timed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.probes.footprint import contents, making
from bench.probes.footprint.running import once, warm_variables

COLD = "cold"
WARM = "warm"


def measure(
    environment: str,
    module: str,
    processes: int,
    fresh: bool,
    device: str,
    variables: Mapping[str, str],
    condition: str,
) -> dict[str, Any]:
    """Return `contents` as contents.contents does, `imports` (one dict a process), and the `Scale` it was on.

    `fresh` asks for an environment made for this run; where that fails the standing one is weighed and `reason` says
    why. Raises RuntimeError where there is neither, or an import fails.
    """
    here = Path.cwd()
    made = making.found(environment) if fresh else None
    if made is None:
        scale = making.make(environment, device, here) if fresh else making.standing()
        made = scale, contents.contents(contents.site_packages(Path(scale.python))), here
    scale, held, folder = made
    python = Path(scale.python)
    if condition == COLD:
        dropped = contents.listing(contents.site_packages(python)) if scale.fresh else []
        imports = cold_imports(python, module, processes, variables, dropped)
    else:
        imports = warm_imports(python, module, processes, variables, folder)
    about = {"fresh": scale.fresh, "installer": scale.installer, "install_s": scale.install_s, "reason": scale.reason}
    return {"contents": held, "imports": imports, **about}


def cold_imports(
    python: Path, module: str, processes: int, variables: Mapping[str, str], files: Sequence[Path] = ()
) -> list[dict[str, Any]]:
    """Return the figures of `processes` cold imports: `condition`, `process`, `dropped`, and more.

    `files` are to be dropped from the kernel's cache before each. Works in the current folder.
    """
    if files:
        # What is not on the disk yet cannot be dropped.
        os.sync()
    found = []
    for number in range(processes):
        dropped = bool(files) and contents.forget(files)
        with tempfile.TemporaryDirectory(dir=".") as nothing:
            cold = {"PYTHONPYCACHEPREFIX": str(Path(nothing).absolute()), "PYTHONDONTWRITEBYTECODE": "1"}
            figures = once(python, module, {**variables, **cold})
        found.append({"condition": COLD, "process": number, "dropped": dropped, **figures})
    return found


def warm_imports(
    python: Path, module: str, processes: int, variables: Mapping[str, str], folder: Path = Path()
) -> list[dict[str, Any]]:
    """Return the figures of `processes` warm imports, as of cold ones; byte code is kept in `folder`."""
    warm = {**variables, **warm_variables(folder)}
    once(python, module, warm)
    return [
        {"condition": WARM, "process": number, "dropped": False, **once(python, module, warm)}
        for number in range(processes)
    ]
