"""What a run leaves behind for its operator: what was loaded, what the figures say, which sources were silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.settings import Settings
from flows.collecting import Collected
from flows.steps import Edition

if TYPE_CHECKING:
    from warehouse.build import BuildSummary


def summarise(settings: Settings, edition: Edition, built: BuildSummary, collected: Sequence[Collected] = ()) -> str:
    """Return the run's summary as Markdown that also reads well as plain text."""
    from warehouse.connect import reader

    with reader(settings.warehouse) as connection:
        picks = connection.execute("select reader, pick, lean, contenders from marts.picks order by all").fetchall()
        verdicts = connection.execute(
            "select verdict, count(*) from marts.claims group by all order by 2 desc, 1"
        ).fetchall()
        health = connection.execute(
            "select label || ' (' || source || ')', status, newest_period, missing, last_attempt_at is null "
            "from marts.source_health order by all"
        ).fetchall()
        evidence = _one(connection, "select count(*) from marts.evidence")
    asked = [row for row in health if not row[4]]
    silent = [row for row in health if row[1] != "ok"]
    lines = [
        f"# Edition {edition.name}",
        "",
        f"- report: {_shown(edition.page)} ({sum(edition.sizes.values()) / 1e6:.1f} MB in {len(edition.sizes)} files)",
        f"- warehouse: {built.models} tables in {built.seconds:.1f} s, {built.audits} audits passed",
        f"- new raw rows: {built.rows_loaded}",
        f"- evidence: {evidence} figures",
        "- claims: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts),
        f"- sources: {sum(row[1] == 'ok' for row in asked)} of {len(asked)} that were ever asked in order",
        "",
        "| reader | take |",
        "| --- | --- |",
        *(f"| {reader_key} | {_advice(pick, lean, contenders)} |" for reader_key, pick, lean, contenders in picks),
    ]
    if collected:
        lines += ["", "| asked | came to | replies | why |", "| --- | --- | --- | --- |"]
        lines += [f"| {pull.source} | {pull.status} | {pull.replies.total()} | {pull.message} |" for pull in collected]
    if silent:
        lines += ["", "| source | state | without it |", "| --- | --- | --- |"]
        lines += [f"| {label} | {status} | {missing or ''} |" for label, status, _, missing, _ in silent]
    return "\n".join(lines)


def _one(connection: Any, sql: str) -> Any:
    return connection.execute(sql).fetchone()[0]


def _shown(path: Path) -> str:
    """The path as typed from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _advice(pick: str | None, lean: str | None, contenders: list[str] | None) -> str:
    if pick:
        return pick
    between = " or ".join(contenders or [])
    if contenders and len(contenders) > 1:
        return f"too close to call: {between}" + (f", leans to {lean}" if lean else "")
    return "not settled" + (f", leans to {lean}" if lean else "")
