"""The hub as it answers on a good day, and the source that asks it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from barometer.catalog import Catalog
from sources.huggingface import HuggingFace
from tests.sources.live import Clock, live_source
from tests.sources.replay import Answer, Asked, ReplayServer, as_json
from tests.support import shipped_catalog

TOKEN = "hf_secret-token-of-a-test"
NOW = dt.datetime(2026, 11, 23, 6)
MODELS, SITE = "GET /api/models", "GET /models-json"


def one_library() -> Catalog:
    whole = shipped_catalog()
    jax = next(entry for entry in whole.frameworks if entry.key == "jax")
    return msgspec.structs.replace(whole, frameworks=[jax])


LIBRARY = one_library()


def model(number: int, downloads: Any = 10, days_old: float = 100) -> dict[str, Any]:
    created = NOW - dt.timedelta(days=days_old)
    stamp = f"{created.isoformat(timespec='milliseconds')}Z"
    return {"_id": f"66{number}", "id": f"an-org/model-{number}", "downloads": downloads, "createdAt": stamp}


def site(total: Any) -> dict[str, Any]:
    return {"models": [{"id": "an-org/model-1"}], "numItemsPerPage": 30, "numTotalItems": total, "pageIndex": 0}


class Hub:
    """The hub in small: a list of models, cut into pages that link to the next."""

    def __init__(self, models: list[dict[str, Any]], page: int = 2) -> None:
        self.models = models
        self.page = page
        self.url = ""

    def __call__(self, asked: Asked) -> Answer:
        by_age = asked.query["sort"] == "createdAt"
        key = (lambda one: one["createdAt"]) if by_age else (lambda one: one["downloads"])
        models = sorted(self.models, key=key, reverse=True)
        start = int(asked.query.get("cursor", "0"))
        end = start + self.page
        query = f"filter={asked.query['filter']}&sort={asked.query['sort']}&cursor={end}"
        link = {"Link": f'<{self.url}/api/models?{query}>; rel="next"'} if end < len(models) else {}
        return as_json(models[start:end], **link)


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, **options: Any) -> HuggingFace:
    source = live_source("huggingface", server.url, folder, clock=Clock(now), **{"catalog": LIBRARY, **options})
    assert isinstance(source, HuggingFace)
    return source


PAGE = [model(1, 500, 3), model(2, 70, 29)]
