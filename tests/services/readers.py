"""Services that tell what people ask, look up, publish and share."""

from __future__ import annotations

import datetime as dt

from tests.services.figures import size, today
from tests.sources.replay import Answer, Asked, as_json


def questions(asked: Asked, path: str) -> Answer:
    """Return a month's count."""
    many = 40 * size(asked.query["tagged"])
    return as_json({"total": many // 4 if path else many, "quota_max": 10000, "quota_remaining": 9000})


def page_views(asked: Asked, article: str, first: str, last: str) -> Answer:
    """Return every day of a span."""
    start, end = (dt.datetime.strptime(day, "%Y%m%d").date() for day in (first, last))
    days = [start + dt.timedelta(days=day) for day in range((end - start).days + 1)]
    items = [{"article": article, "timestamp": f"{day:%Y%m%d}00", "views": 100 * size(article)} for day in days]
    return as_json({"items": items})


def works(asked: Asked) -> Answer:
    """Return papers a year: of one query, or of all."""
    query = asked.query["filter"]
    many = 200 if " OR (" in query else 5 * size(query)
    years = range(2015, today().year + 1)
    return as_json(
        {"meta": {}, "group_by": [{"key": f"{year}", "key_display_name": f"{year}", "count": many} for year in years]}
    )


def hub_models(asked: Asked) -> Answer:
    """Return a page of models, most downloaded or youngest first."""
    library = asked.query["filter"]
    day = today() - dt.timedelta(days=3)
    many = [{"id": f"o/m{i}", "downloads": 900 - i, "createdAt": f"{day}T00:00:00.000Z"} for i in range(size(library))]
    return as_json(many)


def hub_count(asked: Asked) -> Answer:
    """Return the site's own list with its total."""
    return as_json({"models": [], "numItemsPerPage": 30, "numTotalItems": 1000 * size(asked.query["library"])})
