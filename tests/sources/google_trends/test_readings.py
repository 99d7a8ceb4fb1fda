"""Any reply gives rows or one error that says what to do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.google_trends.comparisons import Comparison
from sources.google_trends.replies import interest_rows
from sources.protocol import Batch, Payload
from tests.sources.google_trends.service import (
    TOPICS,
    four,
    key,
    timeline,
)
from tests.sources.live import NOW, live_source


def test_days_weeks_and_months_are_told_by_their_steps() -> None:
    comparison = Comparison("term", ("a",))

    def of(*days: dt.date) -> list[str]:
        points = [
            {"time": str(int(dt.datetime(d.year, d.month, d.day, tzinfo=dt.UTC).timestamp()))}
            | {"value": [1], "hasData": [True], "formattedValue": ["1"]}
            for d in days
        ]
        return [row[4] for row in interest_rows(json.dumps(timeline(points)).encode(), comparison).rows]

    assert of(dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1)) == ["day"] * 3
    assert of(dt.date(2024, 2, 25), dt.date(2024, 3, 3)) == ["week"] * 2
    assert of(dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1)) == ["month"] * 3


REQUESTS = [key("/explore"), key("/widgetdata/multiline"), key("/widgetdata/comparedgeo")]
REQUESTS += [key("/widgetdata/relatedsearches", about=TOPICS[0]), "GET /elsewhere", ""]


def read_or_refuse(content: bytes, request: str) -> None:
    folder = Path("never-written")
    source = live_source("google_trends", "http://127.0.0.1:1", folder)
    refusal: SourceError | None = None
    batches: list[Batch] = []
    try:
        batches = list(source.parse(Payload("google_trends", "search_interest", request, NOW, content)))
    except SourceError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.hint)
    assert all(len(row) == len(batch.columns) for batch in batches for row in batch.rows)


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(REQUESTS), st.booleans())
def test_any_bytes_give_rows_or_one_error(content: bytes, request: str, guarded_body: bool) -> None:
    read_or_refuse(b")]}',\n{" + content if guarded_body else content, request)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(VALUES, st.sampled_from(["time", "value", "hasData", "formattedValue", "isPartial"]))
def test_any_value_in_a_good_point_gives_rows_or_one_error(value: Any, field: str) -> None:
    content = json.dumps(timeline([four(0), four(1, **{field: value})])).encode()
    read_or_refuse(content, key("/widgetdata/multiline"))


def test_deep_nesting_is_refused() -> None:
    read_or_refuse(b'{"default":' + b"[" * 100_000, key("/widgetdata/multiline"))
