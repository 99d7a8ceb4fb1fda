"""Footprint: what a fresh environment weighs, how long an import takes, and what Keras needs to train."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.figures import Figures
from reports.marts import Row, reference
from reports.probes import footprint_charts
from reports.probes.counts import listed
from reports.probes.document import Block, Section, rows_of
from reports.probes.footprint_charts import TABLE
from reports.stacks import Stack, stacks

NOTHING = "Footprint: the probe ran, and no environment could be weighed"


def make_section(figures: Figures) -> Section:
    """Return the part of the page that the probe `footprint` fills."""
    rows = rows_of(figures, TABLE)
    ways = stacks(figures.catalog, rows)
    return Section(
        key=TABLE,
        title=footprint_finding(figures, ways, rows),
        table=TABLE,
        words=[Markup("Each stack is installed into an environment of its own, with nothing but what it asks for.")],
        blocks=[
            footprint_charts.weight_block(figures, ways, rows),
            footprint_charts.import_block(figures, ways, rows),
            needs_block(figures, ways, rows),
        ],
        surprises=surprises(figures, ways, rows),
        limits=_limits(rows),
    )


def footprint_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return who takes least on the disk and who imports quickest, the same stack or two; or that neither is known."""
    small, quick = (footprint_charts.end(ways, rows, column) for column in ("installed_bytes", "import_warm_s"))
    is_one = bool(small and quick and small.names == quick.names)
    told = []
    if small:
        size = figures.show(reference(TABLE, small.row, "installed_bytes"))
        told.append(Markup("{} {} least on the disk, {}").format(small.names, small.does("take"), size))
    if quick:
        who = "and" if is_one else quick.names
        time = figures.show(reference(TABLE, quick.row, "import_warm_s"))
        told.append(Markup("{} {} quickest, in {} warm").format(who, quick.does("import"), time))
    return Markup(", " if is_one else "; ").join(told) if told else Markup(NOTHING)


def needs_block(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Block:
    """Return whether a layered framework needs the one it is said to need: by its metadata, and by training without."""
    table = footprint_charts.needs_table(figures, ways, rows)
    said = [needs_finding(figures, ways, rows), declared_finding(figures, ways, rows)]
    words = [line + Markup(".") for line in said if line]
    return Block("needs", Markup("What it needs"), "Needs", words, tables=[table] if table else [])


def needs_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return on which backends a small model trained while the package it is said to need could not be imported."""
    order = [way.key for way in ways]
    absent = [row for row in rows if row["was_package_absent"] and row["trains"] is not None]
    absent = sorted(absent, key=lambda row: order.index(row["stack"]))
    if not absent:
        return Markup("No training was tried with the package that Keras is said to need absent")
    labels = {way.key: way.label for way in ways}
    package = figures.show(reference(TABLE, absent[0], "absent_package"))
    good = [labels[row["stack"]] for row in absent if row["trains"]]
    bad = [labels[row["stack"]] for row in absent if not row["trains"]]
    if not bad:
        return Markup("With {} absent, {} {}").format(package, listed(good, "stacks"), _trains(good, True))
    if not good:
        return Markup("With {} absent, {} {}").format(package, listed(bad, "stacks"), _trains(bad, False))
    said = Markup("With {} absent, {} {}, but {} {}")
    return said.format(package, listed(good, "stacks"), _trains(good, True), listed(bad, "stacks"), _trains(bad, False))


def _trains(names: Sequence[str], is_so: bool) -> str:
    if is_so:
        return "trains" if len(names) == 1 else "train"
    return "does not train" if len(names) == 1 else "do not train"


def declared_finding(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> Markup:
    """Return which frameworks' own metadata require another framework, of those whose metadata was read."""
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    read = {row["framework"]: row for row in rows if row["requires"] is not None}
    if not read:
        return Markup("No metadata was read")
    asking = [row for row in read.values() if row["requires_frameworks"]]
    if not asking:
        return Markup("By their metadata, none of {} requires another").format(counted(len(read), "framework"))
    told = []
    for row in asking:
        needed = [names.get(key, key) for key in row["requires_frameworks"].split(", ")]
        told.append(Markup("{} requires {}").format(names[row["framework"]], listed(needed, "frameworks")))
    others = [names[key] for key, row in read.items() if not row["requires_frameworks"]]
    said = Markup("By its own metadata, {}").format(Markup(", ").join(told))
    return said + Markup("; {} no framework").format(_requires(others)) if others else said


def _requires(names: Sequence[str]) -> str:
    return f"{listed(names, 'others', most=9)} {'requires' if len(names) == 1 else 'require'}"


def surprises(figures: Figures, ways: Sequence[Stack], rows: Sequence[Row]) -> list[Markup]:
    """Return what the rules find: who requires whom, a package of most bytes, cold imports far from warm."""
    labels = {way.key: way.label for way in ways}
    found = [said] if (said := _turned_round(figures, rows)) else []
    known = [row for row in rows if row["largest_bytes"] and row["installed_bytes"]]
    heaviest = max(known, key=lambda row: row["largest_bytes"] / row["installed_bytes"], default=None)
    if heaviest is not None and 2 * heaviest["largest_bytes"] > heaviest["installed_bytes"]:
        told = (
            figures.show(reference(TABLE, heaviest, name)) for name in ("largest", "largest_bytes", "installed_bytes")
        )
        said = Markup("One package is most of {}: {} holds {} of {}.")
        found.append(said.format(labels[heaviest["stack"]], *told))
    timed = [row for row in rows if row["import_cold_s"] and row["import_warm_s"]]
    slowed = max(timed, key=lambda row: row["import_cold_s"] / row["import_warm_s"], default=None)
    if slowed is not None and slowed["import_cold_s"] > 2 * slowed["import_warm_s"]:
        cold, warm = (figures.show(reference(TABLE, slowed, name)) for name in ("import_cold_s", "import_warm_s"))
        said = Markup("The first import takes longest beside later ones in {}: {} cold, {} warm.")
        found.append(said.format(labels[slowed["stack"]], cold, warm))
    return found


def _turned_round(figures: Figures, rows: Sequence[Row]) -> Markup | None:
    """That the framework which another is said to need requires that other itself, and not the other way round."""
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    read = {row["framework"]: row for row in rows if row["requires"] is not None}
    asks = {key: (row["requires_frameworks"] or "").split(", ") for key, row in read.items()}
    packages = {package: framework.key for framework in figures.catalog.frameworks for package in framework.packages}
    for row in rows:
        upper, below = row["framework"], packages.get(row["absent_package"] or "", "")
        if upper in asks.get(below, []) and below not in asks.get(upper, [below]):
            said = Markup("It is {} whose metadata requires {}, not the other way round.")
            return said.format(names[below], names[upper])
    return None


def _limits(rows: Sequence[Row]) -> list[Markup]:
    said = [
        "The packages for a processor; those for a GPU bring their own libraries and weigh more.",
        "One version of each, on one system: another platform's packages have other sizes.",
        "Cold means without byte code and, where the system allows it, with files read from the disk again; a machine "
        "just started may be slower.",
        "What a served model takes at least is another question: an export that needs no framework stands above.",
    ]
    if any(row["is_fresh"] is False for row in rows):
        said.append("Some environments were standing ones and may hold more than the stack needs: see the table.")
    lost = sum(row["status"] != "measured" for row in rows)
    if lost:
        said.append(f"{counted(lost, 'environment').capitalize()} could not be weighed; the table says why.")
    return [Markup(line) for line in said]
