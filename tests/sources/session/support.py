"""A client that notes its naps, and answers that refuse."""

from __future__ import annotations

import itertools

from sources.http import Client, Session
from sources.politeness import Politeness
from tests.sources.replay import as_json

GOOD = as_json({"ok": True})
_names = itertools.count()


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
