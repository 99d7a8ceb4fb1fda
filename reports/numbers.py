"""How a value reads: three significant digits, one spelling for one kind of quantity, on every page."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

Kind = Literal["number", "ratio", "share", "chance", "year", "date", "flag", "text", "seconds", "bytes", "tiny"]

NARROW = "\u202f"  # narrow no-break space, before a unit
NONE = "\u2013"
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# The largest unit that leaves at least one whole digit is the one printed.
_SECONDS = ((Decimal(1), "s"), (Decimal("1e-3"), "ms"), (Decimal("1e-6"), "\u00b5s"), (Decimal("1e-9"), "ns"))
_BYTES = ((Decimal(2**30), "GiB"), (Decimal(2**20), "MiB"), (Decimal(2**10), "KiB"), (Decimal(1), "B"))
_UNSEEN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TINY = 1e-3  # below this a difference is written with its power of ten
_SIZES = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**3), "k"))
_UNIT_KINDS: dict[str, Kind] = {"share": "share", "ratio": "ratio", "year": "year", "yes/no": "flag"}
_COLUMN_KINDS: dict[str, Kind] = {
    "p_best": "chance",
    "p_best_even": "chance",
    "p_best_possible": "chance",
    "p_best_without": "chance",
    "p_best_even_without": "chance",
    "p_best_possible_without": "chance",
    "measured": "share",
    "measured_without": "share",
    "pick_threshold": "share",
    "interval": "share",
    "standing": "share",
    "measured_share": "share",
    "measured_weight": "share",
    "utility_low": "share",
    "utility_high": "share",
    "weight": "share",
    "flip_weight_from": "share",
    "flip_weight_to": "share",
    "settle_lead": "share",
    "share": "share",
    "share_among_frameworks": "share",
    "year": "year",
    "seed": "text",
}
_DATE_COLUMNS = (
    "as_of",
    "month",
    "week",
    "day",
    "observed_on",
    "newest_period",
    "last_success_at",
    "last_attempt_at",
    "released_on",
    "feed_until",
    "counted_on",
    "started_on",
    "measured_on",
)
# Of the runner's tables: seconds end in _s, but a rate is not one.
_BENCHMARK = "benchmark_"
_RATIO_COLUMNS = (
    "ratio",
    "low",
    "high",
    "margin",
    "aa_low",
    "aa_high",
    "boot_low",
    "boot_high",
    "to_shipped",
    "pace_spread",
)
# Of the probes' tables: the same endings, and differences that are tiny.
_PROBES: tuple[str, ...] = (
    "probe_runs",
    "ease",
    "ease_changes",
    "debugging",
    "control_flow",
    "deployment",
    "deployment_serving",
)
_PROBES += ("integration", "integration_loaders", "footprint")
_TINY_COLUMNS = ("effect_value", "effect_limit", "max_abs", "max_rel", "largest_error")
_STANDING_TABLES = ("factor_standings", "survey_year", "papers_year", "jobs_year")


def column_kind(table: str, column: str, unit: str | None = None) -> Kind:
    """Return how the values of a column read; an evidence row's own unit decides for its value and interval."""
    if table == "comparisons" and column in ("ratio", "low", "high"):
        return "ratio"
    if table.startswith(_BENCHMARK):
        return _benchmark_kind(table, column)
    if table in _PROBES:
        return "tiny" if column in _TINY_COLUMNS else _benchmark_kind(table, column)
    if unit is not None and column in ("value", "low", "high"):
        return _UNIT_KINDS.get(unit, "number")
    if column in ("low", "high") and table in _STANDING_TABLES:
        return "share"
    if column in _DATE_COLUMNS:
        return "date"
    return _COLUMN_KINDS.get(column, "number")


def _benchmark_kind(table: str, column: str) -> Kind:
    if column.endswith("_s") and not column.endswith("_per_s"):
        return "seconds"
    if column.endswith("_bytes"):
        return "bytes"
    if table == "benchmark_parity" and column in ("value", "limit_value"):
        return "tiny"
    if column in _RATIO_COLUMNS:
        return "ratio"
    if column.endswith("_limit") or column == "ceiling_fraction":
        return "share"
    return "date" if column in _DATE_COLUMNS else "number"


def format_value(value: object, kind: Kind = "number", prose: bool = False) -> str:
    """Return a value as the pages print it; an absent one is a dash. `prose` only changes dates: "March 2026"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return f"{MONTHS[value.month - 1]} {value.year}" if prose else value.strftime("%Y-%m-%d")
    if isinstance(value, list | tuple):
        return " ".join(str(part) for part in value)
    if isinstance(value, str) or kind == "text":
        return readable(str(value))
    number = float(str(value))
    if kind == "year":
        return str(round(number))
    if kind == "flag":
        return "yes" if number else "no"
    if kind == "ratio":
        return f"{format_number(number)}\u00d7"
    if kind == "share":
        return f"{format_number(100 * number)}{NARROW}%"
    if kind == "chance":
        return format_chance(number)
    if kind in ("seconds", "bytes"):
        return format_amount(number, _SECONDS if kind == "seconds" else _BYTES)
    if kind == "tiny" and 0 < abs(number) < _TINY:
        digits, _, power = f"{number:.2e}".partition("e")
        return f"{_plain(Decimal(digits))}e{int(power)}"
    return format_number(number)


def readable(text: str) -> str:
    """Return a text without the colours of a terminal, and without the control characters that a page cannot hold."""
    return _UNSEEN.sub("", text)


def format_number(value: float) -> str:
    """Return three significant digits, without trailing zeros: `0.485`, `41.2`, `2.27 k`, `18.4 M`."""
    if value == 0:
        return "0"
    rounded = Decimal(f"{abs(value):.2e}")
    sign = "-" if value < 0 else ""
    for size, suffix in _SIZES:
        if rounded >= size:
            return f"{sign}{_plain(rounded / size)}{NARROW}{suffix}"
    return sign + _plain(rounded)


def format_amount(value: float, units: Sequence[tuple[Decimal, str]]) -> str:
    """Return three significant digits in the largest unit that the value fills: `2.13 ms`, `412 MiB`."""
    if value == 0:
        return f"0{NARROW}{next(name for size, name in units if size == 1)}"
    scaled = [(Decimal(f"{Decimal(abs(value)) / size:.2e}"), name) for size, name in units]
    rounded, name = next((one for one in scaled if one[0] >= 1), scaled[-1])
    return f"{'-' if value < 0 else ''}{_plain(rounded)}{NARROW}{name}"


def format_chance(value: float) -> str:
    """Return a probability in percent; what sampling cannot tell from never or always is not printed as such."""
    if value < 0.001:
        return f"under 0.1{NARROW}%"
    if value > 0.999:
        return f"over 99.9{NARROW}%"
    return f"{format_number(100 * value)}{NARROW}%"


def _plain(rounded: Decimal) -> str:
    """Fixed notation without trailing zeros."""
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
