"""Hugging Face: models by library and task through huggingface_hub, pages, lower bounds, every way the hub fails."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.catalog import Catalog
from sources import huggingface
from sources.huggingface import HuggingFace
from tests.sources.faults import read_rows
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, gzip_bomb, replaying
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


@pytest.fixture
def hub() -> Hub:
    return Hub([model(1, 500, 3), model(2, 70, 29), model(3, 8, 40), model(4, 1, 900), model(5, 0, 29.9)])


@pytest.fixture
def server(hub: Hub) -> Iterator[ReplayServer]:
    with replaying() as server:
        hub.url = server.url
        yield server.on(MODELS, hub).on(SITE, as_json(site(5)))


def source_at(server: ReplayServer, folder: Path, now: dt.datetime = NOW, **options: Any) -> HuggingFace:
    source = live_source("huggingface", server.url, folder, clock=Clock(now), **{"catalog": LIBRARY, **options})
    assert isinstance(source, HuggingFace)
    return source


def test_a_library_gives_a_row_a_task(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    landed = collect(source)
    assert [entry.status for entry in landed] == ["ok", "ok"]
    assert parsed(source, "hub_models") == [
        {
            "library": "jax",
            "task": task,
            "observed_on": NOW.date(),
            "models": 5,
            "downloads_30d": 579,
            "models_added_30d": 3,
            "models_read": 5,
            "is_lower_bound": False,
        }
        for task in ("all", "image-classification")
    ]


def test_what_is_asked(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path))
    first, vision = (asked for asked in server.asked if asked.path == "/models-json")
    assert first.query == {"library": "jax", "withCount": "true"}
    assert vision.query == {"library": "jax", "withCount": "true", "pipeline_tag": "image-classification"}
    lists = [asked.query for asked in server.asked if asked.path == "/api/models" and "cursor" not in asked.query]
    assert [(query["sort"], query.get("pipeline_tag")) for query in lists] == [
        ("downloads", None),
        ("createdAt", None),
        ("downloads", "image-classification"),
        ("createdAt", "image-classification"),
    ]
    assert {query["filter"] for query in lists} == {"jax"}
    assert server.asked[1].headers["User-Agent"].startswith("barometer/")


def test_every_library_of_the_catalogue_is_planned(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path, catalog=shipped_catalog())
    assert [request.key for request in source.plan()][:7] == [
        f"GET /api/models?filter={library}&task=all"
        for library in ("keras", "tf-keras", "keras-hub", "pytorch", "tf", "jax")
    ] + ["GET /api/models?filter=keras&task=image-classification"]


def test_replies_land_verbatim(server: ReplayServer, hub: Hub, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    landed = collect(source)
    answers = json.loads(source.context.landing.payload(landed[0]).content)
    ordered = sorted(hub.models, key=lambda one: one["downloads"], reverse=True)
    assert answers["by_downloads"] == [json.dumps(ordered[n : n + 2]) for n in (0, 2, 4)]
    assert answers["count"] == json.dumps(site(5))


def test_the_youngest_are_read_until_one_is_old_enough(server: ReplayServer, hub: Hub, tmp_path: Path) -> None:
    hub.models = [model(n, 1, n) for n in range(200)]
    hub.page = 20
    source = source_at(server, tmp_path)
    collect(source)
    assert parsed(source, "hub_models")[0]["models_added_30d"] == 30
    by_age = [asked for asked in server.asked if asked.query.get("sort") == "createdAt"]
    # Two pages of twenty for each task, though there are ten.
    assert len(by_age) == 4


def test_more_models_than_are_read_make_a_lower_bound(
    server: ReplayServer, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface, "READ_MODELS", 4)
    source = source_at(server, tmp_path)
    collect(source)
    row = parsed(source, "hub_models")[0]
    assert (row["models"], row["models_read"], row["downloads_30d"], row["is_lower_bound"]) == (5, 4, 579, True)


def test_more_young_models_than_are_looked_through_make_a_lower_bound(
    server: ReplayServer, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface, "READ_YOUNGEST", 4)
    hub.models = [model(n, 1, 1) for n in range(5)]
    source = source_at(server, tmp_path)
    collect(source)
    row = parsed(source, "hub_models")[0]
    assert (row["models_added_30d"], row["models_read"], row["is_lower_bound"]) == (4, 5, True)


@pytest.mark.parametrize(
    "answer",
    [
        as_html("<h1>Not here</h1>", 404),
        as_html("<h1>Sign in</h1>"),
        as_json({"models": [], "numTotalItems": "12"}),
        as_json({"numTotalItems": 5}),
        as_json({"models": [], "numTotalItems": None}),
        as_json(site(-1)),
        Answer(b""),
    ],
)
def test_a_count_in_another_shape_is_left_open(server: ReplayServer, tmp_path: Path, answer: Answer) -> None:
    server.on(SITE, answer)
    source = source_at(server, tmp_path)
    assert [entry.status for entry in collect(source)] == ["ok", "ok"]
    row = parsed(source, "hub_models")[0]
    assert (row["models"], row["downloads_30d"], row["is_lower_bound"]) == (None, 579, False)


def test_no_model_is_no_data_but_a_task_that_is_counted_as_none_is_zero(
    server: ReplayServer, hub: Hub, tmp_path: Path
) -> None:
    hub.models = []
    server.on(SITE, as_json(site(0) | {"models": []}))
    source = source_at(server, tmp_path)
    landed = collect(source)
    assert [entry.status for entry in landed] == ["no_data", "ok"]
    assert "`jax`" in landed[0].message
    rows = parsed(source, "hub_models")
    assert [(row["task"], row["models"], row["downloads_30d"]) for row in rows] == [("image-classification", 0, 0)]

    server.on(SITE, as_html("no", 404))
    other = source_at(server, tmp_path / "uncounted")
    assert {entry.status for entry in collect(other)} == {"no_data"}


def test_a_next_page_on_another_host_is_not_followed(server: ReplayServer, hub: Hub, tmp_path: Path) -> None:
    with replaying() as other:
        hub.url = other.url
        source = source_at(server, tmp_path, keys={"HF_TOKEN": TOKEN})
        landed = collect(source)
        assert {entry.status for entry in landed} == {"error"}
        assert "another host" in landed[0].message
        assert other.count() == 0


def test_a_second_run_of_the_day_asks_nothing_and_the_next_day_everything(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path))
    server.asked.clear()
    assert collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23, 23, 59))) == []
    assert server.count() == 0
    source = source_at(server, tmp_path, dt.datetime(2026, 11, 24))
    assert len(collect(source)) == 2
    assert [row["observed_on"].day for row in parsed(source, "hub_models")] == [23, 23, 24, 24]


def test_the_pull_goes_on_where_a_refusal_ended_it(server: ReplayServer, hub: Hub, tmp_path: Path) -> None:
    def vision_refused(asked: Asked) -> Answer:
        refused = Answer(b"", 429, {"RateLimit": '"api";r=0;t=55'})
        return refused if "pipeline_tag" in asked.query else hub(asked)

    server.on(MODELS, vision_refused)
    landed = collect(source_at(server, tmp_path))
    assert [entry.status for entry in landed] == ["ok", "rate_limited"]
    assert "55 s" in landed[1].message
    server.on(MODELS, hub)
    source = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    assert [entry.status for entry in collect(source)] == ["ok"]
    assert len(parsed(source, "hub_models")) == 2


def test_the_token_is_sent_and_leaves_no_trace(server: ReplayServer, hub: Hub, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
        return as_json({"error": f"token {TOKEN} has expired"}, 401)

    server.on(MODELS, answer)
    landed = collect(source_at(server, tmp_path, keys={"HF_TOKEN": TOKEN}))
    assert "has expired" in landed[0].message
    assert TOKEN not in repr(landed)
    server.on(MODELS, hub)
    assert {e.status for e in collect(source_at(server, tmp_path, keys={"HF_TOKEN": TOKEN}))} == {"ok"}
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert TOKEN.encode() not in (gzip.decompress(content) if path.suffix == ".gz" else content)


def test_a_token_that_lies_about_on_this_machine_is_not_sent(
    server: ReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    collect(source_at(server, tmp_path))
    assert not any("Authorization" in asked.headers for asked in server.asked)


PAGE = [model(1, 500, 3), model(2, 70, 29)]
FAULTS: dict[str, tuple[Answer, str, str]] = {
    "429, RateLimit": (Answer(b"", 429, {"RateLimit": '"api";r=0;t=250'}), "rate_limited", "250 s"),
    "429, Retry-After": (as_html("slow", 429, Retry_After="400"), "rate_limited", "400 s"),
    "429 without": (as_html("slow", 429), "rate_limited", "429"),
    "401": (as_json({"error": "Invalid credentials"}, 401), "error", "Invalid credentials"),
    "404": (as_html("no", 404), "error", "404"),
    "408": (as_html("too slow", 408), "error", "408"),
    "500": (as_html("oh", 500), "error", "500"),
    "HTML in a 200": (as_html("<h1>Maintenance</h1>"), "error", "by_downloads, page 1"),
    "an object": (as_json({"error": "x"}), "error", "by_downloads, page 1"),
    "a list of numbers": (as_json([1, 2]), "error", "by_downloads, page 1"),
    "null": (as_json(None), "error", "by_downloads, page 1"),
    "downloads null": (as_json([model(1, None)]), "error", "downloads"),
    "downloads missing": (as_json([{"id": "a/b", "createdAt": "2026-01-01T00:00:00.000Z"}]), "error", "downloads"),
    "downloads negative": (as_json([model(1, -5)]), "error", "downloads"),
    "createdAt missing": (as_json([{"id": "a/b", "downloads": 4}]), "error", "createdAt"),
    "createdAt no time": (as_json([model(1) | {"createdAt": "yesterday"}]), "error", "createdAt"),
    "not sorted by age": (as_json([model(1, 9, 20), model(2, 8, 3)]), "error", "not sorted by age"),
    "no id": (as_json([{"downloads": None}]), "error", "page 1"),
    "empty body": (Answer(b""), "error", "page 1"),
    "broken tail": (Answer(json.dumps(PAGE).encode()[:-4]), "error", "page 1"),
    "not UTF-8": (Answer(b'[{"id": "\xff", "downloads": "\xfe"}]'), "error", "page 1"),
    "deep nesting": (Answer(b"[" * 200_000), "error", "page 1"),
    "cut connection": (Answer(json.dumps(PAGE).encode(), cut_at=20), "error", "connection"),
    "stalled": (Answer(b"[]", stall_s=1.0), "error", "connection"),
    "another host": (Answer(b"", 307, {"Location": "http://localhost:1/api/models"}), "error", "another host"),
    "gzip bomb": (gzip_bomb(120), "error", "larger than"),
}


@pytest.mark.parametrize(("fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, tmp_path: Path, fault: Answer, status: str, message: str
) -> None:
    before = source_at(server, tmp_path)
    collect(before)
    rows = parsed(before, "hub_models")
    server.on(MODELS, fault)

    source = source_at(server, tmp_path, NOW + dt.timedelta(days=1), read_s=0.3)
    landed = collect(source)

    assert {entry.status for entry in landed} == {status}
    assert message in landed[0].message
    assert parsed(source, "hub_models") == rows
    # No layer of retries beside the session's: one request a list.
    asked = sum(asked.path == "/api/models" for asked in server.asked)
    assert asked <= 12 + 2 * len(landed)


def test_a_refused_count_ends_the_pull(server: ReplayServer, tmp_path: Path) -> None:
    server.on(SITE, as_html("slow", 429))
    landed = collect(source_at(server, tmp_path))
    assert [entry.status for entry in landed] == ["rate_limited"]


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, tmp_path: Path) -> None:
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=1000)
    server.on(MODELS, as_json([model(1) | {"padding": "x" * 2000}]))
    assert {entry.status for entry in collect(source)} == {"error"}
    assert parsed(source, "hub_models") == []


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
