"""Which package index to ask: the one that pip is configured for. No index is named in the code."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from pypi_simple import PYPI_SIMPLE_ENDPOINT

# In pip's own order: what is set in the environment wins, then what is set for the command, then what is set for all.
_SETTINGS = (":env:.index-url", "install.index-url", "global.index-url")
_PATIENCE_S = 60


def configured_index(environ: Mapping[str, str] | None = None) -> str:
    """Return the address of the index that pip is configured for, else uv's, else the one that both take by default.

    pip is asked itself (`pip config list`), so that its files are found wherever they are; where it is not installed,
    its variable counts alone. An address may hold credentials: show it only through `shown`.
    """
    environ = os.environ if environ is None else environ
    found = environ.get("PIP_INDEX_URL", "").strip() or _pip_setting(environ)
    return (found or environ.get("UV_DEFAULT_INDEX", "").strip() or PYPI_SIMPLE_ENDPOINT).rstrip("/")


def shown(address: str) -> str:
    """Return an address without credentials, query and fragment."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _pip_setting(environ: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            command, env=dict(environ), capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    settings = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    for name in _SETTINGS:
        if name in settings:
            # pip writes values as Python literals.
            return str(ast.literal_eval(settings[name])).strip()
    return ""
