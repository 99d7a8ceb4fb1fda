"""The session under every source: it waits as it is asked to, bounds what it reads, and never goes elsewhere."""

from __future__ import annotations

import email.utils
import functools
import gzip
import itertools
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
import requests
from hypothesis import strategies as st

from barometer import __version__
from barometer.errors import SourceError
from sources.http import ATTEMPTS, Client, FetchError, NotFound, RateLimited, Session, Unreachable, excerpt
from sources.live import LiveSource
from sources.politeness import Politeness, backoff, stated_wait
from sources.protocol import Batch, Payload
from tests.sources.replay import Answer, ReplayServer, as_html, as_json, gzip_bomb, replaying

GOOD = as_json({"ok": True})
NOW = 1_790_000_000.0
# What a bounded call may take on a busy machine; far below what the server would need to finish.
PATIENCE_S = 15.0

_names = itertools.count()


@functools.cache
def faults() -> dict[str, tuple[Answer, str]]:
    """Return what any service may answer instead of figures, each with the status of the pull: for contract tests.

    They hold for a source without patience (`wait_cap_s=0`, `read_s=0.3`) that expects a JSON object.
    """
    return {
        "stalled": (Answer(b"late", stall_s=30), "error"),
        "cut": (Answer(b'{"data": [], "more": 1}', cut_at=9), "error"),
        "broken-tail": (Answer(b'{"data": [], "more'), "error"),
        "exception-behind": (Answer(b'{"data": []}\nCode: 159. DB::Exception: Timeout'), "error"),
        "empty": (Answer(b""), "error"),
        "consent-page": (as_html("<html><body>Before you go on</body></html>"), "error"),
        "no-gzip": (Answer(b"{}", headers={"Content-Encoding": "gzip"}), "error"),
        "bomb": (gzip_bomb(150), "error"),
        "elsewhere": (Answer(b"", 302, {"Location": "http://elsewhere.example/"}), "error"),
        "deep": (Answer(b"[" * 100_000), "error"),
        "null": (Answer(b"null"), "error"),
        "list": (Answer(b"[1]"), "error"),
        "bad-request": (as_json({"error": "no"}, 400), "error"),
        "forbidden": (as_html("no", 403), "error"),
        "broken-service": (as_html("oops", 500), "error"),
        "closed": (as_html("down", 503, Retry_After="600"), "error"),
        "refused": (as_html("<h1>Too many</h1>", 429), "rate_limited"),
        "refused-for-long": (as_json({}, 429, Retry_After="7200"), "rate_limited"),
    }


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """Return replies that are nearly good: a stretch cut out, and other bytes in its place. For fuzzing parsers."""
    tokens = [
        b"",
        b"null",
        b"-1",
        b"1e400",
        b'"',
        b"{}",
        b"[]",
        b"\xff",
        b"9" * 30,
        b'"0001-01-01"',
        b"true",
        b"\\ud800",
    ]
    place = st.tuples(st.integers(0, len(good)), st.integers(0, 40), st.sampled_from(tokens) | st.binary(max_size=8))
    return place.map(lambda cut: good[: cut[0]] + cut[2] + good[cut[0] + cut[1] :])


def read(source: LiveSource, payload: Payload) -> list[Batch] | SourceError:
    """Return the rows of one reply, or why there are none. Anything else that a parser raises is a fault of its own."""
    try:
        return list(source.parse(payload))
    except SourceError as error:
        return error


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        yield running


class Asker:
    """A client with its naps: it sleeps not at all and notes what it would have slept."""

    def __init__(self, url: str, politeness: Politeness | None = None, cap: float = 300.0, read_s: float = 2.0) -> None:
        self.naps: list[float] = []
        # A name of its own, so that no test waits for the slot of another.
        name = f"test-{next(_names)}"
        self.session = Session(name, politeness, "tests@example.org", cap, read_s, sleep=self.naps.append)
        self.client = Client(url, self.session)

    def get(self, path: str = "/") -> bytes:
        return self.client.get(path).content


def refused(code: int = 429, **headers: str) -> Answer:
    return as_html("<h1>Too many</h1>", code, **headers)


def response(code: int = 429, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = code
    made.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return made


# ---- what a service asks for


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


# ---- how long it waits in all


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


# ---- the line


def test_a_cut_connection_is_tried_again(server):
    cut = Answer(b'{"ok": true, "and": "more"}', cut_at=5)
    asker = Asker(server.on("GET /", [cut, cut, GOOD]).url)
    assert asker.get() == GOOD.body
    assert server.count() == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"x" * 100, cut_at=50),
        Answer(b"x" * 100, cut_at=0),
        Answer(b"nothing of it is gzip", headers={"Content-Encoding": "gzip"}),
        Answer(gzip.compress(b"x" * 5000)[:-9], headers={"Content-Encoding": "gzip"}, cut_at=30),
    ],
    ids=["half", "no-body", "no-gzip", "half-a-gzip"],
)
def test_a_line_that_always_breaks_is_unreachable_after_three_attempts(server, answer):
    asker = Asker(server.on("GET /", answer).url)
    with pytest.raises(Unreachable, match="no answer after 3 attempts") as caught:
        asker.get()
    assert caught.value.status == "error"
    assert (server.count(), len(asker.naps)) == (3, 2)


def test_nobody_listening_is_unreachable_and_tells_no_address():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        Asker(url).get("/?api_key=secret-key")
    assert "secret-key" not in caught.value.message
    assert "127.0.0.1" not in caught.value.message


def test_a_stalled_server_is_given_up(server):
    asker = Asker(server.on("GET /", Answer(b"late", stall_s=30)).url, read_s=0.3)
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="ReadTimeout"):
        asker.get()
    assert time.monotonic() - begun < PATIENCE_S


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}], ids=["plain", "gzip"])
def test_a_dribbling_server_is_given_up(server, headers):
    # Each byte comes in time, all of them would take a minute.
    body = b"x" * 1200 if not headers else gzip.compress(bytes(range(256)) * 5)[:1200] + bytes(900)
    asker = Asker(server.on("GET /", Answer(body, headers=headers, dribble_s=0.05)).url, read_s=0.3)
    begun = time.monotonic()
    with pytest.raises(FetchError, match="took longer than"):
        asker.get()
    assert time.monotonic() - begun < PATIENCE_S


def test_a_dribble_without_an_end_is_given_up(server):
    def forever() -> Iterator[bytes]:
        while True:
            time.sleep(0.05)
            yield b"x"

    asker = Asker(server.on("GET /", Answer(chunks=forever())).url, read_s=0.3)
    begun = time.monotonic()
    with pytest.raises(FetchError, match="took longer than"):
        asker.get()
    assert time.monotonic() - begun < PATIENCE_S


def test_a_slow_reply_that_ends_in_time_is_good(server):
    asker = Asker(server.on("GET /", Answer(b"slowly", dribble_s=0.02)).url, read_s=2.0)
    assert asker.get() == b"slowly"
    watches = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for watch in watches:
        watch.join(1.0)
    assert not any(watch.is_alive() for watch in watches)


# ---- what is read


def test_a_reply_of_50_mb_is_read_in_bounded_memory(server):
    body = b"0123456789" * 5_000_000
    asker = Asker(server.on("GET /", Answer(body)).url, read_s=30.0)
    tracemalloc.start()
    try:
        content = asker.get()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert content == body
    assert peak < 300_000_000


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"x" * 1_000_001),
        Answer(chunks=(b"x" * 65_536 for _ in itertools.count())),
        gzip_bomb(2),
    ],
    ids=["long", "endless", "bomb"],
)
def test_a_reply_over_the_limit_is_not_read_further(server, answer):
    asker = Asker(server.on("GET /", answer).url, Politeness(max_bytes=1_000_000))
    with pytest.raises(FetchError, match="larger than 1 MB") as caught:
        asker.get()
    assert (caught.value.status, server.count()) == ("error", 1)
    # The slot is free again, and so is the session.
    server.on("GET /", GOOD)
    assert asker.get() == GOOD.body


def test_a_gzip_bomb_is_stopped_in_bounded_memory(server):
    bomb = gzip_bomb(900)
    asker = Asker(server.on("GET /", bomb).url, read_s=30.0)
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 100 MB"):
            asker.get()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 400_000_000


def test_a_reply_compressed_twice_is_not_read(server):
    twice = gzip.compress(gzip.compress(bytes(1000)))
    asker = Asker(server.on("GET /", Answer(twice, headers={"Content-Encoding": "gzip, gzip"})).url)
    with pytest.raises(FetchError, match="compressed more than once"):
        asker.get()


def test_a_compressed_reply_is_handed_on_unpacked(server):
    packed = Answer(gzip.compress(b"plain"), headers={"Content-Encoding": "gzip"})
    assert Asker(server.on("GET /", packed).url).get() == b"plain"


# ---- where it goes


def redirect(location: str, code: int = 302) -> Answer:
    return Answer(b"", code, {"Location": location})


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(server, code):
    server.on("GET /old", redirect("/new", code)).on("GET /new", GOOD)
    assert Asker(server.url).get("/old") == GOOD.body
    server.on("GET /old", redirect(f"{server.url}/new", code))
    assert Asker(server.url).get("/old") == GOOD.body


def test_a_redirect_within_a_host_that_takes_a_password_is_followed(server):
    server.on("GET /old", redirect(f"{server.url}/new")).on("GET /new", GOOD)
    assert Asker(server.url.replace("://", "://user:secret@")).get("/old") == GOOD.body


@pytest.mark.parametrize("shape", ["{url}/", "//{host}/", "https://{own}/"], ids=["host", "no-scheme", "protocol"])
def test_a_redirect_to_another_host_is_refused(server, shape):
    with replaying() as other:
        host, own = other.url.removeprefix("http://"), server.url.removeprefix("http://")
        server.on("GET /", redirect(shape.format(url=other.url, host=f"user:secret@{host}", own=own)))
        with pytest.raises(FetchError, match="redirected to another host") as caught:
            Asker(server.url).get()
        assert other.count() == 0
        assert (caught.value.status, caught.value.http_status) == ("error", 302)
        assert "secret" not in caught.value.message


def test_a_circle_of_redirects_is_left(server):
    server.on("GET /a", redirect("/b")).on("GET /b", redirect("/a"))
    with pytest.raises(FetchError, match="redirected too often"):
        Asker(server.url).get("/a")
    assert server.count() <= 7


# ---- turns


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


# ---- what it says


def test_every_request_says_who_asks_and_accepts_what_is_bounded(server):
    asker = Asker(server.on("GET /", GOOD).on("POST /", GOOD).url)
    asker.get()
    asker.client.post("/", b"select 1", [("a", "b c")], {"X-Key": "k"})
    got, posted = server.asked
    for asked in (got, posted):
        agent = f"barometer/{__version__} (tests@example.org) requests/{requests.__version__}"
        assert asked.headers["User-Agent"] == agent
        assert asked.headers["Accept-Encoding"] == "gzip"
    assert (posted.body, posted.query, posted.headers["X-Key"]) == (b"select 1", {"a": "b c"}, "k")


def test_without_a_contact_the_agent_still_names_the_project(server):
    Client(server.on("GET /", GOOD).url, Session(f"test-{next(_names)}")).get("/")
    assert server.asked[0].headers["User-Agent"].startswith(f"barometer/{__version__} requests/")


@pytest.mark.parametrize(("code", "kind"), [(404, NotFound), (410, NotFound), (400, FetchError), (403, FetchError)])
def test_other_codes_are_answers_and_come_at_once(server, code, kind):
    asker = Asker(server.on("GET /", as_html("<p>no\nsuch  thing</p>", code)).url)
    with pytest.raises(kind) as caught:
        asker.get()
    assert (type(caught.value), caught.value.http_status, caught.value.status) == (kind, code, "error")
    assert (server.count(), asker.naps) == (1, [])
    if kind is FetchError:
        assert "<p>no such thing</p>" in caught.value.message


def test_an_excerpt_is_one_short_line_of_any_bytes():
    assert excerpt(b"a\n\n b\xff" + b"c" * 500, 10) == "a b�cccccc"
