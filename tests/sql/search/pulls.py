"""Pulls of search interest into a world of few frameworks, and what the marts make of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.sql.world import READ, World, months_from
from warehouse.load import insert_rows

INTEREST = ["term", "kind", "geo", "period_start", "granularity", "interest", "below_one", "no_data", "is_partial"]
REGIONS = ["term", "kind", "region", "region_name", "span", "share", "no_data"]
QUERIES = ["term", "kind", "geo", "ranking", "position", "query", "value", "is_breakout"]
SUNDAY = dt.date(2026, 8, 2)
Cell = float | str | None


def compared(*names: str, topics: Sequence[str] = ()) -> World:
    """A world of frameworks with a search term each, and a topic `/g/NAME` for those in `topics`."""
    return World().compare(
        {name: {"search_term": [name]} | ({"search_topic": [f"/g/{name}"]} if name in topics else {}) for name in names}
    )


def pull(
    world: World,
    series: Mapping[str, Iterable[Cell]],
    *,
    first: dt.date = SUNDAY,
    granularity: str = "week",
    request: str = "GET comparison",
    fetched_at: dt.datetime = READ,
    kind: str = "term",
    geo: str = "",
    partial: bool = False,
    source: str = "google_trends",
    sha: str = "",
) -> World:
    """Give one reply: a series a term from `first` on; `partial` says that its last period is running."""
    rows: list[tuple] = []
    for term, values in series.items():
        cells = list(values)
        for i, value in enumerate(cells):
            below, unknown = value == "<1", value is None
            number = None if below or unknown else value
            day = step(first, granularity, i)
            is_last = partial and i == len(cells) - 1
            rows.append((term, kind, geo, day, granularity, number, below, unknown, is_last))
    give(world, "search_interest", INTEREST, rows, request, fetched_at, source, sha)
    return world


def give(
    world: World,
    table: str,
    columns: list[str],
    rows: list[tuple],
    request: str = "GET comparison",
    fetched_at: dt.datetime = READ,
    source: str = "google_trends",
    sha: str = "",
) -> None:
    stamp = {
        "fetched_at": fetched_at,
        "run_id": "test",
        "source": source,
        "request": request,
        "payload_sha256": sha or f"{request} {fetched_at}",
    }
    insert_rows(world.connection, f"raw.{table}", columns, rows, stamp)


def step(first: dt.date, granularity: str, i: int) -> dt.date:
    if granularity == "month":
        return months_from(first, i + 1)[-1]
    return first + dt.timedelta(days=i * (7 if granularity == "week" else 1))


def weeks(world: World, columns: str = "framework, week, interest, low, high, pulls") -> list[tuple[Any, ...]]:
    world.build("marts.search_interest_week")
    return world.rows(f"select {columns} from marts.search_interest_week order by week, framework, geo")


def evidence(world: World) -> dict[tuple[str, str], tuple[Any, ...]]:
    world.build("core.evidence_search")
    rows = world.rows("select metric, framework, value, low, high, n, as_of, note from core.evidence_search")
    return {(metric, framework): tuple(rest) for metric, framework, *rest in rows}
