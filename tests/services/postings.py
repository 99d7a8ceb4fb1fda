"""Services that tell of job postings."""

from __future__ import annotations

import datetime as dt

from tests.services.figures import epoch, today
from tests.sources.replay import Answer, Asked, as_json


def threads(asked: Asked) -> Answer:
    """Return the list of hiring threads of two years."""
    first = today().replace(day=1)
    months = [
        dt.date((first.year * 12 + first.month - 1 - back) // 12, (first.month - 1 - back) % 12 + 1, 1)
        for back in range(24)
    ]
    hits = [
        {"objectID": f"{month:%Y%m}", "title": f"Ask HN: Who is hiring? ({month:%B %Y})", "created_at_i": epoch(month)}
        for month in months
    ]
    return as_json({"hits": hits, "page": 0, "nbPages": 1, "nbHits": len(hits)})


def thread(asked: Asked, year: str, month: str) -> Answer:
    """Return one thread with a handful of postings for each framework."""
    texts = ["Keras", "PyTorch", "PyTorch", "PyTorch", "TensorFlow", "TensorFlow", "JAX", "Rust"]
    children = [
        {
            "id": int(f"{year}{month}{i:02}"),
            "author": f"person-{i}",
            "text": f"Firm{i} | Engineer | REMOTE<p>You must know {text}. Number {year}{month}{i}.",
        }
        for i, text in enumerate(texts * 6)
    ]
    named = dt.date(int(year), int(month), 1)
    title = f"Ask HN: Who is hiring? ({named:%B %Y})"
    return as_json({"id": int(f"{year}{month}"), "title": title, "children": children})


def remotive(asked: Asked) -> Answer:
    """Return two open postings."""
    jobs = [
        {
            "id": i,
            "title": "Engineer",
            "company_name": f"Firm{i}",
            "publication_date": f"{today()}T10:00:00",
            "description": f"<p>{name}",
        }
        for i, name in enumerate(("Keras", "PyTorch"))
    ]
    return as_json({"0-legal-notice": "…", "job-count": 2, "jobs": jobs})


def arbeitnow(asked: Asked) -> Answer:
    """Return the only page."""
    job = {
        "slug": "engineer-1",
        "title": "Engineer",
        "company_name": "Firm",
        "description": "<p>PyTorch",
        "created_at": epoch(today()),
    }
    return as_json({"data": [job], "links": {"next": None, "last": None}, "meta": {"current_page": 1}})


def greenhouse(asked: Asked, board: str) -> Answer:
    """Return a board with one posting."""
    job = {"id": 1, "title": "Engineer", "first_published": f"{today()}T00:00:00Z", "content": "&lt;p&gt;JAX&lt;/p&gt;"}
    return as_json({"jobs": [job], "meta": {"total": 1}})


def lever(asked: Asked, site: str) -> Answer:
    """Return a site with one posting."""
    return as_json(
        [{"id": "1", "text": "Engineer", "createdAt": epoch(today()) * 1000, "descriptionPlain": "TensorFlow"}]
    )
