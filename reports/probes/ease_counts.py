"""Counts of the programs: measure by measure, part by part, the gates they passed, and what surprises in them."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.code import Measure, counts_chart
from reports.exhibits import Table
from reports.marts import Row, reference
from reports.probes.document import ABSENT, Block, Fold, draw, named, said_status, shown
from reports.probes.ease_rows import OK, PARTS, TABLE, Program, Programs, listed

MEASURES = {
    "logical_lines": "Logical lines",
    "ast_nodes": "Syntax tree nodes",
    "framework_names": "Framework names to know",
    "cyclomatic_sum": "Cyclomatic complexity",
    "syntax_volume": "Halstead volume, whole tree",
    "state_statements": "State statements",
}
_FURTHER = {
    "method_names": "Attributes of values to know",
    "cyclomatic_max": "Cyclomatic complexity, largest function",
    "halstead_volume": "Halstead volume, operators only",
}
_STATE = {
    "state_gradients": "gradients",
    "state_device": "devices",
    "state_mode": "training or evaluation mode",
    "state_keys": "random keys",
    "state_no_gradient": "leaving gradients out",
    "state_update": "writing back an update",
}
_PART_WORDS = {
    "data": "Data",
    "model": "Model",
    "train": "Training",
    "evaluate": "Evaluation",
    "save": "Saving",
}
_MARKS = "Small dots: workloads. Large mark: the middle one. Line: from the smallest to the largest. "


def metrics_block(programs: Programs) -> Block | None:
    """Return dot plots of every measure over workloads, with all counts behind them."""
    if not programs.shown:
        return None
    title = _least(programs)
    panels = [_panel(programs, name, "whole", column) for column, name in MEASURES.items()]
    chart = counts_chart(panels, [one.look for one in programs.shown])
    remark = f"{_MARKS}Crosses: with a companion library. What only equality needs is left out."
    words = (title, "Whole programs, counted by parsing; every axis starts at zero", remark)
    rows = [row for row in programs.rows if row["part"] == "whole" and row["status"] == OK]
    exhibit = draw(programs.figures, "ease-metrics", words, chart, rows, TABLE, _counts(programs))
    kinds = Fold("Which state the statements are about", _state(programs))
    return Block("metrics", Markup("Code metrics"), "Code metrics", _definitions(), [exhibit], folds=[kinds])


def _definitions() -> list[Markup]:
    said = (
        "A logical line is one statement, however it is wrapped. Statements about state are those by which the reader "
        "keeps gradients, devices, modes or random keys in order by hand. Halstead volume is taken over the whole "
        "syntax tree, because the usual count of operators is zero for a program of calls; both are in the table."
    )
    return [Markup.escape(said)]


def _panel(programs: Programs, name: str, part: str, column: str) -> Measure:
    rows = []
    for program in programs.shown:
        middle = programs.middle(program, part, column)
        rows += [
            {"name": program.label, "value": row[column], "is_middle": row is middle}
            for row in programs.counted(program, part, column)
        ]
    return Measure(name, rows)


def _least(programs: Programs) -> Markup:
    """Who has the smallest middle count, measure by measure."""
    if len(programs.shown) == 1:
        return Markup("Only {} has programs that passed their gates").format(programs.shown[0].label)
    first: Counter[str] = Counter()
    labels = {one.key: one.label for one in programs.shown}
    told = 0
    for column in MEASURES:
        by = {one.key: row[column] for one in programs.shown if (row := programs.middle(one, "whole", column))}
        told += bool(by)
        first.update(key for key, value in by.items() if value == min(by.values()))
    (key, count), *others = first.most_common()
    rivals = [other for other, times in others if times == count]
    of = counted(told, "measure")
    if rivals:
        names = listed([one for one in programs.shown if one.key in (key, *rivals)])
        return Markup("{} share the smallest counts, each first or level on {} of {}").format(names, counted(count), of)
    return Markup("{} has the smallest count, or shares it, on {}").format(
        labels[key], f"all {of}" if count == told > 1 else f"{counted(count)} of {of}"
    )


def _counts(programs: Programs) -> Table:
    lines: list[list[Markup]] = []
    for column, name in {**MEASURES, **_FURTHER}.items():
        lines.append([Markup.escape(name)])
        lines += [_line(programs, program, "whole", column) for program in programs.shown]
    return Table("Counts of whole programs, by workload", ["Program", *map(named, programs.workloads)], lines)


def _line(programs: Programs, program: Program, part: str, column: str) -> list[Markup]:
    cells = (shown(programs.figures, TABLE, programs.row(program, work, part), column) for work in programs.workloads)
    return [Markup.escape(program.label), *cells]


def _state(programs: Programs) -> Table:
    lines: list[list[Markup]] = []
    for column, name in _STATE.items():
        lines.append([Markup.escape(f"About {name}")])
        lines += [_line(programs, program, "whole", column) for program in programs.shown]
    caption = "Statements about state by kind; one may be of several kinds"
    return Table(caption, ["Program", *map(named, programs.workloads)], lines)


def parts_block(programs: Programs) -> Block | None:
    """Return dot plots of logical lines by part of the program, with all counts behind them."""
    if not programs.shown:
        return None
    title = _widest(programs)
    panels = [_panel(programs, _PART_WORDS[part], part, "logical_lines") for part in PARTS]
    if not any(panel.rows for panel in panels):
        return None
    chart = counts_chart(panels, [one.look for one in programs.shown])
    words = (title, "Logical lines by part of the program; every axis starts at zero", _MARKS.strip())
    rows = [row for row in programs.rows if row["part"] in PARTS and row["status"] == OK]
    lines: list[list[Markup]] = []
    for part in PARTS:
        lines.append([Markup.escape(_PART_WORDS[part])])
        lines += [_line(programs, program, part, "logical_lines") for program in programs.shown]
    behind = Table("Logical lines by part and workload", ["Program", *map(named, programs.workloads)], lines)
    exhibit = draw(programs.figures, "ease-parts", words, chart, rows, TABLE, behind)
    return Block("parts", Markup("Part by part"), "Part by part", exhibits=[exhibit])


def _widest(programs: Programs) -> Markup:
    """The part in which the programs differ most in the middle, with both ends; or that they do not differ."""
    ends: list[tuple[int, str, Program, Row, Program, Row]] = []
    for part in PARTS:
        known = [(one, row) for one in programs.shown if (row := programs.middle(one, part, "logical_lines"))]
        if len(known) > 1:
            low = min(known, key=lambda entry: entry[1]["logical_lines"])
            high = max(known, key=lambda entry: entry[1]["logical_lines"])
            ends.append((high[1]["logical_lines"] - low[1]["logical_lines"], part, *low, *high))
    if not ends:
        return Markup("Where the lines go: nothing to compare")
    gap, part, least, low_row, most, high_row = max(ends, key=lambda entry: entry[0])
    if gap == 0:
        return Markup("The programs are alike in every part")
    return Markup("They differ most in the part {}: {} takes {} lines in the middle, {} {}").format(
        part,
        least.label,
        programs.show(low_row, "logical_lines"),
        most.label,
        programs.show(high_row, "logical_lines"),
    )


def gates_block(programs: Programs) -> Block | None:
    """Return how many gates every program passed on every stack, and what did not pass."""
    rows = [row for row in programs.rows if row["part"] == "whole"]
    if not rows:
        return None
    failed = [row for row in rows if row["status"] != OK]
    title = (
        Markup("All {} do the same work: they passed every gate").format(counted(len(rows), "program run"))
        if not failed
        else Markup("{} of {} did not pass and counts nowhere").format(
            counted(len(failed)).capitalize(), counted(len(rows), "program run")
        )
    )
    words = Markup(
        "A program counts only if a trained model of it has the same number of parameters, the same loss and gradients "
        "in the first step, the same path over the next ones, the same evaluation, and the same answers once saved and "
        "loaded, held against a reference in double precision. Several stacks may run the same text."
    )
    stacks = list(dict.fromkeys(row["stack"] for row in rows))
    by = {(row["stack"], row["workload"]): row for row in rows}
    lines = [
        [named(stack), *(_gates(programs, by.get((stack, work))) for work in programs.workloads)] for stack in stacks
    ]
    table = Table("Gates passed, by stack and workload", ["Stack", *map(named, programs.workloads)], lines)
    return Block("gates", title, "Same work?", [words], folds=[Fold("Every program on every stack", table)])


def _gates(programs: Programs, row: Row | None) -> Markup:
    if row is None:
        return ABSENT
    passed = programs.figures.bare(reference(TABLE, row, "gates_passed"))
    return passed if row["status"] == OK else passed + Markup(" ") + said_status(programs.figures, TABLE, row)


def surprises(programs: Programs) -> list[Markup]:
    """Return where the counts turn against their own order: parts, programs, and state kept by hand."""
    return [*_turned(programs), *_worse_with_companion(programs), *_stateless(programs)]


def _turned(programs: Programs) -> list[Markup]:
    """Parts that are longer in the program that is shorter as a whole, between the first two frameworks."""
    own = [one for one in programs.shown if one.is_own][:2]
    if len(own) < 2:
        return []
    short, long = sorted(own, key=programs.middle_lines)
    found = []
    for part in PARTS:
        works = [
            work
            for work in programs.workloads
            if (one := programs.lines(short, work, part)) is not None
            and (other := programs.lines(long, work, part)) is not None
            and one > other
        ]
        if works:
            told = "{} is the shorter program, but the part {} is longer in it than in {} on {}: {}"
            found.append(
                Markup(told).format(
                    short.label, part, long.label, counted(len(works), "workload"), Markup(", ").join(map(named, works))
                )
                + Markup(".")
            )
    return found


def _worse_with_companion(programs: Programs) -> list[Markup]:
    """Companion libraries that make the middle program longer than the framework's own way."""
    said = []
    for extra in (one for one in programs.shown if not one.is_own):
        own = next((one for one in programs.shown if one.is_own and one.framework == extra.framework), None)
        if own and programs.middle_lines(extra) > programs.middle_lines(own):
            said.append(
                Markup("{} does not shorten the program: {} lines, against {} of {} alone.").format(
                    extra.label, programs.span(extra), programs.span(own), own.label
                )
            )
    return said


def _stateless(programs: Programs) -> list[Markup]:
    """Programs that leave nothing about state to the reader, where another leaves most."""
    column = "state_statements"
    top = {one.key: rows[-1] for one in programs.shown if (rows := programs.counted(one, "whole", column))}
    free = [one for one in programs.shown if one.key in top and top[one.key][column] == 0]
    if not free or len(free) == len(top):
        return []
    most = max((one for one in programs.shown if one.key in top), key=lambda one: float(top[one.key][column]))
    said = Markup("{} {} no statement about gradients, devices, modes or keys in any workload; {} has up to {}.")
    verb = "has" if len(free) == 1 else "have"
    return [said.format(listed(free), verb, most.label, programs.show(top[most.key], column))]
