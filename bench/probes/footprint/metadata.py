"""What a distribution says of itself. Runs in a child of the environment that has it."""

from __future__ import annotations

import importlib.metadata
import re
from typing import Any

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EXTRA = re.compile(r"\bextra\s*==")


def measure(distribution: str) -> dict[str, Any]:
    """Return `found`, and if so `version`, `summary`, `keywords`, `classifiers` and `requires` (see `requirement`)."""
    try:
        dist = importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return {"found": False}
    return {
        "found": True,
        "version": dist.version,
        "summary": dist.metadata["Summary"] or "",
        "keywords": dist.metadata["Keywords"] or "",
        "classifiers": dist.metadata.get_all("Classifier") or [],
        "requires": [requirement(line) for line in dist.requires or []],
    }


def requirement(line: str) -> dict[str, Any]:
    """Return a requirement's `name` (lower case), `marker`, and whether only an extra asks for it (`optional`)."""
    found = _NAME.match(line)
    marker = line.partition(";")[2].strip()
    name = re.sub(r"[-_.]+", "-", found[1]).lower() if found else line
    return {"name": name, "marker": marker, "optional": bool(_EXTRA.search(marker))}
