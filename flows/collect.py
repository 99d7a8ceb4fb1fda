"""Collecting as a Prefect flow: a task a source, side by side.

Thin: every task is one call into `flows.collecting`. Waiting and asking again is the business of `sources.http` alone,
so no task here is tried twice. Annotations are not postponed: Prefect evaluates them.
"""

import datetime as dt
from typing import Any, cast

from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from barometer.catalog import Catalog, load_catalog
from barometer.settings import KEYS, Services, Settings, load_services, load_settings
from flows import collecting, steps
from flows.collecting import Collected
from flows.progress import Say, listener
from sources.registry import check_names

# Sources wait for their services most of the time; more at once would only queue at Prefect's own database.
SIDE_BY_SIDE = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=6))


@task(name="collect", task_run_name="collect {name}", persist_result=False, cache_policy=NO_CACHE)
def collect_source(
    settings: Settings, catalog: Catalog, services: Services, name: str, since: dt.date | None, run_id: str, say: Say
) -> Collected:
    """Return how one source's pull went; a failing service is a status, not an exception."""
    pulled = collecting.collect_source(settings, catalog, services, name, since, run_id, say)
    say(str(pulled))
    return pulled


@flow(name="barometer-collect", persist_result=False, task_runner=SIDE_BY_SIDE)
def collect_all(
    settings: Settings, catalog: Catalog, say: Say, names: list[str] | None = None, since: dt.date | None = None
) -> list[Collected]:
    """Return how every source's pull went, in the order of the table of sources."""
    services = with_blocks(load_services())
    run_id = collecting.new_run_id()
    pulls = [
        collect_source.submit(settings, catalog, services, name, since, run_id, say)
        for name in check_names(names or [])
    ]
    return [pull.result() for pull in pulls]


@flow(name="barometer-collect-only", persist_result=False)
def barometer_collect(
    home: str | None = None,
    catalog_path: str | None = None,
    sources: list[str] | None = None,
    since: dt.date | None = None,
    wait_s: float = 0,
) -> dict[str, str]:
    """Ask the live sources and land what they answer; return each source's status. For a schedule of its own."""
    say = listener(get_run_logger().info)
    settings = load_settings(home=home, catalog=catalog_path)
    catalog = load_catalog(settings.catalog)
    with steps.hold_home(settings, wait_s):
        return {pull.source: pull.status for pull in collect_all(settings, catalog, say, sources, since)}


def with_blocks(services: Services) -> Services:
    """Return the services with every key that the environment lacks and a Prefect secret block holds.

    The block of GITHUB_TOKEN is called `github-token`, and so on.
    """
    keys = dict(services.keys)
    for name in KEYS:
        if name not in keys:
            try:
                block = Secret.load(name.lower().replace("_", "-"))
            except ValueError:
                continue
            if isinstance(block, Secret):
                keys[name] = str(block.get())
    return Services(services.urls, keys, services.contact, services.switched, services.wait_cap_s, services.read_s)
