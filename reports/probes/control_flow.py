"""Graph or eager: which forms of Python control flow run right, in which way of executing, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import matrix_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes import control_flow_costs, control_flow_rewriting
from reports.probes.control_flow_cells import RIGHT, TABLE, WRONG, as_written, ended, forms_of, heading, tally
from reports.probes.counts import compared, listed
from reports.probes.document import Block, Fold, Section, draw, rows_of
from reports.stacks import Stack, stacks
from reports.theme import CONTEXT, WARN

NOTHING = "Graph or eager: the probe ran, and no case came to an end"
_PHASES = ("forward", "gradient")
# How an outcome is drawn: shape, filled, and its colour where that is not the framework's.
_MARKS: dict[str, tuple[str, bool, str]] = {
    RIGHT: ("circle", True, ""),
    "needs-rewriting": ("triangle-up", False, ""),
    WRONG: ("cross", True, WARN),
    "hung": ("square", True, WARN),
    "died": ("square", False, WARN),
}
_NOT_RUN = ("stroke", False, CONTEXT)
_REMARK = (
    "Dot: right as written. Open triangle: it raises, and must be rewritten. Cross: wrong without a word. "
    "Square: hung (full) or died (open). Short line: not run."
)


def make_section(figures: Figures) -> Section:
    """Return the part of the page that the probe `control_flow` fills."""
    rows = rows_of(figures, TABLE)
    ways = stacks(figures.catalog, rows)
    return Section(
        key=TABLE,
        title=Markup.escape(runs_finding(ways, rows)),
        table=TABLE,
        words=_words(rows),
        blocks=[
            _matrix_block(figures, ways, rows),
            control_flow_rewriting.block(figures, ways, rows),
            control_flow_costs.compilations_block(figures, ways, rows),
            control_flow_costs.break_even_block(figures),
        ],
        surprises=surprises(ways, rows),
        limits=_limits(rows),
    )


def runs_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> str:
    """Return who runs most cases right as written, and who fewest, of the ways one gets without asking."""
    shipped = [row for row in rows if row["is_shipped"]]
    same = "Each of the {} ways one gets without asking runs {} cases right as written"
    said = compared(tally(ways, shipped), ("runs", "run"), "cases right as written", same)
    return said or NOTHING


def modes_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> str:
    """Return the same over every way of executing."""
    same = "Each of the {} ways runs {} cases right"
    said = compared(tally(ways, rows), ("runs", "run"), "cases right", same)
    return f"{said}, over all ways of executing" if said else "No way of executing came to an end with a case"


def _words(rows: Sequence[Row]) -> list[Markup]:
    forms = {row["form"] for row in rows}
    return [
        Markup(
            "A case is one of {}, forward or in the gradient: a branch or loop that asks a value, shapes that change, "
            "and the like, called several times with different inputs. Right is proven by value, against plain "
            "arithmetic. The headline is about the ways that one gets without asking."
        ).format(counted(len(forms), "form"))
    ]


def _matrix_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    title = Markup.escape(modes_finding(ways, rows))
    forms = forms_of(rows)
    exhibits = [_matrix(figures, title, ways, forms, rows)] if rows else []
    folds = [
        Fold("Every case, with what it raised", _table(figures, ways, forms, rows), "cases"),
        Fold("What each form does", _forms(figures, forms, rows)),
    ]
    said = [] if rows else [title]
    return Block("cases", Markup("Case by case"), "Cases", said, exhibits, folds=folds if rows else [])


def _matrix(
    figures: Figures, title: Markup, ways: Sequence[Stack], forms: dict[str, str], rows: Sequence[Row]
) -> Exhibit:
    by_key = {way.key: way for way in ways}
    columns: list[str] = []
    for number, form in enumerate(forms.values()):
        columns += [*([" " * number] if number else []), f"{form}, forward", _gradient(number)]
    cells = []
    for row in rows:
        if row["version"] == "as-written":
            shape, is_filled, colour = _MARKS.get(row["outcome"] or "", _NOT_RUN)
            look = by_key[row["stack"]].look
            number = [*forms].index(row["form"])
            column = _gradient(number) if row["phase"] == "gradient" else f"{forms[row['form']]}, forward"
            marked = {"shape": shape, "is_filled": is_filled, "colour": colour or look.colour}
            cells.append({"name": look.label, "column": column, **marked})
    chart = matrix_chart(cells, [way.label for way in ways], columns)
    words = (title, "What becomes of each form as it is written, by way of executing", _REMARK)
    return draw(figures, "control-flow", words, chart, rows, TABLE, _count_table(ways, rows))


def _gradient(number: int) -> str:
    """The head of a form's second column: every column of a chart has a name of its own, so spaces tell them apart."""
    return "gradient" + " " * number


def _count_table(ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """How many cases end how, in words, a row a stack."""
    cells = []
    for way in ways:
        mine = [row for row in rows if row["stack"] == way.key and row["version"] == "as-written"]
        ended = [sum(row["outcome"] == outcome for row in mine) for outcome in _MARKS]
        cells.append(
            [Markup.escape(way.label), *(Markup(counted(number)) for number in [*ended, len(mine) - sum(ended)])]
        )
    heads = ["Stack", "Right", "Must be rewritten", "Wrong silently", "Hung", "Died", "Not run"]
    return Table("Cases by how they end as written", heads, cells)


def _table(figures: Figures, ways: Sequence[Stack], forms: dict[str, str], rows: Sequence[Row]) -> Table:
    """A row a stack, a column a form; each cell forward and gradient, with the message on demand."""
    by = {(row["stack"], row["form"], row["phase"]): row for row in rows if row["version"] == "as-written"}
    cells = [
        [
            Markup.escape(way.label),
            *(
                Markup("").join(ended(figures, by.get((way.key, form, phase)), phase) for phase in _PHASES)
                for form in forms
            ),
        ]
        for way in ways
    ]
    caption = "What becomes of each form as written, forward and in the gradient"
    return Table(caption, ["Stack", *map(heading, forms.values())], cells)


def _forms(figures: Figures, forms: dict[str, str], rows: Sequence[Row]) -> Table:
    by = {row["form"]: row for row in rows}
    cells = []
    for form in forms:
        about, calls = (figures.bare(reference(TABLE, by[form], column)) for column in ("about", "form"))
        cells.append([Markup(forms[form]), about, calls])
    return Table(
        "The forms, those that run right most often first", ["Form", "What it does", "Name in the tables"], cells
    )


def surprises(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Markup]:
    """Return what the rules find: silence, eager ways that fail, gradients that do, compiled ways that do not."""
    names = {way.key: way.label for way in ways}
    cells = as_written(rows)
    found = (_silent(cells), _eager(names, cells), _only_forward(names, cells), _compiled(ways, cells))
    return [Markup.escape(said) for said in found if said]


def _silent(cells: Sequence[Row]) -> str:
    wrong = [row for row in cells if row["outcome"] == WRONG]
    if not wrong:
        return "No case is wrong in silence: what does not run right says so." if cells else ""
    forms = listed(list(dict.fromkeys(row["title"] for row in wrong)), "forms")
    said = f"{counted(len(wrong), 'case').capitalize()} of {counted(len(cells))}"
    return f"Wrong without a word: {said.lower()}, in: {forms}."


def _eager(names: dict[str, str], cells: Sequence[Row]) -> str:
    eager = [row for row in cells if row["mode"] == "eager"]
    failed = [row for row in eager if row["outcome"] != RIGHT]
    if not eager:
        return ""
    if not failed:
        return "Every case runs right as written wherever a way is eager."
    said = f"Eager is no guarantee: of {counted(len(eager), 'case')} in eager ways {counted(len(failed))}"
    verb = "does" if len(failed) == 1 else "do"
    return f"{said} {verb} not run right as written, in {_who(names, failed)}."


def _only_forward(names: dict[str, str], cells: Sequence[Row]) -> str:
    by = {(row["stack"], row["form"], row["phase"]): row["outcome"] for row in cells}
    lost = [
        row
        for row in cells
        if row["phase"] == "gradient"
        and row["outcome"] != RIGHT
        and by.get((row["stack"], row["form"], "forward")) == RIGHT
    ]
    if not lost:
        return ""
    said = "Training asks more than predicting: what runs right forward does not in the gradient, in"
    return f"{said} {counted(len(lost), 'case')}, of {_who(names, lost)}."


def _who(names: dict[str, str], rows: Sequence[Row]) -> str:
    return listed(list(dict.fromkeys(names[row["stack"]] for row in rows)), "stacks")


def _compiled(ways: Sequence[Stack], cells: Sequence[Row]) -> str:
    whole = []
    for way in ways:
        mine = [row["outcome"] == RIGHT for row in cells if row["stack"] == way.key]
        if way.mode not in ("eager", "") and mine and all(mine):
            whole.append(way.label)
    who = listed(whole, "compiled ways")
    return f"Compiling need not cost freedom: every case runs right as written in {who}." if whole else ""


def _limits(rows: Sequence[Row]) -> list[Markup]:
    lost = sum(row["status"] == "not-run" for row in rows)
    said = [
        "The forms were chosen, not sampled: the counts are of these forms, not of how often code needs them.",
        "Keras is asked through a subclassed model, by predict_on_batch and train_on_batch; other ways in may differ.",
        "Models are tiny. How often something compiles is counted; how long it takes is on the page of timings.",
        "Compilations are counted by each framework's own counter and compare only within one.",
    ]
    if lost:
        said.append(f"{counted(lost, 'cell').capitalize()} could not be run; the tables say why.")
    if {row["device"] for row in rows} == {"cpu"}:
        said.append("No GPU. What compiles on a processor need not compile on a GPU.")
    return [Markup(line) for line in said]
