"""Result files of the timing runner and the probes: on their way into the landing folder, and bundled ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.settings import Services, Settings
from flows.steps import Delivered

if TYPE_CHECKING:
    from sources.bench_import import BenchImport
    from sources.bench_results import Result

Say = Callable[[str], None]
# The folder in the home folder where `python -m bench probe` writes, and the source of what lies there.
PROBES = "probes"


def land(settings: Settings, results: Iterable[Result]) -> list[bool]:
    """Land results that are not there yet; return for each whether it was new. Raises OSError as `Landing.land`."""
    run_id = _run_id("import")
    new = []
    for result in results:
        source = _source(settings, result.source)
        is_new = not source.is_known(result.content)
        if is_new:
            source.context.landing.land(source.hand_over(result), run_id)
        new.append(is_new)
    return new


def take_up(settings: Settings, say: Say) -> int:
    """Land what lies in the home folder's bench/ and probes/ and is not there yet; return how many files were new.

    A file that a run is writing waits until that run has ended. One that cannot be read lands with status `error`, says
    so and stops nothing: a version that can read it will.
    """
    paths = [path for folder in (settings.bench, settings.home / PROBES) for path in sorted(folder.glob("*.jsonl"))]
    run_id = _run_id("bench")
    return sum(_take_up_file(settings, path, run_id, say) for path in paths)


def _take_up_file(settings: Settings, path: Path, run_id: str, say: Say) -> bool:
    from barometer.errors import SourceError
    from sources.bench_results import Result, is_being_written, read_content

    # Until it is read, a file is taken for one of its folder's.
    content, named = b"", f"{path.parent.name}/{path.name}"
    source = _source(settings, path.parent.name)
    try:
        if is_being_written(path):
            say(f"{named} is being written; it is taken up when its run has ended")
            return False
        content = read_content(path)
        if not content or source.is_known(content):
            return False
        result = Result(path.name, content)
        source = _source(settings, result.source)
        if source.is_known(content):
            return False
        payload = source.hand_over(result)
        say(f"taking up {named}")
    except SourceError as error:
        payload = source.refused_file(path, content, error.message)
        say(f"{named} cannot be read: {error.message}")
    source.context.landing.land(payload, run_id)
    return payload.status == "ok"


def deliver_bundled() -> Delivered:
    """Return the runs of the runner and the probes that travel with the package, with their rows; nothing without."""
    from sources import bench_results, probe_results
    from sources.bench_bundle import Bundle
    from sources.probe_bundle import ProbeBundle
    from warehouse.load import Delivery

    timed = [Delivery(bench_results.NAME, reply.run_id, reply, rows) for reply, rows in Bundle().replies()]
    probed = [Delivery(probe_results.NAME, reply.run_id, reply, rows) for reply, rows in ProbeBundle().replies()]
    terms = [bench_results.TERMS] if timed else []
    return Delivered([*timed, *probed], [*terms, probe_results.TERMS] if probed else terms)


def _source(settings: Settings, name: str) -> BenchImport:
    """Return the source of timings, `bench`, or of probes, `probes`: each is named as its folder."""
    from barometer.catalog import load_catalog
    from sources.bench_import import BenchImport
    from sources.landing import Landing
    from sources.live import Context
    from sources.probe_import import ProbeImport

    source = ProbeImport if name == PROBES else BenchImport
    return source(Context(load_catalog(settings.catalog), Services(), Landing(settings.landing)))


def _run_id(word: str) -> str:
    return f"{word}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
