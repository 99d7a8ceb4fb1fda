"""One artefact in a fresh process without the framework that made it: loads, answers, another shape, latency, load."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.pressure import allowed_cores
from bench.probes.deployment import clients, forked, latency, runtimes, server
from bench.probes.deployment.samples import LIMIT, difference, read
from bench.probes.deployment.ways import FRAMEWORKS
from bench.probes.deployment.words import deprecations, words_of
from bench.probes.probe import ANSWERED, DIED, HUNG

ANSWERS = "answers"
DIFFERS = "differs"
FAILED = "failed"
REFUSED = "refused"
NOT_RUN = "not-run"

_CLIENTS = 4
_LOAD_SECONDS = 0.5
# Less than the runner's own patience with this process, so that it can tell which of its forks hangs.
_PATIENCE = forked.Patience(cpu_s=120.0, wall_s=240.0)


def measure(
    runtime: str, form: str, folder: str, artefact: str, quick: bool, under_load: bool, client_core: int
) -> dict[str, Any]:
    """Load the artefact that lies in `folder` and question it; return what came of it.

    Beside the figures of `judged` and of `latency.figures`: `runtime_version`, `load_seconds`, `frameworks_found` and
    `frameworks_imported` (of the training frameworks, what this process could import and what it did import),
    `deprecation`, and `load`, the figures under load (None if not asked for).
    """
    if runtime not in runtimes.LIGHT:
        with _uncollected():
            runtimes.prepare(runtime, form)
    stream = latency.QUICK if quick else latency.FULL
    asked = _Asked(runtime, form, Path(folder), artefact, stream)
    facts: dict[str, Any] = {"runtime_version": runtimes.version(runtime), "load": None}
    facts["frameworks_found"] = [name for name in FRAMEWORKS if importlib.util.find_spec(name) is not None]
    has_several = stream.processes > 1 and forked.can_fork()
    whole = partial(asked.whole, under_load, client_core)
    facts |= asked.apart("whole", whole) if has_several else whole()
    streams = [taken for taken in [facts.pop("taken", None)] if taken]
    if streams and has_several:
        again = [asked.apart(f"again{number}", asked.again) for number in range(1, stream.processes)]
        streams += [one["taken"] for one in again if "taken" in one]
    return {**facts, **(latency.figures(streams) if streams else {})}


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking through a framework again and again while it is imported."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True)
class _Asked:
    """An artefact, and the runtime that is to load it."""

    runtime: str
    form: str
    folder: Path
    artefact: str
    stream: latency.Stream

    def whole(self, under_load: bool, client_core: int) -> dict[str, Any]:
        """Load it and ask everything; return `judged`'s figures and those of loading."""
        facts: dict[str, Any] = {}
        runtimes.prepare(self.runtime, self.form)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            begun = time.perf_counter()
            try:
                loaded = self._open()
            except Exception as error:
                facts |= {"status": FAILED, "reason": words_of(error)}
            else:
                facts["load_seconds"] = time.perf_counter() - begun
                facts |= judged(loaded, self.folder, self.stream)
                if under_load and facts["status"] == ANSWERS:
                    facts["load"] = _under_load(loaded, self.folder, client_core)
        facts["deprecation"] = deprecations(caught)
        facts["frameworks_imported"] = [name for name in FRAMEWORKS if name in sys.modules]
        return facts

    def again(self) -> dict[str, Any]:
        """Load it and take one more stream, of the set that takes it; return `taken`."""
        runtimes.prepare(self.runtime, self.form)
        loaded = self._open()
        single = _asked(loaded, self.folder, "single", REFUSED)
        return {"taken": _streamed(loaded, self.folder, single, self.stream)}

    def _open(self) -> runtimes.Loaded:
        return runtimes.open_artefact(self.runtime, self.form, self.folder / self.artefact)

    def apart(self, name: str, work: forked.Work) -> dict[str, Any]:
        """Do a piece of work in a process forked from this one, which has at most imported the runtime."""
        outcome = forked.run({name: work}, self.folder, allowed_cores()[:1], _PATIENCE)[name]
        if outcome.how == ANSWERED:
            return dict(outcome.answer)
        status = outcome.how if outcome.how in (DIED, HUNG) else NOT_RUN
        return {"status": status, "reason": outcome.reason}


def judged(loaded: runtimes.Loaded, folder: Path, stream: latency.Stream) -> dict[str, Any]:
    """Return how the artefact answers each set, and each query's seconds as `taken`.

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
    return {
        **traced,
        "max_abs": max(one["max_abs"] for one in answered),
        "max_rel": max(one["max_rel"] for one in answered),
        "other_status": other["status"],
        "other_reason": other["reason"],
        "latency_batch": len(next(iter(_queried(folder, single).values()))),
        "taken": _streamed(loaded, folder, single, stream),
    }


def _queried(folder: Path, single: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the inputs of a query: one sample, or where it does not answer that, the shape it was made with."""
    return read(folder, "single" if single["status"] == ANSWERS else "traced")[0]


def _streamed(loaded: runtimes.Loaded, folder: Path, single: Mapping[str, Any], stream: latency.Stream) -> list[float]:
    given = _queried(folder, single)
    return latency.single_stream(lambda: loaded(given), stream)


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
