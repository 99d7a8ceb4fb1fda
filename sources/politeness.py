"""How a service wants to be asked: whose turn it is at a host, how long a pause is, what a reply says of waiting."""

from __future__ import annotations

import email.utils
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import requests

MAX_BYTES = 100_000_000

Wait = Callable[[requests.Response], float | None]


@dataclass(frozen=True)
class Politeness:
    """How a service wants to be asked: seconds between two requests, how it says "wait", what a pull may wait in all.

    `wait` reads a reply and returns the seconds it asks for, None where it asks for nothing; the usual headers are
    understood without it. `refusals` are the codes that mean "too many requests".
    """

    interval_s: float = 0.0
    wait: Wait | None = None
    refusals: tuple[int, ...] = (429,)
    max_bytes: int = MAX_BYTES


def is_local(url: str) -> bool:
    """True for an address on this machine: a server that replays a service."""
    return (urlsplit(url).hostname or "").startswith(("127.", "localhost", "::1"))


def at_address(politeness: Politeness, url: str) -> Politeness:
    """Return how to ask at `url`: without pauses on this machine, where they would spare nobody."""
    return replace(politeness, interval_s=0.0) if is_local(url) else politeness


class _Slot:
    """One request at a time to a host, and a pause between two: shared by everything in this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_at = 0.0


_slots: dict[tuple[str, str], _Slot] = {}
_slots_lock = threading.Lock()


@contextmanager
def turn(source: str, url: str, interval_s: float, sleep: Callable[[float], None]) -> Iterator[None]:
    """Wait for one's turn at the host of `url`, and keep the next one waiting for `interval_s` afterwards."""
    # On the services' own hosts the host decides. Replay servers share one address: there the source does.
    key = (urlsplit(url).netloc, source if is_local(url) else "")
    with _slots_lock:
        slot = _slots.setdefault(key, _Slot())
    with slot.lock:
        pause = slot.free_at - time.monotonic()
        if pause > 0:
            sleep(pause)
        try:
            yield
        finally:
            slot.free_at = time.monotonic() + interval_s


def stated_wait(response: requests.Response, now: float | None = None) -> float | None:
    """Return the seconds a reply asks to wait: Retry-After, RateLimit (t=…), x-ratelimit-reset; None if it says none.

    RFC 9110 section 10.2.3 for Retry-After: seconds, or a date.
    """
    now = time.time() if now is None else now
    if response.headers.get("Retry-After", "").strip():
        return retry_after(response, now)
    for part in response.headers.get("RateLimit", "").split(";"):
        if part.strip().startswith("t=") and part.strip()[2:].isdecimal():
            return float(part.strip()[2:])
    reset = response.headers.get("x-ratelimit-reset", "").strip()
    if reset.isdecimal():
        # Some services name a moment, others a number of seconds.
        return max(float(reset) - now, 1.0) if float(reset) > 1e9 else float(reset)
    return None


def retry_after(response: requests.Response, now: float) -> float | None:
    """Return the seconds of Retry-After, whether it names them or a moment; None if it is absent or says neither."""
    after = response.headers.get("Retry-After", "").strip()
    if after.isdecimal():
        return float(after)
    try:
        return max(email.utils.parsedate_to_datetime(after).timestamp() - now, 1.0)
    except ValueError:
        return None


def backoff(attempt: int, base: float = 1.0) -> float:
    """Return seconds to wait after a failed attempt (1, 2, …): doubling, with jitter so that clients do not march."""
    return base * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
