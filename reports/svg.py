"""A chart as inline SVG: small, the same bytes every time, named for screen readers, coloured by the page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from functools import lru_cache

import altair as alt
import vl_convert
from markupsafe import Markup

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
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def chart_svg(chart: alt.TopLevelMixin, title: str, description: str) -> Markup:
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


@lru_cache(maxsize=64)
def _drawn(specification: str) -> ET.Element:
    """Return the cleaned drawing of a Vega-Lite specification; charts of factors that nobody measured are all alike."""
    drawn = _clean(ET.fromstring(vl_convert.vegalite_to_svg(specification)))
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
    if tag == "g" and len(kept) == 0:
        return None
    if tag == "path" and "stroke" not in attributes:
        kept.attrib.pop("stroke-width", None)
    if tag == "g":
        _hoist(kept)
        if not kept.attrib and len(kept) == 1:
            return kept[0]
    return kept


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


def _short(value: str) -> str:
    """One decimal is below a third of a pixel; colours in one case, so that the style sheet finds them."""
    rounded = _NUMBER.sub(lambda m: f"{float(m.group()):.1f}".removesuffix(".0").replace("-0.0", "0"), value)
    return rounded.lower() if rounded.startswith("#") else rounded
