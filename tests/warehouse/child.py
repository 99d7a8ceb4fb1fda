"""A writer in a process of its own, for tests that kill it, starve it of disk or keep it waiting.

`python -m tests.warehouse.child FOLDER ACTION`, where FOLDER is as `make_home` leaves it. Actions:
`build`; `die N` kills itself with SIGKILL at its N-th step; `disk N` may write no file beyond N bytes;
`hold S` holds the writer's lock for S seconds. An error is printed and its exit code returned.
"""

import datetime as dt
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from barometer.catalog import Catalog, load_catalog
from barometer.errors import BarometerError
from barometer.settings import Settings
from sources.protocol import Batch
from tests.warehouse.conftest import AS_OF, advise, star_rows, stars_delivery, terms
from warehouse.build import BuildSummary, build
from warehouse.connect import writer_lock
from warehouse.load import Delivery


def deliveries(step: Iterator[None]) -> Iterator[Delivery]:
    """Three payloads of growing history; a step is taken before each and in the middle of each."""
    for months in (4, 5, 6):
        next(step)
        whole = stars_delivery(star_rows(months), dt.datetime(2026, 11, months), f"months-{months}")
        yield Delivery(whole.source_name, whole.run_id, whole.payload, halves(whole.batches[0], step))


def halves(batch: Batch, step: Iterator[None]) -> Iterator[Batch]:
    half = len(batch.rows) // 2
    yield Batch(batch.table, batch.columns, batch.rows[:half])
    next(step)
    yield Batch(batch.table, batch.columns, batch.rows[half:])


def steps(last: int | None) -> Iterator[None]:
    """Yield without end, or until the `last` step, which nobody survives."""
    taken = 0
    while taken != last:
        yield
        taken += 1
    os.kill(os.getpid(), signal.SIGKILL)


def run_build(folder: Path, last: int | None = None) -> BuildSummary:
    step = steps(last)

    def advised(evidence: list[dict], catalog: Catalog) -> dict[str, list[dict]]:
        next(step)
        return advise(evidence, catalog)

    settings = Settings(folder / "home", folder / "catalog.toml", folder / "sql")
    catalog = load_catalog(settings.catalog)
    return build(settings, catalog, AS_OF, deliveries(step), terms(), advised, lambda _: next(step))


def main(folder: Path, action: str, number: str = "") -> None:
    print("started", flush=True)
    if action == "hold":
        with writer_lock(Settings(folder / "home", folder / "catalog.toml", folder / "sql")):
            print("holding", flush=True)
            time.sleep(float(number))
        return
    if action == "disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(number), int(number)))
    print(run_build(folder, int(number) if action == "die" else None), flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), *sys.argv[2:])
    except BarometerError as error:
        print(f"{type(error).__name__}: {error.message}\n{error.hint}", flush=True)
        sys.exit(error.exit_code)
