"""One file a stack: its STACK, doors() and loader(batch). A file that is added is a stack that is tried."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from bench.probes.integration.doors import Stack, StackModule


def names() -> list[str]:
    """Return the names of the files, in the order in which they are tried."""
    files = Path(__file__).resolve().parent.glob("*.py")
    return sorted(
        path.stem for path in files if "STACK" in path.read_text(encoding="utf-8") and path.stem != "__init__"
    )


def load(name: str) -> StackModule:
    """Return a stack's module. The framework is not imported by it."""
    return cast(StackModule, importlib.import_module(f"{__name__}.{name}"))


def table() -> dict[str, Stack]:
    """Return every stack by its file's name."""
    return {name: load(name).STACK for name in names()}
