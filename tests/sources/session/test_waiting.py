"""The session waits as a service asks, and no longer in all than it may; requests take turns."""

from __future__ import annotations

import email.utils
import threading
import time

import pytest
import requests

from sources.http import ATTEMPTS, Client, FetchError, RateLimited, Session, Unreachable
from sources.politeness import Politeness, backoff, stated_wait
from tests.sources.replay import Answer, as_html, as_json
from tests.sources.session.support import GOOD, Asker, _names

NOW = 1_790_000_000.0


def refused(code: int = 429, **headers: str) -> Answer:
    return as_html("<h1>Too many</h1>", code, **headers)


def response(code: int = 429, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = code
    made.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return made


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": " 17 "}, 17.0),
        ({"Retry_After": email.utils.formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"Retry_After": email.utils.formatdate(NOW - 90, usegmt=True)}, 1.0),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "²"}, None),
        ({"RateLimit": '"api";r=0;t=55'}, 55.0),
        ({"RateLimit": '"api";r=0'}, None),
        ({"x_ratelimit_reset": str(int(NOW) + 40)}, 40.0),
        ({"x_ratelimit_reset": "40"}, 40.0),
        ({"Retry_After": "3", "x_ratelimit_reset": "40"}, 3.0),
        ({}, None),
    ],
)
def test_what_a_reply_asks_to_wait(headers, seconds):
    assert stated_wait(response(**headers), NOW) == seconds


def test_retry_after_in_seconds_is_obeyed(server):
    asker = Asker(server.on("GET /", [refused(Retry_After="7"), GOOD]).url)
    assert asker.get() == GOOD.body
    assert asker.naps == [7.0]


def test_retry_after_as_a_date_is_obeyed(server):
    date = email.utils.formatdate(time.time() + 120, usegmt=True)
    asker = Asker(server.on("GET /", [refused(Retry_After=date), GOOD]).url)
    assert asker.get() == GOOD.body
    assert len(asker.naps) == 1
    assert 60 < asker.naps[0] <= 120


def test_a_reset_header_is_obeyed_where_a_service_refuses(server):
    answers = [refused(x_ratelimit_reset=str(int(time.time()) + 120)), GOOD]
    asker = Asker(server.on("GET /", answers).url)
    assert asker.get() == GOOD.body
    assert 60 < asker.naps[0] <= 120


def test_a_reset_header_on_a_broken_reply_is_not_a_wish_to_wait(server):
    # GitHub names the end of its hour on every reply, the broken ones among them.
    answers = [as_html("oops", 502, x_ratelimit_reset=str(int(time.time()) + 3000)), GOOD]
    asker = Asker(server.on("GET /", answers).url)
    assert asker.get() == GOOD.body
    assert asker.naps[0] < 2


def test_other_codes_can_be_refusals(server):
    asker = Asker(server.on("GET /", [refused(403, Retry_After="4"), GOOD]).url, Politeness(refusals=(403, 429)))
    assert asker.get() == GOOD.body
    assert asker.naps == [4.0]


def test_a_source_can_read_a_wish_to_wait_out_of_the_body(server):
    answers = [as_json({"error": "wait", "seconds": 9}, 400), GOOD]

    def seconds(reply: requests.Response) -> float | None:
        return reply.json()["seconds"] if reply.status_code == 400 else None

    asker = Asker(server.on("GET /", answers).url, Politeness(wait=seconds))
    assert asker.get() == GOOD.body
    assert asker.naps == [9.0]


def test_pauses_double_where_a_service_says_nothing(server):
    asker = Asker(server.on("GET /", [as_html("", 503), as_html("", 500), GOOD]).url)
    assert asker.get() == GOOD.body
    assert 0.75 <= asker.naps[0] <= 1.25
    assert 1.5 <= asker.naps[1] <= 2.5


def test_a_refusal_without_a_time_is_met_with_a_longer_pause(server):
    asker = Asker(server.on("GET /", [refused(), GOOD]).url)
    asker.get()
    assert 3.75 <= asker.naps[0] <= 6.25
    assert 15 <= backoff(3, base=5.0) <= 25


def test_a_wait_beyond_the_cap_ends_the_pull_at_once(server):
    asker = Asker(server.on("GET /", refused(Retry_After="301")).url)
    with pytest.raises(RateLimited, match="301 s; 300 s are left") as caught:
        asker.get()
    assert (caught.value.status, caught.value.http_status) == ("rate_limited", 429)
    assert (asker.naps, server.count()) == ([], 1)


def test_the_cap_is_that_of_all_waits_of_a_pull_together(server):
    server.on("GET /a", [refused(Retry_After="200"), GOOD]).on("GET /b", [refused(Retry_After="101"), GOOD])
    asker = Asker(server.url)
    asker.get("/a")
    with pytest.raises(RateLimited, match="100 s are left"):
        asker.get("/b")
    assert asker.naps == [200.0]


def test_a_rest_that_a_good_reply_asks_for_counts_too(server):
    asker = Asker(server.on("GET /", GOOD).url, cap=10.0)
    asker.session.rest(8.0)
    assert asker.naps == [8.0]
    with pytest.raises(RateLimited, match="rest of 8 s; 2 s are left"):
        asker.session.rest(8.0)


def test_three_refusals_end_the_pull_as_rate_limited(server):
    asker = Asker(server.on("GET /", refused(Retry_After="1")).url)
    with pytest.raises(RateLimited, match="refused 3 times"):
        asker.get()
    assert (server.count(), asker.naps) == (ATTEMPTS, [1.0, 1.0])


def test_three_failures_of_the_service_are_an_error_that_says_what_it_said(server):
    asker = Asker(server.on("GET /", as_html("Code: 241. Memory limit", 500)).url)
    with pytest.raises(FetchError, match="500 3 times: Code: 241") as caught:
        asker.get()
    assert (type(caught.value), caught.value.status, caught.value.http_status) == (FetchError, "error", 500)
    assert server.count() == ATTEMPTS


@pytest.mark.parametrize("seconds", [1.0, 3600.0])
def test_a_wish_to_wait_is_a_limit_whatever_code_it_comes_with(server, seconds):
    asker = Asker(server.on("GET /", as_html("quota", 500)).url, Politeness(wait=lambda reply: seconds))
    with pytest.raises(RateLimited):
        asker.get()


def test_a_failing_service_that_asks_for_too_long_a_wait_stays_an_error(server):
    asker = Asker(server.on("GET /", as_html("down", 503, Retry_After="4000")).url)
    with pytest.raises(FetchError, match="503") as caught:
        asker.get()
    assert caught.value.status == "error"
    assert server.count() == 1


def test_one_request_at_a_time_to_a_host_whatever_the_threads(server):
    inside, most = 0, 0
    lock = threading.Lock()

    def answer(asked: object) -> Answer:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return GOOD

    server.on("GET /", answer)
    name = f"test-{next(_names)}"

    def work() -> None:
        client = Client(server.url, Session(name))
        for _ in range(4):
            client.get("/")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (server.count(), most) == (24, 1)


def test_between_two_requests_lies_the_services_interval_also_across_sessions(server):
    server.on("GET /", GOOD)
    naps: list[float] = []
    name = f"test-{next(_names)}"
    for _ in range(3):
        Client(server.url, Session(name, Politeness(interval_s=1000.0), sleep=naps.append)).get("/")
    assert len(naps) == 2
    assert all(900 < nap <= 1000 for nap in naps)


def test_a_failed_request_gives_its_turn_back(server):
    asker = Asker(server.on("GET /", Answer(b"x", cut_at=0)).url)
    with pytest.raises(Unreachable):
        asker.get()
    assert Asker(server.on("GET /", GOOD).url).get() == GOOD.body
