"""The programs' texts, for a report that shows them side by side."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from bench.probes.ease.files import texts


def measure(folders: list[str], workloads: list[str]) -> dict[str, Any]:
    """Return `sources`: program, workload, change, text and the text's hash of every program that is there."""
    return {
        "sources": [
            {
                "program": folder,
                "workload": workload,
                "change": change,
                "sha256": sha256(text.encode()).hexdigest(),
                "text": text,
            }
            for folder, workload, change, text in texts(folders, workloads)
        ]
    }
