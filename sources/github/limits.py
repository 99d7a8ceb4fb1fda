"""How GitHub says "wait"."""

from __future__ import annotations

import requests

from sources.politeness import stated_wait

# After a refusal that names no time: docs.github.com, "Rate limits for the REST API".
UNSTATED_WAIT_S = 60.0


def stated_pause(response: requests.Response) -> float | None:
    """Return the seconds a refusal asks for; None for a reply that is none.

    A limit is told by 403 or 429. Every reply says when the hour's limit is renewed; only behind
    `x-ratelimit-remaining: 0` does that mean "wait".
    """
    if response.status_code not in (403, 429):
        return None
    if response.headers.get("Retry-After") or response.headers.get("x-ratelimit-remaining", "").strip() == "0":
        return stated_wait(response) or UNSTATED_WAIT_S
    is_limit = response.status_code == 429 or b"rate limit" in response.content[:2000].lower()
    return UNSTATED_WAIT_S if is_limit else None
