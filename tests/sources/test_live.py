"""What live sources share, tried with a service that pages: what is asked when, and what becomes of no answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barometer.errors import SourceError
from barometer.settings import Services
from sources.landing import Landed, Landing
from sources.live import GIVE_UP_AFTER, Context, LiveSource, Request
from sources.protocol import Batch, DatasetTerms, Payload
from tests.sources.live import NOW, Clock, collect
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying
from tests.support import shipped_catalog

CATALOG = shipped_catalog()
SECRET = "a-key-that-nobody-may-see"


class Toy(LiveSource):
    """Asks for what it is told to; a reply is `{"n": number, "next": page or null}`."""

    name = "toy"
    silence = "Nothing is known."
    datasets = ("papers", "github")
    default_url = "http://127.0.0.1:9"
    requests: tuple[Request, ...] = ()

    def terms(self) -> list[DatasetTerms]:
        return []

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        yield from self.requests

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.context.services.key('HF_TOKEN')}"}

    def ask(self, request: Request) -> Iterator[Payload]:
        if not request.is_paged:
            yield from super().ask(request)
            return
        yield from self.follow(request, self.following)

    def following(self, content: bytes) -> Request | None:
        page = self.read(content)["next"]
        return page and Request("papers", "/pages", (("page", str(page)),))

    def parse(self, payload: Payload) -> list[Batch]:
        return [Batch("papers", ("papers",), [(self.read(payload.content)["n"],)])]

    def read(self, content: bytes) -> dict[str, Any]:
        try:
            found = json.loads(content)
            return {"n": int(found["n"]), "next": found.get("next")}
        except (ValueError, TypeError, KeyError, RecursionError):
            raise SourceError("toy: n is needed", "mend it") from None


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.otherwise = lambda asked: as_json({"n": 1})
        yield running


def toy(server: ReplayServer, folder: Path, *requests: Request, clock: Any = None, **services: Any) -> Toy:
    options = {"keys": {"HF_TOKEN": SECRET}, "wait_cap_s": 0.0, "read_s": 0.5} | services
    made = Toy(Context(CATALOG, Services({"toy": server.url}, **options), Landing(folder), clock or Clock()))
    made.requests = requests
    return made


def one(path: str, **more: Any) -> Request:
    return Request("papers", path, **more)


def statuses(landed: list[Landed]) -> list[str]:
    return [entry.status for entry in landed]


def test_a_key_names_the_question_and_neither_host_nor_secret(server, tmp_path):
    request = one("/q", params=(("a", "1 2"), ("b", "é")), body="select 1", method="POST")
    assert request.key == "POST /q?a=1+2&b=%C3%A9 select 1"
    collect(toy(server, tmp_path, request, one("/p")))
    asked = server.asked[0]
    assert (asked.target, asked.query, asked.body) == ("POST /q", {"a": "1 2", "b": "é"}, b"select 1")
    assert [found.headers["Authorization"] for found in server.asked] == [f"Bearer {SECRET}"] * 2


def test_keys_are_in_nothing_that_a_pull_leaves_behind(server, tmp_path):
    server.on("GET /b", as_html("no", 403)).on("GET /c", Answer(b"x", cut_at=0))
    asking = toy(server, tmp_path, one("/a"), one("/b"), one("/c"))
    landed = collect(asking)
    left = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.jsonl"))
    left += "".join(asking.context.landing.payload(entry).content.decode() for entry in landed)
    assert SECRET not in left + repr(asking.context) + repr(landed)
    assert server.url.removeprefix("http://") not in left


def test_an_answer_of_today_is_enough_and_one_of_yesterday_is_not(server, tmp_path):
    clock = Clock()
    collect(toy(server, tmp_path, one("/a"), clock=clock))
    clock.now = NOW.replace(hour=23, minute=59, second=59)
    assert collect(toy(server, tmp_path, one("/a"), one("/b"), clock=clock))[0].request == "GET /b"
    clock.now += dt.timedelta(seconds=1)
    assert len(collect(toy(server, tmp_path, one("/a"), one("/b"), clock=clock))) == 2


def test_a_settled_question_is_answered_for_ever(server, tmp_path):
    collect(toy(server, tmp_path, one("/a", is_settled=True)))
    later = Clock(NOW + dt.timedelta(days=4000))
    assert collect(toy(server, tmp_path, one("/a", is_settled=True), clock=later)) == []


def test_no_data_is_an_answer_and_a_failure_is_none(server, tmp_path):
    asking = toy(server, tmp_path, one("/a"), one("/b"))
    asking.context.landing.land(asking.failure(one("/a"), "no_data", "nothing"), "run")
    asking.context.landing.land(asking.failure(one("/b"), "error", "broken"), "run")
    assert [entry.request for entry in collect(asking)] == ["GET /b"]


def test_due_touches_no_network(server, tmp_path):
    collect(toy(server, tmp_path, one("/a")))
    asking = toy(server, tmp_path, one("/a"), one("/b"), one("/pages", is_paged=True))
    assert [request.path for request in asking.due()] == ["/b", "/pages"]
    assert server.count() == 1


def test_switched_off_every_data_set_says_so_and_nothing_is_asked(server, tmp_path):
    landed = collect(toy(server, tmp_path, one("/a"), switched={"toy": False}))
    assert [(entry.dataset, entry.status) for entry in landed] == [
        ("papers", "not_configured"),
        ("github", "not_configured"),
    ]
    assert landed[0].message == "switched off; BAROMETER_TOY=on switches it on"
    assert server.count() == 0


def test_a_question_without_an_answer_is_a_status_and_the_next_is_asked(server, tmp_path):
    server.on("GET /a", as_html("no", 403)).on("GET /b", as_html("no", 404))
    landed = collect(toy(server, tmp_path, one("/a"), one("/b"), one("/c")))
    assert [(entry.status, entry.http_status, bool(entry.sha256)) for entry in landed] == [
        ("error", 403, False),
        ("error", 404, False),
        ("ok", 200, True),
    ]


def test_after_three_failures_in_a_row_a_pull_ends_and_a_good_one_between_counts(server, tmp_path):
    bad = [f"/bad{number}" for number in range(5)]
    for path in bad:
        server.on(f"GET {path}", as_html("no", 403))
    paths = [*bad[:2], "/good", *bad[2:], "/never"]
    landed = collect(toy(server, tmp_path, *map(one, paths)))
    assert statuses(landed) == ["error", "error", "ok", "error", "error", "error"]
    assert GIVE_UP_AFTER == 3


@pytest.mark.parametrize(
    ("answer", "status"),
    [(as_html("later", 429, Retry_After="900"), "rate_limited"), (Answer(b"x", cut_at=0), "error")],
    ids=["refused", "unreachable"],
)
def test_a_refusal_or_a_dead_line_ends_the_pull_and_the_next_goes_on_there(server, tmp_path, answer, status):
    server.on("GET /b", answer)
    requests = [one("/a"), one("/b"), one("/c")]
    assert statuses(collect(toy(server, tmp_path, *requests))) == ["ok", status]
    del server.answers["GET /b"]
    assert [entry.request for entry in collect(toy(server, tmp_path, *requests))] == ["GET /b", "GET /c"]


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"n": "x"}', b"[" * 100_000], ids=["html", "empty", "bad", "deep"])
def test_what_cannot_be_read_is_an_error_that_is_asked_for_again(server, tmp_path, body):
    server.on("GET /a", Answer(body))
    asking = toy(server, tmp_path, one("/a"), one("/b"))
    landed = collect(asking)
    assert statuses(landed) == ["error", "ok"]
    assert landed[0].message in ("toy: n is needed", "the reply is empty")
    assert asking.context.landing.payload(landed[0]).content == body
    del server.answers["GET /a"]
    assert [entry.request for entry in collect(toy(server, tmp_path, one("/a"), one("/b")))] == ["GET /a"]


def test_a_source_that_broke_says_so_under_its_first_data_set(server, tmp_path):
    broken = toy(server, tmp_path).broken("unexpected ValueError")
    assert (broken.dataset, broken.status, broken.content) == ("papers", "error", b"")


def pages(asked: Asked) -> Answer:
    number = int(asked.query.get("page", "1"))
    return as_json({"n": number, "next": number + 1 if number < 5 else None})


def numbers(asking: Toy) -> list[int]:
    landing = asking.context.landing
    good = [entry for entry in landing.entries("toy") if entry.status == "ok"]
    return [batch.rows[0][0] for entry in good for batch in asking.parse(landing.payload(entry))]


def test_pages_are_followed_to_the_last_and_not_asked_again_today(server, tmp_path):
    server.on("GET /pages", pages)
    first = toy(server, tmp_path, one("/pages", is_paged=True))
    collect(first)
    assert numbers(first) == [1, 2, 3, 4, 5]
    assert collect(toy(server, tmp_path, one("/pages", is_paged=True))) == []
    assert server.count() == 5


@pytest.mark.parametrize("stop", range(1, 5))
def test_a_pull_that_was_killed_behind_any_page_goes_on_there(server, tmp_path, stop):
    server.on("GET /pages", pages)
    killed = toy(server, tmp_path, one("/pages", is_paged=True))
    for number, payload in enumerate(killed.fetch(), start=1):
        killed.context.landing.land(payload, "run")
        if number == stop:
            break
    again = toy(server, tmp_path, one("/pages", is_paged=True))
    assert len(collect(again)) == 5 - stop
    assert numbers(again) == [1, 2, 3, 4, 5]
    assert server.count() == 5


@pytest.mark.parametrize(
    "trouble",
    [as_html("no", 403), as_html("later", 429), Answer(b'{"n": 3, "next"'), Answer(b"x", cut_at=0)],
    ids=["forbidden", "refused", "broken-tail", "cut"],
)
def test_a_page_that_fails_keeps_those_before_and_is_asked_again(server, tmp_path, trouble):
    server.on("GET /pages", lambda asked: trouble if asked.query.get("page") == "3" else pages(asked))
    broken = toy(server, tmp_path, one("/pages", is_paged=True))
    assert statuses(collect(broken))[:2] == ["ok", "ok"]
    assert numbers(broken) == [1, 2]
    server.on("GET /pages", pages)
    again = toy(server, tmp_path, one("/pages", is_paged=True))
    assert statuses(collect(again)) == ["ok", "ok", "ok"]
    assert numbers(again) == [1, 2, 3, 4, 5]


def test_pages_across_midnight_are_those_of_the_new_day_from_the_first_on(server, tmp_path):
    server.on("GET /pages", pages)
    times = iter([NOW.replace(hour=23, minute=59, second=50) + dt.timedelta(seconds=5 * step) for step in range(99)])
    collect(toy(server, tmp_path, one("/pages", is_paged=True), clock=lambda: next(times)))
    before = server.count()
    tomorrow = Clock(NOW + dt.timedelta(days=1))
    collect(toy(server, tmp_path, one("/pages", is_paged=True), clock=tomorrow))
    repeated = [asked.query.get("page", "1") for asked in server.asked[before:]]
    assert repeated == sorted(repeated)
    assert repeated[0] == "1"
    assert before == 5
