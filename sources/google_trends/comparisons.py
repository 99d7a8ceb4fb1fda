"""What is asked of Google Trends: which terms stand together in one request, and how a request is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from barometer.catalog import Catalog, Framework
from sources.live import Request

DATASET = "search_interest"
# Google compares five terms at most and answers more with code 400.
MOST_TERMS = 5
# The term that every request holds where the frameworks do not fit into one: the one nearest to the others in size.
ANCHOR = "tensorflow"
RECENT, YEAR_2020 = "today 5-y", "2020-01-01 2020-12-31"

Kind = Literal["topic", "term"]
EXPLORE, MULTILINE, REGIONS, RELATED = (
    "/api/explore",
    "/api/widgetdata/multiline",
    "/api/widgetdata/comparedgeo",
    "/api/widgetdata/relatedsearches",
)


@dataclass(frozen=True)
class Comparison:
    """Terms of one kind that are asked for together, over one span, in one place ("" is worldwide)."""

    kind: Kind
    keywords: tuple[str, ...]
    time: str = RECENT
    geo: str = ""

    def request(self, path: str, about: str = "", is_settled: bool = False) -> Request:
        """Return the question for one reply. Tokens and dates that Google adds are no part of it: they change daily."""
        named = [("kind", self.kind), ("time", self.time), ("geo", self.geo)]
        named += [("keyword", keyword) for keyword in self.keywords]
        named += [("about", about)] if about else []
        return Request(DATASET, path, tuple(named), is_settled=is_settled)


@dataclass(frozen=True)
class Asked:
    """What a request's key says was asked. `about` is the one term that related queries are for."""

    path: str
    comparison: Comparison
    about: str = ""


def read_key(key: str) -> Asked | None:
    """Return what a key of `Comparison.request` asked for; None for another key."""
    address = urlsplit(key.partition(" ")[2])
    found = parse_qs(address.query, keep_blank_values=True)
    try:
        kind: Kind = "topic" if found["kind"] == ["topic"] else "term"
        comparison = Comparison(kind, tuple(found["keyword"]), found["time"][0], found["geo"][0])
    except KeyError:
        return None
    return Asked(address.path, comparison, found.get("about", [""])[0])


def name_of(framework: Framework, kind: Kind) -> str | None:
    """Return the term or topic that a framework is compared by, None where the catalogue names none."""
    names = framework.search_topics if kind == "topic" else framework.search_terms
    return names[0] if names else None


def comparisons(catalog: Catalog, kind: Kind, time: str = RECENT) -> Iterator[Comparison]:
    """Yield the comparisons that hold every framework once, and the anchor in each (West 2020, CIKM)."""
    named = {framework.key: name for framework in catalog.frameworks if (name := name_of(framework, kind))}
    if len(named) <= MOST_TERMS:
        if named:
            yield Comparison(kind, tuple(named.values()), time)
        return
    anchor = ANCHOR if ANCHOR in named else next(iter(named))
    others = [name for key, name in named.items() if key != anchor]
    for start in range(0, len(others), MOST_TERMS - 1):
        yield Comparison(kind, (named[anchor], *others[start : start + MOST_TERMS - 1]), time)
