"""What changed: nothing in a first edition; picks, verdicts, claims, sources and figures in a later one."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.publish import publish
from reports.render import INDEX_PAGE, render_edition
from reports.verify import verify_edition
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
