"""Python text with its keywords, names of calls, texts, numbers and comments marked up, by the standard tokenizer."""

from __future__ import annotations

import io
import keyword
import tokenize

from markupsafe import Markup, escape

_TAGS = {tokenize.COMMENT: "i", tokenize.STRING: "samp", tokenize.NUMBER: "var"}
# What a text with values in it is made of, from the version of Python on that takes it apart.
_TAGS |= {
    kind: "samp" for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END") if (kind := getattr(tokenize, name, 0))
}


def highlighted(text: str) -> Markup:
    """Return Python source as markup: `b` keywords, `samp` texts, `var` numbers, `i` comments, everything escaped.

    A text that is no Python comes back escaped and plain.
    """
    try:
        marks = list(_marks(text))
    except (tokenize.TokenError, SyntaxError):
        return escape(text)
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts, at = [], 0
    for tag, start, end in marks:
        first, last = (starts[row - 1] + column for row, column in (start, end))
        parts += [escape(text[at:first]), Markup("<{0}>{1}</{0}>").format(tag, text[first:last])]
        at = last
    return Markup("").join([*parts, escape(text[at:])])


def _marks(text: str) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        tag = "b" if token.type == tokenize.NAME and keyword.iskeyword(token.string) else _TAGS.get(token.type)
        if tag and token.string:
            found.append((tag, token.start, token.end))
    return found
