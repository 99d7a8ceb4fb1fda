"""Counts in sentences: who does most of what was tried, who least, a tie, a single one, and lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.benchmark.findings import counted

_LISTED = 3  # more names than these are counted instead


@dataclass(frozen=True)
class Count:
    """How many of what was tried one stack got right."""

    label: str
    good: int
    of: int

    @property
    def share(self) -> float:
        """The part of the tried that is good."""
        return self.good / self.of

    @property
    def words(self) -> str:
        """In words: `all fourteen`, `none of fourteen`, `six of fourteen`."""
        if self.good == self.of:
            return f"all {counted(self.of)}" if self.of > 1 else "the only one"
        return f"{counted(self.good)} of {counted(self.of)}"


def compared(counts: Iterable[Count], verb: tuple[str, str], tail: str, same: str) -> str:
    """Return who does most and who least of what was tried: `PyTorch runs all six cases right, JAX four of six`.

    `verb` is singular and plural, `tail` follows the first amount, and `same` says that nobody is ahead, of how many
    and with which amount. A single stack has words of its own; nothing tried gives an empty text.
    """
    known = sorted((count for count in counts if count.of), key=lambda count: -count.share)
    if not known:
        return ""
    best = [count for count in known if count.share == known[0].share]
    worst = [count for count in known if count.share == known[-1].share]
    if len(known) == 1:
        return f"Only {known[0].label} was tried, and {verb[0]} {known[0].words} {tail}"
    if len(best) == len(known):
        return same.format(counted(len(known)), _amount(best))
    who = f"{listed([count.label for count in best], 'stacks')} {verb[len(best) > 1]}"
    who = who[:1].upper() + who[1:]
    return f"{who} {_amount(best)} {tail}, {listed([count.label for count in worst], 'stacks')} {_amount(worst)}"


def _amount(counts: Sequence[Count]) -> str:
    """One amount for several of the same share; of different totals the smallest."""
    if len({count.of for count in counts}) > 1 and counts[0].share in (0.0, 1.0):
        return "all" if counts[0].share else "none"
    return min(counts, key=lambda count: count.of).words


def listed(names: Sequence[str], noun: str, most: int = _LISTED) -> str:
    """Return names in a sentence, `one, two and three`; more than `most` are counted: `five stacks`."""
    if len(names) > most:
        return f"{counted(len(names))} {noun}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "none"
