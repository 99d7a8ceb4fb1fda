"""How well texts are read: floors on the labelled set, and documentation that carries the very figures."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sources.postings.measure import Score, compare, labelled, scores, table
from tests.support import ROOT, shipped_catalog

KEYS = [framework.key for framework in shipped_catalog().frameworks]
ROWS = labelled()
SEALED = [row for row in ROWS if row.get("sealed")]


def test_the_set_is_what_the_documentation_says_it_is():
    assert len(ROWS) >= 300
    assert len({row["id"] for row in ROWS}) == len({row["text"] for row in ROWS}) == len(ROWS)
    assert len(SEALED) >= len(ROWS) / 3
    assert sum(1 for row in ROWS if not row.get("rules_known")) >= len(ROWS) / 2
    assert not any(row.get("rules_known") for row in SEALED)
    languages = Counter(row["language"] for row in ROWS)
    assert min(languages[language] for language in ("en", "de", "es", "fr", "id")) >= 15
    assert sum(1 for row in ROWS if not row["frameworks"]) >= 80
    for row in ROWS:
        assert [key for key in KEYS if key in row["frameworks"]] == row["frameworks"]
        assert set(row["required"]) <= set(row["frameworks"])
        assert row["remote"] in ("yes", "no", "unknown")


@pytest.mark.parametrize("rows", [ROWS, SEALED], ids=["all", "sealed"])
def test_postings_are_read_well_enough(rows):
    found = scores(rows)
    assert found["all frameworks"].f1 >= 0.95, found
    for key in KEYS:
        # JAX and Keras are words of other trades and tongues too: theirs are the lowest.
        assert found[key].precision >= 0.80, (key, found[key])
        assert found[key].recall >= 0.90, (key, found[key])
    assert found["required"].f1 >= 0.90
    assert found["remote"].f1 >= 0.95
    assert found["salary"].precision >= 0.85


def test_the_documentation_carries_these_figures():
    text = (ROOT / "docs" / "job-postings.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    begin = lines.index(table()[0]) if table()[0] in lines else -1
    shown = lines[begin : begin + len(table())] if begin >= 0 else []
    assert shown == table(), "put this table into docs/job-postings.md:\n" + "\n".join(table())


def test_a_score_counts_as_it_should():
    score = compare([({"a", "b"}, {"a", "c"}), (set(), {"d"}), ({"e"}, {"e"})])
    assert (score.right, score.wrong, score.missed) == (2, 1, 2)
    assert (score.precision, score.recall) == (2 / 3, 0.5)
    assert score.f1 == pytest.approx(4 / 7)
    assert (Score(0, 0, 0).precision, Score(0, 1, 1).f1) == (1.0, 0.0)
