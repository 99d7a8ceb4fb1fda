"""The faults themselves, and where each can be put in: read from their files, nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.probes.debugging import fault as faults
from bench.probes.debugging import marking


def measure(names: Sequence[str]) -> dict[str, Any]:
    """Return `faults` and `places`, the latter one for each fault, framework and style, with the programs' text."""
    places = [
        _place(name, framework, style)
        for name in names
        for framework, styles in faults.STYLES.items()
        for style in styles
    ]
    return {"faults": [_fault(name) for name in names], "places": places}


def _fault(name: str) -> dict[str, Any]:
    fault = faults.load(name)
    return {
        "fault": name,
        "number": fault.number,
        "title": fault.title,
        "family": fault.family,
        "about": fault.about,
        "right": fault.right,
        "device": fault.device,
        "expected": dict(fault.expected),
    }


def _place(name: str, framework: str, style: str) -> dict[str, Any]:
    """Return whether a fault can be put in there; if so the lines that differ and the whole faulty program."""
    function = faults.program(name, framework, style)
    place = {"fault": name, "framework": framework, "style": style, "exists": function is not None}
    if function is None:
        reason = faults.load(name).why_absent(framework, style)
        return {**place, "reason": reason, "faulty_code": "", "right_code": "", "program": ""}
    marked = marking.take_apart(faults.source(name).read_text(encoding="utf-8"))
    return {
        **place,
        "reason": "",
        "faulty_code": marked.code(function),
        "right_code": marked.code(function, right=True),
        "program": marked.program(function),
    }
