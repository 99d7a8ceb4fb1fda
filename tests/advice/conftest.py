"""Catalogues and evidence for tests of advice: small ones made to order, and one set of figures of realistic size."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from barometer.catalog import Catalog
from tests.support import shipped_catalog

ROOT = Path(__file__).resolve().parents[2]
Row = dict[str, Any]

# metric: {framework: (value, relative half width of the interval, n)}. Of the size of real figures, not real figures.
REALISTIC: dict[str, dict[str, tuple[float, float, int | None]]] = {
    "releases_last_year": {
        "keras": (9, 0, None),
        "pytorch": (7, 0, None),
        "tensorflow": (6, 0, None),
        "jax": (26, 0, None),
    },
    "authors_per_month": {
        "keras": (41, 0.12, None),
        "pytorch": (402, 0.05, None),
        "tensorflow": (188, 0.07, None),
        "jax": (97, 0.09, None),
    },
    "paper_share": {"pytorch": (0.59, 0, 2400), "tensorflow": (0.04, 0, 2400), "jax": (0.03, 0, 2400)},
    "companion_downloads_per_day": {
        "keras": (41e3, 0.1, None),
        "pytorch": (780e3, 0.1, None),
        "tensorflow": (120e3, 0.1, None),
        "jax": (150e3, 0.1, None),
    },
    "downloads_chosen_per_day": {
        "keras": (260e3, 0.7, None),
        "pytorch": (2.3e6, 0, None),
        "tensorflow": (640e3, 0, None),
        "jax": (420e3, 0, None),
    },
    "stars_gained_per_week": {
        "keras": (24, 0.2, None),
        "pytorch": (260, 0.1, None),
        "tensorflow": (70, 0.2, None),
        "jax": (75, 0.15, None),
    },
    "survey_share": {"pytorch": (0.106, 0, 31000), "tensorflow": (0.101, 0, 31000), "keras": (0.046, 0, 31000)},
    "job_share_hn": {
        "keras": (0.0046, 0, 4100),
        "pytorch": (0.041, 0, 4100),
        "tensorflow": (0.021, 0, 4100),
        "jax": (0.009, 0, 4100),
    },
    "job_share_us_ds": {"keras": (0.05, 0, 900), "pytorch": (0.14, 0, 900), "tensorflow": (0.15, 0, 900)},
    "job_share_zh": {
        "keras": (0.001, 0, 700),
        "pytorch": (0.012, 0, 700),
        "tensorflow": (0.006, 0, 700),
        "jax": (0.0, 0, 700),
    },
}


def _row(
    metric: str, framework: str, value: float, low: float | None = None, high: float | None = None, **more: Any
) -> Row:
    row = {
        "evidence_id": f"{metric}.{framework}",
        "metric": metric,
        "framework": framework,
        "value": value,
        "low": low,
        "high": high,
        "n": None,
        "as_of": "2026-05-31",
        "standing": True,
        "is_stale": False,
    }
    return row | more


def _catalog(
    factors: dict[str, list[tuple[str, str, str]]],
    readers: dict[str, dict[str, float]],
    frameworks: str = "abcd",
    draws: int = 1000,
    **method: Any,
) -> Catalog:
    """A catalogue of one-letter frameworks; factors: {factor: [(metric, spread, better)]}; no claims."""
    metrics = [
        {
            "key": key,
            "factor": factor,
            "label": key,
            "unit": "u",
            "better": better,
            "spread": spread,
            "dataset": f"of_{key}",
        }
        for factor, entries in factors.items()
        for key, spread, better in entries
    ]
    constants = {"seed": 7, "draws": draws, "interval": 0.9, "pick_threshold": 0.8, "weight_concentration": 20.0}
    text = {"label": "x", "question": "x", "wants": "x", "way": "live", "fresh_days": 1, "without": "x"}
    look = {"label": "x", "colour": "#000000", "shape": "circle"}
    return msgspec.convert(
        {
            "format": 1,
            "method": constants | method,
            "frameworks": [look | {"key": key, "label": key.upper(), "packages": [key]} for key in frameworks],
            "factors": [{"key": key, "label": key, "question": "x"} for key in factors],
            "datasets": [
                {"key": metric["dataset"]} | {name: text[name] for name in ("label", "way", "fresh_days", "without")}
                for metric in metrics
            ],
            "metrics": metrics,
            "readers": [
                {"key": key, "label": key, "wants": "x", "weights": weights} for key, weights in readers.items()
            ],
            "claims": [],
        },
        Catalog,
    )


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The project's own catalogue."""
    return shipped_catalog()


@pytest.fixture(scope="session")
def quick(catalog: Catalog) -> Catalog:
    """The project's own catalogue with fewer worlds."""
    return msgspec.structs.replace(catalog, method=msgspec.structs.replace(catalog.method, draws=1500))


@pytest.fixture(scope="session")
def make_catalog() -> Callable[..., Catalog]:
    return _catalog


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    return _row


@pytest.fixture(scope="session")
def realistic() -> list[Row]:
    """Evidence rows for the project's own catalogue, with the gaps that real sources leave."""
    rows = []
    for metric, figures in REALISTIC.items():
        for framework, (value, width, n) in figures.items():
            low, high = (value * math.exp(-width), value * math.exp(width)) if width else (None, None)
            rows.append(_row(metric, framework, value, low, high, n=n))
    return rows


@pytest.fixture(scope="session")
def complete(catalog: Catalog) -> list[Row]:
    """Evidence with a figure for every metric and framework, nobody best at everything."""
    frameworks = [framework.key for framework in catalog.frameworks]
    rows = []
    for i, metric in enumerate(catalog.metrics):
        for j, framework in enumerate(frameworks):
            value = 0.2 + 0.7 * ((3 * i + 5 * j + i * j) % 11) / 11
            scale = 1 if metric.unit == "share" else 100
            rows.append(_row(metric.key, framework, value * scale, 0.9 * value * scale, 1.1 * value * scale, n=1500))
    return rows
