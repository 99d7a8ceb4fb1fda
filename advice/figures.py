"""Evidence rows as figures: which number each metric has for each framework, and whether it may be scored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row of `marts.evidence`, its numbers as floats.

    `is_scored`: in date, of a metric that counts, and not withheld; `is_withheld`: its source collapsed or jumped, so
    it is a bound at best and decides nothing.
    """

    metric: str
    framework: str
    value: float
    low: float | None
    high: float | None
    n: float | None
    as_of: str
    is_scored: bool
    is_withheld: bool = False

    @property
    def evidence_id(self) -> str:
        """The id under which this figure is printed and explained."""
        return f"{self.metric}.{self.framework}"

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval, or the value twice where there is none."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return low, high


Figures = Mapping[tuple[str, str], Figure]


def read_figures(evidence: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Figure]:
    """Return {(metric, framework): figure}, sorted by key, whatever the order of the rows.

    A row without a finite value is no figure: absent is absent. Of two rows for one key the later date wins.
    """
    figures = {}
    for row in sorted(evidence, key=_order):
        is_withheld = bool(row.get("is_withheld", False))
        value = _number(row.get("value"))
        if value is None:
            continue
        figures[row["metric"], row["framework"]] = Figure(
            metric=row["metric"],
            framework=row["framework"],
            value=value,
            low=_number(row.get("low")),
            high=_number(row.get("high")),
            n=_number(row.get("n")),
            as_of=str(row.get("as_of"))[:10],
            is_scored=bool(row.get("standing", True)) and not row.get("is_stale", False) and not is_withheld,
            is_withheld=is_withheld,
        )
    return figures


def _order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["metric"], row["framework"], str(row.get("as_of")), repr(row.get("value"))


def _number(value: object) -> float | None:
    """Return a finite float, or None for null, NaN and infinity."""
    if value is None:
        return None
    number = float(str(value)) if not isinstance(value, int | float) else float(value)
    return number if math.isfinite(number) else None
