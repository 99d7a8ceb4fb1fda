"""What lands of a reply with postings: JSON lines of hashes, months and flags behind one line of counters."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from barometer.errors import SourceError
from sources.postings.classify import Classifier, Found
from sources.postings.posting import KEY_LENGTH, Posting, Redacted, employer_key, key, text_key
from sources.postings.salary import Salary, believed
from sources.protocol import Batch, Payload

TABLE = "job_postings"
COLUMNS = (
    "population", "posting_key", "text_key", "employer_key", "month", "terms", "required", "is_remote",
    "salary_low", "salary_high", "salary_currency", "salary_period",
)  # fmt: skip
WITHOUT_TEXT = "without text"
FORMAT = 1
PERIODS = ("hour", "day", "month", "year")
_HEX = set("0123456789abcdef")
_T = TypeVar("_T")


class Thread(msgspec.Struct, frozen=True):
    """One discussion that holds postings, and the month it is for."""

    id: int
    month: dt.date


class Counters(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line of what lands: whose postings, read by which rules, how many came and became of them what.

    `following` is what the next page is asked for with, None behind the last; `threads` is filled by lists of threads.
    """

    format: int
    population: str
    rules: str
    seen: int
    kept: int
    dropped: dict[str, int] = {}
    following: str | None = None
    threads: tuple[Thread, ...] = ()


# Made with the module: what msgspec keeps of a type it works out on first use, and where two threads come first to one
# that holds another, each for its own source, it crashes the process (seen with msgspec 0.22).
_COUNTERS = msgspec.json.Decoder(Counters)
_REDACTED = msgspec.json.Decoder(Redacted)


@dataclass(frozen=True)
class Redaction:
    """A reply with its texts, names and addresses gone."""

    counters: Counters
    postings: list[Redacted] = field(repr=False)

    def encode(self) -> bytes:
        """Return the JSON lines that land."""
        encoder = msgspec.json.Encoder()
        return b"".join(encoder.encode(line) + b"\n" for line in (self.counters, *self.postings))

    def batch(self) -> Batch:
        """Return the postings as rows of `raw.job_postings`."""
        population = self.counters.population
        return Batch(TABLE, COLUMNS, [_row(population, posting) for posting in self.postings])


def redact(
    classifier: Classifier,
    population: str,
    postings: Iterable[Posting],
    dropped: Counter[str] | None = None,
    following: str | None = None,
    seen: Callable[[Posting, Found], None] | None = None,
) -> Redaction:
    """Read postings and return what is kept of them; `seen` is shown each with what was found in it.

    `dropped` are those that the reply held and the caller left out, by reason. A posting without text is left out too.
    """
    left_out = Counter(dropped or {})
    kept: list[Redacted] = []
    for posting in postings:
        found = classifier.classify(posting.text)
        if seen is not None:
            seen(posting, found)
        if found.text.strip():
            kept.append(_redacted(classifier, population, posting, found))
        else:
            left_out[WITHOUT_TEXT] += 1
    counters = Counters(
        format=FORMAT,
        population=population,
        rules=classifier.version,
        seen=len(kept) + left_out.total(),
        kept=len(kept),
        dropped=dict(sorted(left_out.items())),
        following=following,
    )
    return Redaction(counters, kept)


def _redacted(classifier: Classifier, population: str, posting: Posting, found: Found) -> Redacted:
    remote = posting.remote if posting.remote is not None else found.is_remote
    salary = posting.salary or found.salary
    return Redacted(
        posting_key=key(population, posting.id),
        text_key=text_key(population, found.text),
        month=posting.month,
        terms=tuple([classifier.terms[name] for name in found.frameworks]) if found.frameworks else (),
        required=tuple([classifier.terms[name] for name in found.required]) if found.required else (),
        employer_key=employer_key(population, posting.employer),
        is_remote=posting.remote_default if remote is None else remote,
        salary_low=salary.low if salary else None,
        salary_high=salary.high if salary else None,
        salary_currency=salary.currency if salary else None,
        salary_period=salary.period if salary else None,
    )


def read_counters(content: bytes) -> Counters | None:
    """Return the first line of what landed, None where it cannot be read."""
    try:
        return _COUNTERS.decode(content.split(b"\n", 1)[0])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_redacted(payload: Payload, is_ours: Callable[[str], bool]) -> Redaction:
    """Return what landed, checked. `is_ours` says whether a population belongs to the payload's source.

    Raises SourceError naming source, request, line and rule.
    """
    lines = payload.content.split(b"\n")
    counters = _decoded(payload, 1, lines[0], _COUNTERS)
    if counters.format != FORMAT:
        raise _refused(payload, 1, f"`format` is {counters.format}; this version reads {FORMAT}")
    if not is_ours(counters.population):
        raise _refused(payload, 1, f"`population` is none of this source's: {counters.population[:40]!r}")
    if lines[-1] or len(lines) - 2 != counters.kept:
        raise _refused(payload, 1, f"`kept` is {counters.kept}, and {len(lines) - 2} whole lines follow")
    postings = []
    for number, line in enumerate(lines[1:-1], start=2):
        posting = _decoded(payload, number, line, _REDACTED)
        _check(payload, number, posting)
        postings.append(posting)
    return Redaction(counters, postings)


def _decoded(payload: Payload, number: int, line: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(payload, number, str(error)) from None


def _check(payload: Payload, number: int, posting: Redacted) -> None:
    keys = {"posting_key": posting.posting_key, "text_key": posting.text_key, "employer_key": posting.employer_key}
    for name, value in keys.items():
        if value is not None and (len(value) != KEY_LENGTH or not _HEX.issuperset(value)):
            raise _refused(payload, number, f"`{name}` is not {KEY_LENGTH} hex digits: {value[:40]!r}")
    if posting.month.day != 1:
        raise _refused(payload, number, f"`month` is not the first of a month: {posting.month}")
    if not set(posting.required) <= set(posting.terms):
        raise _refused(payload, number, "`required` names what `terms` does not")
    stated = (posting.salary_low, posting.salary_high, posting.salary_currency, posting.salary_period)
    if all(part is None for part in stated):
        return
    if None in stated or posting.salary_period not in PERIODS or not _is_range(posting.salary_low, posting.salary_high):
        raise _refused(payload, number, f"the salary is not a range with currency and period: {stated!r}")


def _is_range(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and 0 < low <= high


def _refused(payload: Payload, number: int, rule: str) -> SourceError:
    return SourceError(
        f"{payload.source}, {payload.request}, line {number} of what landed: {rule}",
        f"postings land without their texts, so this one must come again: barometer collect {payload.source}",
    )


def _row(population: str, posting: Redacted) -> tuple:
    return (
        population,
        posting.posting_key,
        posting.text_key,
        posting.employer_key,
        posting.month,
        list(posting.terms),
        list(posting.required),
        posting.is_remote,
        posting.salary_low,
        posting.salary_high,
        posting.salary_currency,
        posting.salary_period,
    )


def stated_salary(low: float | None, high: float | None, currency: str | None, period: str | None) -> Salary | None:
    """Return a pay from a source's own fields, None where they do not state one that can be true."""
    low, high = low or high, high or low
    if not low or not high or not currency or period not in PERIODS or len(currency) != 3:
        return None
    return believed(float(low), float(high), currency.upper(), period)
