"""The programs themselves: two frameworks beside each other, the others on demand, each also as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from reports.benchmark.findings import counted
from reports.figures import Figures
from reports.marts import Row, reference
from reports.numbers import readable
from reports.probes.document import Block, named, rows_of
from reports.probes.ease_rows import Program, Programs
from reports.probes.highlight import highlighted

TABLE = "ease_sources"
FOLDER = "programs"
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
MOST_TEXT = 130_000  # characters of programs within the page; what is beyond stands in the files alone


def program_files(figures: Figures) -> dict[str, bytes]:
    """Return every published program by its path in the edition's folder."""
    return {path: row["text"].encode() for row in _sources(figures) if (path := program_path(row)) is not None}


def program_path(row: Row) -> str | None:
    """Return where a program stands in the edition's folder; None for a name that no file can safely bear."""
    names = [row["program"], row["workload"], *([row["change"]] if row["change"] else [])]
    if not all(_PLAIN.fullmatch(name) for name in names):
        return None
    return f"{FOLDER}/{row['program']}/{'-'.join(names[1:])}.py"


def _sources(figures: Figures) -> list[Row]:
    return [row for row in rows_of(figures, TABLE) if row["text"]]


def side_by_side_block(programs: Programs) -> Block | None:
    """Return the first two frameworks' programs beside each other, workload by workload, the others folded below."""
    rows = _sources(programs.figures)
    base = {(row["program"], row["workload"]): row for row in rows if not row["change"]}
    if not base:
        return None
    known = [one for one in programs.all if any(key == one.key for key, _ in base)]
    pair = [one for one in known if one.is_own][:2] or known[:1]
    others = [one for one in known if one not in pair]
    works = sorted({work for _, work in base})
    budget = _Budget(MOST_TEXT)
    parts = [_workload(programs, work, pair, base, budget, is_open=work == works[0]) for work in works]
    folded = [_others(programs, one, works, base, budget) for one in others]
    names = " and ".join(one.label for one in pair)
    title = Markup("{}, side by side" if len(pair) > 1 else "{}, program by program").format(names)
    words = [
        Markup("Every program as it ran, {} in all; equality was checked on each.").format(counted(len(base))),
        _files(rows, known),
    ]
    return Block("programs", title, "Programs", words, body=Markup("\n").join([*parts, *folded]))


class _Budget:
    """How many characters of programs still fit."""

    def __init__(self, left: int) -> None:
        self.left = left

    def takes(self, text: str) -> bool:
        """Return whether a text fits, and count it if so."""
        if len(text) > self.left:
            return False
        self.left -= len(text)
        return True


def _workload(
    programs: Programs, work: str, pair: list[Program], base: dict[tuple[str, str], Row], budget: _Budget, is_open: bool
) -> Markup:
    rows = [(one, base[one.key, work]) for one in pair if (one.key, work) in base]
    if not rows:
        return Markup("")
    said = Markup("; ").join(Markup("{} {}").format(one.label, _lines(programs, one, row)) for one, row in rows)
    texts = Markup("\n").join(_listing(programs, one, row, budget) for one, row in rows)
    return Markup('<details class="code"{}><summary>{}: {}</summary><div class="beside">{}</div></details>').format(
        Markup(" open") if is_open else "", named(work), said, texts
    )


def _others(
    programs: Programs, one: Program, works: list[str], base: dict[tuple[str, str], Row], budget: _Budget
) -> Markup:
    rows = [base[one.key, work] for work in works if (one.key, work) in base]
    texts = Markup("\n").join(_listing(programs, one, row, budget, with_work=True) for row in rows)
    said = Markup("{}: {}").format(one.label, counted(len(rows), "program"))
    return Markup('<details class="code"><summary>{}</summary><div class="beside">{}</div></details>').format(
        said, texts
    )


def _lines(programs: Programs, one: Program, row: Row) -> Markup:
    lines = programs.row(one, row["workload"])
    if lines is None:
        return Markup("not counted")
    return Markup("{} logical lines").format(programs.figures.plain(reference("ease", lines, "logical_lines")))


def _listing(programs: Programs, one: Program, row: Row, budget: _Budget, with_work: bool = False) -> Markup:
    """One program with its counts; a link in its place where the page has no more room."""
    path = program_path(row)
    name = Markup("{}, {}").format(one.label, named(row["workload"])) if with_work else one.label
    head = Markup("<b>{}</b>: {}, {} lines of text{}").format(
        name,
        _lines(programs, one, row),
        programs.figures.bare(reference(TABLE, row, "lines")),
        Markup(' (<a href="{}">file</a>)').format(path) if path else "",
    )
    if not budget.takes(row["text"]):
        return Markup('<div class="listing"><p>{}</p></div>').format(head)
    label = f"{one.label}, {row['workload']}"
    code = Markup('<pre tabindex="0" role="group" aria-label="{}"><code>{}</code></pre>').format(
        label, highlighted(readable(row["text"]).rstrip("\n"))
    )
    return Markup('<div class="listing"><p>{}</p>{}</div>').format(head, code)


def _files(rows: list[Row], known: list[Program]) -> Markup:
    """Links to the changed programs, which stand in files alone."""
    changed = [row for row in rows if row["change"] and program_path(row)]
    if not changed:
        return Markup("No changed program was published.")
    parts = list(_links(changed, known))
    return Markup("The changed programs are files: {}.").format(Markup("; ").join(parts))


def _links(changed: list[Row], known: list[Program]) -> Iterator[Markup]:
    for one in known:
        links = [
            Markup('<a href="{}">{}</a>').format(program_path(row), row["change"].replace("_", " "))
            for row in changed
            if row["program"] == one.key
        ]
        if links:
            yield Markup("{}: {}").format(one.label, Markup(", ").join(links))
