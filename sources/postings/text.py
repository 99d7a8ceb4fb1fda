"""Texts from HTML of every dialect: closed and unclosed paragraphs, entities encoded once, twice or not at all."""

from __future__ import annotations

import html
import re

# Most texts hold only these; a look here is much faster than the standard library's own decoding.
_COMMON = {
    "&#x27;": "'",
    "&#x2F;": "/",
    "&#39;": "'",
    "&quot;": '"',
    "&nbsp;": " ",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# A tag begins with a letter: "5 < 7" is none.
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_UNSEEN = re.compile(r"<(script|style)\b", re.IGNORECASE)
_HIDDEN = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
_HEADING = re.compile(r"</h[1-6]\s*>", re.IGNORECASE)
# Bold text alone in its block stands for a heading.
# Blanks are bounded: a text of nothing else must not be read again from each of them.
_BOLD_LINE = re.compile(
    r"(^|<(?:p|div|br|ul|ol|li)\b[^<>]*>|</(?:p|div|ul|ol|li)\s*>|\n)(\s{0,8})<(strong|b)>([^<>]{1,80})</\3>"
    r"(?=\s{0,8}(?:<(?:/?p|/?div|br|ul|ol)\b|\n|$))",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"</?(?:p|br|li|ul|ol|div|h[1-6]|tr|table|section|article|pre|blockquote|hr|dt|dd)\b[^<>]*>", re.IGNORECASE
)


def decode(text: str) -> str:
    """Return a text with its entities decoded once."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    return _COMMON.get(entity[0]) or html.unescape(entity[0])


def markup(text: str) -> str:
    """Return a text as HTML with true tags, where it came escaped once more."""
    return decode(text) if "&lt;" in text and not _TAG.search(text) else text


def plain(text: str) -> str:
    """Return a text on one line: tags as blanks, entities decoded twice where needed, invisible characters gone."""
    text = markup(text)
    if "<" in text:
        if "<s" in text:
            text = _without_unseen(text)
        text = _TAG.sub(" ", text.replace("<wbr>", ""))
    return _shown(text)


def lines(text: str) -> list[str]:
    """Return a text as the lines that a reader sees, without empty ones; a heading ends in a colon."""
    text = markup(text)
    if "<" in text:
        if "<s" in text:
            text = _BOLD_LINE.sub(r"\1\2\4:", _without_unseen(text))
        elif "<b>" in text:
            text = _BOLD_LINE.sub(r"\1\2\4:", text)
        if "</h" in text:
            text = _HEADING.sub(":\n", text)
        text = _TAG.sub(" ", _BREAK.sub("\n", text.replace("<wbr>", "")))
    shown = (" ".join(line.split()) for line in _shown(text).split("\n"))
    return [line for line in shown if line]


def _without_unseen(text: str) -> str:
    """Return a text without what browsers do not show: scripts and styles. One without its end is left as it is."""
    kept, at = [], 0
    lower = ""
    for match in _UNSEEN.finditer(text):
        if match.start() < at:
            continue
        lower = lower or text.lower()
        end = lower.find(f"</{match[1].lower()}", match.end()) if len(lower) == len(text) else -1
        if end == -1:
            break
        kept.append(text[at : match.start()])
        at = end
    return " ".join([*kept, text[at:]])


def _shown(text: str) -> str:
    text = decode(decode(text))
    if not text.isascii():
        for character in _HIDDEN:
            text = text.replace(character, "")
        text = text.replace("\u00a0", " ").replace("\u202f", " ")
    return text
