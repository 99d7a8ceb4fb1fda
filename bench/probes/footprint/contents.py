"""What lies in an environment's site-packages, byte code and pip left out."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_BYTE_CODE = "__pycache__"
# What an environment has for its own upkeep, not for the framework.
_UPKEEP = ("pip",)


def site_packages(python: Path) -> Path:
    """Return the folder of an environment's installed modules. Raises FileNotFoundError where there is none."""
    for folder in sorted((python.parent.parent / "lib").glob("python3*/site-packages")):
        return folder
    raise FileNotFoundError(f"{python} is in no environment that has site-packages")


def contents(site: Path) -> dict[str, Any]:
    """Return what lies in site-packages, byte code left out: `distributions`, `bytes`, `files`, `by_distribution`.

    `distributions` maps names to versions; `by_distribution` maps them to bytes, by their own lists of files.
    """
    versions: dict[str, str] = {}
    sizes: dict[str, int] = {}
    upkeep = 0, 0
    for dist in importlib.metadata.distributions(path=[str(site)]):
        owned = [size for size in (_size(Path(str(dist.locate_file(name)))) for name in dist.files or ()) if size >= 0]
        if dist.name.lower() in _UPKEEP:
            upkeep = upkeep[0] + len(owned), upkeep[1] + sum(owned)
        else:
            versions[dist.name.lower()] = dist.version
            sizes[dist.name.lower()] = sum(owned)
    everything = [size for size in (_size(path) for path in site.rglob("*")) if size >= 0]
    return {
        "distributions": dict(sorted(versions.items())),
        "files": len(everything) - upkeep[0],
        "bytes": sum(everything) - upkeep[1],
        "by_distribution": dict(sorted(sizes.items(), key=lambda pair: -pair[1])),
    }


def _size(path: Path) -> int:
    """Return a regular file's length, -1 for byte code, links, folders and what is not there."""
    if _BYTE_CODE in path.parts or path.suffix == ".pyc" or path.is_symlink():
        return -1
    with contextlib.suppress(OSError):
        return path.stat().st_size if path.is_file() else -1
    return -1


def listing(site: Path) -> list[Path]:
    """Return the regular files of site-packages that hold anything, byte code left out."""
    return [path for path in site.rglob("*") if _size(path) > 0]


def forget(paths: Sequence[Path]) -> bool:
    """Ask the kernel to drop the files from its cache; false where it cannot be asked. Nothing on disk changes."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in paths:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
    return True
