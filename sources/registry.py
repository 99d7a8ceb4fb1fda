"""The table of live sources: a name, and where its class is. Nothing is imported before it is asked for."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable

from barometer.errors import SettingsError
from sources.live import Context, LiveSource

# In the order in which progress shows them.
SOURCES = {
    "google_trends": "sources.google_trends:GoogleTrends",
    "github": "sources.github:GitHub",
    "pypistats": "sources.pypistats:PyPIStats",
    "clickhouse": "sources.clickhouse:ClickHouse",
    "package_index": "sources.package_index:PackageIndex",
    "hackernews": "sources.hackernews:HackerNews",
    "remotive": "sources.remotive:Remotive",
    "arbeitnow": "sources.arbeitnow:Arbeitnow",
    "greenhouse": "sources.greenhouse:Greenhouse",
    "lever": "sources.lever:Lever",
    "stackexchange": "sources.stackexchange:StackExchange",
    "huggingface": "sources.huggingface:HuggingFace",
    "wikipedia": "sources.wikipedia:Wikipedia",
    "openalex": "sources.openalex:OpenAlex",
    "dependents": "sources.dependents:Dependents",
}
# What arrives from files: these land like any reply and are parsed like any reply, but nobody asks them.
IMPORTS = {
    "trends_import": "sources.trends_import:TrendsImport",
    "jobs_import": "sources.jobs_import:JobsImport",
    "bench": "sources.bench_import:BenchImport",
    "probes": "sources.probe_import:ProbeImport",
}


def check_names(names: Iterable[str]) -> list[str]:
    """Return the names, or all of them for none. Raises SettingsError for one that nobody has."""
    wanted = list(dict.fromkeys(names)) or list(SOURCES)
    for name in wanted:
        if name not in SOURCES:
            near = difflib.get_close_matches(name, SOURCES, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise SettingsError(f"no source is called `{name}`", f"{hint}known are {', '.join(SOURCES)}")
    return wanted


def make_source(name: str, context: Context) -> LiveSource:
    """Return one source, imported now."""
    module, _, class_name = ({**SOURCES, **IMPORTS}[name]).partition(":")
    made: LiveSource = getattr(importlib.import_module(module), class_name)(context)
    return made
