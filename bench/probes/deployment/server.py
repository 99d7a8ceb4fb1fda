"""A small HTTP server around a loaded artefact, from the standard library: one POST with arrays, one array back.

The body is NumPy's own archive of the inputs; the answer is NumPy's array file. Requests are answered one at a time,
as one core with one model would.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

_LONGEST_BODY = 64 << 20

Answerer = Callable[[Mapping[str, np.ndarray]], np.ndarray]


def packed(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return a request's body."""
    stream = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez(stream, **named)
    return stream.getvalue()


def array_bytes(array: np.ndarray) -> bytes:
    """Return an answer's body."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


@contextlib.contextmanager
def serving(answer: Answerer) -> Iterator[int]:
    """Serve on a free port of the loopback address while the context lasts; give the port."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave together: else each answer waits for the client's delayed acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 < length <= _LONGEST_BODY:
                self._reply(413, b"the body must have between 1 byte and 64 MiB")
                return
            try:
                with np.load(io.BytesIO(self.rfile.read(length)), allow_pickle=False) as archive:
                    given = {name: archive[name] for name in archive.files}
                with lock:
                    body = array_bytes(np.asarray(answer(given)))
            except Exception as error:
                self._reply(400, f"{type(error).__name__}: {error}"[:500].encode())
                return
            self._reply(200, body)

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a line a request would be most of the work."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
