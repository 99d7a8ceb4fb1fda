"""One import in a fresh process, put there and read back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.environment import one_line

_SCRIPT = Path(__file__).resolve().with_name("importing.py")


def once(python: Path, module: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return what importing.main() tells of one import. Works in the current folder.

    Raises RuntimeError where the import fails.
    """
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


def warm_variables(folder: Path) -> dict[str, str]:
    """Return the variables by which byte code is kept in a folder, and found there again."""
    return {"PYTHONPYCACHEPREFIX": str((folder / "byte-code").absolute())}
