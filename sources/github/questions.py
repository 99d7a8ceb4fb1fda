"""How questions to GitHub are written, and which repository one is about."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import msgspec

from sources.live import Request

# What one reply lists: repositories, issues and releases, and weeks of a star history.
PAGE, PAGE_WEEKS = 100, 30
HISTORY, RELEASES = "/stargazers/history", "/releases"


def history(name: str, page: int) -> Request:
    """Return the question for one page of a repository's star history, page 1 the newest."""
    params = (("per_page", str(PAGE_WEEKS)), ("page", str(page)))
    return Request("github", f"/repos/{name}{HISTORY}", params, is_paged=page > 1)


def releases(name: str, page: int) -> Request:
    """Return the question for one page of a repository's releases, page 1 the newest."""
    return Request("github", f"/repos/{name}{RELEASES}", (("per_page", str(PAGE)), ("page", str(page))), is_paged=True)


def repository_of(request: Request) -> str:
    """Return the repository a question is about, "" for a topic."""
    if request.path == "/search/issues":
        return dict(request.params)["q"].partition(" ")[0].removeprefix("repo:")
    return "/".join(request.path.split("/")[2:4]) if request.path.startswith("/repos/") else ""


def page_after(name: str) -> Callable[[bytes], Request | None]:
    """Return what reads a page of releases and names the next: there is one behind every full page."""
    numbers = itertools.count(2)

    def following(content: bytes) -> Request | None:
        return releases(name, next(numbers)) if len(msgspec.json.decode(content)) >= PAGE else None

    return following
