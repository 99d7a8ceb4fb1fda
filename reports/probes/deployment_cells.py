"""The cells of the probe `deployment`: which were tried, which work, and how one is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.marts import Row
from reports.stacks import Stack

TABLE = "deployment"


def works(row: Row) -> bool:
    """Return whether it was exported, and some runtime gave the framework's own answer."""
    return bool(row["status"] == "exported" and row["has_answer"])


def was_tried(row: Row) -> bool:
    """Return whether a cell counts: the exporter failed, or some runtime could be asked."""
    return row["status"] in ("failed", "died", "hung") or (
        row["status"] == "exported" and row["has_answer"] is not None
    )


def formats_of(rows: Iterable[Row], stack: str) -> list[str]:
    """Return a stack's formats in the order of their names."""
    return sorted({row["format"] for row in rows if row["stack"] == stack})


def name_of(way: Stack, form: str) -> str:
    """Return a stack and one of its formats in words."""
    return f"{way.label}: {form}"


def warnings_of(row: Row) -> str:
    """Return the warnings of deprecated ways that a library gave; an empty text where it gave none."""
    return str(row["deprecation"] or "")


def ends(rows: Sequence[Row], column: str) -> tuple[Row, Row] | None:
    """Return the rows with the least and the greatest figure of a column; None where none has one."""
    known = [row for row in rows if row[column] is not None]
    if not known:
        return None
    return min(known, key=lambda row: row[column]), max(known, key=lambda row: row[column])
