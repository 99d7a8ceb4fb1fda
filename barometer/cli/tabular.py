"""Rows as aligned text. Only the standard library, so that `barometer sql` starts fast."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

WIDEST = 60


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return aligned columns under a ruled header: numbers to the right, nothing for null, long text cut."""
    cells = [[_short(value) for value in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *cells, strict=True)]
    right = [_is_numeric([row[i] for row in rows]) for i in range(len(columns))]
    lines = [_line(columns, widths, right), "  ".join("─" * width for width in widths)]
    lines += [_line(row, widths, right) for row in cells]
    lines.append(f"({'no rows' if not rows else '1 row' if len(rows) == 1 else f'{len(rows)} rows'})")
    return "\n".join(lines) + "\n"


def as_list(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return aligned columns with nothing cut: for names and sentences."""
    cells = [[str(_flat(value)) for value in row] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *cells, strict=True)]
    left = [False] * len(columns)
    ruled = [_line(columns, widths, left), "  ".join("─" * width for width in widths)]
    return "\n".join([*ruled, *(_line(row, widths, left) for row in cells)]) + "\n"


def one_value(value: Any) -> str:
    """Return one value as text, with all the digits it has."""
    return "null" if value is None else str(_flat(value))


def first_sentence(comment: str) -> str:
    """Return what a table is, without its method, its warnings and its grain: `barometer tables NAME` shows those."""
    return comment.partition(". ")[0].partition(" Warning:")[0].rstrip(".")


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        text.rjust(width) if to_right else text.ljust(width)
        for text, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def _is_numeric(values: Sequence[Any]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in present
    )


def _short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(_flat(value))
    text = " ".join(text.split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _flat(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
