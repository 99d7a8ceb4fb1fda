"""The whole run as a Prefect flow: sources asked, the warehouse built, the report out, a summary left behind.

Thin: every task is one call into `flows.steps`. Annotations are not postponed here: Prefect evaluates them, also when
it loads this file by its path.
"""

import datetime as dt
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from barometer.catalog import Catalog, load_catalog
from barometer.settings import Settings, load_settings
from flows import results, steps
from flows.collect import collect_all
from flows.collecting import Collected
from flows.progress import Say, listener
from flows.summary import summarise
from warehouse.build import BuildSummary

# Reading the bundle and building are the same every time: a second try of what failed would fail again.
# Writing the report may meet a disk or a mount that is busy for a moment.
PUBLISH_RETRIES = 2
PUBLISH_RETRY_SECONDS = 2


@task(name="take up timings", persist_result=False, cache_policy=NO_CACHE)
def take_up_results(settings: Settings, say: Say) -> int:
    """Return how many result files of the timing runner were new in the home folder."""
    return results.take_up(settings, say)


@task(name="read what there is", persist_result=False, cache_policy=NO_CACHE)
def read_replies(settings: Settings, catalog: Catalog) -> steps.Delivered:
    """Return the bundled snapshot's replies and those that landed, and the terms of all sources."""
    return steps.deliver_all(settings, catalog)


@task(name="build the warehouse", persist_result=False, cache_policy=NO_CACHE)
def build_warehouse(
    settings: Settings, catalog: Catalog, as_of: dt.date, delivered: steps.Delivered, say: Say
) -> BuildSummary:
    """Return the summary of a build that is published."""
    return steps.build_warehouse(settings, catalog, as_of, delivered, say)


@task(name="render the report", persist_result=False, cache_policy=NO_CACHE)
def render_report(settings: Settings, catalog: Catalog) -> steps.Pages:
    """Return the edition's pages."""
    return steps.render_report(settings, catalog)


def _is_passing(task: Any, run: Any, state: Any) -> bool:
    """True for an error of the operating system; our own errors say what a person has to do first."""
    return isinstance(state.result(raise_on_failure=False), OSError)


@task(
    name="publish the report",
    persist_result=False,
    cache_policy=NO_CACHE,
    retries=PUBLISH_RETRIES,
    retry_delay_seconds=PUBLISH_RETRY_SECONDS,
    retry_condition_fn=_is_passing,
)
def publish_report(settings: Settings, pages: steps.Pages) -> steps.Edition:
    """Return the published edition."""
    return steps.publish_report(settings, pages)


@task(name="summarise the run", persist_result=False, cache_policy=NO_CACHE)
def leave_summary(settings: Settings, edition: steps.Edition, built: BuildSummary, collected: list[Collected]) -> str:
    """Leave the run's summary with Prefect as a markdown artifact; return its text."""
    text = summarise(settings, edition, built, collected)
    create_markdown_artifact(markdown=text, key="barometer-run", description=f"Barometer, edition {edition.name}")
    return text


@flow(name="barometer-run", persist_result=False)
def barometer_run(
    home: str | None = None,
    catalog_path: str | None = None,
    as_of: dt.date | None = None,
    offline: bool = False,
    wait_s: float = 0,
) -> dict[str, str]:
    """Return the edition, its page and the summary of one run; raise the first BarometerError that stops it."""
    say = listener(get_run_logger().info)
    settings = load_settings(home=home, catalog=catalog_path)
    catalog = load_catalog(settings.catalog)
    collected: list[Collected] = []
    with steps.hold_home(settings, wait_s):
        if as_of and as_of < steps.today():
            say(f"as known on {as_of}: nothing is collected for an earlier day")
        elif not offline:
            collected = collect_all(settings, catalog, say)
        take_up_results(settings, say)
        say("reading the bundled snapshot and what was collected")
        delivered = read_replies(settings, catalog)
        built = build_warehouse(settings, catalog, as_of or steps.today(), delivered, say)
        say("drawing the report")
        edition = publish_report(settings, render_report(settings, catalog))
        summary = leave_summary(settings, edition, built, collected)
    return {"edition": edition.name, "page": str(edition.page), "summary": summary}
