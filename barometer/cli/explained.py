"""An explanation as text: the number first, then what it is made from, from the query down to the sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from barometer.cli.tabular import as_table, first_sentence, one_value

if TYPE_CHECKING:
    from warehouse.explain import Explanation, Origin

MOST_ROWS = 20
MOST_PAYLOADS = 5
INDENT = "    "


def as_text(found: Explanation) -> str:
    """Return the explanation, one section a question a reader has."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.ref} = {one_value(found.value)}"
    yield found.title
    yield f"\nIt stands in {found.table}, worked out by {found.file}:\n"
    yield from (f"{INDENT}{line}".rstrip() for line in found.sql.splitlines())
    if found.lineage:
        yield "\nWhich is made from:\n"
    width = max((len(step.table) + 2 * step.steps for step in found.lineage), default=0)
    for step in found.lineage:
        name = ("  " * (step.steps - 1) + step.table).ljust(width)
        yield f"{INDENT}{name}  {first_sentence(step.description)}".rstrip()
    yield f"\nThe rows behind it, {_counted(len(found.rows))}:\n"
    yield f"{INDENT}barometer sql {_quoted(found.rows_sql)}\n"
    yield from (f"{INDENT}{line}" for line in as_table(found.columns, found.rows[:MOST_ROWS]).splitlines())
    if found.sources:
        yield "\nSources:\n"
    elif found.table.startswith("catalog."):
        yield "\nIts source is the catalogue itself: `barometer status` says which file."
    else:
        yield "\nNo source of its own: it is computed from the figures above."
    for origin in found.sources:
        yield from _origin(origin)


def _origin(origin: Origin) -> Iterator[str]:
    yield f"{INDENT}{origin.dataset}: {origin.origin}"
    yield f"{INDENT}  licence: {origin.licence}"
    if origin.attribution:
        yield f"{INDENT}  attribution: {origin.attribution}"
    yield from (f"{INDENT}  caveat: {caveat}" for caveat in origin.caveats)
    for source, request, fetched_at, sha256, rows in origin.payloads[-MOST_PAYLOADS:]:
        yield f"{INDENT}  read {fetched_at:%Y-%m-%d} from {source}: {request}, {rows} rows, sha256 {sha256[:16]}…"
    if len(origin.payloads) > MOST_PAYLOADS:
        yield f"{INDENT}  and {len(origin.payloads) - MOST_PAYLOADS} replies before those"


def _counted(rows: int) -> str:
    return f"the first {MOST_ROWS} of {rows}" if rows > MOST_ROWS else f"all {rows}"


def _quoted(sql: str) -> str:
    """The query as a shell takes it, on one line: in double quotes where that leaves it readable."""
    import shlex

    line = " ".join(sql.split())
    return shlex.quote(line) if any(sign in line for sign in '"$`\\!') else f'"{line}"'
