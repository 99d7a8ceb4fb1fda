"""Models by library and task through huggingface_hub: what is asked, what lands, pages and lower bounds."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from sources import huggingface
from tests.sources.huggingface.service import (
    MODELS,
    NOW,
    SITE,
    TOKEN,
    Hub,
    model,
    site,
    source_at,
)
from tests.sources.live import collect, parsed
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying
from tests.support import shipped_catalog


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
