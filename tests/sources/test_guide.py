"""The guide's example is taken out of its page and run: a new source is one file and its line in the table."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sources.registry import SOURCES
from tests.sources.live import Clock, collect, live_source, parsed
from tests.sources.replay import as_json, replaying
from tests.support import ROOT, shipped_catalog

PATH = "/metrics/pageviews/per-article/de.wikipedia/all-access/user"
GUIDE = ROOT / "docs" / "adding-a-source.md"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's file in a folder of its own, and its line in the table."""
    page = GUIDE.read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    line = re.search(r"`\"(\w+)\": \"sources\.(\w+):(\w+)\",`", page)
    assert len(code) == 1
    assert line is not None
    (tmp_path / f"{line[2]}.py").write_text(code[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(SOURCES, line[1], f"{line[2]}:{line[3]}")
    yield
    sys.modules.pop(line[2], None)


def test_the_example_collects_parses_and_is_settled(example: None, tmp_path: Path) -> None:
    clock = Clock(dt.datetime(2026, 3, 1, 0, 5))
    with replaying() as server:
        for label in ("Keras", "PyTorch", "TensorFlow", "JAX"):
            views = [{"article": label, "timestamp": "2026022800", "views": 7, "new": None}]
            server.on(f"GET {PATH}/{label}/daily/20260201/20260228", as_json({"items": views}))
        source = live_source("wikipedia_de", server.url, tmp_path / "landing", clock=clock)
        assert [entry.status for entry in collect(source)] == ["ok"] * 4
        assert collect(source) == []
        assert server.count() == 4
    rows = parsed(source, "page_views_day")
    assert rows[0] == {"project": "de.wikipedia", "article": "Keras", "day": dt.date(2026, 2, 28), "views": 7}


def test_the_example_refuses_what_is_not_as_described(example: None, tmp_path: Path) -> None:
    with replaying() as server:
        server.on(f"GET {PATH}/Keras/daily/20261001/20261031", as_json({"items": [{"article": "Keras"}]}))
        catalog = shipped_catalog()
        catalog = msgspec.structs.replace(catalog, frameworks=catalog.frameworks[:1])
        source = live_source("wikipedia_de", server.url, tmp_path / "landing", catalog=catalog)
        landed = collect(source)
    assert [entry.status for entry in landed] == ["error"]
    assert "timestamp" in landed[0].message
    assert parsed(source, "page_views_day") == []
