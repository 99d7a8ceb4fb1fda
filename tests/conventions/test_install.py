"""Installing: what pip is asked for first is one distribution of the pinned list, with its hashes."""

from __future__ import annotations

import re

from scripts.install import entry
from tests.support import ROOT

PINNED = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")


def test_uv_is_taken_out_of_the_list_with_its_hashes():
    first, *hashes = entry("uv", PINNED).splitlines()
    assert re.fullmatch(r"uv==[\d.]+ \\", first)
    assert hashes
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in hashes)
    assert not hashes[-1].endswith("\\")
    assert entry("uv", PINNED) in PINNED


def test_what_is_not_listed_gives_nothing():
    assert entry("uvi", PINNED) == ""
