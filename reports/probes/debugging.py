"""Debugging: what becomes of the same mistakes in every stack, dimension by dimension and never as one figure."""

from __future__ import annotations

from markupsafe import Markup

from reports import findings
from reports.benchmark.findings import counted
from reports.figures import Figures
from reports.probes import debugging_aids, debugging_matrix, debugging_scores, debugging_switches
from reports.probes.debugging_rows import Cells, is_signalled, outcomes, ran
from reports.probes.document import Section, probe_run

NO_SCORE = Markup(
    "There is no single score: a stack may refuse much and explain little, or point at the line and name no layer. "
    "Each is told apart."
)


def make_section(figures: Figures) -> Section:
    """Return the section on debugging, whatever part of it was measured."""
    cells = Cells(figures)
    blocks = [
        debugging_matrix.matrix_block(cells),
        debugging_scores.scores_block(cells),
        debugging_aids.aids_block(figures),
        debugging_switches.switches_block(cells),
        debugging_switches.filters_block(cells),
    ]
    return Section(
        key="debugging",
        title=headline(figures, cells),
        table="debugging",
        words=[NO_SCORE],
        blocks=[block for block in blocks if block is not None],
        surprises=surprises(cells),
        limits=limits(figures),
    )


def headline(figures: Figures, cells: Cells) -> Markup:
    """Return who signals most mistakes and who points at the line, each with its tie, its single figure or none.

    Without evidence (a quick run is none) how many cells of the stacks as shipped signal, in words.
    """
    said = [
        _lead(figures, "faults_signalled", "{a} signals more mistakes than {b} ({va} against {vb})", "signal"),
        _lead(figures, "faults_located", "{a} shows the faulty line more often than {b} ({va} against {vb})", "locate"),
    ]
    known = [one for one in said if one is not None]
    if known:
        return Markup("; ").join(known)
    tried = [row for stack in cells.shipped for row in ran(cells.base(stack))]
    if not tried:
        return Markup("No mistake could be tried in the last run")
    signalled = sum(map(is_signalled, tried))
    told = Markup("As shipped, {} of {} raise or warn; the run is too small for evidence")
    return told.format(counted(signalled), counted(len(tried), "cell"))


_ALIKE = {
    "signal": "{a} and {b} signal about as many mistakes ({va} and {vb})",
    "locate": "{a} and {b} show the faulty line about as often ({va} and {vb})",
}
_ALONE = {
    "signal": "only {a} has a figure for mistakes signalled ({va})",
    "locate": "only {a} has a figure for faulty lines shown ({va})",
}


def _lead(figures: Figures, metric: str, ahead: str, kind: str) -> Markup | None:
    """A measure's first two as a phrase; None where nobody has a figure."""
    rows = findings.ranked(figures, metric)
    if not rows:
        return None
    names = {framework.key: framework.label for framework in figures.catalog.frameworks}
    words = {"a": names[rows[0]["framework"]], "va": figures.show(rows[0]["evidence_id"])}
    if len(rows) == 1:
        return Markup(_ALONE[kind]).format(**words)
    words |= {"b": names[rows[1]["framework"]], "vb": figures.show(rows[1]["evidence_id"])}
    return Markup(ahead if findings.is_apart(figures, rows[0], rows[1]) else _ALIKE[kind]).format(**words)


def surprises(cells: Cells) -> list[Markup]:
    """Return what ended otherwise than expected, what no stack signals, what parts stacks, and what a style does."""
    return [*_changed(cells), *_silent(cells), *_parted(cells), *_styles(cells), *_compiled(cells)]


def _changed(cells: Cells) -> list[Markup]:
    changed = [row for row in cells.rows if row["has_changed"]]
    if not changed:
        return []
    told = Markup("{} otherwise than when the fault was first written down: {}.")
    gone = sum(row["outcome"] == "handled" for row in changed)
    said = told.format(_end(len(changed)), cells.names({row["fault"] for row in changed}))
    if gone:
        said += Markup(" In {} what was a fault is none any more.").format(counted(gone, "cell"))
    return [said]


def _end(number: int) -> str:
    return f"{counted(number, 'cell').capitalize()} end{'' if number > 1 else 's'}"


def _silent(cells: Cells) -> list[Markup]:
    """Faults that pass in silence in every stack as shipped."""
    found = []
    for fault in cells.faults:
        ended = [word for stack in cells.shipped for word in outcomes(cells.at(stack, fault["fault"]))]
        if "silent" in ended and not {"raised", "warned", "handled", "hung", "died"} & set(ended):
            found.append(fault["fault"])
    if not found:
        return []
    told = Markup("{} in silence in every stack as shipped where {} can be made: {}.")
    word = f"{counted(len(found), 'mistake').capitalize()} pass{'' if len(found) > 1 else 'es'}"
    return [told.format(word, "they" if len(found) > 1 else "it", cells.names(found, most=8))]


def _parted(cells: Cells) -> list[Markup]:
    """The faults that some stacks as shipped signal always and others never."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for fault in cells.faults:
        loud, still = [], []
        for stack in cells.shipped:
            ended = set(outcomes(cells.at(stack, fault["fault"])))
            if ended and ended <= {"raised", "warned"}:
                loud.append(stack.label)
            elif ended == {"silent"}:
                still.append(stack.label)
        if loud and still:
            found[fault["fault"]] = (loud, still)
    if not found:
        return []
    first = max(found, key=lambda name: (min(map(len, found[name])), -list(found).index(name)))
    title = cells.names([first])
    told = Markup("{} signalled by some stacks as shipped and pass{} in silence in others, most evenly: {} ({}).")
    many = len(found) > 1
    word = f"{counted(len(found), 'mistake').capitalize()} {'are' if many else 'is'}"
    return [told.format(word, "" if many else "es", title, f"silent in {', '.join(found[first][1])}")]


def _styles(cells: Cells) -> list[Markup]:
    """Faults whose outcome depends on the style in which the model is written."""
    found = {
        fault["fault"]: stack
        for fault in cells.faults
        for stack in cells.shipped
        if len(outcomes(cells.at(stack, fault["fault"]))) > 1
    }
    if not found:
        return []
    told = Markup("The style in which a model is written changes what becomes of {}: {}.")
    return [told.format(counted(len(found), "mistake"), cells.names(found))]


def _compiled(cells: Cells) -> list[Markup]:
    """What another documented mode of the same framework signals less or more than the one shipped."""
    found = []
    for stack in cells.stacks:
        own = next((o for o in cells.shipped if (o.framework, o.backend) == (stack.framework, stack.backend)), None)
        if own is None or own is stack or not any(row["is_counted"] for row in cells.base(stack)):
            continue
        lost = [
            fault["fault"]
            for fault in cells.faults
            if set(outcomes(cells.at(own, fault["fault"]))) & {"raised", "warned"}
            and outcomes(cells.at(stack, fault["fault"])) == ["silent"]
        ]
        if lost:
            told = Markup("{} passes over in silence what {} signals: {}.")
            found.append(told.format(stack.label, own.label, cells.names(lost)))
    return found


def limits(figures: Figures) -> list[Markup]:
    """Return what the matrix leaves open, and what this very run left out."""
    run = probe_run(figures, "debugging") or {}
    lines = [
        "How often these mistakes are made: they are canonical ones from the literature, not a sample of practice.",
        "How long it takes somebody to find a mistake: nobody was watched.",
        "What an editor, a type checker or a debugger with a window adds.",
        "Large models and many devices, where messages are longer and come later.",
        "Whether a message is understood: whether it names a layer, sizes and a fix is read off by fixed phrases.",
    ]
    waiting = [row for row in figures.marts.tables.get("debugging_faults", []) if row["fault_device"]]
    if waiting and run.get("device") != "cuda":
        lines.append("Mistakes that only a GPU can show: the last run had none, and their cells say so.")
    if any(row["status"] == "control-failed" for row in figures.marts.tables.get("debugging", [])):
        lines.append("Cells where the right program does not run either: nothing can be told of the mistake there.")
    if run.get("is_quick"):
        lines.append("The last run is of the quick form: fewer cells. Evidence leaves it out.")
    if run.get("is_narrowed"):
        lines.append("The last run was asked for some stacks only: the others are missing here.")
    return [Markup.escape(line) for line in lines]
