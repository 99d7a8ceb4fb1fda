"""How well postings are read: the labelled set, read by the rules of the catalogue, and the figures of the comparison.

`python -m tests.sources.postings.measure` prints the table that docs/job-postings.md carries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.postings import Classifier, Found
from tests.support import shipped_catalog

LABELLED = Path(__file__).with_name("labelled.jsonl")
REMOTE = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True)
class Score:
    """Right, wrong and missed answers."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was found, the share that is there."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is there, the share that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def labelled() -> list[dict[str, Any]]:
    """Return the labelled postings."""
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def read(rows: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], Found]]:
    """Return every posting with what the rules of the catalogue find in it."""
    classifier = Classifier(shipped_catalog())
    return [(row, classifier.classify(row["text"])) for row in rows]


def compare(pairs: Iterable[tuple[Iterable[Any], Iterable[Any]]]) -> Score:
    """Return the score of (found, labelled) sets."""
    total = Score(0, 0, 0)
    for found, label in pairs:
        found, label = set(found), set(label)
        total += Score(len(found & label), len(found - label), len(label - found))
    return total


def scores(rows: list[dict[str, Any]]) -> dict[str, Score]:
    """Return the score of every quantity: one a framework, all frameworks, musts, place and pay."""
    pairs = read(rows)
    keys = [framework.key for framework in shipped_catalog().frameworks]
    named = {key: compare(({key} & set(f.frameworks), {key} & set(r["frameworks"])) for r, f in pairs) for key in keys}
    return named | {
        "all frameworks": compare((f.frameworks, r["frameworks"]) for r, f in pairs),
        "required": compare((f.required, r["required"]) for r, f in pairs),
        "remote": compare((_stated(REMOTE[f.is_remote]), _stated(r["remote"])) for r, f in pairs),
        "salary": compare((_salary(f), _label(r)) for r, f in pairs),
    }


def table() -> list[str]:
    """Return the table of the figures, as the documentation carries it."""
    rows = labelled()
    sealed = [row for row in rows if row.get("sealed")]
    everything, apart = scores(rows), scores(sealed)
    lines = [
        f"| what | n of {len(rows)} | precision | recall | F1 | n of {len(sealed)} sealed | precision | recall | F1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, score in everything.items():
        lines.append(f"| {name} | {_cells(score)} | {_cells(apart[name])} |")
    return lines


def _cells(score: Score) -> str:
    return f"{score.right + score.missed} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f}"


def _stated(value: str) -> set[str]:
    return set() if value == "unknown" else {value}


def _salary(found: Found) -> set[tuple]:
    pay = found.salary
    return {(pay.low, pay.high, pay.currency, pay.period)} if pay else set()


def _label(row: dict[str, Any]) -> set[tuple]:
    pay = row["salary"]
    return {(pay["low"], pay["high"], pay["currency"], pay["period"])} if pay else set()


if __name__ == "__main__":
    print("\n".join(table()))
