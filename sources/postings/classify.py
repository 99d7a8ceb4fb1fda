"""Which frameworks a posting names, which it asks for as a must, and what it says of place and pay."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

import msgspec

from barometer.catalog import Catalog, Framework
from barometer.errors import CatalogError
from sources.postings.demand import is_required
from sources.postings.remote import find_remote
from sources.postings.salary import Salary, find_salary
from sources.postings.text import lines, plain

# Raise it whenever reading changes, so that what can be asked for again is read again.
RULES = 1
# Whether something is a must is looked for in so many mentions: a text of nothing else must not take for ever.
MOST_MENTIONS = 20

# ASCII: with the usual boundaries a Chinese character is a letter, and "熟悉TensorFlow框架" names nothing. An
# underscore is emphasis. A version may be glued on: "tensorflow2", "PyTorch1.x".
_LEFT = r"(?<![A-Za-z0-9])"
_RIGHT = r"(?=\d{0,2}(?:\.(?:\d{1,2}|x))*(?![A-Za-z0-9]))"
_FLAGS = re.IGNORECASE | re.ASCII
# What may stand in a pattern from whose letters a required piece can be read: letters, optional joints, an escaped dot.
_SIMPLE = re.compile(r"(?:[a-z0-9]|\[[^\[\]]+\]\??|\\[.\-])+", re.IGNORECASE)
# An optional ending says nothing of what must be there: it counts as any optional joint does.
_OPTIONAL = re.compile(r"\(\?:[a-z0-9|]+\)\?", re.IGNORECASE)
_PIECE = re.compile(r"[a-z0-9]+", re.IGNORECASE)


class Found(msgspec.Struct, frozen=True, gc=False):
    """What one text says: frameworks' keys in the catalogue's order, place and pay; and the text on one line."""

    frameworks: tuple[str, ...]
    required: tuple[str, ...]
    is_remote: bool | None
    salary: Salary | None
    text: str

    def __repr__(self) -> str:
        """Without the text: none in a log."""
        return f"Found({self.frameworks}, required={self.required}, is_remote={self.is_remote}, salary={self.salary})"


class _Rule:
    """How one framework is found."""

    def __init__(self, framework: Framework) -> None:
        self.key = framework.key
        self.term = framework.job_terms[0]
        patterns = framework.job_patterns or [re.escape(term) for term in framework.job_terms]
        self.pattern = _compiled(framework, "job_patterns", patterns, _LEFT, _RIGHT)
        self.exclusions = _compiled(framework, "job_exclusions", framework.job_exclusions, "", "(?![A-Za-z0-9])")
        pieces = [_required_piece(pattern) for pattern in patterns]
        # One pattern without such a piece, and every text has to be searched.
        self.pieces = tuple(dict.fromkeys(pieces)) if all(pieces) else ("",)

    def may_match(self, lower: str) -> bool:
        """False where a text in lower case cannot name the framework: cheap, and true of most."""
        return self.pieces[0] in lower or any(piece in lower for piece in self.pieces[1:])

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where a text names the framework, exclusions blanked out first."""
        if self.exclusions is not None:
            text = self.exclusions.sub(lambda match: " " * len(match[0]), text)
        return [match.span() for match in self.pattern.finditer(text)] if self.pattern else []


class Classifier:
    """Reads texts for the frameworks of a catalogue. Raises CatalogError where a pattern is no regular expression."""

    def __init__(self, catalog: Catalog) -> None:
        self.rules = [_Rule(framework) for framework in catalog.frameworks if framework.job_terms]
        self.terms = {rule.key: rule.term for rule in self.rules}
        named = [(f.job_terms[:1], f.job_patterns or f.job_terms, f.job_exclusions) for f in catalog.frameworks]
        # Changes with the catalogue and with the reading: what was read under another one may be read again.
        self.version = hashlib.sha256(repr((RULES, named)).encode()).hexdigest()[:12]

    def classify(self, text: str) -> Found:
        """Return what a text, HTML or plain, says."""
        shown = plain(text)
        lower = shown.lower()
        candidates = [rule for rule in self.rules if rule.may_match(lower)]
        names: tuple[str, ...] = ()
        required: tuple[str, ...] = ()
        if candidates:
            names, required = _named(candidates, text)
        return Found(names, required, find_remote(lower), find_salary(shown), shown)

    def classify_many(self, texts: Iterable[str]) -> Iterator[Found]:
        """Yield what each text says, in their order."""
        return map(self.classify, texts)


def _named(rules: list[_Rule], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the frameworks that a text names, and of those it asks for as a must."""
    shown = lines(text)
    lowered = [line.lower() for line in shown]
    names, required = [], []
    for rule in rules:
        mentions = [
            (number, *span)
            for number, lower in enumerate(lowered)
            if rule.may_match(lower)
            for span in rule.spans(shown[number])
        ]
        if mentions:
            names.append(rule.key)
        if any(is_required(shown, *mention) for mention in mentions[:MOST_MENTIONS]):
            required.append(rule.key)
    return tuple(names), tuple(required)


def _compiled(framework: Framework, field: str, patterns: list[str], left: str, right: str) -> re.Pattern[str] | None:
    for pattern in patterns:
        try:
            re.compile(pattern, _FLAGS)
        except re.error as error:
            raise CatalogError(
                f"frameworks.{framework.key}.{field}: `{pattern}` is no regular expression: {error}",
                "correct it in the catalogue; letters stand for themselves, a dot is written \\\\.",
            ) from None
    return re.compile(f"{left}(?:{'|'.join(patterns)}){right}", _FLAGS) if patterns else None


def _required_piece(pattern: str) -> str:
    """Return letters without which a pattern cannot match, "" where they cannot be read off.

    Searching for a few letters is fifty times as fast as a regular expression, and most postings name no framework.
    """
    pattern = _OPTIONAL.sub("[a]?", pattern)
    if not _SIMPLE.fullmatch(pattern):
        return ""
    pieces = _PIECE.findall(re.sub(r"\[[^\[\]]+\]\??|\\[.\-]", " ", pattern))
    return max(pieces, key=len).lower() if pieces else ""
