"""A real HTTP server on this machine that replays what a test tells it to: good replies and every kind of bad one."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """`GET /path`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """One reply. `stall_s` waits before the first byte, `cut_at` closes the line behind so many bytes of the body.

    `promise` is the Content-Length that is sent where it is not the true one; `dribble_s` pauses between bytes.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stall_s: float = 0.0
    cut_at: int | None = None
    dribble_s: float = 0.0
    chunks: Iterable[bytes] | None = None


Answering = Answer | list[Answer] | Callable[[Asked], Answer]


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """Return a JSON reply; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json", **named})


def as_html(text: str, status: int = 200, **headers: str) -> Answer:
    """Return an HTML page, as services send it when they refuse."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(text.encode(), status, {"Content-Type": "text/html", **named})


@cache
def gzip_bomb(megabytes: int) -> Answer:
    """Return a small reply that unpacks to `megabytes` MB of zeros. Packed once: every source's tests name one."""
    return Answer(gzip.compress(bytes(megabytes * 1_000_000), 1), headers={"Content-Encoding": "gzip"})


class ReplayServer:
    """Answers by `METHOD /path`; a list is answered in turn, its last for ever. Other paths get `otherwise`, or 404.

    `asked` holds every request in the order of arrival; `trouble`, when set, answers everything.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.asked: list[Asked] = []
        self.trouble: Answer | None = None
        self.otherwise: Callable[[Asked], Answer] | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The address to give to a source."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, target: str, answer: Answering) -> ReplayServer:
        """Answer `GET /path` (or `POST /path`; the query is not part of it) in this way from now on."""
        self.answers[target] = answer
        return self

    def count(self, target: str = "") -> int:
        """Return how many requests came, all or those to one target."""
        return sum(1 for asked in self.asked if not target or asked.target == target)

    def answer(self, asked: Asked) -> Answer:
        """Return what a request gets."""
        with self._lock:
            self.asked.append(asked)
            found = self.trouble or self.answers.get(asked.target) or self.otherwise or Answer(b"not found", 404)
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Answer) else found(asked)

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def replaying() -> Iterator[ReplayServer]:
    """Yield a running server."""
    server = ReplayServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _handler(server: ReplayServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise every body waits 40 ms behind its headers for the other side's acknowledgement.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(self.command, unquote(parts.path), query, dict(self.headers.items()), body)
            try:
                self._send(server.answer(asked))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, answer: Answer) -> None:
            if answer.stall_s:
                time.sleep(answer.stall_s)
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if answer.chunks is not None:
                self.send_header("Connection", "close")
                self.end_headers()
                for chunk in answer.chunks:
                    self.wfile.write(chunk)
                self.close_connection = True
                return
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self._send_body(answer)

        def _send_body(self, answer: Answer) -> None:
            if answer.dribble_s:
                for position in range(len(answer.body)):
                    self.wfile.write(answer.body[position : position + 1])
                    self.wfile.flush()
                    time.sleep(answer.dribble_s)
                return
            self.wfile.write(answer.body if answer.cut_at is None else answer.body[: answer.cut_at])
            if answer.cut_at is not None:
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
