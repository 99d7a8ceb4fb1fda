"""What a standard change to a program takes: the distance between two programs that both run."""

from __future__ import annotations

from markupsafe import Markup

from reports import findings
from reports.benchmark.findings import counted
from reports.charts.bench import Look, Panel, bars_chart
from reports.exhibits import Table
from reports.marts import Row, reference
from reports.probes.document import ABSENT, Block, Fold, draw, named, rows_of, said_status
from reports.probes.ease_rows import OK, Program, Programs

TABLE = "ease_changes"
METRIC = "change_cost"
_NAMES = 118  # pixels for the names of changes


def changes_block(programs: Programs) -> Block | None:
    """Return the cost of every change in every program, and how each change was proven to do something."""
    rows = rows_of(programs.figures, TABLE)
    if not rows:
        return None
    costs = _costs(rows)
    changes = sorted({row["change"] for row in rows})
    shown = [one for one in programs.all if any(one.key == key for key, _ in costs)]
    title = findings.headline(programs.figures, METRIC)
    words = [
        Markup(
            "Each change is made to one program by itself; both programs run, and the change is proven by its effect. "
            "Its cost is the number of nodes of the syntax tree to insert, delete or rename."
        )
    ]
    exhibits = []
    if costs:
        labels = {change: change.replace("_", " ") for change in changes}
        panels = [
            Panel(
                Look(one.label, one.look.colour, one.look.shape),
                [
                    {
                        "name": labels[change],
                        "value": costs[one.key, change]["edit_distance"],
                        "colour": one.look.colour,
                    }
                    for change in changes
                    if (one.key, change) in costs
                ],
            )
            for one in shown
        ]
        chart = bars_chart(panels, list(labels.values()), "nodes", _NAMES)
        said = (title, "Edit distance between the program and the changed program, in nodes of the syntax tree", "")
        behind = _table(programs, shown, changes, costs, rows)
        exhibits = [draw(programs.figures, "ease-changes", said, chart, list(costs.values()), TABLE, behind)]
    effects = Fold("How each change was proven, stack by stack", _effects(programs, rows))
    return Block("changes", Markup("What a change takes"), "Changes", words, exhibits, folds=[effects])


def _costs(rows: list[Row]) -> dict[tuple[str, str], Row]:
    """The row of each change to each program, of the first stack on which it worked."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["status"] == OK and row["edit_distance"] is not None:
            found.setdefault((row["program"], row["change"]), row)
    return found


def _table(
    programs: Programs, shown: list[Program], changes: list[str], costs: dict[tuple[str, str], Row], rows: list[Row]
) -> Table:
    failed = {(row["program"], row["change"]): row for row in rows}
    lines = []
    for change in changes:
        cells = []
        for one in shown:
            row = costs.get((one.key, change))
            other = failed.get((one.key, change))
            cells.append(
                _cell(programs, row) if row else said_status(programs.figures, TABLE, other) if other else ABSENT
            )
        lines.append([Markup.escape(change.replace("_", " ")), *cells])
    caption = "Nodes to insert, delete or rename; lines added and removed in small print"
    return Table(caption, ["Change", *(one.label for one in shown)], lines)


def _cell(programs: Programs, row: Row) -> Markup:
    cost, plus, minus = (
        programs.figures.bare(reference(TABLE, row, column))
        for column in ("edit_distance", "lines_added", "lines_removed")
    )
    return Markup("{} <small>{} in, {} out</small>").format(cost, plus, minus)


def _effects(programs: Programs, rows: list[Row]) -> Table:
    lines: list[list[Markup]] = []
    for change in sorted({row["change"] for row in rows}):
        lines.append([Markup.escape(change.replace("_", " "))])
        for row in (row for row in rows if row["change"] == change):
            told = [
                programs.figures.bare(reference(TABLE, row, column)) if row[column] not in (None, "") else ABSENT
                for column in ("effect", "effect_value", "effect_limit")
            ]
            lines.append([named(row["stack"]), said_status(programs.figures, TABLE, row), *told])
    heads = ["Stack", "Status", "Effect", "Found", "Limit"]
    return Table("What each change was seen to do, and how far from what it should do", heads, lines)


def surprises(programs: Programs) -> list[Markup]:
    """Return the dearest change of all, and where the program that is cheapest to change is the dearest."""
    rows = rows_of(programs.figures, TABLE)
    costs = _costs(rows)
    own = [one for one in programs.all if one.is_own and any(key == one.key for key, _ in costs)]
    found = [*_dearest(programs, costs, own), *_turned(programs, costs, own)]
    idle = [row for row in rows if row["status"] == "no-effect"]
    if idle:
        told = Markup("{} had no effect although {} ran: {}.")
        where = ", ".join(f"{row['change'].replace('_', ' ')} on {row['stack']}" for row in idle)
        word = counted(len(idle), "change").capitalize()
        found.append(told.format(word, "it" if len(idle) == 1 else "they", where))
    return found


def _dearest(programs: Programs, costs: dict[tuple[str, str], Row], own: list[Program]) -> list[Markup]:
    mine = [(one, row) for one in own for (key, _), row in costs.items() if key == one.key]
    if len(mine) < 2:
        return []
    dear, cheap = (pick(mine, key=lambda entry: entry[1]["edit_distance"]) for pick in (max, min))
    told = Markup("The dearest change of all is {} in {} ({} nodes), the cheapest {} in {} ({}).")
    return [
        told.format(
            dear[1]["change"].replace("_", " "),
            dear[0].label,
            programs.figures.show(reference(TABLE, dear[1], "edit_distance")),
            cheap[1]["change"].replace("_", " "),
            cheap[0].label,
            programs.figures.show(reference(TABLE, cheap[1], "edit_distance")),
        )
    ]


def _turned(programs: Programs, costs: dict[tuple[str, str], Row], own: list[Program]) -> list[Markup]:
    """Changes that cost most in the framework whose changes cost least on the whole."""
    ranked = findings.ranked(programs.figures, METRIC)
    leader = next((one for one in own for row in ranked[:1] if one.framework == row["framework"]), None)
    if leader is None or len(own) < 2:
        return []
    found = []
    for change in sorted({change for _, change in costs}):
        by = {one.key: costs[one.key, change] for one in own if (one.key, change) in costs}
        if leader.key in by and len(by) > 1:
            rest = [row["edit_distance"] for key, row in by.items() if key != leader.key]
            if by[leader.key]["edit_distance"] > max(rest):
                cost = programs.figures.show(reference(TABLE, by[leader.key], "edit_distance"))
                told = Markup("{} is the cheapest to change, but {} costs more in it than anywhere else: {} nodes.")
                found.append(told.format(leader.label, change.replace("_", " "), cost))
    return found
