"""Google Trends' website."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.services.figures import epoch, size, today
from tests.sources.replay import Answer, Asked


def guarded(value: Any) -> Answer:
    """Return JSON behind the line that Google puts before it."""
    return Answer((")]}',\n" + json.dumps(value)).encode(), headers={"Content-Type": "application/json"})


def explore(asked: Asked) -> Answer:
    """Return the widgets of a comparison."""
    found = json.loads(asked.query["req"])
    terms = [item["keyword"] for item in found["comparisonItem"]]
    span = found["comparisonItem"][0]["time"]
    names = dict(
        zip(
            ("/g/11c1r2rvnp", "/g/11gd3905v1", "/g/11bwp1s2k3", "/g/11t6my1_gw"),
            ("Keras", "PyTorch", "TensorFlow", "JAX"),
            strict=True,
        )
    )
    kinds = ["TIMESERIES", "GEO_MAP", *[f"RELATED_QUERIES_{i}" for i in range(len(terms))]]
    widgets = []
    for kind in kinds:
        about = [terms[int(kind[-1])]] if kind[-1].isdigit() else terms
        keyword = {"complexKeywordsRestriction": {"keyword": [{"type": "BROAD", "value": about[0]}]}}
        request = {"terms": [names.get(term, term) for term in about], "span": span, "restriction": keyword}
        widgets.append({"id": kind, "token": f"T{kind}", "request": request})
    keywords = [{"keyword": term, "name": names.get(term, term), "type": "Software"} for term in terms]
    return guarded({"widgets": widgets, "keywords": keywords})


def multiline(asked: Asked) -> Answer:
    """Return weeks: five years to now, or those of 2020."""
    request = json.loads(asked.query["req"])
    values = [size(term) for term in request["terms"]]
    first = (
        dt.date(2020, 1, 5)
        if request["span"].startswith("2020")
        else today() - dt.timedelta(weeks=260, days=(today().weekday() + 1) % 7)
    )
    weeks = 50 if request["span"].startswith("2020") else 261
    points = [
        {
            "time": f"{epoch(first + dt.timedelta(weeks=week))}",
            "value": [value + week % 3 for value in values],
            "hasData": [True] * len(values),
            "formattedValue": [f"{value + week % 3}" for value in values],
        }
        for week in range(weeks)
    ]
    if weeks > 50:
        points[-1]["isPartial"] = True
    return guarded({"default": {"timelineData": points, "averages": []}})


def regions(asked: Asked) -> Answer:
    """Return one country."""
    terms = json.loads(asked.query["req"])["terms"]
    known = {"geoCode": "DE", "geoName": "Germany", "value": [25] * len(terms), "hasData": [True] * len(terms)}
    return guarded({"default": {"geoMapData": [{**known, "formattedValue": ["25%"] * len(terms)}]}})


def related(asked: Asked) -> Answer:
    """Return one related query."""
    one = [{"query": "tutorial", "value": 100, "formattedValue": "100", "hasData": True}]
    return guarded({"default": {"rankedList": [{"rankedKeyword": one}, {"rankedKeyword": []}]}})
