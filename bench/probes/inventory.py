"""What an environment holds, as a child of it sees it."""

from __future__ import annotations

import importlib.metadata
import platform
from hashlib import sha256
from typing import Any

# Those whose installed file list is kept as a hash: two builds of one version differ in it.
_WEIGHTY = ("keras", "torch", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "numpy", "onnxruntime", "openvino")


def measure() -> dict[str, Any]:
    """Return `python`, `distributions` (version by name) and `records` (hash of the file list of the weighty ones)."""
    versions = {dist.name.lower(): dist.version for dist in importlib.metadata.distributions() if dist.name}
    records = {}
    for name in _WEIGHTY:
        if name in versions:
            record = importlib.metadata.distribution(name).read_text("RECORD")
            records[name] = sha256(record.encode()).hexdigest() if record else None
    return {"python": platform.python_version(), "distributions": dict(sorted(versions.items())), "records": records}
