"""Findings on paired timings as rules over the verdicts: slower, faster, both, neither, a single fork, none at all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.runs import PHASES, Run
from reports.figures import Figures
from reports.marts import Row, reference

NOTHING = "No benchmark result yet: run make bench"
_ONES = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TABLE = "benchmark_contrasts"


def counted(number: int, noun: str = "") -> str:
    """Return a count below a million in words: `none`, `no workload`, `three workloads`, `one hundred and four`."""
    if not noun:
        return _in_words(number) if number else "none"
    return f"{_in_words(number)} {noun}{'s' if number > 1 else ''}"


def _in_words(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = number % size
    joint = " and " if rest < 100 else " "
    return f"{_in_words(number // size)} {name}{joint + _in_words(rest) if rest else ''}"


def slot(row: Row, column: str = "ratio") -> str:
    """Return the reference of one cell of a contrast's row."""
    return reference(TABLE, row, column)


def pair_finding(run: Run, rows: Sequence[Row]) -> Markup:
    """Return what one declared pair's rows, one a workload, say together: verdicts counted, and the range of ratios."""
    measured, against = run.stack(rows[0]["measured"]).label, run.stack(rows[0]["against"]).label
    counts = Counter(row["verdict"] for row in rows)
    where, span = _where(rows), _span(run.figures, rows)
    if len(counts) > 1:
        return Markup("{} against {}: {} ({})").format(measured, against, _counts(counts, len(rows)), span)
    (verdict,) = counts
    if verdict in ("faster", "slower"):
        return Markup("{} is {} than {} {}: {}").format(measured, verdict, against, where, span)
    if verdict == "undecided":
        return Markup("{} against {}: one fork cannot decide ({})").format(measured, against, span)
    return Markup("{} and {} cannot be told apart {} ({})").format(measured, against, where, span)


def _where(rows: Sequence[Row]) -> str:
    if len(rows) == 1:
        return f"on {rows[0]['workload']}"
    return f"in {'any of' if rows[0]['verdict'] == 'indistinguishable' else 'all'} {counted(len(rows), 'workload')}"


def _counts(counts: Counter[str], total: int) -> str:
    known = ("faster", "slower", "indistinguishable", "undecided")
    order = sorted(counts, key=lambda verdict: (-counts[verdict], known.index(verdict)))
    parts = [f"{verdict} in {counted(counts[verdict])}" for verdict in order]
    return ", ".join([f"{parts[0]} of {counted(total, 'workload')}", *parts[1:]])


def _span(figures: Figures, rows: Sequence[Row]) -> Markup:
    """The smallest and the largest ratio."""
    low, high = min(rows, key=lambda row: row["ratio"]), max(rows, key=lambda row: row["ratio"])
    if low is high:
        return Markup("{} the time").format(figures.show(slot(low)))
    return Markup("{} to {} the time").format(figures.show(slot(low)), figures.show(slot(high)))


def question_finding(run: Run, pairs: Sequence[Sequence[Row]]) -> Markup:
    """Return the finding on several pairs: the one with the smallest ratios, and beside it the one with the largest."""
    ranked = sorted(pairs, key=middle)
    if len(ranked) == 1:
        return pair_finding(run, ranked[0])
    last = ranked[-1]
    counts = Counter(row["verdict"] for row in last)
    (first, *others) = counts
    said = _counts(counts, len(last)) if others else f"{first} {_where(last)}"
    return Markup("{}; {}: {}").format(pair_finding(run, ranked[0]), run.stack(last[0]["measured"]).label, said)


def middle(rows: Sequence[Row]) -> float:
    """The mean logarithm of a pair's ratios: what pairs are put in order by, and printed nowhere."""
    return math.fsum(math.log(row["ratio"]) for row in rows) / len(rows)


def by_pair(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows of each declared pair, in the order the pairs are met."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["measured"], row["against"]), []).append(row)
    return list(found.values())


def headline(run: Run | None) -> Markup:
    """Return the page's headline: a framework's fastest backend against another's compiled way, in training.

    Where no fork was left to choose the fastest backend by, the layer's cost: a framework against what it runs on.
    """
    if run is None:
        return Markup(NOTHING)
    rows = leading_rows(run)
    if not rows:
        return Markup("The last run has no ratio to show: no pair of stacks ended well")
    return Markup("{}: {}").format(PHASES[rows[0]["phase"]], pair_finding(run, rows))


def leading_rows(run: Run) -> list[Row]:
    """Return the rows of the pair that the page's headline is about; none where no pair ended well.

    Of several such pairs the one with most workloads, then the one against what most others are held against. Pairs
    that no fork was enough to decide anything about stand back.
    """
    for conditions in run.conditions[:1]:
        for phase in PHASES:
            rows = run.contrasts(conditions, phase)
            chosen = [row for row in rows if row["chosen"] is not None]
            kinds = (chosen, [row for row in rows if is_layer(run, row)], rows)
            decided = [[row for row in kind if row["verdict"] != "undecided"] for kind in kinds]
            for kind, told in (*zip(kinds, decided, strict=True), *zip(kinds, kinds, strict=True)):
                if told:
                    held = Counter(row["against"] for row in rows)
                    return max(_pairs_of(kind, told), key=lambda pair: (len(pair), held[pair[0]["against"]]))
    return []


def _pairs_of(rows: Sequence[Row], some: Sequence[Row]) -> list[list[Row]]:
    """Return the pairs of the rows that some of them belong to, whole."""
    told = {(row["measured"], row["against"]) for row in some}
    return [pair for pair in by_pair(rows) if (pair[0]["measured"], pair[0]["against"]) in told]


def is_layer(run: Run, row: Row) -> bool:
    """Return whether a pair is a framework against the very framework it runs on, executed in the same way."""
    measured, against = run.stack(row["measured"]), run.stack(row["against"])
    return measured.backend == against.framework and measured.mode == against.mode and measured.is_layered
