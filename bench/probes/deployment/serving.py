"""One artefact in a fresh process without the framework that made it: loads, answers, another shape, latency, load."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from bench.probes.deployment import clients, latency, runtimes, server
from bench.probes.deployment.samples import LIMIT, difference, read
from bench.probes.deployment.ways import FRAMEWORKS
from bench.probes.deployment.words import deprecations, words_of

ANSWERS = "answers"
DIFFERS = "differs"
FAILED = "failed"
REFUSED = "refused"
NOT_RUN = "not-run"

_CLIENTS = 4
_LOAD_SECONDS = 0.5


def measure(
    runtime: str, form: str, folder: str, artefact: str, quick: bool, under_load: bool, client_core: int
) -> dict[str, Any]:
    """Load the artefact that lies in `folder` and question it; return what came of it.

    Beside the figures of `judged`: `runtime_version`, `load_seconds`, `frameworks_found` and `frameworks_imported` (of
    the training frameworks, what this process could import and what it did import), `deprecation`, and `load`, the
    figures under load (None if not asked for).
    """
    path = Path(folder)
    importlib.import_module(runtimes.library(runtime))
    facts: dict[str, Any] = {"runtime_version": runtimes.version(runtime), "load": None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        begun = time.perf_counter()
        try:
            loaded = runtimes.open_artefact(runtime, form, path / artefact)
        except Exception as error:
            facts |= {"status": FAILED, "reason": words_of(error)}
        else:
            facts["load_seconds"] = time.perf_counter() - begun
            facts |= judged(loaded, path, latency.QUICK if quick else latency.FULL)
            if under_load and facts["status"] == ANSWERS:
                facts["load"] = _under_load(loaded, path, client_core)
    facts["deprecation"] = deprecations(caught)
    facts["frameworks_found"] = [name for name in FRAMEWORKS if importlib.util.find_spec(name) is not None]
    facts["frameworks_imported"] = [name for name in FRAMEWORKS if name in sys.modules]
    return facts


def judged(loaded: runtimes.Loaded, folder: Path, stream: latency.Stream) -> dict[str, Any]:
    """Return how the artefact answers each set, and its latency.

    status          answers (within LIMIT of the framework's own answer, at the shape it was made with), differs, failed
    max_abs, max_rel    the largest over the sets that were answered; relative to the largest value expected
    other_status    the same for another shape, or refused where the runtime raised
    latency_batch   samples a query: one, or the shape the artefact was made with where it refuses one
    """
    traced = _asked(loaded, folder, "traced", FAILED)
    if traced["status"] != ANSWERS:
        return {**traced, "other_status": NOT_RUN, "other_reason": "it did not answer its own shape"}
    single, other = (_asked(loaded, folder, name, REFUSED) for name in ("single", "other"))
    answered = [one for one in (traced, single, other) if one["max_abs"] is not None]
    given, _ = read(folder, "single" if single["status"] == ANSWERS else "traced")
    taken = latency.single_stream(lambda: loaded(given), stream)
    return {
        **traced,
        "max_abs": max(one["max_abs"] for one in answered),
        "max_rel": max(one["max_rel"] for one in answered),
        "other_status": other["status"],
        "other_reason": other["reason"],
        "latency_batch": len(next(iter(given.values()))),
        **latency.figures(taken),
    }


def _asked(loaded: runtimes.Loaded, folder: Path, name: str, refused: str) -> dict[str, Any]:
    given, expected = read(folder, name)
    try:
        answer = np.asarray(loaded(given))
    except Exception as error:
        return {"status": refused, "reason": words_of(error), "max_abs": None, "max_rel": None}
    return verdict(answer, expected)


def verdict(answer: np.ndarray, expected: np.ndarray) -> dict[str, Any]:
    """Return answers or differs, the reason, and the largest absolute and relative difference."""
    absolute, relative, reason = difference(answer, expected)
    is_close = relative is not None and relative <= LIMIT
    if relative is not None and not is_close:
        reason = f"off by {relative:.2g} of the largest value; {LIMIT:g} is allowed"
    return {"status": ANSWERS if is_close else DIFFERS, "reason": reason, "max_abs": absolute, "max_rel": relative}


def _under_load(loaded: runtimes.Loaded, folder: Path, core: int) -> dict[str, Any]:
    """Return the requests a second that a server around the artefact answers, from clients in another process."""
    single, _ = read(folder, "single")
    try:
        expected = loaded(single)
        given = single
    except Exception:
        given, expected = read(folder, "traced")
    (folder / "body.npz").write_bytes(server.packed(given))
    (folder / "expected.npy").write_bytes(server.array_bytes(np.asarray(expected)))
    with server.serving(loaded) as port:
        command = [sys.executable, "-P", clients.__file__, str(port), str(folder), str(_LOAD_SECONDS)]
        done = subprocess.run(
            [*command, str(_CLIENTS), str(core)], capture_output=True, text=True, timeout=60, check=False
        )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [""]
        return {"status": FAILED, "reason": f"the clients ended with {done.returncode}: {last[0][:200]}"}
    told = json.loads(done.stdout)
    taken = told["latencies"]
    figures = {"p50_s": latency.percentile(taken, 0.5), "p99_s": latency.percentile(taken, 0.99)} if taken else {}
    return {
        "status": "ok" if taken and not told["errors"] else "errors",
        "reason": "" if taken else "no request was answered",
        "clients": _CLIENTS,
        "batch": len(next(iter(given.values()))),
        "seconds": told["seconds"],
        "requests": len(taken),
        "errors": told["errors"],
        "requests_per_second": len(taken) / told["seconds"],
        **figures,
    }
