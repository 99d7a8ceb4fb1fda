"""Where another machine says the opposite: pairs that one run found faster and another, elsewhere, found slower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from reports.benchmark.contrasts import pair_name
from reports.benchmark.findings import counted, slot
from reports.benchmark.runs import PHASES, Conditions, Run
from reports.exhibits import Table
from reports.marts import Row, reference

Both = tuple[Row, Row]

_DECIDED = ("faster", "slower")
_KEY = (*Conditions.__dataclass_fields__, "workload", "phase", "batch", "measured", "against")
_HEADS = ["Pair", "Ratio here", "From", "To", "Ratio there", "From", "To"]
_COLUMNS = ("ratio", "low", "high")


def contradictions_table(run: Run, runs: Sequence[Run]) -> Table | None:
    """Return the pairs that are faster in this run and slower on another machine, or the reverse; None without any.

    Only what was timed alike is held together: workload, batch, size, device, precision, division and track.
    """
    lines: list[list[Markup]] = []
    for other in _elsewhere(run, runs):
        found = [(here, there) for here, there in _decided(run, other) if here["verdict"] != there["verdict"]]
        if found:
            lines.append([run.figures.bare(reference("benchmark_runs", other.row, "machine"))])
            lines += [_line(run, here, there) for here, there in found]
    return Table("Faster here and slower there, or the reverse", _HEADS, lines) if lines else None


def contradictions_finding(run: Run, runs: Sequence[Run]) -> Markup | None:
    """Return in how many of the ratios that two machines decide they say the opposite; None where none has two."""
    decided = [pair for other in _elsewhere(run, runs) for pair in _decided(run, other)]
    if not decided:
        return None
    turned = sum(here["verdict"] != there["verdict"] for here, there in decided)
    words = Markup("Another machine may say the opposite, and does so in {} of {} that both decide.")
    return words.format(counted(turned), counted(len(decided), "ratio"))


def _elsewhere(run: Run, runs: Sequence[Run]) -> list[Run]:
    return [other for other in runs if other.row["host_id"] != run.row["host_id"]]


def _decided(run: Run, other: Run) -> Iterator[Both]:
    """The rows of both runs that were timed alike and say faster or slower, in the first run's order."""
    theirs = {_key(row): row for row in other.rows("contrasts") if _says(row)}
    return ((row, theirs[_key(row)]) for row in run.rows("contrasts") if _says(row) and _key(row) in theirs)


def _says(row: Row) -> bool:
    return row["kind"] == "contrast" and row["verdict"] in _DECIDED


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in _KEY)


def _line(run: Run, here: Row, there: Row) -> list[Markup]:
    conditions = Conditions(*(here[name] for name in Conditions.__dataclass_fields__))
    words = f"{here['workload']}, {PHASES[here['phase']].lower()}: {pair_name(run, here)}"
    if conditions != run.conditions[0]:
        words += f" ({conditions.label})"
    figures = [run.figures.bare(slot(row, column)) for row in (here, there) for column in _COLUMNS]
    return [Markup.escape(words), *figures]
