"""Between flat canonical names and the nested tree that a JAX program reads: numbered parts become lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def nest(flat: Mapping[str, Any]) -> Any:
    """Return `{"blocks": [{"norm1": {"scale": ...}}]}` for `{"blocks/0/norm1/scale": ...}`."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *path, leaf = name.split("/")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[leaf] = value
    return _lists(tree)


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    parts = {name: _lists(part) for name, part in tree.items()}
    if parts and all(name.isdigit() for name in parts):
        return [parts[str(index)] for index in range(len(parts))]
    return parts


def flatten(tree: Any, path: str = "") -> dict[str, Any]:
    """Return `nest`'s inverse."""
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = {str(index): part for index, part in enumerate(tree)}.items()
    else:
        return {path: tree}
    flat: dict[str, Any] = {}
    for name, part in items:
        flat |= flatten(part, f"{path}/{name}" if path else name)
    return flat
