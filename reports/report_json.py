"""The report as data: what the pages say, every figure with its reference, for programs and for the next edition."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

from barometer.catalog import Catalog
from reports.hosts import host_of
from reports.marts import Marts, Row, format_key, reference

FORMAT = 1
_EVIDENCE = (
    "evidence_id",
    "factor",
    "metric",
    "framework",
    "value",
    "low",
    "high",
    "unit",
    "better",
    "as_of",
    "source",
    "n",
    "note",
    "dataset",
    "is_stale",
    "is_withheld",
    "standing",
)
_SOURCE = (
    "source",
    "dataset",
    "label",
    "way",
    "status",
    "newest_period",
    "rows",
    "age_days",
    "fresh_days",
    "missing",
    "origin",
    "licence",
    "attribution",
)
_PICK = (
    "reader",
    "label",
    "wants",
    "pick",
    "lean",
    "contenders",
    "measured_weight",
    "reasons",
    "flip_factor",
    "flip_weight_from",
    "flip_weight_to",
    "flips_to",
    "settle_factor",
)
_ODDS = ("framework", "p_best", "p_best_even", "p_best_possible", "rank_low", "rank_high", "is_pick")
_STANDING = ("framework", "standing", "low", "high", "measured_share", "p_best", "p_best_even", "p_best_possible")
_CLAIM = ("claim_id", "factor", "claim", "rule", "verdict", "why", "evidence_ids", "needs")


def report_json(marts: Marts, catalog: Catalog, previous: dict[str, Any] | None = None) -> bytes:
    """Return report.json: edition, readers, factors, claims, evidence, sources. `barometer explain` takes a `ref`.

    A figure's `host` is the hash of the machine that it was measured on, null where it is of no run.
    `compared_with` names the edition that the page's changes are told against, null where there was none.
    """
    report = {
        "format": FORMAT,
        "compared_with": previous["edition"]["as_of"] if previous else None,
        "edition": {"as_of": marts.edition, **{k: v for k, v in marts.tables["edition"][0].items() if k != "as_of"}},
        "frameworks": [{"key": framework.key, "label": framework.label} for framework in catalog.frameworks],
        "readers": [_reader(marts, row) for row in marts.tables["picks"]],
        "factors": [_factor(marts, row) for row in marts.tables["factor_verdicts"]],
        "claims": [_with_ref("claims", row, _CLAIM, "verdict") for row in marts.tables["claims"]],
        "evidence": [
            {**_with_ref("evidence", row, _EVIDENCE, "value"), "host": host_of(marts, row)}
            for row in marts.tables["evidence"]
        ],
        "sources": [_with_ref("source_health", row, _SOURCE, "status") for row in marts.tables["source_health"]],
    }
    return (json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True, default=_plain) + "\n").encode()


def _reader(marts: Marts, row: Row) -> dict[str, Any]:
    odds = [
        _with_ref("recommendations", other, _ODDS, "p_best")
        for other in marts.tables["recommendations"]
        if other["reader"] == row["reader"]
    ]
    return {**_with_ref("picks", row, _PICK, "measured_weight"), "frameworks": odds}


def _factor(marts: Marts, row: Row) -> dict[str, Any]:
    standings = [
        _with_ref("factor_standings", other, _STANDING, "standing")
        for other in marts.tables["factor_standings"]
        if other["factor"] == row["factor"]
    ]
    kept = ("factor", "label", "winner", "article_winner", "measured_share", "verdict")
    return {**_with_ref("factor_verdicts", row, kept, "verdict"), "frameworks": standings}


def _with_ref(table: str, row: Row, columns: tuple[str, ...], column: str) -> dict[str, Any]:
    return {**{name: row[name] for name in columns if name in row}, "ref": reference(table, row, column)}


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return format_key(value)
    raise TypeError(f"report.json cannot hold a {type(value).__name__}")


def table_csv(marts: Marts, name: str) -> bytes:
    """Return one mart as CSV: a head, then its rows in the order of their keys, every digit kept; `; ` parts a list."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    columns = marts.columns[name]
    writer.writerow(columns)
    writer.writerows([_field(row[column]) for column in columns] for row in marts.tables[name])
    return text.getvalue().encode()


def _field(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "; ".join(str(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}={part}" for key, part in sorted(value.items()))
    return value.isoformat() if isinstance(value, dt.date) else value
