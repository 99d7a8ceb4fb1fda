"""What executing a graph costs: compilations counted, graph breaks, and after how many steps compiling has paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from reports.benchmark.contrasts import DATASET as TIMINGS
from reports.benchmark.findings import counted
from reports.benchmark.runs import PHASES, Run, make_runs
from reports.benchmark.scaling import break_even_table
from reports.charts.matrix import Scale, bars_rows, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.control_flow_cells import RIGHT, TABLE, forms_of, heading
from reports.probes.document import ABSENT, Block, Fold, draw, shown
from reports.stacks import Stack

CHANGING = "changing_shapes"
NO_TIMINGS = "After how many steps compiling pays is not timed yet; <code>make bench</code> times it."
NO_PAIR = "No stack was timed both compiled and plain."
_PAID = "benchmark_break_even"


def compilations_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return the block on compilations and graph breaks."""
    finding = compilations_finding(figures, ways, rows)
    drawn = _changing(ways, rows)
    exhibits = [_bars(figures, finding, ways, drawn)] if drawn else []
    folds = [Fold("Compilations of every form", _table(figures, ways, rows), "counts")] if drawn else []
    words = [breaks_finding(ways, rows)] if drawn else [finding + Markup("."), breaks_finding(ways, rows)]
    return Block("compilations", Markup("Compiling again"), "Compilations", words, exhibits, folds=folds)


def _changing(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Row]:
    """The forward cells of the form with changing shapes in compiled ways, of which a count is known."""
    modes = {way.key: way.mode for way in ways}
    return [
        row
        for row in rows
        if (row["form"], row["phase"]) == (CHANGING, "forward")
        and row["outcome"] == RIGHT
        and row["compilations"] is not None
        and modes[row["stack"]] not in ("eager", "")
    ]


def compilations_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return how often the form with changing shapes compiles: of each counter, the way that compiles most."""
    names = {way.key: way.label for way in ways}
    most: dict[str, Row] = {}
    for row in sorted(_changing(ways, rows), key=lambda row: -row["compilations"]):
        most.setdefault(row["counter"], row)
    if not most:
        return Markup("How often changing shapes compile again was not counted: no compiled way ran them right")
    first, *others = most.values()
    calls, times = (figures.show(reference(TABLE, first, column)) for column in ("calls", "compilations"))
    said = Markup("Changing shapes, {} calls: {} compiles {} times").format(calls, names[first["stack"]], times)
    for row in others:
        times = figures.show(reference(TABLE, row, "compilations"))
        said += Markup(", {} {}").format(names[row["stack"]], times)
    return said


def breaks_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return how many cases break the graph, and where most often; that none does; or that nobody counted."""
    names = {way.key: way.label for way in ways}
    known = [row for row in rows if row["graph_breaks"] is not None]
    broken = [row for row in known if row["graph_breaks"]]
    if not known:
        return Markup("Nobody counted graph breaks.")
    if not broken:
        return Markup("No graph break was counted in {}.").format(counted(len(known), "case"))
    where: dict[str, int] = {}
    for row in broken:
        where[row["stack"]] = where.get(row["stack"], 0) + 1
    most = max(where, key=lambda stack: where[stack])
    return Markup(
        "Graph breaks were counted in {} of {}, most often in {}: there it falls back to plain Python."
    ).format(counted(len(broken), "case"), counted(len(known)), names[most])


def _bars(figures: Figures, title: Markup, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    by_key = {way.key: way for way in ways}
    ordered = sorted(rows, key=lambda row: (row["counter"], [*by_key].index(row["stack"])))
    bars = []
    for row in ordered:
        look = by_key[row["stack"]].look
        bars.append({"name": look.label, "value": row["compilations"], "colour": look.colour})
    chart = bars_rows(bars, [bar["name"] for bar in bars], "compilations", "~s")
    remark = "Bars of one counter stand together; between counters only the order of size may be read."
    words = (title, "Compilations while the form with changing shapes is called, forward", remark)
    table = Table(
        "Compilations in the form with changing shapes",
        ["Stack", "Compilations", "Calls", "Python ran the body", "Graph breaks", "Counted by"],
        [
            [
                Markup.escape(by_key[row["stack"]].label),
                *(
                    shown(figures, TABLE, row, column)
                    for column in ("compilations", "calls", "body_runs", "graph_breaks", "counter")
                ),
            ]
            for row in ordered
        ],
    )
    return draw(figures, "compilations", words, chart, rows, TABLE, table)


def _table(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """A row a stack, a column a form: compilations of the version that ran right, forward; graph breaks where any."""
    forms = forms_of(rows)
    right = {(row["stack"], row["form"]): row for row in rows if row["phase"] == "forward" and row["outcome"] == RIGHT}
    cells = [
        [Markup.escape(way.label), *(_counts(figures, right.get((way.key, form))) for form in forms)] for way in ways
    ]
    caption = "Compilations in all calls of a form, forward, as written or else rewritten; a dash where none is known"
    return Table(caption, ["Stack", *map(heading, forms.values())], cells)


def _counts(figures: Figures, row: Row | None) -> Markup:
    if row is None or row["compilations"] is None:
        return ABSENT
    said = figures.bare(reference(TABLE, row, "compilations"))
    if row["graph_breaks"]:
        breaks = figures.bare(reference(TABLE, row, "graph_breaks"))
        said += Markup(" <small>graph breaks: {}</small>").format(breaks)
    return said


_LINK = Markup('From the page of timings, where <a href="benchmark.html#compiling">both times of every pair</a> stand.')


def break_even_block(figures: Figures) -> Block:
    """Return after how many steps compiling pays, as the leading run of the timing runner has it; or that none did."""
    title, link = Markup("When compiling pays"), "Break-even"
    runs = make_runs(figures)
    if not runs:
        return Block("break-even", title, link, [Markup(NO_TIMINGS)])
    conditions = next(iter(runs[0].conditions), None)
    made = break_even_table(runs[0], conditions) if conditions else None
    if conditions is None or made is None:
        return Block("break-even", title, link, [Markup(NO_PAIR)])
    finding, table = made
    rows = [row for row in runs[0].rows("break_even") if conditions.holds(row)]
    rows = sorted(rows, key=lambda row: (row["compiled"], row["plain"], row["phase"]))
    about = Markup("Conditions: {}. {}").format(conditions.label, _LINK)
    return Block("break-even", title, link, [about], [_dots(figures, finding, runs[0], rows, table)])


def _dots(figures: Figures, title: Markup, run: Run, rows: Sequence[Row], table: Table) -> Exhibit:
    paid = [row["steps"] for row in rows if row["outcome"] == "after"]
    most, least = max([*paid, 10.0]), min([*paid, 1.0])
    at = {"never": most * 3, "at once": max(least / 3, 0.1)}
    dots = []
    for row in rows:
        look = run.stack(row["compiled"]).look
        value = row["steps"] if row["outcome"] == "after" else at[row["outcome"]]
        shape = (
            look.shape
            if row["outcome"] == "after"
            else "triangle-right"
            if row["outcome"] == "never"
            else "triangle-left"
        )
        marked = {"shape": shape, "is_filled": row["outcome"] == "after", "colour": look.colour}
        dots.append({"name": _pair(run, row), "value": value, "low": None, "high": None, **marked})
    names = list(dict.fromkeys(dot["name"] for dot in dots))
    chart = dots_chart(dots, names, Scale("steps, log axis", is_log=True), left=264)
    remark = "A mark a workload. Open, pointing right: never. Open, pointing left: at once."
    words = (title, "Steps until compiling has paid back its longer first step", remark)
    return replace(draw(figures, "break-even", words, chart, rows, _PAID, table), dataset=TIMINGS)


def _pair(run: Run, row: Row) -> str:
    compiled, plain = run.stack(row["compiled"]), run.stack(row["plain"])
    return f"{compiled.label} for {plain.way}, {PHASES[row['phase']].lower()}"
