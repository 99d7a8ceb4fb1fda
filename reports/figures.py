"""The one way a number gets on a page: with its reference, its evidence link, and what to type to derive it again."""

from __future__ import annotations

from markupsafe import Markup, escape

from barometer.catalog import Catalog
from reports.marts import Marts, Row, parse_reference, reference
from reports.numbers import NARROW, format_value

EVIDENCE_PAGE = "evidence.html"


class Figures:
    """Prints figures of one set of marts. Pages hold no number that did not come through here."""

    def __init__(self, marts: Marts, catalog: Catalog, page: str = "index.html") -> None:
        self.marts = marts
        self.catalog = catalog
        self._base = "" if page == EVIDENCE_PAGE else EVIDENCE_PAGE
        self._metrics = {metric.key: metric for metric in catalog.metrics}
        self._datasets = {dataset.key: dataset.label for dataset in catalog.datasets}
        self._frameworks = {framework.key: framework.label for framework in catalog.frameworks}

    def text(self, ref: str, prose: bool = True) -> str:
        """Return a figure as plain text, spelled as everywhere else."""
        return format_value(self.marts.value(ref), self.marts.kind(ref), prose)

    def show(self, ref: str, prose: bool = True) -> Markup:
        """Return a figure for a sentence: a link to its evidence, its interval, date and source on hovering."""
        return self._link(ref, self.text(ref, prose), f' class="n" title="{escape(self.title(ref))}"')

    def cell(self, ref: str) -> Markup:
        """Return a figure for a table: dates ISO, the same link without the hovering text."""
        return self._link(ref, self.text(ref, prose=False), "")

    def bare(self, ref: str) -> Markup:
        """Return a figure for a table beside one that is linked: its reference without a link of its own."""
        return Markup('<span data-ref="{}">{}</span>').format(ref, self.text(ref, prose=False))

    def bounds(self, table: str, row: Row) -> Markup:
        """Return `low to high` of a row for a table, in small print; nothing for a row without an interval."""
        if row.get("low") is None or row.get("high") is None:
            return Markup("")
        low, high = (self.bare(reference(table, row, column)) for column in ("low", "high"))
        return Markup(" <small>{} to {}</small>").format(low, high)

    def plain(self, ref: str, prose: bool = True) -> Markup:
        """Return a text or figure with its reference and no link, for headings and inside other links."""
        return Markup('<span data-ref="{}">{}</span>').format(ref, self.text(ref, prose))

    def of(self, table: str, row: Row, column: str) -> Markup:
        """Return the table cell of one mart row."""
        return self.cell(reference(table, row, column))

    def interval(self, evidence_id: str) -> Markup:
        """Return `low to high` of an evidence or comparison row, or why there is none."""
        row = self.row(evidence_id)
        if row.get("low") is None or row.get("high") is None:
            return Markup('<span class="none">{}</span>').format(self.no_interval(row))
        return Markup("{} to {}").format(self.show(f"{evidence_id}.low"), self.show(f"{evidence_id}.high"))

    def with_interval(self, evidence_id: str) -> Markup:
        """Return `value (low to high)`; without an interval only the value, whose link says why."""
        row = self.row(evidence_id)
        if row.get("low") is None or row.get("high") is None:
            return self.show(evidence_id)
        return Markup("{} ({})").format(self.show(evidence_id), self.interval(evidence_id))

    def has(self, evidence_id: str) -> bool:
        """Return whether an evidence or comparison row is there."""
        part = parse_reference(evidence_id)
        return self.marts.row(part.table, *part.keys) is not None

    def row(self, evidence_id: str) -> Row:
        """Return an evidence or comparison row by its id. Raises VerifyError when there is none."""
        self.marts.value(evidence_id)
        part = parse_reference(evidence_id)
        return self.marts.row(part.table, *part.keys) or {}

    def no_interval(self, row: Row) -> str:
        """Return why a row has no interval."""
        return row.get("note") or "no interval"

    def title(self, ref: str) -> str:
        """Return what hovering over a figure says: quantity, interval, source, date, n and the command."""
        part = parse_reference(ref)
        command = f"barometer explain {ref}"
        row = self.marts.row(part.table, *part.keys) or {}
        if part.table == "evidence":
            return "; ".join([*self._evidence_words(row), command])
        if part.table == "comparisons":
            one, other = (self._frameworks.get(key, key) for key in part.keys[1:])
            pair = f"{one} against {other}"
            words = [f"{self.label(part.keys[0])}: {pair}, {self._value_words(row, 'ratio', None)}"]
            return "; ".join([*words, command])
        return command

    def label(self, metric: str) -> str:
        """Return what a metric measures, in the catalogue's words."""
        return self._metrics[metric].label if metric in self._metrics else metric.replace("_", " ")

    def _evidence_words(self, row: Row) -> list[str]:
        words = [
            f"{self._frameworks.get(row['framework'], row['framework'])}, {self.label(row['metric'])}: "
            f"{self._value_words(row, 'value', row['unit'])}"
        ]
        words.append(f"source: {self._datasets.get(row['dataset'], row['dataset'])}")
        if row.get("as_of") is not None:
            words.append(f"as of {format_value(row['as_of'])}")
        if row.get("n") is not None:
            words.append(f"n = {format_value(row['n'])}")
        return words

    def _value_words(self, row: Row, column: str, unit: str | None) -> str:
        table = "evidence" if unit is not None else "comparisons"
        spelled = [format_value(row[c], self.marts.kind(reference(table, row, c))) for c in (column, "low", "high")]
        measure = f" {unit}" if unit not in (None, "share", "ratio", "year", "yes/no") else ""
        if row.get("low") is None or row.get("high") is None:
            return f"{spelled[0]}{measure}"
        level = format_value(self.catalog.method.interval, "share")
        return f"{spelled[0]}{measure} ({level} interval {spelled[1]} to {spelled[2]})"

    def _link(self, ref: str, text: str, extra: str) -> Markup:
        return Markup('<a data-ref="{}" href="{}#{}"{}>{}</a>').format(
            ref, self._base, anchor(ref), Markup(extra), text
        )


def anchor(ref: str) -> str:
    """Return the id, on the evidence page, of the row or table a reference belongs to."""
    part = parse_reference(ref)
    if part.table in ("evidence", "comparisons") and "." in ref.split("/")[0]:
        return ".".join(part.keys[:2]) + (f"/{part.keys[2]}" if part.table == "comparisons" else "")
    return part.table


def percent(value: float) -> str:
    """Return a share as a CSS percentage with one decimal, for the length of a bar."""
    return f"{100 * min(max(value, 0.0), 1.0):.1f}%"


def unit_words(unit: str) -> str:
    """Return a unit as a chart's subtitle says it."""
    return {"share": "percent", "ratio": "times", "yes/no": "yes or no"}.get(unit, unit).replace(
        "/", f"{NARROW}/{NARROW}"
    )
