"""Every live service at once on one local server: plausible invented figures up to the day they are asked on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sources.registry import SOURCES
from tests.services.packages import clickhouse, dependents, index_metadata, index_page, pypistats, registries
from tests.services.postings import arbeitnow, greenhouse, lever, remotive, thread, threads
from tests.services.readers import hub_count, hub_models, page_views, questions, works
from tests.services.repositories import (
    commit_activity,
    contributors,
    github_releases,
    repository,
    search_issues,
    search_repositories,
    stars,
)
from tests.services.trends import explore, multiline, regions, related
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, replaying

KEYS = {
    "GITHUB_TOKEN": "ghp_secretsecretsecret",
    "STACKEXCHANGE_KEY": "sesecretsecretsecret",
    "OPENALEX_API_KEY": "oasecretsecretsecret",
    "HF_TOKEN": "hf_secretsecretsecret",
}
ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("pypistats", r"GET /api/packages/([^/]+)/(overall|python_minor|system)", pypistats),
    ("clickhouse", r"POST /", clickhouse),
    ("package_index", r"GET /([^/]+)/", index_page),
    ("package_index", r"GET /.*?([^/]+)-([0-9.]+)\.whl\.metadata", index_metadata),
    ("dependents", r"GET /api/v1/registries", registries),
    ("dependents", r"GET /api/v1/registries/the-index/packages/(.+)", dependents),
    ("github", r"GET /repos/([^/]+)/([^/]+)", repository),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stargazers/history", stars),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stats/commit_activity", commit_activity),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stats/contributors", contributors),
    ("github", r"GET /repos/([^/]+)/([^/]+)/releases", github_releases),
    ("github", r"GET /search/issues", search_issues),
    ("github", r"GET /search/repositories", search_repositories),
    ("stackexchange", r"GET /2\.3/questions(/no-answers)?", questions),
    ("wikipedia", r"GET /api/rest_v1/metrics/pageviews/per-article/.*/user/(.+)/daily/(\d+)/(\d+)", page_views),
    ("openalex", r"GET /works", works),
    ("huggingface", r"GET /api/models", hub_models),
    ("huggingface", r"GET /models-json", hub_count),
    ("hackernews", r"GET /api/v1/search_by_date", threads),
    ("hackernews", r"GET /api/v1/items/(\d{4})(\d\d)", thread),
    ("remotive", r"GET /api/remote-jobs", remotive),
    ("arbeitnow", r"GET /api/job-board-api", arbeitnow),
    ("greenhouse", r"GET /v1/boards/(.+)/jobs", greenhouse),
    ("lever", r"GET /v0/postings/(.+)", lever),
    ("google_trends", r"GET /explore/", lambda asked: as_html("404", 404, Set_Cookie="NID=1; path=/")),
    ("google_trends", r"POST /api/explore", explore),
    ("google_trends", r"GET /api/widgetdata/multiline", multiline),
    ("google_trends", r"GET /api/widgetdata/comparedgeo", regions),
    ("google_trends", r"GET /api/widgetdata/relatedsearches", related),
]


def answer(asked: Asked) -> Answer:
    """Return what the service answers whose name the path begins with."""
    _, _, rest = asked.path.partition("/")
    service, _, path = rest.partition("/")
    for name, pattern, reply in ROUTES:
        match = re.fullmatch(pattern, f"{asked.method} /{path}") if name == service else None
        if match:
            return reply(asked, *match.groups())
    return Answer(b"not found", 404)


def environment(server: ReplayServer) -> dict[str, str]:
    """Return the variables that send every source to the server, with keys, a contact and Google Trends switched on."""
    urls = {f"BAROMETER_{name.upper()}_URL": f"{server.url}/{name}" for name in SOURCES}
    more = {"BAROMETER_CONTACT": "tests@example.org", "BAROMETER_GOOGLE_TRENDS": "on", "BAROMETER_WAIT_CAP": "2"}
    return {**urls, **KEYS, **more, "BAROMETER_TIMEOUT": "5"}


@contextmanager
def all_services() -> Iterator[ReplayServer]:
    """Yield a running server that answers for every service."""
    with replaying() as server:
        server.otherwise = answer
        yield server
