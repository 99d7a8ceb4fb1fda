"""Truth over intervals, in a logic with four values.

True and False are settled by the figures; `unclear` means the figures overlap, `unknown` that one is missing. Negation,
`and` and `or` follow Kleene's strong logic, `unknown` being the least informed value; `each` is true when all parts
are, false when none is, and otherwise mixed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Literal

Truth = Literal[True, False, "unclear", "unknown"]
Interval = tuple[float, float]


def greater(left: Interval, right: Interval) -> Truth:
    """True when all of `left` lies above `right`, False when none of it does."""
    if left[0] > right[1]:
        return True
    return False if left[1] <= right[0] else "unclear"


def equal(left: Interval, right: Interval) -> Truth:
    """True for two equal points, False for intervals apart."""
    if left[1] < right[0] or right[1] < left[0]:
        return False
    return True if left[0] == left[1] == right[0] == right[1] else "unclear"


COMPARE: dict[type[ast.cmpop], Callable[[Interval, Interval], Truth]] = {
    ast.Gt: greater,
    ast.Lt: lambda left, right: greater(right, left),
    ast.GtE: lambda left, right: negate(greater(right, left)),
    ast.LtE: lambda left, right: negate(greater(left, right)),
    ast.Eq: equal,
}


def negate(value: Truth) -> Truth:
    """Kleene's not."""
    return (not value) if isinstance(value, bool) else value


def conjunction(values: Iterable[Truth]) -> Truth:
    """Kleene's and: False if any is, else the least informed."""
    found = list(values)
    if False in found:
        return False
    if "unknown" in found:
        return "unknown"
    return "unclear" if "unclear" in found else True


def disjunction(values: Iterable[Truth]) -> Truth:
    """Kleene's or: True if any is, else the least informed."""
    return negate(conjunction(negate(value) for value in values))


def each(values: Iterable[Truth]) -> Truth:
    """True when all are, False when none is; unknown while a missing part could still make it so; else unclear."""
    found = list(values)
    known = [value for value in found if value != "unknown"]
    agree = all(value is True for value in known) or all(value is False for value in known)
    if not agree:
        return "unclear"
    return "unknown" if len(known) < len(found) else known[0]
