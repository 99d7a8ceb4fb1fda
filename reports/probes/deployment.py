"""Deployment: which exports work, what answers them without the framework or Python, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import matrix_chart
from reports.exhibits import Exhibit
from reports.figures import Figures
from reports.marts import Row
from reports.probes import deployment_exports, deployment_serving
from reports.probes.counts import Count, compared, listed
from reports.probes.deployment_cells import TABLE, formats_of, name_of, warnings_of, was_tried, works
from reports.probes.document import Block, Section, draw, rows_of
from reports.stacks import Stack, stacks
from reports.theme import CONTEXT, WARN

NOTHING = "Deployment: the probe ran, and no export was tried"
Whose = Callable[[Sequence[Row]], str]
_REMARK = (
    "Dot: its answers are right, at another batch too. Ring: right only at the batch it was made with. Open triangle: "
    "exported, and nothing answers right. Cross: no export. Open diamond: exported, nobody to ask. Line: not run."
)


def make_section(figures: Figures) -> Section:
    """Return the part of the page that the probe `deployment` fills."""
    rows, served = rows_of(figures, TABLE), rows_of(figures, deployment_serving.TABLE)
    ways = stacks(figures.catalog, rows)
    return Section(
        key=TABLE,
        title=Markup.escape(exports_finding(ways, rows)),
        table=TABLE,
        words=[
            Markup(
                "Each workload is exported by the framework's own exporter, then loaded and asked in a fresh process. "
                "An export counts when some runtime gives the framework's own answer."
            )
        ],
        blocks=[
            _matrix_block(figures, ways, rows, served),
            deployment_exports.block(figures, ways, rows),
            *deployment_serving.blocks(figures, ways, served),
        ],
        surprises=surprises(ways, rows, served),
        limits=_limits(rows, served),
    )


def tally(ways: Sequence[Stack], rows: Sequence[Row]) -> list[Count]:
    """Return how many of the exports that were tried are answered right, a stack each."""
    found = []
    for way in ways:
        mine = [row for row in rows if row["stack"] == way.key and was_tried(row)]
        found.append(Count(way.label, sum(map(works, mine)), len(mine)))
    return [count for count in found if count.of]


def exports_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> str:
    """Return whose exports are answered right most often, and whose least."""
    same = "Each of the {} stacks has {} exports answered right"
    return compared(tally(ways, rows), ("has", "have"), "exports answered right", same) or NOTHING


def _matrix_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row], served: Sequence[Row]) -> Block:
    title = Markup("Format by format")
    if not rows:
        return Block("exports", title, "Exports", [Markup(NOTHING + ".")])
    exhibit = _matrix(figures, ways, rows)
    folds = deployment_exports.folds(figures, ways, rows, served)
    return Block("exports", title, "Exports", exhibits=[exhibit], folds=folds)


def formats_finding(ways: Sequence[Stack], rows: Sequence[Row]) -> str:
    """Return how many of the formats of all stacks take every workload, and how many none."""
    whole, none, known = 0, 0, 0
    for way in ways:
        for form in formats_of(rows, way.key):
            tried = [works(row) for row in rows if (row["stack"], row["format"]) == (way.key, form) and was_tried(row)]
            known += bool(tried)
            whole += bool(tried) and all(tried)
            none += bool(tried) and not any(tried)
    if not known:
        return "No format was tried"
    said = f"Of {counted(known, 'format')} over all stacks, {counted(whole)} {_take(whole)} every workload"
    return f"{said}, {counted(none)} {_take(none)} none" if none else said


def _take(number: int) -> str:
    return "takes" if number == 1 else "take"


def _matrix(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    by_key = {way.key: way for way in ways}
    names: list[str] = []
    for number, way in enumerate(ways):
        names += [*([" " * number] if number else []), *(name_of(way, form) for form in formats_of(rows, way.key))]
    cells = []
    for row in rows:
        shape, is_filled, colour = _mark(row)
        way = by_key[row["stack"]]
        marked = {"shape": shape, "is_filled": is_filled, "colour": colour or way.look.colour}
        cells.append({"name": name_of(way, row["format"]), "column": row["workload"], **marked})
    chart = matrix_chart(cells, names, sorted({row["workload"] for row in rows}), left=216)
    words = (Markup.escape(formats_finding(ways, rows)), "Exports by stack, format and workload", _REMARK)
    return draw(figures, "exports", words, chart, rows, TABLE, deployment_exports.summary(figures, ways, rows))


def _mark(row: Row) -> tuple[str, bool, str]:
    if row["status"] == "not-run":
        return "stroke", False, CONTEXT
    if row["status"] != "exported":
        return "cross", True, WARN
    if row["has_answer"] is None:
        return "diamond", False, ""
    if not row["has_answer"]:
        return "triangle-up", False, ""
    return "circle", bool(row["has_answer_at_other_batch"]), ""


def surprises(ways: Sequence[Stack], rows: Sequence[Row], served: Sequence[Row] = ()) -> list[Markup]:
    """Return what the rules find: wrong answers, dumb exports, fixed batches, deprecated ways, and need of Python."""
    good = [row for row in rows if works(row)]
    if not good:
        return []
    by_key = {way.key: way for way in ways}

    def whose(found: Sequence[Row]) -> str:
        return listed(list(dict.fromkeys(name_of(by_key[row["stack"]], row["format"]) for row in found)), "formats")

    told = [_wrong(served, whose), *(rule(rows, whose) for rule in (_dumb, _fixed, _free, _old))]
    return [Markup.escape(said) for said in told if said]


def _wrong(served: Sequence[Row], whose: Whose) -> str:
    """Artefacts that a runtime loads and answers, only not as the framework does."""
    wrong = {(row["workload"], row["stack"], row["format"]): row for row in served if row["status"] == "differs"}
    said = f"Loaded and answered without an error, and wrong: {counted(len(wrong), 'export')}"
    return f"{said} ({whose(list(wrong.values()))})." if wrong else ""


def _dumb(rows: Sequence[Row], whose: Whose) -> str:
    dumb = [row for row in rows if row["status"] == "exported" and row["has_answer"] is False]
    if not dumb:
        return "Whatever is exported without an error is answered right by some runtime."
    said = f"No error is no proof: {counted(len(dumb), 'export')} made without one {_is(dumb)} answered right nowhere"
    return f"{said} ({whose(dumb)})."


def _fixed(rows: Sequence[Row], whose: Whose) -> str:
    good = [row for row in rows if works(row)]
    fixed = [row for row in good if row["has_answer_at_other_batch"] is False]
    if not fixed:
        return "Whatever is answered is answered at another batch than it was made with, too."
    said = f"Only at the batch it was made with is answered: {counted(len(fixed))} of {counted(len(good), 'export')}"
    return f"{said} that some runtime answers ({whose(fixed)})."


def _free(rows: Sequence[Row], whose: Whose) -> str:
    good = [row for row in rows if works(row) and row["has_answer_without_python"] is not None]
    bound = [row for row in good if not row["has_answer_without_python"]]
    if not good:
        return ""
    if not bound:
        return "Whatever is answered is answered without Python, too."
    said = f"Only with Python is answered: {counted(len(bound))} of {counted(len(good), 'export')}"
    return f"{said} that some runtime answers ({whose(bound)})."


def _old(rows: Sequence[Row], whose: Whose) -> str:
    old = [row for row in rows if works(row) and warnings_of(row)]
    said = f"A library itself warns of a deprecated way in {counted(len(old), 'export')}"
    return f"{said} that {_is(old)} answered ({whose(old)})." if old else ""


def _is(rows: Sequence[Row]) -> str:
    return "is" if len(rows) == 1 else "are"


def _latency_limit(timed: Sequence[Row]) -> str:
    shared = "one core and one stream each. Other cores may work on other exports meanwhile."
    if any(row.get("p50_low_s") is None for row in timed):
        return (
            "Latencies without an interval are of one process an artefact: their percentiles are over queries, not "
            f"over starts or machines; {shared}"
        )
    return f"Latencies are of a few processes an artefact, their intervals over those and not over machines; {shared}"


def _limits(rows: Sequence[Row], served: Sequence[Row]) -> list[Markup]:
    said = [
        "Small models with the layers of the workloads: another layer may have no counterpart in a format.",
        "Each exporter is called as its documentation shows, often with a path and a format only.",
        "A runtime that was not here is nobody to ask; it counts neither for nor against the export.",
        _latency_limit(deployment_serving.timed(served)),
        "The load test asks a plain server on the same machine, which may share its core with the clients; the "
        "network and a production server are not in it.",
    ]
    lost = sum(row["status"] == "not-run" for row in rows)
    if lost:
        said.append(f"{counted(lost, 'export').capitalize()} could not be tried; the tables say why.")
    if {row["device"] for row in rows} == {"cpu"}:
        said.append("No GPU, no phone and no browser: what is made for them was loaded on a processor.")
    return [Markup(line) for line in said]
