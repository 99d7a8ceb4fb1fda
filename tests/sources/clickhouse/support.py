"""What tests of ClickHouse share: a feed with its edge, the source, its rows."""

from __future__ import annotations

from typing import Any

import msgspec

from barometer.catalog import Catalog
from tests.sources.live import live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_json
from tests.support import shipped_catalog

TABLE = "package_downloads_month"
FRESH = "2026-11-21"
YEARS = list(range(2016, 2027))


class Feed:
    """Answers like the server: `until` is where the feed ends, `packages` what it has from 2025 on."""

    def __init__(self) -> None:
        self.until = FRESH
        self.packages = {"keras": [("pip", 60), ("bandersnatch", 5)], "torch": [("uv", 7), ("", 1)]}
        self.asked: list[str] = []
        self.instead: dict[str, Answer] = {}

    def __call__(self, asked: Asked) -> Answer:
        year = asked.query.get("param_first", "feed")[:4]
        self.asked.append(year)
        if year in self.instead:
            return self.instead[year]
        return as_json(self.feed() if year == "feed" else self.year(int(year)))

    def feed(self) -> dict[str, Any]:
        return {"meta": [{"name": "feed_until", "type": "Date"}], "data": [{"feed_until": self.until}], "rows": 1}

    def year(self, year: int) -> dict[str, Any]:
        data = [
            {
                "project": name,
                "feed_until": self.until,
                "months": [f"{year}-01-01" for _ in found],
                "installers": [installer for installer, _ in found],
                "downloads": [count for _, count in found],
            }
            for name, found in self.packages.items()
            if year >= 2025
        ]
        return {"meta": [], "data": data, "rows": len(data), "statistics": {"elapsed": 0.01}}


def small() -> Catalog:
    catalog = shipped_catalog()
    frameworks = [msgspec.structs.replace(framework, companions=[]) for framework in catalog.frameworks[:2]]
    return msgspec.structs.replace(catalog, frameworks=frameworks)


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("clickhouse", server.url, folder, **({"catalog": small()} | options))


def rows(asking: Any) -> list[tuple]:
    """Everything that landed with figures, as the loader reads it."""
    landing = asking.context.landing
    kept = [entry for entry in landing.entries("clickhouse") if entry.sha256 and entry.status != "error"]
    return [tuple(row.values()) for row in parsed(asking, TABLE, [landing.payload(entry) for entry in kept])]


def year(**changed: Any) -> Answer:
    data = {
        "project": "keras",
        "feed_until": FRESH,
        "months": ["2026-01-01", "2026-02-01"],
        "installers": ["pip", "pip"],
        "downloads": ["1", 2],
    }
    return as_json({"data": [data | changed], "rows": 1})
