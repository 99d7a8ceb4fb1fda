"""The weekly schedule, run by one process without any further service."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

from prefect.schedules import Cron, Schedule

from barometer.errors import SettingsError
from barometer.settings import Settings
from flows.run import barometer_run

# Mondays, when the week before is complete everywhere; UTC. prefect.yaml carries the same.
WEEKLY = "0 6 * * 1"
DEPLOYMENT = "weekly"
# A scheduled run that meets one started by hand waits for it.
WAIT_S = 3600.0


def schedule(cron: str | None = None) -> Schedule:
    """Return the schedule of five cron fields, in UTC. Raises SettingsError for what is no schedule."""
    text = cron or WEEKLY
    try:
        return Cron(text, timezone="UTC")
    except ValueError as error:
        raise SettingsError(
            f"--cron `{text}` is no schedule: {error}", 'write five fields, as in "0 6 * * 1"'
        ) from None


def serve(settings: Settings, offline: bool, when: Schedule, say: Callable[[str], None]) -> None:
    """Run the flow on its schedule until the process is stopped."""
    parameters = {
        "home": str(settings.home),
        "catalog_path": str(settings.catalog),
        "offline": offline,
        "wait_s": WAIT_S,
    }
    # Prefect 3.8 leaves its event loop in the middle when it is stopped: the loop complains, nothing follows from it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    say(f"runs at `{when.cron}` (UTC), home {settings.home}; Ctrl-C stops it")
    barometer_run.serve(
        name=DEPLOYMENT,
        schedule=when,
        parameters=parameters,
        pause_on_shutdown=False,
        print_starting_message=False,
        limit=1,
    )
    say("stopped")
