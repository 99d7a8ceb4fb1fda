"""Put a requirements file into the environment of the running interpreter, every file held against its hash.

    python -m scripts.install REQUIREMENTS

uv took 12 s where pip took 72 (two cores, empty caches), so pip is asked for uv first, at the release that
requirements-dev.txt names. Where it cannot be had, or fails, pip does all of it. Needs nothing but Python and its pip,
whose settings hold for both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.install import as_uv, find_uv, pip_settings

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r"]


def main() -> int:
    """Install what the one argument lists; return pip's exit status where uv could not do it, else 0."""
    requirements = sys.argv[1]
    if _with_uv(requirements):
        return 0
    return subprocess.run([*PIP, requirements], check=False).returncode


def _with_uv(requirements: str) -> bool:
    """True when uv installed it. What it says against it is not shown: pip's own words follow."""
    if find_uv() is None:
        _ask_for_uv()
    uv = find_uv()
    if uv is None:
        return False
    # As pip does. Where the shell forbids writing bytecode, every process would compile its libraries anew.
    compiled = "--compile-bytecode"
    command = [uv, "pip", "install", "--quiet", compiled, "--python", sys.executable, "--require-hashes"]
    # A constraint names a release without a hash, which uv refuses here; every release is pinned anyway.
    settings = {name: value for name, value in pip_settings().items() if name != "constraint"}
    environ = {**as_uv(settings), **os.environ}
    return subprocess.run([*command, "-r", requirements], env=environ, capture_output=True, check=False).returncode == 0


def _ask_for_uv() -> None:
    """Install the release of uv that the tests use; nothing where it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text(entry("uv", (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")), encoding="utf-8")
        subprocess.run([*PIP, str(alone)], capture_output=True, check=False)


def entry(name: str, requirements: str) -> str:
    """Return the lines of one distribution, its hashes with it; "" where it is not in the list."""
    lines: list[str] = []
    for line in requirements.splitlines(keepends=True):
        if line.startswith(f"{name}==") or (lines and line.startswith(" ")):
            lines.append(line)
        elif lines:
            break
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
