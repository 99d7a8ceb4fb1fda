"""A run's tables as plain text: absolute times beside every ratio, the noise floor beside every verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.results import Record
from bench.summary import CONTROL, Row, summarize


def text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the rows under their heads, columns aligned, two spaces between."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    padded = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join(padded) + "\n"


def show(records: Sequence[Record]) -> str:
    """Return the run's contrasts, cells, ladder, scaling and break-even as text; an empty table is left out."""
    found = summarize(records)
    run = records[0]
    parts = [f"{run['tier']} tier on {run['host']['cpu']}, {run['device']}, begun {run['started_at']}\n"]
    for title, rows, columns in (
        ("Contrasts: time of measured / against", found.contrasts, _CONTRASTS),
        ("Cells", found.cells, _CELLS),
        ("Ladder: each rung / the rung before", found.ladder, _LADDER),
        ("Scaling", found.scaling, _SCALING),
        ("Break-even: steps until compiling is paid back", found.break_even, _BREAK_EVEN),
    ):
        if rows:
            parts.append(f"{title}\n{text(list(columns), [[columns[name](row) for name in columns] for row in rows])}")
    return "\n".join(parts)


def _ms(name: str) -> Any:
    return lambda row: "-" if row[name] is None else f"{row[name] * 1000:.3f}"


def _plain(name: str) -> Any:
    return lambda row: "-" if row[name] is None else str(row[name])


def _ratio(name: str) -> Any:
    return lambda row: "-" if row[name] is None else f"{row[name]:.3f}"


def _where(row: Row) -> str:
    return f"{row['workload']} {row['phase']}, {row['division']} {row['precision']}, {row['track']}"


def _interval(row: Row) -> str:
    return "-" if row["low"] is None else f"{row['low']:.3f} to {row['high']:.3f}"


def _scaled(row: Row) -> str:
    return f"{row['knob']}={row['value']}" if row["sweep"] != "fit" else f"largest batch {row['largest'] or '-'}"


_CONTRASTS: dict[str, Any] = {
    "cell": _where,
    "measured": lambda row: row["measured"] + (f" ({row['chosen']})" if row["chosen"] else ""),
    "against": lambda row: row["against"] + (" again" if row["kind"] == CONTROL else ""),
    "ratio": _ratio("ratio"),
    "95 % interval": _interval,
    "verdict": _plain("verdict"),
    "margin": _ratio("margin"),
    "ms a step": _ms("measured_s"),
    "ms against": _ms("against_s"),
    "forks": _plain("forks"),
    "rounds": _plain("rounds"),
}
_CELLS: dict[str, Any] = {
    "cell": _where,
    "stack": _plain("stack"),
    "status": lambda row: row["status"] + (f": {row['reason'][:100]}" if row["reason"] else ""),
    "ms a step": _ms("step_s"),
    "p50": _ms("p50_s"),
    "p95": _ms("p95_s"),
    "samples/s": lambda row: "-" if row["samples_per_s"] is None else f"{row['samples_per_s']:.0f}",
    "first step, s": _ratio("first_step_cold_s"),
    "warm cache, s": _ratio("first_step_warm_s"),
    "peak MiB": lambda row: "-" if row["peak_bytes"] is None else f"{row['peak_bytes'] / 2**20:.0f}",
    "dropped": _plain("rounds_dropped"),
}
_LADDER: dict[str, Any] = {
    "cell": _where,
    "stack": _plain("stack"),
    "status": _plain("status"),
    "ms a step": _ms("step_s"),
    "ratio": _ratio("ratio"),
    "95 % interval": _interval,
    "to as-shipped": _ratio("to_shipped"),
}
_SCALING: dict[str, Any] = {
    "workload": _plain("workload"),
    "sweep": _plain("sweep"),
    "value": _scaled,
    "stack": _plain("stack"),
    "status": _plain("status"),
    "ms a step": _ms("step_s"),
    "samples/s": lambda row: "-" if row["samples_per_s"] is None else f"{row['samples_per_s']:.0f}",
}
_BREAK_EVEN: dict[str, Any] = {
    "cell": _where,
    "compiled": _plain("compiled"),
    "plain": _plain("plain"),
    "steps": lambda row: "never" if row["steps"] is None else f"{row['steps']:.0f}",
    "dearer first step, s": _ratio("cost_s"),
    "ms saved a step": _ms("saving_s"),
}
