"""The declared pairs as forest plots: one a question and phase, a panel a pair, the workloads as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from markupsafe import Markup

from reports.benchmark.findings import TABLE, by_pair, is_layer, middle, question_finding, slot
from reports.benchmark.runs import PHASES, Conditions, Run
from reports.charts.bench import Look, Panel, forest_chart
from reports.exhibits import Exhibit, Table
from reports.marts import Row, reference
from reports.svg import chart_svg

DATASET = "bench"
# Where a question stands: a layer's cost, a layered framework against another's compiled way or its eager one, other
# frameworks likewise, a layered framework's own ways, the others' own ways.
LAYER, COMPILED, OTHERS, OWN = 0, 1, 3, 5
REMARK = (
    "Log axis. Line: interval at ninety-five per cent. Grey: the noise floor, five per cent or what identical code "
    "differs by. Filled: faster or slower beyond it."
)
_ONE_FORK = " Dashed: a single fork, which cannot decide."


def questions(run: Run, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of pairs by the question they answer, questions in the order of reading.

    The layer's cost first, then each layered framework against the others' ways, other frameworks among themselves,
    and each framework's ways against one another.
    """
    return {title: found for (_, title), found in _ranked(run, rows).items()}


def _ranked(run: Run, rows: Iterable[Row]) -> dict[tuple[int, str], list[Row]]:
    found: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        found.setdefault(_question(run, row), []).append(row)
    return dict(sorted(found.items(), key=lambda entry: entry[0][0]))


def _question(run: Run, row: Row) -> tuple[int, str]:
    measured, against = run.stack(row["measured"]), run.stack(row["against"])
    names = {framework.key: framework.label for framework in run.figures.catalog.frameworks}
    who = names[measured.framework]
    if is_layer(run, row):
        return LAYER, f"{who} against the framework below it"
    if measured.framework != against.framework and measured.is_layered:
        return COMPILED + (against.mode == "eager"), f"{who}, each way, against {against.label}"
    if measured.framework != against.framework:
        return OTHERS + (against.mode == "eager"), f"Other frameworks against {against.label}"
    return OWN + (not measured.is_layered), f"Compiled or not: {who if measured.is_layered else 'the other frameworks'}"


def leading_exhibit(run: Run, ranks: Sequence[int], key: str, page: str, where: str = "") -> Exhibit | None:
    """Return the plot, for another page, of the first question of these ranks that the run can answer in training.

    Of its pairs, those with a verdict first, only the two that the finding names: the one with the smallest ratios, and
    the one with the largest. `page` is the run's own; `where` tells it from the run that evidence comes from.
    """
    asked = [found for one in run.conditions[:1] for found in _ranked(run, run.contrasts(one, "train")).items()]
    asked = [found for rank in ranks for found in asked if found[0][0] == rank]
    if not asked:
        return None
    (_, title), rows = asked[0]
    pairs = by_pair(rows)
    decided = [pair for pair in pairs if any(row["verdict"] != "undecided" for row in pair)]
    ranked = sorted(decided or pairs, key=middle)
    ends = [row for pair in (ranked if len(ranked) < 2 else (ranked[0], ranked[-1])) for row in pair]
    exhibit = contrast_exhibit(run, key, f"{PHASES['train']}{where}: {title}", ends, is_brief=True)
    # The main page has little room: its readers follow the link, and find there the absolute times as well.
    return replace(exhibit, table=None, remark=exhibit.remark + _TABLES.format(page))


def contrast_exhibits(run: Run, conditions: Conditions, phase: str) -> list[Exhibit]:
    """Return the forest plots of one phase, one a question."""
    asked = questions(run, run.contrasts(conditions, phase))
    return [
        contrast_exhibit(run, f"{phase}-{number}", f"{PHASES[phase]}: {title}", rows)
        for number, (title, rows) in enumerate(asked.items(), 1)
    ]


def layer_exhibit(run: Run, conditions: Conditions, phase: str, key: str) -> Exhibit | None:
    """Return the first question's plot under other conditions, in brief; None where no pair answers it."""
    asked = questions(run, run.contrasts(conditions, phase))
    for question, rows in asked.items():
        return contrast_exhibit(
            run, key, f"{conditions.label[:1].upper()}{conditions.label[1:]}: {question}", rows, True
        )
    return None


def contrast_exhibit(run: Run, key: str, question: str, rows: Sequence[Row], is_brief: bool = False) -> Exhibit:
    """Return one forest plot with its table: ratio, interval, verdict and both absolute times a pair and workload.

    `is_brief` leaves the times to the CSV.
    """
    pairs, width = by_pair(rows), 5 if is_brief else len(HEADS)
    title = question_finding(run, pairs)
    subtitle = f"{question}. Time of the one over the other's, for the same work"
    remark = REMARK + (_ONE_FORK if any(row["verdict"] == "undecided" for row in rows) else "")
    names = list(dict.fromkeys(sorted(row["workload"] for row in rows)))
    panels = [Panel(_look(run, pairs, pair), [{**row, "name": row["workload"]} for row in pair]) for pair in pairs]
    svg = chart_svg(forest_chart(panels, names), title.striptags(), f"{subtitle}. {remark}")
    return Exhibit(
        key=f"bench-{key}",
        title=title,
        subtitle=subtitle,
        svg=svg,
        dataset=DATASET,
        newest=measured_on(run),
        table=Table(question, HEADS[:width], [cells for pair in pairs for cells in _lines(run, pair, width)]),
        csv=f"tables/{TABLE}.csv",
        anchor=TABLE,
        remark=Markup.escape(remark),
    )


def measured_on(run: Run) -> Markup:
    """Return the day the run began."""
    return run.figures.cell(reference("benchmark_runs", run.row, "started_on"))


def _look(run: Run, pairs: Sequence[Sequence[Row]], pair: Sequence[Row]) -> Look:
    """A panel's name: the pair, less what the question says of all its pairs already."""
    measured, against = run.stack(pair[0]["measured"]), run.stack(pair[0]["against"])
    is_told = len({one[0]["against"] for one in pairs}) == 1 or is_layer(run, pair[0])
    below = f"on {measured.name.partition(' on ')[2]}" if measured.is_layered else measured.name
    name = measured.label if is_told else f"{below}: {measured.way} / {against.way}"
    return Look(name, measured.look.colour, measured.look.shape)


_TABLES = Markup(' Every figure of it: <a href="{}#ratios">the tables of the benchmark page</a>.')
HEADS = ["Workload", "Time ratio", "From", "To", "Verdict", "Time a step", "The other's"]
_COLUMNS = ("ratio", "low", "high", "verdict", "measured_s", "against_s")


def _lines(run: Run, pair: Sequence[Row], width: int) -> list[list[Markup]]:
    """A line with the pair's name, then one a workload."""
    return [[Markup.escape(pair_name(run, pair[0]))], *(line(run, row, width) for row in pair)]


def pair_name(run: Run, row: Row) -> str:
    """Return a pair in words."""
    return f"{run.stack(row['measured']).label} against {run.stack(row['against']).label}"


def line(run: Run, row: Row, width: int = len(HEADS)) -> list[Markup]:
    """Return a workload's line of a table, cut to some columns; a backend that was chosen beforehand is named."""
    chosen = Markup(" ({}, chosen beforehand)").format(run.stack(row["chosen"]).label) if row["chosen"] else Markup("")
    cells = [Markup.escape(row["workload"]) + chosen, *(run.figures.bare(slot(row, column)) for column in _COLUMNS)]
    return cells[:width]


def noise_table(run: Run, conditions: Conditions) -> Table | None:
    """Return the noise floor: identical code against itself, a line a workload and phase."""
    lines: list[list[Markup]] = []
    for phase in PHASES:
        rows = run.contrasts(conditions, phase, "A/A")
        cells = [[run.figures.bare(slot(row, column)) for column in ("margin", "ratio", "low", "high")] for row in rows]
        head = [Markup("{}, by {}").format(PHASES[phase], run.stack(rows[0]["measured"]).label)] if rows else []
        lines += [head, *([Markup.escape(r["workload"]), *c] for r, c in zip(rows, cells, strict=True))] if rows else []
    heads = ["Workload", "Noise floor", "Ratio to itself", "From", "To"]
    return Table("The noise floor: identical code against itself", heads, lines) if lines else None
