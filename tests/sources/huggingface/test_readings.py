"""Any reply of the hub gives rows or one clear error."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.sources.faults import read_rows
from tests.sources.huggingface.service import (
    LIBRARY,
    PAGE,
    site,
)
from tests.sources.live import live_source

MOMENTS = st.datetimes(timezones=st.none() | st.just(dt.UTC)).map(lambda moment: moment.isoformat())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | MOMENTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["downloads", "createdAt", "models", "numTotalItems"]), inner, max_size=4)
    ),
    max_leaves=12,
)
GOOD = {"library": "jax", "task": "all", "count": json.dumps(site(2)), "by_downloads": [json.dumps(PAGE)]} | {
    "by_age": [json.dumps(PAGE)]
}


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_rows_or_one_clear_error(content: bytes) -> None:
    check_parse(content)


@given(st.sampled_from(sorted(GOOD)), VALUES)
def test_a_good_payload_with_one_part_replaced_gives_rows_or_one_clear_error(part: str, value: Any) -> None:
    check_parse(json.dumps(GOOD | {part: value}).encode())
    text = json.dumps(value)
    check_parse(json.dumps(GOOD | {part: [text] if part.startswith("by_") else text}).encode())


@given(st.sampled_from(["downloads", "createdAt"]), VALUES)
def test_a_good_page_with_one_value_replaced_gives_rows_or_one_clear_error(field: str, value: Any) -> None:
    page = json.dumps([PAGE[0], PAGE[1] | {field: value}])
    check_parse(json.dumps(GOOD | {"by_downloads": [page], "by_age": [page]}).encode())


def check_parse(content: bytes) -> None:
    source = live_source("huggingface", "http://127.0.0.1:9", Path("unused"), catalog=LIBRARY)
    payload = source.payload(next(iter(source.plan())), content)
    rows = read_rows(source, payload, "huggingface, GET /api/models") or []
    assert all(0 <= value < 2**63 for row in rows for value in row if type(value) is int)
