"""A page taken apart: every text and attribute with its reference and the kind of place it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

NUMERAL = re.compile(r"\d+(?:[.,]\d+)*(?:\u202f?[kMB%\u00d7])?(?![A-Za-z0-9])|\d+")
_VOID = {"meta", "link", "br", "hr", "img", "input", "circle", "path", "line", "rect"}
_MARKS = ("data-ref", "data-count", "data-previous")
BASE = "data-base"  # what the references within a table or a row begin with, up to a slash
RELATIVE = "./"  # how a reference, or a base, begins that continues the base around it


@dataclass(frozen=True)
class Token:
    """One text or attribute: where it stands and what it says."""

    kind: str  # text, tag or attribute
    mark: str  # the nearest reference, with its attribute's name, or the nearest id
    place: str  # axis, chart name, command, citation, name, head or prose
    text: str


@dataclass
class Marked:
    """An element that carries a reference: its attribute, its reference, all its text."""

    attribute: str
    ref: str
    text: str = ""


@dataclass
class Page:
    """A page's tokens in order, its marked elements, and how often each verdict is listed."""

    tokens: list[Token] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    verdicts: dict[str, int] = field(default_factory=dict)


@dataclass
class _Open:
    tag: str
    mark: str
    place: str
    element: Marked | None
    base: str = ""


class _Reader(HTMLParser):
    """Builds a Page while it reads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.stack: list[_Open] = [_Open("", "", "prose", None)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closes=tag in _VOID)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closes=True)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], closes: bool) -> None:
        parent, values = self.stack[-1], {name: value or "" for name, value in attrs}
        element, mark = parent.element, parent.mark
        if values.get("id"):
            mark = f"#{values['id']}" if element is None else mark
        base = _whole(values.get(BASE, parent.base), parent.base)
        for attribute in _MARKS:
            if attribute in values:
                mark = _whole(values[attribute], base)
                element = Marked(attribute, mark)
                self.page.marked.append(element)
        if "data-verdict" in values:
            self.page.verdicts[values["data-verdict"]] = self.page.verdicts.get(values["data-verdict"], 0) + 1
        opened = _Open(tag, mark, _place(tag, values, parent.place), element, base)
        self.page.tokens.append(Token("tag", mark, opened.place, tag))
        self.page.tokens += [
            Token("attribute", mark, opened.place, f"{name}={value}") for name, value in values.items()
        ]
        if not closes:
            self.stack.append(opened)

    def handle_endtag(self, tag: str) -> None:
        for i in reversed(range(1, len(self.stack))):
            if self.stack[i].tag == tag:
                del self.stack[i:]
                return

    def handle_data(self, data: str) -> None:
        top = self.stack[-1]
        if top.element is not None:
            top.element.text += data
        if not data.strip():
            return
        self.page.tokens.append(Token("text", top.mark, top.place if top.element is None else "figure", data))


def read_page(content: bytes) -> Page:
    """Return a page's tokens and marked elements."""
    reader = _Reader()
    reader.feed(content.decode("utf-8", errors="replace"))
    reader.close()
    return reader.page


def _whole(ref: str, base: str) -> str:
    return base + ref.removeprefix(RELATIVE) if ref.startswith(RELATIVE) else ref


def _place(tag: str, values: dict[str, str], parent: str) -> str:
    if tag in ("style", "title", "head") and parent != "chart":
        return "head"
    if tag == "svg":
        return "chart"
    if parent == "chart":
        return {"title": "chart name", "desc": "chart name"}.get(tag) or (
            "axis" if values.get("class") == "tick" else "chart"
        )
    if tag in ("code", "pre"):
        return "command"
    if tag == "cite":
        return "citation"
    if values.get("class") == "name":
        return "name"
    if tag == "time" and values.get("data-edition"):
        return "edition"
    return parent


def words(text: str) -> str:
    """Return a text with every run of spaces as one; a narrow no-break space stays."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()
