"""Numbers and verdicts in words. Three significant digits; a narrow no-break space before a unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

NARROW = "\u202f"


def number(value: float, unit: str = "") -> str:
    """Return a figure as printed: 2.27 M, 10.6 %, 4.7×, 2015, yes. Three significant digits, years in full."""
    if unit == "year":
        return str(round(value))
    if unit == "yes/no":
        return {0.0: "no", 1.0: "yes"}.get(value, _short(value))
    if unit == "share":
        return f"{_short(100 * value)}{NARROW}%"
    if unit == "ratio":
        return f"{_short(value)}×"
    return _short(value)


def _short(value: float) -> str:
    """Three significant digits with k, M or B for thousands, millions and thousand millions."""
    rounded = _significant(value)
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(rounded) >= size:
            return f"{_plain(_significant(rounded / size))}{NARROW}{suffix}"
    return _plain(rounded)


def _significant(value: float) -> float:
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else value
    return round(value, 2 - math.floor(math.log10(abs(value))))


def _plain(value: float) -> str:
    """No exponent, no trailing zeros."""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def chance(probability: float) -> str:
    """Return a probability in per cent; what sampling cannot tell from 0 or 1 is `under 0.1 %` or `over 99.9 %`."""
    if probability < 0.001:
        return f"under {number(0.001, 'share')}"
    if probability > 0.999:
        return f"over {number(0.999, 'share')}"
    return number(probability, "share")


def factor_verdict(
    winner: str,
    labels: Mapping[str, str],
    p_best: Mapping[str, float],
    p_even: Mapping[str, float],
    open_to: Sequence[str],
    measured: float,
    unknown: Sequence[str],
) -> str:
    """Return the verdict on one factor in one to three short sentences.

    `open_to` holds the frameworks that may still be best, `measured` the share of the factor that is measured,
    `unknown` the labels of what is not measured, or not for everybody.
    """
    if winner == "not measured":
        return f"Not measured yet: no figures so far for {listed(unknown)}."
    missing = f" Not measured for everybody: {listed(unknown)}." if unknown else ""
    if winner != "tie":
        how_sure = (
            f"{labels[winner]} leads: measured again, it would come out best in {chance(p_best[winner])} of cases"
        )
        return f"{how_sure}{', whatever the missing figures turn out to be' if unknown else ''}.{missing}"
    order = sorted(p_even, key=lambda key: (-p_even[key], key))
    if not unknown:
        front = listed([labels[key] for key in order[:2]], "or")
        return f"Too close to call: {front}. The figures do not tell them apart."
    ahead = f"{labels[order[0]]} is ahead" if p_even[order[0]] >= 0.5 else "nobody is clearly ahead"
    rivals = [labels[key] for key in order[1:] if key in open_to]
    others = f"; {listed(rivals, 'or')} could still be best" if rivals else ""
    return f"Partly measured ({number(measured, 'share')}): {ahead} on the figures there are{others}.{missing}"
