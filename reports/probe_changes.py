"""What measuring ease of use, debugging and the rest by running code changed in the recommendations, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from barometer.catalog import Reader
from reports.answers import labels
from reports.benchmark.findings import counted
from reports.exhibits import Table
from reports.figures import Figures
from reports.marts import Row, reference
from reports.numbers import NONE

TABLE = "what_probes_changed"
NOTHING = Markup(
    "Nothing of how easy, how helpful or how portable a framework is has been measured by running code yet: "
    "<code>make probes</code> does it, and this passage will say which answers it turns."
)
_LEVEL = 0.01  # chances nearer than this to one another lean nowhere


@dataclass(frozen=True)
class ProbeChanges:
    """The passage: its finding, a sentence a turned answer with its reason, what stayed, and the table behind it."""

    title: Markup
    lines: list[Markup]
    table: Table | None


def make_probe_changes(figures: Figures) -> ProbeChanges:
    """Return what the probes changed: each reader's answer with their figures and with all of them missing."""
    readers = [reader for reader in figures.catalog.readers if _rows(figures, "reader", reader.key)]
    if not readers:
        return ProbeChanges(Markup("What the probes changed: nothing yet"), [NOTHING], None)
    turned = [reader for reader in readers if _answer(figures, reader, now=True) != _answer(figures, reader, now=False)]
    same = [reader for reader in readers if reader not in turned]
    lines = [_turn(figures, reader) for reader in turned]
    if same:
        lines.append(_stayed(figures, same))
    lines += _factors(figures)
    return ProbeChanges(_title(turned, readers), lines, _table(figures, readers))


def _rows(figures: Figures, kind: str, subject: str) -> list[Row]:
    known = {framework.key for framework in figures.catalog.frameworks}
    rows = figures.marts.tables.get(TABLE, [])
    return [row for row in rows if (row["kind"], row["subject"]) == (kind, subject) and row["framework"] in known]


def _answer(figures: Figures, reader: Reader, now: bool) -> tuple[str | None, str | None]:
    """A reader's pick and lean, with the probes or without them."""
    rows = _rows(figures, "reader", reader.key)
    pick, lean = ("is_first", "is_lean") if now else ("was_first", "was_lean")
    return _marked(rows, pick), _marked(rows, lean)


def _marked(rows: Sequence[Row], column: str) -> str | None:
    return next((str(row["framework"]) for row in rows if row[column]), None)


def _title(turned: Sequence[Reader], readers: Sequence[Reader]) -> Markup:
    of = counted(len(readers), "answer")
    if not turned:
        return Markup("Measured ease, debugging and the rest turn none of {}, but more of each is known").format(of)
    return Markup("Measured ease, debugging and the rest turn {} of {}").format(counted(len(turned)), of)


def _turn(figures: Figures, reader: Reader) -> Markup:
    """How one answer turned, the chances of whom it turned to, and the factor that did most of it."""
    before, after = (_answer(figures, reader, now) for now in (False, True))
    names = labels(figures)
    told = Markup('<a href="#reader-{}">{}</a>: from <em>{}</em> to <strong>{}</strong>').format(
        reader.key, reader.label, _words(names, before), _words(names, after)
    )
    front = after[0] or after[1] or before[0] or before[1]
    row = figures.marts.row(TABLE, "reader", reader.key, str(front))
    if row is not None:
        told += Markup(", whose P(best) if even goes from {} to {}").format(
            *(figures.show(reference(TABLE, row, column)) for column in ("p_best_even_without", "p_best_even"))
        )
    return told + _why(figures, reader, str(front)) + Markup(".")


def _words(names: dict[str, str], answer: tuple[str | None, str | None]) -> str:
    pick, lean = answer
    if pick:
        return f"take {names[pick]}"
    return f"leaning to {names[lean]}" if lean else "leaning nowhere"


def _why(figures: Figures, reader: Reader, front: str) -> Markup:
    """The measured factor whose weight with the reader times the change of the front runner's chance is largest."""
    best: tuple[float, str] | None = None
    for factor in figures.catalog.scored_factors:
        row = figures.marts.row(TABLE, "factor", factor.key, front)
        if row is not None and factor.key in reader.weights:
            gain = reader.weights[factor.key] * (row["p_best_even"] - row["p_best_even_without"])
            if gain > 0 and (best is None or gain > best[0]):
                best = (gain, factor.key)
    if best is None:
        return Markup("")
    label = next(factor.label for factor in figures.catalog.factors if factor.key == best[1])
    return Markup('; most of it comes from <a href="#{}">{}</a>, {} of this decision').format(
        best[1], label, figures.show(f"weights/{reader.key}/{best[1]}/weight")
    )


def _stayed(figures: Figures, same: Sequence[Reader]) -> Markup:
    """Whose answers stay, and whose of them gained or lost most."""
    gains = []
    for reader in same:
        pick, lean = _answer(figures, reader, now=True)
        row = figures.marts.row(TABLE, "reader", reader.key, str(pick or lean))
        if row is not None:
            gains.append((abs(row["p_best_even"] - row["p_best_even_without"]), reader, row))
    names = ", ".join(reader.label.lower() for reader in same)
    told = Markup("The same with and without: {}.").format(names)
    if not gains:
        return told
    moved, reader, row = max(gains, key=lambda entry: entry[0])
    if moved < _LEVEL:
        return told
    ends = [figures.show(reference(TABLE, row, column)) for column in ("p_best_even_without", "p_best_even")]
    framework = labels(figures)[row["framework"]]
    return told + Markup(" Most moved among them: {}, {} from {} to {} if even.").format(
        reader.label.lower(), framework, *ends
    )


def _factors(figures: Figures) -> list[Markup]:
    """A sentence a factor of which the probes measured something: who leads it now, or who leans."""
    lines = []
    names = labels(figures)
    for factor in figures.catalog.scored_factors:
        rows = _rows(figures, "factor", factor.key)
        if not any(row["measured"] > row["measured_without"] for row in rows):
            continue
        link = Markup('<a href="#{}">{}</a>').format(factor.key, factor.label)
        first, *others = sorted(rows, key=lambda row: -row["p_best_even"])
        sure, even = (figures.show(reference(TABLE, first, column)) for column in ("p_best", "p_best_even"))
        if first["is_first"]:
            told = "{}: {} leads as before, P(best) {}." if first["was_first"] else "{}: {} now leads, P(best) {}."
            lines.append(Markup(told).format(link, names[first["framework"]], sure))
        elif others and first["p_best_even"] - others[0]["p_best_even"] < _LEVEL:
            lines.append(Markup("{}: measured, and too close to call.").format(link))
        else:
            known = "measured, not told apart" if all(row["measured"] >= 1 for row in rows) else "measured in part"
            lines.append(
                Markup("{}: {}; it leans to {} ({} if even).").format(link, known, names[first["framework"]], even)
            )
    return lines


def _table(figures: Figures, readers: Sequence[Reader]) -> Table:
    lines = []
    names = labels(figures)
    for reader in readers:
        before, after = (_answer(figures, reader, now) for now in (False, True))
        cells = [Markup.escape(_words(names, before)), Markup.escape(_words(names, after))]
        row = figures.marts.row(TABLE, "reader", reader.key, str(after[0] or after[1]))
        columns = ("p_best_even_without", "p_best_even", "p_best", "measured_without", "measured")
        cells += [
            figures.bare(reference(TABLE, row, column)) if row is not None else Markup(NONE) for column in columns
        ]
        lines.append([Markup.escape(reader.label), *cells])
    heads = ["Reader", "Without", "With", "If even, without", "With", "Assured", "Measured, without", "With"]
    return Table("Each answer without the probes' figures and with them; chances of whom it goes to now", heads, lines)
