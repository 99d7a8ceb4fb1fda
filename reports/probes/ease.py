"""Ease of use: how much code the same work takes, where it goes, what a change takes, and the programs themselves."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.figures import Figures
from reports.probes import ease_changes, ease_counts, ease_programs
from reports.probes.document import Section, probe_run
from reports.probes.ease_rows import Programs, make_programs

PROXIES = Markup(
    "These are proxies, not a user study: nobody was watched at work. The programs are published below, word for word, "
    "so that anybody can count again or write a better one."
)


def make_section(figures: Figures) -> Section:
    """Return the section on ease of use, whatever part of it was measured."""
    programs = make_programs(figures)
    blocks = [
        ease_counts.metrics_block(programs),
        ease_counts.parts_block(programs),
        ease_changes.changes_block(programs),
        ease_programs.side_by_side_block(programs),
        ease_counts.gates_block(programs),
    ]
    return Section(
        key="ease",
        title=headline(programs),
        table="ease",
        words=[PROXIES],
        blocks=[block for block in blocks if block is not None],
        surprises=[*ease_counts.surprises(programs), *ease_changes.surprises(programs)],
        limits=limits(figures),
    )


def headline(programs: Programs) -> Markup:
    """Return whose own way needs fewest lines for whole programs, a tie, a single one, or that none counts."""
    own = [one for one in programs.shown if one.is_own]
    shared = [work for work in programs.workloads if sum(programs.has(one, work) for one in own) > 1]
    if not own:
        return Markup("No program of the last run passed its gates, so none is counted")
    if not shared:
        return Markup("Only {} has programs that passed their gates: {}").format(own[0].label, programs.span(own[0]))
    least: Counter[str] = Counter()
    for work in shared:
        fewest = min(lines for one in own if (lines := programs.lines(one, work)) is not None)
        least.update(one.key for one in own if programs.lines(one, work) == fewest)
    (first, count), *others = least.most_common()
    if any(times == count for _, times in others) or 2 * count <= len(shared):
        return Markup("No framework takes the fewest lines for most of {}").format(counted(len(shared), "workload"))
    leader = next(one for one in own if one.key == first)
    next_one = min((one for one in own if one.key != first), key=programs.middle_lines)
    where = f"all {counted(len(shared))}" if count == len(shared) > 1 else f"{counted(count)} of {counted(len(shared))}"
    return Markup("{} takes the fewest lines for {} workloads: {}, {} {}").format(
        leader.label, where, programs.span(leader), next_one.label, programs.span(next_one)
    )


def limits(figures: Figures) -> list[Markup]:
    """Return what the counts leave open, and what this very run left out."""
    run = probe_run(figures, "ease") or {}
    lines = [
        "Counts say how much there is to write and read, not how long that takes or how well it is understood.",
        "The programs are one reading of each framework's tutorials; another author would write others.",
        "The changes are tried on one workload, each by itself, on one device and in one process.",
        "TensorFlow is counted without Keras, which nobody is advised to do for models.",
        "A range over workloads is spread of the work, not an error of counting: the counts are exact.",
    ]
    if run.get("is_quick"):
        lines.append("The last run is of the quick form: fewer programs and steps. Evidence leaves it out.")
    if run.get("is_narrowed"):
        lines.append("The last run was asked for some stacks or workloads only: the others are missing here.")
    return [Markup.escape(line) for line in lines]
