"""The way to GitHub: PyGithub writes the request and signs it, this project's session sends it.

PyGithub waits up to an hour for a limit, repeats a 202 for ever and hands on parsed objects. So it is given a
connection that asks through our client: one layer of retries, our limits, and the reply's bytes as they came.
"""

from __future__ import annotations

import time
from collections.abc import ItemsView
from typing import Any
from urllib.parse import urlsplit

from github import Auth, Github
from github.Requester import HTTPRequestsConnectionClass, Requester, RequestsResponse

from sources.http import Client, Reply, Session


class Asker:
    """Asks GitHub by PyGithub's requester. Raises the errors of `sources.http`, and none of PyGithub's."""

    def __init__(self, base_url: str, session: Session, token: str) -> None:
        parts = urlsplit(base_url)
        self._session = session
        # Otherwise a .netrc of the user would sign in the place of the token.
        session.auth = Requester.noopAuth
        self._client = Client(f"{parts.scheme}://{parts.netloc}", session)
        self._requester = Github(
            auth=Auth.Token(token) if token else None,
            base_url=base_url,
            user_agent=str(session.headers["User-Agent"]),
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
        ).requester
        self._renewed_at: dict[str, float] = {}

    def get(self, path: str, params: tuple[tuple[str, str], ...], api_version: str) -> Reply:
        """Return the reply to a GET, a 202 or 204 too. Raises FetchError and its kin.

        Where the limit is known to be used up, the wait comes before the request, and no refusal is provoked.
        """
        resource = "search" if path.startswith("/search/") else "core"
        wait = self._renewed_at.pop(resource, 0.0) - time.time()
        if wait > 0:
            self._renewed_at[resource] = wait + time.time()
            self._session.rest(wait + 1)
            self._renewed_at.pop(resource)
        connection = _Connection(self._client)
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": api_version}
        self._requester.requestJson("GET", path, dict(params), headers, cnx=connection)
        reply = connection.reply
        reset = reply.headers.get("x-ratelimit-reset", "").strip()
        if reply.headers.get("x-ratelimit-remaining", "").strip() == "0" and reset.isdigit():
            self._renewed_at[reply.headers.get("x-ratelimit-resource", resource)] = float(reset)
        return reply


class _Connection(HTTPRequestsConnectionClass):
    """What PyGithub takes for a connection: it sends through our client and keeps the reply."""

    reply: Reply

    def __init__(self, client: Client) -> None:
        self._client = client

    def getresponse(self) -> RequestsResponse:
        self.reply = self._client.get(self.url, headers=self.headers)
        return _Taken()

    def close(self) -> None:
        """Leave the session open: it is the source's."""


class _Taken(RequestsResponse):
    """An answer that PyGithub has nothing to do with: no 202 to repeat, no redirect to follow, no header to read."""

    def __init__(self) -> None:
        self.status = 200

    def getheaders(self) -> ItemsView[str, str]:
        headers: dict[str, Any] = {}
        return headers.items()

    def read(self) -> str:
        return ""
