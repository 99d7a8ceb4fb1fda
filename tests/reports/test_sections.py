"""The table of all figures: what it says beside a figure that decides nothing, and why."""

from typing import Any

import pytest

from barometer.catalog import Catalog
from reports.sections import make_sections
from tests.reports.test_findings import figure, figures


@pytest.mark.parametrize(
    ("row", "told", "never"),
    [
        ({"dataset": "bench", "is_withheld": True}, "a single run has no interval, so it decides nothing", "broke"),
        ({"dataset": "probes", "is_withheld": True}, "a single run has no interval, so it decides nothing", "broke"),
        ({"dataset": "github", "is_withheld": True}, "a bound only: its source broke", "single run"),
        ({"dataset": "github", "is_withheld": False}, "", "decides nothing"),
    ],
)
def test_a_withheld_figure_says_why(catalog: Catalog, row: dict[str, Any], told: str, never: str) -> None:
    found = figures(catalog, figure("train_speed", "keras", 900.0, factor="performance", **row))
    found.marts.tables.update({key: [] for key in ("factor_verdicts", "factor_standings", "source_health")})
    section = next(one for one in make_sections(found, {}) if one.factor.key == "performance")
    assert section.figures is not None
    cells = " ".join(str(cell) for line in section.figures.rows for cell in line)
    assert told in cells
    assert never not in cells
