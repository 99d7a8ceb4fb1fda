"""Errors and warnings as the result file bears them: the library's own words, one line, without paths."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from bench.environment import one_line

_LONGEST = 400
_MOST_WARNINGS = 3


class Unavailable(Exception):
    """Something that is no part of the library is missing here, such as a compiler: the cell is not run."""


def first_line(text: str) -> str:
    """Return the first line that says something, with what follows a colon at its end; no colours, paths, addresses."""
    said: list[str] = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        if line.strip():
            said.append(line.strip())
            if not said[-1].endswith(":"):
                break
    # An object's address is another one every time.
    return re.sub(r"\b0x[0-9a-f]{6,}", "0x...", one_line(" ".join(said)))[:_LONGEST]


def words_of(error: BaseException) -> str:
    """Return an error's first line, with its type where the line does not say it."""
    return f"{type(error).__name__}: {first_line(str(error)) or 'without a message'}"[:_LONGEST]


def deprecations(caught: Iterable[warnings.WarningMessage]) -> str:
    """Return what a library says of its own deprecation, each text once."""
    texts: list[str] = []
    for one in caught:
        text = one_line(str(one.message))[:_LONGEST]
        if "deprecat" in text.lower() and text not in texts:
            texts.append(text)
    return " | ".join(texts[:_MOST_WARNINGS])
