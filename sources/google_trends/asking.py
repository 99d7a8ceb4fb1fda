"""pytrends with our way of asking: its cookie, its explore request and its reading of the widgets, our session.

pytrends 4.9.2 takes neither another address nor a session: the address is a constant of its module and each request
opens a session of its own. So the two methods that talk to Google are replaced here; nothing else of it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pytrends.request import BASE_TRENDS_URL, TrendReq

from sources.google_trends.comparisons import Comparison
from sources.google_trends.replies import read_explore
from sources.http import Client, Session


@dataclass(frozen=True)
class Widget:
    """What Google wants back for one reply: a request word for word, and the token that is good for it alone."""

    request: dict[str, Any]
    token: str


@dataclass(frozen=True)
class Explored:
    """The widgets of one comparison; `related` by term. A widget that Google did not offer is None."""

    interest: Widget | None
    regions: Widget | None
    related: dict[str, Widget]


class Asker(TrendReq):
    """Asks Google Trends at any address. `content` is the explore reply as it came.

    Making one fetches the cookie. Raises FetchError from there and from every question.
    """

    def __init__(self, base_url: str, session: Session) -> None:
        self._base_url = base_url
        self._session = session
        self._client = Client(base_url, session)
        self.content = b""
        # No library retries: they crash with urllib3 2, and the session has its own.
        super().__init__(hl="en-US", tz=0, retries=0, backoff_factor=0)

    def GetGoogleCookie(self) -> dict[str, str]:
        """Return Google's cookie. The page answers 404 and sets it all the same, so its code says nothing."""
        reply = self._session.get(f"{self._base_url}/explore/", params={"geo": self.hl[-2:]})
        for cookie in reply.cookies:
            if cookie.name == "NID":
                self._session.cookies.set_cookie(cookie)
        return {name: value for name, value in reply.cookies.items() if name == "NID"}

    def explore(self, comparison: Comparison) -> Explored:
        """Return the widgets of a comparison. Raises SourceError when the reply is not as described."""
        self.content = b""
        # A widget that this reply does not offer must not be that of the comparison before.
        self.interest_over_time_widget.clear()
        self.interest_by_region_widget.clear()
        self.build_payload(list(comparison.keywords), timeframe=comparison.time, geo=comparison.geo)
        related = [_widget(widget) for widget in self.related_queries_widget_list]
        return Explored(
            _widget(self.interest_over_time_widget),
            _widget(self.interest_by_region_widget),
            {_keyword(widget): widget for widget in related if widget},
        )

    def widget_data(self, path: str, widget: Widget) -> bytes:
        """Return the reply behind a widget as it came."""
        params = [("req", json.dumps(widget.request)), ("token", widget.token), ("tz", str(self.tz))]
        return self._client.get(path, params, self.headers).content

    def _get_data(self, url: str, method: str = "get", trim_chars: int = 0, **kwargs: Any) -> dict[str, Any]:
        """Return a decoded reply: the one place where pytrends asks for the widgets."""
        params = [(name, str(value)) for name, value in kwargs["params"].items()]
        self.content = self._client.post(url.removeprefix(BASE_TRENDS_URL), b"", params, self.headers).content
        return read_explore(self.content)


def _widget(found: dict[str, Any]) -> Widget | None:
    request, token = found.get("request"), found.get("token")
    return Widget(request, token) if isinstance(request, dict) and isinstance(token, str) else None


def _keyword(widget: Widget) -> str:
    try:
        return str(widget.request["restriction"]["complexKeywordsRestriction"]["keyword"][0]["value"])
    except (KeyError, IndexError, TypeError):
        return ""
