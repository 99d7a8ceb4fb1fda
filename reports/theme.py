"""Colours and chart dress: one colour a framework everywhere, readable in light and dark."""

from __future__ import annotations

from typing import Any

from barometer.catalog import Catalog

LIGHT, DARK = "#ffffff", "#14181d"
LIGHT_PANEL, DARK_PANEL = "#f5f4f0", "#1e242b"

# Neutral colours as charts write them; the style sheet turns each into its light or dark value.
INK, MUTED, GRID, CONTEXT, WARN = "#1b1f23", "#57606a", "#e1e4e8", "#8c959f", "#9a6700"
NEUTRALS = {"ink": INK, "muted": MUTED, "grid": GRID, "context": CONTEXT, "warn": WARN}

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 440

GRAPHIC_CONTRAST = 3.1  # WCAG 1.4.11, with a little room
TEXT_CONTRAST = 4.7  # WCAG 1.4.3, with a little room

# Dash patterns: the second cue of a line, beside its end label and its point shape.
DASHES: list[list[int]] = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 3], [3, 1]]


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2), 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, backgrounds: tuple[str, ...], ratio: float) -> str:
    """Return the colour, moved towards black or white only as far as its contrast with every background asks."""
    target = 0 if luminance(backgrounds[0]) > 0.5 else 255
    for step in range(101):
        mixed = _mix(colour, target, step / 100)
        if all(contrast(mixed, background) >= ratio for background in backgrounds):
            return mixed
    return _mix(colour, target, 1)


def _mix(colour: str, target: int, amount: float) -> str:
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(c + (target - c) * amount):02x}" for c in channels)


def colour_rules(catalog: Catalog) -> str:
    """Return the style rules that paint each framework, in light and dark, wherever a chart names its colour."""
    light: list[str] = []
    dark: list[str] = []
    rules: list[str] = []
    for framework in catalog.frameworks:
        name, hexed = framework.key.replace("_", "-"), framework.colour.lower()
        for lines, backgrounds in ((light, (LIGHT, LIGHT_PANEL)), (dark, (DARK, DARK_PANEL))):
            lines.append(f"--{name}:{readable(hexed, backgrounds, GRAPHIC_CONTRAST)};")
            lines.append(f"--{name}-text:{readable(hexed, backgrounds, TEXT_CONTRAST)};")
        rules.append(f'svg [fill="{hexed}"]{{fill:var(--{name})}}svg [stroke="{hexed}"]{{stroke:var(--{name})}}')
        rules.append(f'svg text[fill="{hexed}"],.f-{name}{{fill:var(--{name}-text);color:var(--{name}-text)}}')
        rules.append(f".b-{name}{{--b:var(--{name})}}")
    for name, hexed in NEUTRALS.items():
        rules.append(f'svg [fill="{hexed}"]{{fill:var(--{name})}}svg [stroke="{hexed}"]{{stroke:var(--{name})}}')
    return (
        f":root{{{''.join(light)}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{''.join(dark)}}}}}\n"
        + "\n".join(rules)
    )


def chart_config() -> dict[str, Any]:
    """Return the Vega-Lite configuration every chart shares."""
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domainColor": CONTEXT,
        "tickColor": CONTEXT,
        "labelFont": FONT,
        "titleFont": FONT,
        "domain": False,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"ticks": False, "minExtent": 34, "maxExtent": 34, "labelPadding": 5},
        "axisX": {
            "grid": False,
            "domain": True,
            "ticks": False,
            "labelPadding": 6,
            "labelFlush": False,
            "labelOverlap": True,
        },
        "header": {"labelColor": INK, "labelFont": FONT, "labelFontSize": 11, "title": None},
        "text": {"font": FONT, "fontSize": 11},
        "line": {"strokeWidth": 2},
    }
