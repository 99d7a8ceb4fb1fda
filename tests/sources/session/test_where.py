"""The session never goes elsewhere, and says who it is and what went wrong."""

from __future__ import annotations

import pytest
import requests

from barometer import __version__
from sources.http import Client, FetchError, NotFound, Session, excerpt
from tests.sources.replay import Answer, as_html, replaying
from tests.sources.session.support import GOOD, Asker, _names


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
