"""Serving: one query after another in each runtime, and a small server under load on the same machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.charts.matrix import Scale, dots_chart
from reports.exhibits import Exhibit, Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes.counts import listed
from reports.probes.document import ABSENT, Block, Fold, draw, shown
from reports.stacks import Stack

TABLE = "deployment_serving"
NO_LATENCY = "Latency: no runtime answered a stream of queries"
ONE_PROCESS = "one process"
NO_LOAD = "No server was put under load."


def blocks(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> list[Block]:
    """Return the block on latency and load."""
    known = timed(rows)
    title, said = Markup("What answering takes"), load_finding(figures, rows)
    if not known:
        return [Block("serving", title, "Serving", [Markup(NO_LATENCY + "."), said])]
    exhibit = _ratios(figures, ways, known)
    return [Block("serving", title, "Serving", [said], [exhibit], folds=_folds(figures, ways, known))]


def timed(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with a latency whose answers are right."""
    return [row for row in rows if row["p50_s"] is not None and row["status"] == "answers"]


def fastest(rows: Sequence[Row]) -> dict[str, Row]:
    """Return each workload's row with the least median latency, among those of its most usual batch."""
    found: dict[str, Row] = {}
    for row in comparable(rows):
        if row["workload"] not in found or row["p50_s"] < found[row["workload"]]["p50_s"]:
            found[row["workload"]] = row
    return found


def comparable(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that ask for the same number of samples a query as most rows of their workload do."""
    batches: dict[str, Counter[int]] = {}
    for row in rows:
        batches.setdefault(row["workload"], Counter())[row["latency_batch"]] += 1
    usual = {workload: counts.most_common(1)[0][0] for workload, counts in batches.items()}
    return [row for row in rows if row["latency_batch"] == usual[row["workload"]]]


def latency_finding(figures: Figures, rows: Sequence[Row]) -> Markup:
    """Return the runtime that answers fastest in most workloads, or that none does, with the ends of their medians."""
    best = fastest(rows)
    if not best:
        return Markup(NO_LATENCY)
    low, high = (pick(best.values(), key=lambda row: row["p50_s"]) for pick in (min, max))
    span = [figures.show(reference(TABLE, row, "p50_s")) for row in (low, high)]
    (runtime, count), *others = Counter(row["runtime"] for row in best.values()).most_common()
    if len(best) == 1:
        return Markup("{} answers {} fastest: {} a query").format(runtime, low["workload"], span[0])
    if 2 * count <= len(best) or (others and others[0][1] == count):
        said = Markup("No runtime answers fastest in most workloads; the fastest of each takes {} to {} a query")
        return said.format(*span)
    where = f"all {counted(count)}" if count == len(best) else f"{counted(count)} of {counted(len(best))}"
    said = Markup("{} answers fastest in {} workloads; the fastest of each takes {} to {} a query")
    return said.format(runtime, where, *span)


def load_finding(figures: Figures, rows: Sequence[Row]) -> Markup:
    """Return how many servers were put under load, and in how many a request went wrong."""
    asked = [row for row in rows if row["load_status"] in ("ok", "errors", "failed")]
    if not asked:
        return Markup(NO_LOAD)
    clients = figures.show(reference(TABLE, row, "load_clients")) if (row := _with(asked, "load_clients")) else ""
    said = Markup("A plain server around each artefact, on the same machine, asked by {} clients at once: ").format(
        clients
    )
    broken = [row for row in asked if row["load_status"] != "ok"]
    if not broken:
        return said + Markup("no request of {} went wrong.").format(counted(len(asked), "load test"))
    where = listed(list(dict.fromkeys(f"{row['stack']} {row['format']}" for row in broken)), "formats")
    told = Markup("requests went wrong in {} of {} ({}).")
    return said + told.format(counted(len(broken)), counted(len(asked), "load test"), where)


def _with(rows: Sequence[Row], column: str) -> Row | None:
    return next((row for row in rows if row[column] is not None), None)


def _ratios(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Exhibit:
    """Every median over that of the same workload's fastest; runtimes and formats as rows, the quickest first."""
    looks, best = {way.key: way.look for way in ways}, fastest(rows)
    dots = []
    for row in comparable(rows):
        look = looks[row["stack"]]
        least = best[row["workload"]]["p50_s"]
        marked = {"colour": look.colour, "shape": look.shape, "is_filled": True}
        ends = {end: row[f"p50_{end}_s"] / least if row.get(f"p50_{end}_s") else None for end in ("low", "high")}
        dots.append({"name": f"{row['format']} in {row['runtime']}", "value": row["p50_s"] / least, **marked, **ends})
    values: dict[str, list[float]] = {}
    for dot in dots:
        values.setdefault(str(dot["name"]), []).append(float(str(dot["value"])))
    names = sorted(values, key=lambda name: (sorted(values[name])[len(values[name]) // 2], name))
    chart = dots_chart(dots, names, Scale("times the fastest, log axis", is_log=True, format="~g"), left=208)
    words = (
        latency_finding(figures, rows),
        "Median latency of a query over that of the workload's fastest artefact",
        "A mark an artefact: colour and shape tell the stack that made it. Line: the interval, where several processes "
        "took a stream each. The tables below hold the latencies.",
    )
    return draw(figures, "latency", words, chart, rows, TABLE, _quickest(figures, ways, rows))


_HEADS = ["Stack, format", "Runtime", "Median", "Its interval", "Nine in ten under", "Ninety-nine in a hundred under",
          "Requests a second under load", "Then ninety-nine in a hundred under"]  # fmt: skip
_COLUMNS = ("p50_s", "p90_s", "p99_s", "load_requests_per_s", "load_p99_s")


def _folds(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> list[Fold]:
    """A table a workload: every artefact in its usual runtime, and the fastest runtime that needs no Python."""
    labels = {way.key: way.label for way in ways}
    found = []
    for workload in sorted({row["workload"] for row in rows}):
        cells = []
        mine = [row for row in rows if row["workload"] == workload]
        for stack, form in sorted(
            {(row["stack"], row["format"]) for row in mine}, key=lambda key: (labels[key[0]], key)
        ):
            cells.append(_line(figures, labels[stack], [r for r in mine if (r["stack"], r["format"]) == (stack, form)]))
        said = f"{workload}: every artefact that answers"
        found.append(Fold(said, Table(f"{said}; latencies of a single stream of queries", _HEADS, cells), "serving"))
    return found


def _line(figures: Figures, label: str, rows: Sequence[Row]) -> list[Markup]:
    """An artefact in its usual runtime, which the load test was put to, or in the only one that answers."""
    usual = next((row for row in rows if row["load_status"] is not None), rows[0])
    median, *numbers = (shown(figures, TABLE, usual, column) for column in _COLUMNS)
    name = Markup("{}, {}").format(label, usual["format"])
    return [name, Markup.escape(usual["runtime"]), median, interval(figures, usual), *numbers]


def interval(figures: Figures, row: Row | None) -> Markup:
    """Return `low to high` of a median over processes; "one process" where there was no other, a dash without one."""
    if row is None or row["p50_s"] is None:
        return ABSENT
    if row.get("p50_low_s") is None:
        return Markup(ONE_PROCESS)
    low, high = (figures.bare(reference(TABLE, row, column)) for column in ("p50_low_s", "p50_high_s"))
    return Markup("{} to {}").format(low, high)


def _quickest(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Table:
    """The quickest artefact of each workload with Python in the process, and without."""
    labels = {way.key: way.label for way in ways}
    sides = [
        fastest([row for row in rows if bool(row["is_without_python"]) is is_without]) for is_without in (False, True)
    ]
    cells = []
    for workload in sorted({row["workload"] for row in rows}):
        line = [Markup.escape(workload)]
        for side in sides:
            row = side.get(workload)
            name = f"{labels[row['stack']]}, {row['format']} in {row['runtime']}" if row else ""
            line += [shown(figures, TABLE, row, "p50_s"), interval(figures, row), Markup.escape(name)]
        cells.append(line)
    heads = ["Workload", "With Python", "Its interval", "Which", "Without Python", "Its interval", "Which"]
    return Table("The least median latency of each workload", heads, cells)
