"""What changed: nothing in a first edition; picks, verdicts, claims, sources and figures in a later one."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.changes import make_changes
from reports.hosts import is_of_a_machine
from reports.publish import publish
from reports.render import INDEX_PAGE, render_edition
from reports.verify import verify_edition
from tests.reports.test_findings import figure, figures
from warehouse.explain import resolver
from warehouse.models import load_models


@pytest.fixture
def earlier(files: dict[str, bytes]) -> dict[str, Any]:
    """The report of an edition a month before, equal so far."""
    report = copy.deepcopy(json.loads(files["report.json"]))
    report["edition"]["as_of"] = "2026-10-23"
    return report


def changed(page: bytes) -> str:
    section = re.search(r'<section id="changes".*?</section>', page.decode(), flags=re.S)
    assert section is not None
    return re.sub(r"<[^>]+>", "", section.group())


def test_a_first_edition_says_so(files: dict[str, bytes]) -> None:
    assert "First edition" in changed(files[INDEX_PAGE])


def test_an_edition_without_news_says_so(
    earlier: dict[str, Any], connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> None:
    text = changed(render_edition(connection, catalog, earlier)[INDEX_PAGE])
    assert "2026-10-23" in text
    assert "Nothing: no answer, verdict, claim, source or figure moved." in text


def test_every_kind_of_news_is_told_and_verified(
    earlier: dict[str, Any], connection: duckdb.DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    reader = next(r for r in earlier["readers"] if r["reader"] == "researcher")
    reader["pick"] = "keras"
    next(f for f in earlier["factors"] if f["factor"] == "jobs")["winner"] = "tensorflow"
    next(c for c in earlier["claims"] if c["claim_id"] == "C04")["verdict"] = "mixed"
    next(s for s in earlier["sources"] if s["dataset"] == "survey_usage")["status"] = "no_data"
    next(s for s in earlier["sources"] if s["dataset"] == "bench")["status"] = "ok"
    next(e for e in earlier["evidence"] if e["evidence_id"] == "stars.keras")["value"] = 1000
    earlier["evidence"] = [e for e in earlier["evidence"] if e["evidence_id"] != "stars.pytorch"]
    earlier["evidence"].append({**earlier["evidence"][0], "evidence_id": "stars.gone", "metric": "stars"})
    files = render_edition(connection, catalog, earlier)
    text = changed(files[INDEX_PAGE])
    for said in (
        "Researcher: the answer went from Keras to too close to call.",
        "Jobs: from TensorFlow to",
        "Claim C04: from mixed to supported.",
        "Source Developer surveys (snapshot): there again",
        "Source The timing runner (bench): lost",
        "Keras, GitHub stars: 64.2\u202fk now, 1\u202fk before.",
        "New figure: PyTorch, GitHub stars",
        "No figure any more",
    ):
        assert said in text
    folder = publish(tmp_path, "2026-11-23", files)
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    assert verify_edition(folder, connection, catalog, resolve, earlier).differences == []


def test_an_earlier_figure_changed_by_hand_is_seen(
    earlier: dict[str, Any], connection: duckdb.DuckDBPyConnection, catalog: Catalog, tmp_path: Path
) -> None:
    next(e for e in earlier["evidence"] if e["evidence_id"] == "stars.keras")["value"] = 1000
    files = render_edition(connection, catalog, earlier)
    files[INDEX_PAGE] = files[INDEX_PAGE].replace("1\u202fk</a> before".encode(), "2\u202fk</a> before".encode())
    folder = publish(tmp_path, "2026-11-23", files)
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    found = verify_edition(folder, connection, catalog, resolve, earlier).differences
    assert [(d.ref, d.printed, d.derived) for d in found] == [("stars.keras", "2\u202fk", "1\u202fk")]


def timing(note: str, value: float, **more: Any) -> dict[str, Any]:
    row = figure("train_speed", "keras", value, 0.01, unit="samples/s", dataset="bench", note=note)
    return row | more


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ({"host": "one"}, ["Keras, training throughput, geometric mean over workloads and documented ways"]),
        ({"host": "other"}, ["The timings are of another machine than before: one figure is not compared."]),
        ({}, ["The timings are of another machine than before: one figure is not compared."]),
    ],
)
def test_timings_of_two_machines_are_not_compared(catalog: Catalog, before: dict[str, str], told: list[str]) -> None:
    now = figures(catalog, timing("run 0000aaaa (full tier, own) of 2026-11-20 on A", 900.0))
    now.marts.tables["benchmark_runs"] = [{"run": "0000aaaa", "host_id": "one"}]
    old = [{**timing("", 500.0), **before}]
    report = {
        "edition": {"as_of": "2026-10-23"},
        "evidence": old,
        "readers": [],
        "factors": [],
        "claims": [],
        "sources": [],
    }
    for table in ("picks", "factor_verdicts", "claims", "source_health"):
        now.marts.tables[table] = []
    lines = [Markup(line).striptags() for line in make_changes(now, report).lines]
    assert len(lines) == len(told)
    assert all(line.startswith(start) for line, start in zip(lines, told, strict=True))


@pytest.mark.parametrize(
    ("dataset", "unit", "is_machines"),
    [
        ("bench", "samples/s", True),
        ("probes", "seconds", True),
        ("probes", "microseconds", True),
        ("probes", "lines", False),
        ("papers", "seconds", False),
    ],
)
def test_what_says_as_much_of_a_machine(dataset: str, unit: str, is_machines: bool) -> None:
    assert is_of_a_machine({"dataset": dataset, "unit": unit}) == is_machines


def test_a_report_names_the_machine_of_each_figure(timed_files: dict[str, bytes], files: dict[str, bytes]) -> None:
    rows = json.loads(files["report.json"])["evidence"]
    assert {row["host"] for row in rows if row["dataset"] not in ("bench", "probes")} == {None}
    assert all("host" in row for row in json.loads(timed_files["report.json"])["evidence"])
