"""The exports one by one: summed up by format, in full by stack, their time and size, and what libraries warn of."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import Scale, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.counts import Count
from reports.probes.deployment_cells import TABLE, ends, formats_of, name_of, warnings_of, was_tried, works
from reports.probes.document import ABSENT, Block, Fold, draw, shown
from reports.stacks import Stack

_FLAGS = (
    ("without the framework", "has_answer_without_framework"),
    ("without Python", "has_answer_without_python"),
    ("at another batch", "has_answer_at_other_batch"),
)


def summary(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """Return a row a stack and format: how many workloads are answered right, how, and the largest difference."""
    cells: list[list[Markup]] = []
    for way in ways:
        cells.append([Markup.escape(way.label)])
        for form in formats_of(rows, way.key):
            mine = [row for row in rows if (row["stack"], row["format"]) == (way.key, form)]
            good, tried = [row for row in mine if works(row)], sum(map(was_tried, mine))
            said = Count("", len(good), tried).words if tried else "not tried"
            flags = [counted(sum(bool(row[column]) for row in good)) if good else "" for _, column in _FLAGS]
            worst = ends(good, "max_rel")
            difference = shown(figures, TABLE, worst[1], "max_rel") if worst else ABSENT
            cells.append([Markup.escape(form), Markup(said), *map(Markup, flags), difference])
    heads = ["Format", "Answered right", *(name.capitalize() for name, _ in _FLAGS), "Largest difference"]
    return Table("Workloads by stack and format, and the largest difference over the largest value", heads, cells)


def folds(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row], served: Sequence[Row]) -> list[Fold]:
    """Return every export, a table a stack; the error's first line is there on demand.

    What all exports of a format have in common is said once; `served` tells why nobody answers.
    """
    heads = ["Workload", "Export", "Time", "Size", "Answered by", *(name.capitalize() for name, _ in _FLAGS)]
    refused: dict[tuple[str, ...], Row] = {}
    for row in served:
        if row["reason"] and row["status"] in ("failed", "differs", "died", "hung"):
            refused.setdefault(_place(row), row)
    found = []
    for way in ways:
        cells: list[list[Markup]] = []
        for form in formats_of(rows, way.key):
            mine = [row for row in rows if (row["stack"], row["format"]) == (way.key, form)]
            call = figures.bare(reference(TABLE, mine[0], "exporter"))
            shared = [column for column, _ in _NOTES if len(mine) > 1 and _is_shared(mine, column)]
            notes = Markup("").join(_note(figures, TABLE, mine[0], *note) for note in _NOTES if note[0] in shared)
            cells.append([Markup("{} <code>{}</code>{}").format(form, call, notes)])
            cells += [_line(figures, row, shared, refused.get(_place(row))) for row in mine]
        said = f"{way.label}: every export"
        found.append(Fold(said, Table(said, heads, cells), "exports"))
    return found


_NOTES = (("reason", "why it failed"), ("fixed", "why its shape is fixed"))


def _place(row: Row) -> tuple[str, ...]:
    return row["workload"], row["stack"], row["format"]


def _is_shared(rows: Sequence[Row], column: str) -> bool:
    return bool(rows[0][column]) and len({row[column] for row in rows}) == 1


def _note(figures: Figures, table: str, row: Row, column: str, words: str) -> Markup:
    told = figures.bare(reference(table, row, column))
    return Markup("<details><summary>{}</summary><code>{}</code></details>").format(words, told)


def _line(figures: Figures, row: Row, shared: Sequence[str], refused: Row | None) -> list[Markup]:
    time, size = (shown(figures, TABLE, row, name) for name in ("export_s", "artefact_bytes"))
    flags = (Markup("yes" if row[column] else "no") if works(row) else Markup("") for _, column in _FLAGS)
    notes = (_note(figures, TABLE, row, *note) for note in _NOTES if row[note[0]] and note[0] not in shared)
    status = Markup.escape(row["status"]) + Markup("").join(notes)
    return [Markup.escape(row["workload"]), status, time, size, _answers(figures, row, refused), *flags]


def _answers(figures: Figures, row: Row, refused: Row | None) -> Markup:
    if row["status"] != "exported" or row["has_answer"] is None:
        return ABSENT
    if row["answering"] or refused is None:
        return Markup.escape(row["answering"] or "nobody")
    why = _note(figures, "deployment_serving", refused, "reason", f"why not {refused['runtime']}")
    return Markup("nobody{}").format(why)


def block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return the block on what exporting takes: seconds, bytes, and what the libraries say of it themselves."""
    made = [row for row in rows if row["export_s"] is not None]
    exhibits = [_seconds(figures, ways, made)] if made else []
    warned = warnings_table(figures, ways, rows)
    said = "What the libraries warn of themselves, in their words"
    tables = [Fold(said, warned, "wrapped")] if warned else []
    words = [] if warned else [Markup("No library called what was used deprecated.")]
    return Block("exporting", Markup("What exporting takes"), "Exporting", words, exhibits, (), tables)


def seconds_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return the quickest and the slowest export."""
    by_key = {way.key: way for way in ways}
    extremes = ends(rows, "export_s")
    if extremes is None:
        return Markup("No export was timed")
    told = []
    for row in extremes:
        seconds, name = figures.show(reference(TABLE, row, "export_s")), name_of(by_key[row["stack"]], row["format"])
        told.append(Markup("{} ({}, {})").format(seconds, name, row["workload"]))
    if extremes[0] is extremes[1]:
        return Markup("The only export timed takes {}").format(told[0])
    return Markup("An export takes from {} to {}").format(*told)


def _seconds(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    by_key = {way.key: way for way in ways}
    dots, names = [], []
    for way in ways:
        for form in formats_of(rows, way.key):
            names.append(name_of(way, form))
    for row in rows:
        look = by_key[row["stack"]].look
        marked = {"colour": look.colour, "shape": look.shape, "is_filled": True, "low": None, "high": None}
        dots.append({"name": name_of(by_key[row["stack"]], row["format"]), "value": row["export_s"], **marked})
    chart = dots_chart(dots, names, Scale("seconds, log axis", is_log=True, format="~g"), left=216)
    words = (
        seconds_finding(figures, ways, rows),
        "Seconds of the exporter's call on one core, a mark a workload",
        "Single calls, each in a process of its own; without an interval, since nobody repeated them.",
    )
    return draw(figures, "export-seconds", words, chart, rows, TABLE, _ranges(figures, ways, rows))


def _ranges(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """The shortest and longest call, and the smallest and largest artefact, a row a stack and format."""
    cells = []
    for way in ways:
        for form in formats_of(rows, way.key):
            mine = [row for row in rows if (row["stack"], row["format"]) == (way.key, form)]
            line = [Markup.escape(name_of(way, form))]
            for column in ("export_s", "artefact_bytes"):
                found = ends(mine, column)
                line += [shown(figures, TABLE, row, column) for row in found] if found else [ABSENT, ABSENT]
            cells.append(line)
    heads = ["Stack and format", "Shortest", "Longest", "Smallest", "Largest"]
    return Table("Time of the call and size of the artefact, over workloads", heads, cells)


def warnings_table(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table | None:
    """Return each warning of a deprecated way, with the formats that bring it; None where there is none."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if warnings_of(row):
            found.setdefault((row["stack"], warnings_of(row)), []).append(row)
    labels = {way.key: way.label for way in ways}
    cells = [
        [
            Markup.escape(labels[stack]),
            Markup.escape(", ".join(dict.fromkeys(row["format"] for row in same))),
            figures.bare(reference(TABLE, same[0], "deprecation")),
        ]
        for (stack, _), same in found.items()
    ]
    heads = ["Stack", "Formats", "What the library says"]
    return Table("Warnings of deprecated ways while exporting", heads, cells) if cells else None
