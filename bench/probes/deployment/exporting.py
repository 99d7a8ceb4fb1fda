"""One export in a process of its own: the model built, its answers kept, the artefact written and weighed."""

from __future__ import annotations

import importlib
import time
import warnings
from pathlib import Path
from typing import Any

from bench.discovery import load_workload
from bench.probes.deployment import samples
from bench.probes.deployment.samples import Shape
from bench.probes.deployment.words import Unavailable, deprecations, words_of

EXPORTED = "exported"
FAILED = "failed"
NOT_RUN = "not-run"


def measure(module: str, workload: str, form: str, seed: int, folder: str) -> dict[str, Any]:
    """Export one workload to one format into `folder`/artefact; return what came of it.

    The sets of inputs and answers are laid into `folder`, as `samples` writes them.

    status      exported, failed (the exporter raised), or not-run (something else is missing here)
    reason      the error's first line, "" if exported
    exception   the error's type, "" if exported
    seconds     of the exporter's own call, the model being built and its answers taken before
    bytes, files    what lies in the artefact's folder; artefact is what a loader is given, relative to `folder`
    batch, length   the shape that it was made with; length is None where it does not change
    fixed       why the exporter had to be given a fixed shape, "" if it is open or the exporter chose
    opset       of an ONNX file
    deprecation the warnings in which a library calls something deprecated
    """
    exporter = importlib.import_module(module).Exporter(workload, _weights(workload, seed))
    target = Path(folder) / "artefact"
    target.mkdir(parents=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        begun = time.perf_counter()
        try:
            facts = exporter.export(form, target)
        except Unavailable as error:
            return {"status": NOT_RUN, "reason": str(error), "exception": ""}
        except Exception as error:
            kind = type(error)
            name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
            words = {"status": FAILED, "reason": words_of(error), "exception": name}
            return {**words, "deprecation": deprecations(caught)}
        seconds = time.perf_counter() - begun
    shape: Shape = facts["shape"]
    files = [path for path in target.rglob("*") if path.is_file()]
    answer = {
        "status": EXPORTED,
        "reason": "",
        "exception": "",
        "seconds": seconds,
        "bytes": sum(path.stat().st_size for path in files),
        "files": len(files),
        "artefact": f"artefact/{facts['artefact']}",
        "batch": shape.batch,
        "length": shape.length,
        "fixed": facts.get("fixed", ""),
        "opset": _opset(target / facts["artefact"]) if form == "onnx" else None,
        "deprecation": deprecations(caught),
    }
    for name, wanted in samples.shapes(workload, shape).items():
        given, expected = exporter.answer(samples.inputs(workload, seed, wanted))
        samples.save(Path(folder), name, given, expected)
    return answer


def _weights(workload: str, seed: int) -> Any:
    return load_workload(workload).weights(samples.size_of(workload), seed)


def _opset(path: Path) -> int | None:
    """Return the version of ONNX's default operators that the file wants."""
    onnx: Any = importlib.import_module("onnx")
    imports = onnx.load(str(path), load_external_data=False).opset_import
    return next((int(one.version) for one in imports if one.domain in ("", "ai.onnx")), None)
