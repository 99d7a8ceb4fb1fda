"""One way to ask a service: a requests session that waits its turn, obeys the service, and bounds what it reads.

Client libraries that take a session get this one, so there is a single layer of retries. Everything else asks through
`Client`, which returns the reply as it came.
"""

from __future__ import annotations

import datetime as dt
import io
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from barometer import __version__
from sources.politeness import Politeness, backoff, retry_after, stated_wait, turn
from sources.protocol import Status

CONNECT_S, READ_S = 10.0, 30.0
# A reply that dribbles in may take this many times the read time-out.
WHOLE_REPLY = 4
ATTEMPTS = 3
_CHUNK = 65_536


class FetchError(Exception):
    """No usable answer. `status` is what the pull is recorded with, `http_status` the service's code, if any."""

    status: Status = "error"

    def __init__(self, message: str, http_status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status


class RateLimited(FetchError):
    """The service wants a longer wait than the pull may spend: the next run goes on from here."""

    status: Status = "rate_limited"


class Unreachable(FetchError):
    """No connection, or one that broke, after every attempt."""


class NotFound(FetchError):
    """404 or 410: for some services "no data", for others a wrong name in the catalogue."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came: the body decoded from its transfer compression and nothing else."""

    http_status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@contextmanager
def _deadline(response: requests.Response, seconds: float) -> Iterator[None]:
    """Close a reply when it was read, and its line when that took too long. Raises FetchError in that case.

    A read returns only when its chunk is full, so a reply that dribbles in must be stopped from outside.
    """
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        # The reply may have ended meanwhile.
        with suppress(ValueError, RuntimeError, OSError):
            response.raw.shutdown()

    watch = threading.Timer(seconds, stop)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (HTTPError, zlib.error):
        if not is_late.is_set():
            raise
    finally:
        watch.cancel()
        response.raw.close()
    if is_late.is_set():
        raise FetchError(f"the reply took longer than {seconds:.0f} s; not read further", response.status_code)


class Session(requests.Session):
    """A requests session with the rules of this project in its adapter. Redirects to another host are refused.

    Raises RateLimited, Unreachable or FetchError from any request made through it; other codes come back as replies.
    """

    def __init__(
        self,
        source: str,
        politeness: Politeness | None = None,
        contact: str = "",
        wait_cap_s: float = 300.0,
        read_s: float = READ_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self.headers["User-Agent"] = user_agent(contact)
        self.headers["Accept-Encoding"] = "gzip"
        self.max_redirects = 5
        self._adapter = _Adapter(source, politeness or Politeness(), wait_cap_s, read_s, sleep)
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)

    def rest(self, seconds: float) -> None:
        """Wait because the service asked for it in a reply it gave. Raises RateLimited when the pull may not."""
        self._adapter.rest(seconds)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a reply sends us. Raises FetchError when that is another host or protocol."""
        target = super().get_redirect_target(resp)
        if target and target.startswith(("http://", "https://", "//")):
            here, there = urlsplit(resp.url), urlsplit(target, scheme=urlsplit(resp.url).scheme)
            # Names and ports alone: an address may hold a password, which is no other host and is never shown.
            if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
                raise FetchError(f"redirected to another host, {there.hostname}; not followed", resp.status_code)
        return target


class _Adapter(HTTPAdapter):
    def __init__(
        self, source: str, politeness: Politeness, wait_cap_s: float, read_s: float, sleep: Callable[[float], None]
    ) -> None:
        super().__init__(max_retries=0)
        self.source = source
        self.politeness = politeness
        self.left_s = wait_cap_s
        self.read_s = read_s
        self.sleep = sleep

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Return the reply with its whole body read; wait and ask again where the service or the line says so."""
        options = {
            "stream": True,
            "timeout": (CONNECT_S, self.read_s),
            "verify": verify,
            "cert": cert,
            "proxies": proxies,
        }
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with turn(self.source, request.url or "", self.politeness.interval_s, self.sleep):
                    response = self._once(request, options)
            except (requests.RequestException, HTTPError, zlib.error) as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(f"no answer after {ATTEMPTS} attempts: {_reason(error)}") from None
                self._wait(backoff(attempt), "the connection")
                continue
            pause = self._pause(response, attempt)
            if pause is None:
                return response
            if attempt == ATTEMPTS:
                self._give_up(response, pause)
            self._wait(pause, f"code {response.status_code}", response)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        response = super().send(request, **options)
        body = bytearray()
        with _deadline(response, WHOLE_REPLY * self.read_s):
            if "," in response.headers.get("Content-Encoding", ""):
                raise FetchError("the reply is compressed more than once; not read", response.status_code)
            for chunk in response.raw.stream(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > self.politeness.max_bytes:
                    size = self.politeness.max_bytes // 1_000_000
                    raise FetchError(f"the reply is larger than {size} MB; not read further", response.status_code)
        response.raw = io.BytesIO(bytes(body))
        return response

    def _pause(self, response: requests.Response, attempt: int) -> float | None:
        """Return the seconds to wait before asking again, None when the reply is to be handed on."""
        asked = self.politeness.wait(response) if self.politeness.wait else None
        if asked is not None:
            return asked
        if response.status_code in self.politeness.refusals:
            return stated_wait(response) or backoff(attempt, base=5.0)
        if response.status_code in (500, 502, 503, 504):
            # A reset header stands on every reply of some services, the broken ones among them: no wish of theirs.
            return retry_after(response, time.time()) or backoff(attempt)
        return None

    def _is_refusal(self, response: requests.Response) -> bool:
        """True where a service says "too much", with a code or in its own way, and not that it failed."""
        wait = self.politeness.wait
        return response.status_code < 500 or bool(wait and wait(response) is not None)

    def rest(self, seconds: float) -> None:
        """Wait outside a request."""
        if seconds > self.left_s:
            raise RateLimited(
                f"the service asks for a rest of {seconds:.0f} s; {self.left_s:.0f} s are left of this pull's"
            )
        self.left_s -= seconds
        self.sleep(seconds)

    def _give_up(self, response: requests.Response, pause: float) -> None:
        code = response.status_code
        if not self._is_refusal(response):
            raise FetchError(f"the service answered {code} {ATTEMPTS} times: {excerpt(response.content)}", code)
        raise RateLimited(f"the service refused {ATTEMPTS} times (code {code}) and asks for {pause:.0f} s", code)

    def _wait(self, seconds: float, why: str, response: requests.Response | None = None) -> None:
        if seconds > self.left_s:
            message = f"{why} asks for a wait of {seconds:.0f} s; {self.left_s:.0f} s are left of this pull's"
            if response is None:
                raise Unreachable(message)
            if self._is_refusal(response):
                raise RateLimited(message, response.status_code)
            raise FetchError(f"{message}: {excerpt(response.content)}", response.status_code)
        self.left_s -= seconds
        self.sleep(seconds)


@dataclass
class Client:
    """Asks one service at `base_url`; every reply counts once as a request, whatever it took."""

    base_url: str
    session: Session

    def get(self, path: str, params: Iterable[tuple[str, str]] = (), headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply to a GET. Raises NotFound, RateLimited, Unreachable or FetchError (any code from 400 on)."""
        return self._ask("GET", path, params=list(params), headers=headers)

    def post(
        self,
        path: str,
        body: bytes,
        params: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the reply to a POST. Raises as `get` does."""
        return self._ask("POST", path, params=list(params), headers=headers, data=body)

    def _ask(self, method: str, path: str, **options: Any) -> Reply:
        try:
            response = self.session.request(method, self.base_url + path, **options)
        except requests.TooManyRedirects:
            raise FetchError("redirected too often; not followed further") from None
        except requests.RequestException as error:
            raise FetchError(f"cannot ask: {_reason(error)}") from None
        reply = Reply(response.status_code, response.headers, response.content)
        if response.status_code in (404, 410):
            raise NotFound(f"the service knows no such thing (code {response.status_code})", response.status_code)
        if response.status_code >= 400:
            raise FetchError(
                f"the service answered {response.status_code}: {excerpt(reply.content)}", response.status_code
            )
        return reply


def user_agent(contact: str = "") -> str:
    """Return who asks: name, version, contact where one is set, and the library."""
    asked_by = f" ({contact})" if contact else ""
    return f"barometer/{__version__}{asked_by} requests/{requests.__version__}"


def excerpt(content: bytes, length: int = 160) -> str:
    """Return the beginning of a body as one line of text."""
    return " ".join(content[: 4 * length].decode("utf-8", errors="replace").split())[:length]


def utc_now() -> dt.datetime:
    """Return the time as naive UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def _reason(error: Exception) -> str:
    """A short reason without addresses: they may hold a key."""
    names = [type(error).__name__]
    inner: Any = error.args[0] if error.args else None
    inner = getattr(inner, "reason", inner)
    if isinstance(inner, Exception):
        names.append(type(inner).__name__)
    return " / ".join(dict.fromkeys(names))
