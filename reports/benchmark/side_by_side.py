"""The same declared pair as each run measured it, a panel a run: ratios are compared, times never."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark import contrasts
from reports.benchmark.findings import TABLE, by_pair, counted, leading_rows
from reports.benchmark.runs import PHASES, Run
from reports.charts.bench import Grid, Look, Panel, forest_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.svg import chart_svg

Told = list[tuple[Run, list[Row]]]


def machines_exhibit(runs: list[Run]) -> Exhibit | None:
    """Return the first pair that two runs have, a panel a run; None where there is none."""
    told = next((found for rows in _candidates(runs[0]) if len(found := _each(runs, rows[0])) > 1), None)
    if told is None:
        return None
    first, rows = told[0]
    title = agreement([rows for _, rows in told])
    subtitle = f"{PHASES[rows[0]['phase']]}: {contrasts.pair_name(first, rows[0])}, in each run by itself"
    svg = chart_svg(_chart(told), title, f"{subtitle}. {contrasts.REMARK}")
    return Exhibit(
        key="bench-machines",
        title=Markup.escape(title),
        subtitle=subtitle,
        svg=svg,
        dataset=contrasts.DATASET,
        newest=contrasts.measured_on(first),
        table=Table(subtitle, contrasts.HEADS, _lines(told)),
        csv=f"tables/{TABLE}.csv",
        anchor=TABLE,
        remark=Markup.escape(contrasts.REMARK),
    )


def _letter(number: int) -> str:
    return f"Run {chr(ord('A') + number)}"


def _chart(told: Told) -> Grid:
    panels = []
    for number, (run, rows) in enumerate(told):
        look = run.stack(rows[0]["measured"]).look
        panels.append(
            Panel(Look(_letter(number), look.colour, look.shape), [{**row, "name": row["workload"]} for row in rows])
        )
    return forest_chart(panels, sorted({row["workload"] for _, rows in told for row in rows}))


def _lines(told: Told) -> list[list[Markup]]:
    lines: list[list[Markup]] = []
    for number, (run, rows) in enumerate(told):
        name = run.figures.bare(reference("benchmark_runs", run.row, "machine"))
        lines += [[Markup("{}: {}").format(_letter(number), name)], *(contrasts.line(run, row) for row in rows)]
    return lines


def _candidates(run: Run) -> list[list[Row]]:
    """The pair of the headline, then every other pair of its phase."""
    leading = leading_rows(run)
    return [leading, *by_pair(run.contrasts(run.conditions[0], leading[0]["phase"]))] if leading else []


def _each(runs: Sequence[Run], pair: Row) -> Told:
    """Each run's rows of one pair and phase, under its own leading conditions; runs without it are left out.

    Of workloads in the first run's size only those with its batch: fed with another one they are not the same work.
    """
    found: Told = []
    for run in runs:
        rows = [row for one in run.conditions[:1] for row in run.contrasts(one, pair["phase"])]
        rows = [row for row in rows if (row["measured"], row["against"]) == (pair["measured"], pair["against"])]
        batches = {(row["workload"], row["size"]): row["batch"] for row in found[0][1]} if found else {}
        rows = [row for row in rows if batches.get((row["workload"], row["size"]), row["batch"]) == row["batch"]]
        if rows:
            found.append((run, rows))
    return found


def agreement(told: Sequence[Sequence[Row]]) -> str:
    """Return in how many workloads the runs that timed them say the same of one pair, and in how many the opposite."""
    verdicts: dict[str, list[str]] = {}
    for rows in told:
        for row in rows:
            verdicts.setdefault(row["workload"], []).append(row["verdict"])
    shared = [found for found in verdicts.values() if len(found) > 1]
    decided = [found for found in shared if "undecided" not in found]
    if not shared:
        return "No workload was timed in two runs"
    if not decided:
        return "Nothing to agree on: in one of the runs a single fork cannot decide"
    same = sum(len(set(found)) == 1 for found in decided)
    opposite = sum({"faster", "slower"} <= set(found) for found in decided)
    some = "" if all(len(found) == len(told) for found in verdicts.values()) else " that more than one timed"
    opening = f"The runs agree in {counted(same)} of {counted(len(decided), 'workload')}{some}"
    return f"{opening} and say the opposite in {counted(opposite)}" if opposite else opening
