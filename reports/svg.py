"""A chart as inline SVG: small, the same bytes every time, named for screen readers, coloured by the page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from typing import Any, Protocol

from markupsafe import Markup

from reports.drawings import draw
from reports.theme import NEUTRALS

SPACE = "http://www.w3.org/2000/svg"
_KEEP = {
    "svg": {"viewBox"},
    "g": {"transform", "class"},
    "path": {
        "d",
        "transform",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "opacity",
        "fill-opacity",
        "stroke-opacity",
    },
    "line": {"x1", "x2", "y1", "y2", "transform", "stroke", "stroke-width", "stroke-dasharray", "opacity"},
    "text": {"text-anchor", "transform", "fill", "font-size", "font-weight", "font-style", "opacity"},
    "tspan": {"x", "dy"},
    "rect": {"x", "y", "width", "height", "fill", "transform"},
}
_DEFAULTS = {
    ("stroke-width", "1"),
    ("opacity", "1"),
    ("fill-opacity", "1"),
    ("stroke-opacity", "1"),
    ("text-anchor", "start"),
    ("transform", "translate(0,0)"),
    ("font-weight", "normal"),
    ("fill", "transparent"),
    ("font-size", "11px"),
    ("x2", "0"),
    ("y2", "0"),
}
_SHARED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "text-anchor", "font-size", "font-style")
_TRANSLATE = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PART = re.compile(r"-?[\d.]+")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


class Drawable(Protocol):
    """A chart: Altair's, or one that is written as Vega-Lite already."""

    def to_dict(self, validate: bool = True) -> dict[str, Any]:
        """Return the Vega-Lite specification."""
        ...


def chart_svg(chart: Drawable, title: str, description: str) -> Markup:
    """Return the chart as an `<svg role="img">` with a title and a description, and nothing that needs an id."""
    drawn = _drawn(json.dumps(chart.to_dict(validate=False), sort_keys=True))
    size = drawn.get("viewBox", "").split()[2]
    attributes = {
        "role": "img",
        "aria-label": title,
        "viewBox": drawn.get("viewBox", ""),
        "width": size,
        "class": "chart",
    }
    root = ET.Element("svg", attributes)
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "desc").text = description
    root.extend(list(drawn))
    return Markup(ET.tostring(root, encoding="unicode").replace(" />", "/>"))


@lru_cache(maxsize=128)
def _drawn(specification: str) -> ET.Element:
    """Return the cleaned drawing of a Vega-Lite specification; charts of factors that nobody measured are all alike."""
    drawn = _clean(ET.fromstring(draw(specification)))
    return ET.Element("svg", {"viewBox": "0 0 1 1"}) if drawn is None else drawn


def _clean(node: ET.Element) -> ET.Element | None:
    """Return the node without what a reader cannot see; None when nothing is left of it."""
    tag = node.tag.removeprefix(f"{{{SPACE}}}")
    if tag not in _KEEP or node.get("display") == "none" or node.get("opacity") == "0":
        return None
    classes = node.get("class", "")
    if tag == "path" and (not node.get("d") or "background" in classes):
        return None
    attributes = {k: _short(v) for k, v in node.attrib.items() if k in _KEEP[tag] and (k, v) not in _DEFAULTS}
    attributes.pop("class", None)
    if "role-axis-label" in classes or "role-axis-title" in classes:
        attributes["class"] = "tick"
    kept = ET.Element(tag, attributes)
    kept.text = node.text if tag in ("text", "tspan") else None
    kept.extend(child for child in (_clean(c) for c in node) if child is not None)
    if tag == "text" and len(kept) == 0:
        _stand(kept)
    if tag == "g" and len(kept) == 0:
        return None
    if tag == "path" and "stroke" not in attributes:
        kept.attrib.pop("stroke-width", None)
    if tag == "g":
        _hoist(kept)
        _join(kept)
        if not kept.attrib and len(kept) == 1:
            return kept[0]
    return kept


def _stand(text: ET.Element) -> None:
    """Say where a text stands by its own attributes, not by moving it: half the bytes."""
    moved = _TRANSLATE.fullmatch(text.get("transform", ""))
    if moved is not None:
        places = {name: place for name, place in zip("xy", moved.groups(), strict=True) if place != "0"}
        text.attrib = {**places, **text.attrib}
        del text.attrib["transform"]


def _hoist(group: ET.Element) -> None:
    """Say once, on the group, what all its children say; a text's own colour stays, because the page darkens it."""
    if len(group) < 2:
        return
    for name, value in list(group[0].attrib.items()):
        is_own = name == "fill" and group[0].tag == "text" and value not in NEUTRALS.values()
        if name in _SHARED and not is_own and all(child.get(name) == value for child in group):
            group.set(name, value)
            for child in group:
                del child.attrib[name]


def _join(group: ET.Element) -> None:
    """Draw marks that differ in nothing but their place, rules and symbols alike, as one path: half the bytes."""
    children, runs = list(group), list[list[tuple[ET.Element, str | None]]]()
    for child in children:
        drawn = _placed(child)
        if runs and drawn is not None and runs[-1][0][1] is not None:
            runs[-1].append((child, drawn))
        else:
            runs.append([(child, drawn)])
    for run in runs:
        if len(run) > 1:
            joined = ET.Element("path", {"d": "".join(drawn or "" for _, drawn in run)})
            group.insert(list(group).index(run[0][0]), joined)
            for child, _ in run:
                group.remove(child)


def _placed(node: ET.Element) -> str | None:
    """A rule, a symbol or a bar as a path where it stands; None for anything else, or with an attribute of its own."""
    outline = node.get("d", "")
    moved = _TRANSLATE.fullmatch(node.get("transform", "translate(0,0)" if outline.endswith("Z") else ""))
    if moved is None or not set(node.attrib) <= {"transform", "d", "x1", "x2", "y1", "y2"}:
        return None
    left, top = float(moved[1]), float(moved[2])
    if node.tag == "line":
        ends = [float(node.get(name, "0")) for name in ("x1", "y1", "x2", "y2")]
        across, down = _tenth(ends[2] - ends[0]), _tenth(ends[3] - ends[1])
        step = f"v{down}" if across == "0" else f"h{across}" if down == "0" else f"l{across},{down}"
        return f"M{_tenth(left + ends[0])},{_tenth(top + ends[1])}{step}"
    relative = _relative(outline) if node.tag == "path" else None
    if relative is None:
        return None
    (x, y), rest = relative
    return f"M{_tenth(left + x)},{_tenth(top + y)}{rest}"


@lru_cache(maxsize=256)
def _relative(outline: str) -> tuple[tuple[float, float], str] | None:
    """The first point of an outline, and the rest relative to it; None where it holds more than M, L, A, h, v and Z."""
    steps = [(kind, [float(part) for part in _PART.findall(rest)]) for kind, rest in _STEP.findall(outline)]
    if not steps or steps[0][0] != "M" or any(kind not in "LAhvZ" for kind, _ in steps[1:]):
        return None
    x, y = start = (steps[0][1][0], steps[0][1][1])
    said = []
    for kind, parts in steps[1:]:
        if kind in "LA":
            *flags, to_x, to_y = parts
            said.append(kind.lower() + ",".join(map(_tenth, [*flags, to_x - x, to_y - y])))
            x, y = to_x, to_y
        else:
            said.append(kind + "".join(map(_tenth, parts)))
            x, y = (x + parts[0], y) if kind == "h" else (x, y + parts[0]) if kind == "v" else start
    return start, "".join(said)


def _tenth(value: float) -> str:
    return f"{round(value, 1) or 0.0:.1f}".removesuffix(".0")


def _short(value: str) -> str:
    """One decimal is below a third of a pixel; colours in one case, so that the style sheet finds them."""
    rounded = _NUMBER.sub(lambda m: f"{float(m.group()):.1f}".removesuffix(".0").replace("-0.0", "0"), value)
    return rounded.lower() if rounded.startswith("#") else rounded
