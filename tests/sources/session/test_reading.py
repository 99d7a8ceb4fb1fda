"""A line that breaks, and how much of a reply is read."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from sources.http import FetchError, Unreachable
from sources.politeness import Politeness
from tests.sources.replay import Answer, gzip_bomb
from tests.sources.session.support import GOOD, Asker

# What a bounded call may take on a busy machine; far below what the server would need to finish.
PATIENCE_S = 15.0


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
