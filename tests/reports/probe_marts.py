"""Figures over generated rows of the probes' marts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from barometer.catalog import Catalog
from reports.figures import Figures
from reports.marts import Marts
from tests.reports.test_findings import figures as evidence_figures

Row = dict[str, Any]
DAY = dt.date(2026, 11, 20)
S = " "  # a text taken out of markup has plain spaces
WORKS = ("cnn", "mlp", "gpt")
OWN = {"keras": "keras", "pytorch": "torch", "jax": "jax"}


def said(markup: Markup | str | None) -> str:
    return Markup(markup or "").striptags()


def marts(catalog: Catalog, evidence: Iterable[Row] = (), **tables: list[Row]) -> Figures:
    """Figures over rows of the probes' marts and of evidence."""
    base = evidence_figures(catalog, *evidence)
    known = {**base.marts.tables, "claims": [], "probe_runs": [], **tables}
    return Figures(Marts(tables=known, columns={}), catalog)
