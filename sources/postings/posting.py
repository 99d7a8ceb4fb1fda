"""A posting before it is read, and what is kept of it afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import lru_cache

import msgspec

from sources.postings.salary import Salary

KEY_LENGTH = 16

_LETTERS = bytes(range(ord("a"), ord("z") + 1))
_LOWER = bytes.maketrans(_LETTERS.upper(), _LETTERS)
# Blanks, punctuation and control characters carry no words; bytes from 128 on are letters of other alphabets.
_WORDLESS = bytes(code for code in range(128) if not chr(code).isalnum())
_LEGAL = re.compile(
    r"[\s,.]+(?:inc|llc|ltd|limited|gmbh(?: & co\.? kg)?|ag|se|kg|corp|corporation|plc|pty|pvt|bv|b\.v|nv|ab|oy|as|"
    r"sa|s\.a|sas|sarl|srl|spa|sl|s\.l|pt|tbk|co|company)\.?$"
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|https?://\S+|\bwww\.\S+")
_LONGEST_NAME = 80


class Posting(msgspec.Struct, frozen=True, gc=False):
    """One posting as its source sends it. It lives between the reply and its reading and is never stored.

    `remote` and `salary` are what the source itself states in fields of their own, None where it states nothing;
    `remote_default` is what it is worth where the text says nothing either.
    """

    id: str
    month: dt.date
    text: str
    employer: str | None = None
    remote: bool | None = None
    remote_default: bool | None = None
    salary: Salary | None = None

    def __repr__(self) -> str:
        """The id alone: no text in a log."""
        return f"Posting({self.id!r})"


class Redacted(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is kept of a posting: hashes, the month, and what its text named. No text, no name, no address."""

    posting_key: str
    text_key: str
    month: dt.date
    terms: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    employer_key: str | None = None
    is_remote: bool | None = None
    salary_low: float | None = None
    salary_high: float | None = None
    salary_currency: str | None = None
    salary_period: str | None = None


def key(population: str, value: str) -> str:
    """Return the first 16 hex digits of SHA-256 over the population and a value: equal only within a population."""
    return hashlib.sha256(f"{population}:{value}".encode()).hexdigest()[:KEY_LENGTH]


def text_key(population: str, text: str) -> str:
    """Return the key of a plain text: equal for texts that differ only in case, blanks, punctuation and markup."""
    words = text.encode("utf-8", "surrogatepass").translate(_LOWER, _WORDLESS)
    return hashlib.sha256(population.encode() + b":" + words).hexdigest()[:KEY_LENGTH]


def employer_key(population: str, name: str | None) -> str | None:
    """Return the key of an employer, None where no usable name stands there."""
    normal = employer_name(name) if name and len(name) <= _LONGEST_NAME * 2 else ""
    return key(population, normal) if normal else None


# An employer's name comes back with every posting of a board and every month of a forum.
@lru_cache(maxsize=4096)
def employer_name(name: str) -> str:
    """Return a name as it is compared: lower case, without asides, addresses, legal forms and punctuation."""
    normal = _ASIDE.sub(" ", name.casefold()).strip(" .,;:-–—*|")
    for _ in range(2):
        normal = _LEGAL.sub("", normal)
    normal = " ".join(re.sub(r"[^\w&+]+", " ", normal).split())
    return normal if len(normal) <= _LONGEST_NAME else ""
