"""GitHub: renames, limits, tokens, and every way the service fails."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.protocol import Payload
from tests.sources.faults import read_rows
from tests.sources.github.service import (
    JAX,
    KERAS,
    NOW,
    REPO,
    SUNDAY,
    TOKEN,
    Service,
    assert_nowhere,
    contributor,
    count,
    epoch,
    issue,
    limit_reached,
    release,
    repository,
    source_at,
)
from tests.sources.live import collect, live_source, parsed
from tests.sources.replay import Answer, ReplayServer, as_html, as_json, gzip_bomb


def test_a_renamed_repository_is_followed_and_asked_only_once_for_the_rest(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    moved = Answer(b"", 301, {"Location": f"{server.url}/repositories/154739597"})
    server.on("GET /repos/google/jax", moved)
    server.on("GET /repositories/154739597", as_json(repository("jax-ml/jax")))
    source = source_at(server, tmp_path, catalog=JAX)
    landed = collect(source, NOW.date())
    assert {entry.status for entry in landed} == {"ok"}
    facts = parsed(source, "repository_facts")
    assert [(row["repository"], row["repository_id"]) for row in facts] == [
        ("jax-ml/jax", 154739597),
        ("google/jax", 154739597),
    ]
    assert {row["repository"] for row in parsed(source, "star_gains")} == {"jax-ml/jax"}
    assert not any("google/jax/" in asked.path or "google/jax" in str(asked.query) for asked in server.asked)


def test_a_rename_keeps_the_query(server: ReplayServer, tmp_path: Path) -> None:
    moved = Answer(b"", 301, {"Location": f"{server.url}/repositories/33015583/releases?per_page=100&page=1"})
    server.on("GET /repos/keras-team/keras/releases", moved)
    server.on("GET /repositories/33015583/releases", lambda asked: as_json([release(f"v{asked.query['per_page']}")]))
    source = source_at(server, tmp_path)
    collect(source, NOW.date())
    assert [row["tag"] for row in parsed(source, "repository_releases")] == ["v100"]


def test_releases_are_read_to_the_last_page(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    pages = {"1": 100, "2": 100, "3": 7}
    service.special["releases"] = lambda asked: as_json(
        [release(f"v{asked.query['page']}.{n}") for n in range(pages[asked.query["page"]])]
    )
    source = source_at(server, tmp_path)
    collect(source, NOW.date())
    assert len(parsed(source, "repository_releases")) == 207
    assert count(server, "/releases") == 3


def test_figures_that_are_still_computed_are_asked_for_three_times_and_then_left(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    service.special["stats/contributors"] = Answer(b"", 202)
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    waits: list[float] = []
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = waits.append
    landed = collect(source, NOW.date())
    stats = next(entry for entry in landed if entry.request.endswith("/contributors"))
    assert (stats.status, stats.http_status, stats.sha256) == ("no_data", 202, "")
    assert count(server, "/contributors") == 3
    assert waits == [2.0, 2.0]

    # The next run of the day asks again, and for nothing else.
    del service.special["stats/contributors"]
    server.asked.clear()
    again = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    assert [entry.status for entry in collect(again, NOW.date())] == ["ok"]
    assert server.count() == 1
    assert len(parsed(again, "repository_contributors")) == 1


def test_computed_after_a_moment(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["stats/contributors"] = [Answer(b"", 202), as_json([contributor(5, 5)])]
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = lambda seconds: None
    collect(source, NOW.date())
    assert parsed(source, "repository_contributors")[0]["commits"] == 5


def test_a_second_run_of_the_day_asks_nothing(server: ReplayServer, tmp_path: Path) -> None:
    collect(source_at(server, tmp_path))
    server.asked.clear()
    assert collect(source_at(server, tmp_path, dt.datetime(2026, 11, 23, 23, 59))) == []
    assert server.count() == 0


def test_a_wrong_name_in_the_catalogue_is_an_error_that_names_it_and_others_go_on(
    server: ReplayServer, tmp_path: Path
) -> None:
    server.on("GET /repos/google/jax", as_json({"message": "Not Found"}, 404))
    source = source_at(server, tmp_path, catalog=JAX)
    landed = collect(source, NOW.date())
    wrong = [entry for entry in landed if entry.status != "ok"]
    assert [(entry.status, entry.http_status) for entry in wrong] == [("error", 404)]
    assert "`google/jax`" in wrong[0].message
    assert len(parsed(source, "repository_counters")) == 1
    assert not any("google/jax/" in asked.path for asked in server.asked)


def test_a_limit_that_is_used_up_ends_the_pull_before_it_is_refused(
    server: ReplayServer, service: Service, tmp_path: Path
) -> None:
    reset = str(int(time.time()) + 50)
    searched = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": reset, "x_ratelimit_resource": "search"}
    service.special["repositories"] = as_json({"total_count": 1, "incomplete_results": False}, **searched)
    landed = collect(source_at(server, tmp_path), NOW.date())
    assert [entry.status for entry in landed][-1] == "rate_limited"
    # Another resource's limit says nothing of the lists; the next search waits.
    assert count(server, "/releases") == 1
    assert count(server, "/search/issues") == 0

    del service.special["repositories"]
    source = source_at(server, tmp_path, NOW + dt.timedelta(hours=1))
    server.asked.clear()
    assert {entry.status for entry in collect(source, NOW.date())} == {"ok"}
    assert {asked.path for asked in server.asked} == {"/search/issues"}


def test_a_server_error_is_no_reason_to_wait_an_hour(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    error = Answer(b"", 502, {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": str(int(time.time()) + 3000)})
    service.special["counters"] = [error, as_json(repository(REPO))]
    source = source_at(server, tmp_path, wait_cap_s=10.0)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.sleep = lambda seconds: None
    assert collect(source, NOW.date())[0].status == "ok"


def test_the_token_is_sent_and_leaves_no_trace(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["repositories"] = lambda asked: as_json({"message": f"bad {TOKEN}"}, 422)
    landed = collect(source_at(server, tmp_path, keys={"GITHUB_TOKEN": TOKEN}), NOW.date())
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"token {TOKEN}"}
    assert "bad ***" in next(entry.message for entry in landed if entry.status == "error")
    assert TOKEN not in repr(landed)
    assert_nowhere(TOKEN, tmp_path)


def test_without_a_token_no_header_is_sent_not_even_from_netrc(
    server: ReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    collect(source_at(server, tmp_path / "landing"), NOW.date())
    assert not any("Authorization" in asked.headers for asked in server.asked)


FAULTS: dict[str, tuple[str, Answer, str, str]] = {
    "403, limit reached": ("counters", limit_reached(403), "rate_limited", "code 403"),
    "429, limit reached": ("counters", limit_reached(429), "rate_limited", "code 429"),
    "403, secondary limit": ("counters", as_json({"message": "secondary rate limit"}, 403), "rate_limited", "60 s"),
    "403, retry-after": ("counters", as_json({}, 403, Retry_After="700"), "rate_limited", "700 s"),
    "429 in HTML": ("counters", as_html("too many", 429), "rate_limited", "60 s"),
    "403, forbidden": ("counters", as_json({"message": "Resource not accessible"}, 403), "error", "not accessible"),
    "401": ("counters", as_json({"message": "Bad credentials"}, 401), "error", "Bad credentials"),
    "500": ("counters", as_html("unicorn", 500), "error", "500"),
    "451": ("counters", as_json({"message": "Repository access blocked"}, 451), "error", "blocked"),
    "id missing": ("counters", as_json({"stargazers_count": 1}), "error", "id"),
    "stars null": ("counters", as_json(repository(REPO) | {"stargazers_count": None}), "error", "stargazers_count"),
    "stars quoted": ("counters", as_json(repository(REPO) | {"stargazers_count": "64k"}), "error", "stargazers_count"),
    "made in year 1": ("counters", as_json(repository(REPO) | {"created_at": "0001-01-01T00:00:00Z"}), "error", "0001"),
    "empty body": ("counters", Answer(b""), "error", "empty"),
    "broken tail": ("counters", Answer(json.dumps(repository(REPO)).encode()[:-3]), "error", ""),
    "cut connection": ("counters", Answer(json.dumps(repository(REPO)).encode(), cut_at=30), "error", "connection"),
    "stalled": ("counters", Answer(b"{}", stall_s=1.0), "error", "connection"),
    "another host": (
        "counters",
        Answer(b"", 301, {"Location": "http://localhost:1/repos/x/y"}),
        "error",
        "another host",
    ),
    "a circle": ("counters", Answer(b"", 301, {"Location": "/repos/keras-team/keras"}), "error", "too often"),
    "gzip bomb": ("counters", gzip_bomb(120), "error", "larger than"),
    "a list for an object": ("counters", as_json([1]), "error", ""),
    "six days": ("stargazers/history", as_json([{"week": epoch(SUNDAY), "days": [1] * 6}]), "error", "days"),
    "days null": ("stargazers/history", as_json([{"week": epoch(SUNDAY), "days": None}]), "error", "days"),
    "a week in the year 9999": ("stargazers/history", as_json([{"week": 2**40, "days": [1] * 7}]), "error", "week"),
    "stars of a day negative": (
        "stargazers/history",
        as_json([{"week": epoch(SUNDAY - dt.timedelta(7)), "days": [-1] * 7}]),
        "error",
        "days",
    ),
    "release without date": ("releases", as_json([release("v1", at=None)]), "error", "'v1'"),
    "releases no list": ("releases", as_json({"message": "x"}), "error", "not as described"),
    "releases broken off": ("releases", Answer(json.dumps([release("v1")]).encode()[:-5]), "error", "not as described"),
    "contributors no list": ("stats/contributors", as_json({"a": 1}), "error", "not as described"),
    "contributors empty": ("stats/contributors", as_json([]), "no_data", "no such figures"),
    "422, too many commits": ("stats/commit_activity", as_json({"message": "too many"}, 422), "error", "422"),
    "204": ("stats/commit_activity", Answer(b"", 204), "no_data", "no such figures"),
    "commits null": ("stats/commit_activity", as_json([{"week": epoch(SUNDAY), "total": None}]), "error", "total"),
    "422, search": ("issues", as_json({"message": "Query must include 'is:issue'"}, 422), "error", "is:issue"),
    "count null": ("issues", as_json({"total_count": None, "incomplete_results": False}), "error", "total_count"),
    "items no list": ("issues", as_json({"total_count": 1, "items": 4}), "error", "not as described"),
    "closed before opened": (
        "issues",
        as_json({"total_count": 1, "incomplete_results": False, "items": [issue(-5)]}),
        "error",
        "closed at",
    ),
    "topic count missing": ("repositories", as_json({"incomplete_results": False}), "error", "total_count"),
}
TABLES = {
    "counters": ["repository_counters", "repository_facts"],
    "stargazers/history": ["star_gains"],
    "releases": ["repository_releases"],
    "stats/contributors": ["repository_contributors"],
    "stats/commit_activity": ["repository_commits"],
    "issues": ["issue_flow"],
    "repositories": ["topic_repositories"],
}


@pytest.mark.parametrize(("kind", "fault", "status", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_a_status_no_row_and_loses_nothing(
    server: ReplayServer, service: Service, tmp_path: Path, kind: str, fault: Answer, status: str, message: str
) -> None:
    before = source_at(server, tmp_path)
    collect(before, NOW.date())
    rows = {table: parsed(before, table) for table in TABLES[kind]}
    service.special[kind] = fault

    source = source_at(server, tmp_path, NOW + dt.timedelta(days=8), read_s=0.3)
    landed = [entry for entry in collect(source, NOW.date()) if entry.status != "ok"]

    assert {entry.status for entry in landed} == {status}
    assert message in landed[0].message
    assert {table: parsed(source, table) for table in TABLES[kind]} == rows
    assert all(rows.values())


def test_a_reply_over_the_size_limit_is_not_read(server: ReplayServer, service: Service, tmp_path: Path) -> None:
    service.special["counters"] = as_json(repository(REPO) | {"padding": "x" * 20_000})
    source = source_at(server, tmp_path)
    adapter: Any = source.session.get_adapter(server.url)
    adapter.politeness = replace(adapter.politeness, max_bytes=15_000)
    landed = collect(source, NOW.date())
    assert (landed[0].status, landed[0].sha256) == ("error", "")
    assert parsed(source, "repository_counters") == []


REQUESTS = {
    "/repos/keras-team/keras": repository(REPO),
    "/repos/keras-team/keras/stargazers/history": [{"week": epoch(SUNDAY), "days": [1] * 7}],
    "/repos/keras-team/keras/releases": [release("v1")],
    "/repos/keras-team/keras/stats/contributors": [{"total": 4, "last_year": 1}],
    "/repos/keras-team/keras/stats/commit_activity": [{"week": epoch(SUNDAY), "total": 3}],
    "/search/repositories": {"total_count": 4, "incomplete_results": True},
    "/search/issues": {
        "opened": {"total_count": 4, "incomplete_results": True},
        "closed": {"total_count": 4, "incomplete_results": True, "items": [issue(4)]},
        "sample": None,
    },
}
FIELDS = sorted({key for value in REQUESTS.values() for key in (value if isinstance(value, dict) else value[0])})
MOMENTS = st.datetimes(timezones=st.none() | st.just(dt.UTC)).map(lambda moment: moment.isoformat())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | MOMENTS,
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(REQUESTS)), st.binary(max_size=200) | VALUES.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_give_rows_or_one_clear_error(path: str, content: bytes) -> None:
    check_parse(path, content)


@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_a_good_reply_with_one_value_replaced_gives_rows_or_one_clear_error(path: str, data: st.DataObject) -> None:
    good = json.loads(json.dumps(REQUESTS[path]))
    place = good[0] if isinstance(good, list) else good
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
    check_parse(path, json.dumps(good).encode())


def check_parse(path: str, content: bytes) -> None:
    source = live_source("github", "http://127.0.0.1:9", Path("unused"), catalog=KERAS)
    request = next(request for request in source.plan() if request.path == path)
    payload: Payload = source.payload(request, content)
    rows = read_rows(source, payload, "github, GET /") or []
    assert all(0 <= value < 2**63 for row in rows for value in row if type(value) is int)
