"""Every printed number derived again: page by page, reference by reference, and no number without a reference."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import Any

from barometer.catalog import Catalog
from barometer.errors import BarometerError
from reports.document import NUMERAL, Marked, Page, Token, read_page, words
from reports.marts import GRAINS, Connection, Marts, load_marts, parse_reference
from reports.numbers import format_value
from reports.render import render_edition

_CLAIM_ID = re.compile(r"\bC\d\d\b")
Resolve = Callable[[str], object]


@dataclass(frozen=True)
class Difference:
    """One thing that is printed otherwise than derived. `ref` names the figure, or the place where there is none."""

    file: str
    ref: str
    printed: str
    derived: str

    def __str__(self) -> str:
        return f"{self.file}: {self.ref or 'text'}: printed {self.printed!r}, derived {self.derived!r}"


@dataclass(frozen=True)
class VerifySummary:
    """What was checked: numbers in all files, elements resolved one by one, other numerals by class, differences."""

    numbers: int
    by_reference: int
    differences: list[Difference]
    classes: dict[str, int] = field(default_factory=dict)


def verify_edition(
    folder: Path, connection: Connection, catalog: Catalog, resolve: Resolve, previous: dict[str, Any] | None
) -> VerifySummary:
    """Compare the edition in `folder` with one derived again from `connection`, and each reference with `resolve`.

    `connection` reads a warehouse built anew; `resolve` returns the value of a reference by other means than the pages.
    `previous` is the report.json the edition was compared with. Nothing is raised for a difference: the caller does.
    """
    derived = render_edition(connection, catalog, previous)
    printed = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    differences = [
        d
        for name in sorted(derived.keys() | printed.keys())
        for d in _compare(name, printed.get(name), derived.get(name))
    ]
    again, by_reference, classes = _Derived(load_marts(connection), catalog, resolve, previous), 0, Counter[str]()
    pages = {name: read_page(printed.get(name, b"")) for name in sorted(derived) if name.endswith(".html")}
    for name, page in pages.items():
        by_reference += len(page.marked)
        differences += [d for element in page.marked for d in _check(name, element, page, again)]
        found, unexplained = classify(page, catalog)
        classes += found
        differences += [Difference(name, token.mark, numeral, "a reference") for token, numeral in unexplained]
    return VerifySummary(
        sum(_count(content, pages.get(name)) for name, content in printed.items()),
        by_reference,
        list(dict.fromkeys(differences)),
        dict(sorted(classes.items())),
    )


def classify(page: Page, catalog: Catalog) -> tuple[Counter[str], list[tuple[Token, str]]]:
    """Count the numerals of a page's text by where they stand; return those with neither a reference nor a reason."""
    names = sorted((text for text in _catalog_texts(catalog) if NUMERAL.search(text)), key=len, reverse=True)
    counts: Counter[str] = Counter()
    unexplained: list[tuple[Token, str]] = []
    for token in page.tokens:
        if token.kind != "text":
            continue
        if token.place not in ("prose", "chart"):
            counts[token.place] += len(NUMERAL.findall(token.text))
            continue
        text = token.text
        for name in names:
            counts["name"] += text.count(name) * len(NUMERAL.findall(name))
            text = text.replace(name, "")
        counts["claim id"] += len(_CLAIM_ID.findall(text))
        unexplained += [(token, numeral) for numeral in NUMERAL.findall(_CLAIM_ID.sub("", text))]
    return +counts, unexplained


def _catalog_texts(catalog: Catalog) -> Iterator[str]:
    """The words of the catalogue that pages print as they are."""
    for framework in catalog.frameworks:
        yield framework.label
    for metric in catalog.metrics:
        yield metric.label
        yield metric.label[:1].upper() + metric.label[1:]
    for factor in catalog.factors:
        yield from (factor.label, factor.label.lower(), factor.question)
    for dataset in catalog.datasets:
        yield from (dataset.label, dataset.without)
    for reader in catalog.readers:
        yield from (reader.label, reader.label.lower(), reader.wants)


@dataclass
class _Derived:
    """Where expected values come from; what a reference resolved to is kept."""

    marts: Marts
    catalog: Catalog
    resolve: Resolve
    previous: dict[str, Any] | None
    values: dict[str, object] = field(default_factory=dict)

    def value(self, ref: str) -> object:
        """Return the value of a reference, each resolved once; a constant comes from the catalogue itself."""
        if ref not in self.values:
            part = parse_reference(ref)
            if part.table == "weights":
                self.values[ref] = next(
                    reader.weights[part.keys[1]] for reader in self.catalog.readers if reader.key == part.keys[0]
                )
            elif part.table == "edition":
                self.values[ref] = (
                    self.marts.edition if part.column == "as_of" else getattr(self.catalog.method, part.column)
                )
            else:
                self.values[ref] = self.resolve(ref)
        return self.values[ref]


def _check(name: str, element: Marked, page: Page, derived: _Derived) -> Iterable[Difference]:
    """Compare what one marked element says with what its reference stands for."""
    said = words(element.text)
    try:
        expected = _expected(element, page, derived)
    except (BarometerError, LookupError) as error:
        return [Difference(name, element.ref, said, f"nothing: {error}")]
    return [] if said in expected else [Difference(name, element.ref, said, expected[0])]


def _expected(element: Marked, page: Page, derived: _Derived) -> list[str]:
    """The spellings an element may have: a date has two, everything else one."""
    if element.attribute == "data-count":
        return [str(page.verdicts.get(element.ref, 0))]
    kind = derived.marts.kind(element.ref)
    if element.attribute == "data-previous":
        earlier = {row["evidence_id"]: row["value"] for row in (derived.previous or {"evidence": []})["evidence"]}
        return [format_value(earlier[element.ref], kind)]
    value = derived.value(element.ref)
    return [words(format_value(value, kind)), words(format_value(value, kind, prose=True))]


def _compare(name: str, printed: bytes | None, derived: bytes | None) -> list[Difference]:
    """Return where a file differs from the one derived again: its numerals by reference, anything else as text."""
    if printed == derived:
        return []
    if printed is None or derived is None:
        return [
            Difference(
                name, "file", "nothing" if printed is None else "a file", "nothing" if derived is None else "a file"
            )
        ]
    try:
        found = list(_inner(name, printed, derived))
    except (ValueError, LookupError):
        found = []
    return found or [Difference(name, "", "other bytes", "the bytes derived again")]


def _inner(name: str, printed: bytes, derived: bytes) -> Iterator[Difference]:
    if name.endswith(".json"):
        yield from _compare_json(name, json.loads(printed), json.loads(derived), "")
    elif name.endswith(".csv"):
        yield from _compare_csv(name, printed.decode(), derived.decode())
    else:
        yield from _compare_pages(name, read_page(printed).tokens, read_page(derived).tokens)


def _compare_pages(name: str, printed: list[Token], derived: list[Token]) -> Iterator[Difference]:
    start = next((i for i, (a, b) in enumerate(zip_longest(printed, derived)) if a != b), 0)
    end = next((i for i, (a, b) in enumerate(zip_longest(reversed(printed), reversed(derived))) if a != b), 0)
    ours, theirs = printed[start : len(printed) - end], derived[start : len(derived) - end]
    matcher = SequenceMatcher(None, [hash(t) for t in ours], [hash(t) for t in theirs], autojunk=len(ours) > 2000)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            for one, other in zip_longest(ours[i:j], theirs[k:m]):
                yield from _token_difference(name, one, other)


def _token_difference(name: str, printed: Token | None, derived: Token | None) -> Iterator[Difference]:
    if printed is None or derived is None:
        token = printed or derived
        assert token is not None
        yield Difference(name, token.mark, token.text if printed else "nothing", token.text if derived else "nothing")
        return
    pairs = list(zip_longest(NUMERAL.findall(printed.text), NUMERAL.findall(derived.text), fillvalue="nothing"))
    apart = [(one, other) for one, other in pairs if one != other] or [(words(printed.text), words(derived.text))]
    for one, other in apart:
        yield Difference(name, derived.mark, one, other)


def _compare_json(name: str, printed: Any, derived: Any, ref: str) -> Iterator[Difference]:
    if isinstance(printed, dict) and isinstance(derived, dict):
        ref = str(derived.get("ref", ref))
        for key in sorted(printed.keys() | derived.keys()):
            place = ref if key in ("value", "ref") or not ref else f"{ref} ({key})"
            yield from _compare_json(name, printed.get(key), derived.get(key), place or key)
    elif isinstance(printed, list) and isinstance(derived, list):
        for one, other in zip_longest(printed, derived):
            yield from _compare_json(name, one, other, ref)
    elif printed != derived:
        yield Difference(name, ref, json.dumps(printed, ensure_ascii=False), json.dumps(derived, ensure_ascii=False))


def _compare_csv(name: str, printed: str, derived: str) -> Iterator[Difference]:
    table = Path(name).stem
    head, *rows = csv.reader(io.StringIO(derived))
    _, *others = csv.reader(io.StringIO(printed))
    nothing: list[str] = []
    for other, row in zip_longest(others, rows, fillvalue=nothing):
        known = dict(zip(head, row or other, strict=False))
        keys = [known.get(key, "") for key in GRAINS.get(table, ())]
        for column, one, two in zip_longest(head, other, row, fillvalue="nothing"):
            if one != two:
                yield Difference(name, "/".join([table, *keys, column]), one, two)


def _count(content: bytes, page: Page | None) -> int:
    """Numerals in a file's text: of a page what a reader sees, of data every numeral."""
    if page is None:
        return len(NUMERAL.findall(content.decode("utf-8", errors="replace")))
    shown = (token for token in page.tokens if token.kind == "text" and token.place != "head")
    return sum(len(NUMERAL.findall(token.text)) for token in shown)
