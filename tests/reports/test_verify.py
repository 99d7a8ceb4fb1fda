"""Verification: clean pages pass, and one number changed by hand anywhere is named with its reference."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.marts import load_marts
from reports.verify import Difference, VerifySummary, verify_edition
from warehouse.explain import resolver
from warehouse.models import load_models

Verify = Callable[[Path], VerifySummary]


@pytest.fixture
def verify(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> Verify:
    """A function that verifies an edition against the warehouse it was made from."""
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    return lambda folder: verify_edition(folder, connection, catalog, resolve, None)


@pytest.fixture
def copy(edition: Path, tmp_path: Path) -> Path:
    """A copy of the edition to change by hand."""
    return Path(shutil.copytree(edition, tmp_path / edition.name))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_edition_as_made_has_no_difference(edition: Path, verify: Verify) -> None:
    summary = verify(edition)
    assert summary.differences == []
    assert summary.numbers > 10_000
    assert summary.by_reference > 1_000
    assert "prose" not in summary.classes


def test_a_number_in_a_sentence(copy: Path, verify: Verify, connection: duckdb.DuckDBPyConnection) -> None:
    ref = "picks/beginner/measured_weight"
    text = (copy / "index.html").read_text(encoding="utf-8")
    start = text.index(f'data-ref="{ref}"')
    begin = text.index(">", start) + 1
    end = text.index("<", begin)
    (copy / "index.html").write_text(text[:begin] + "91.7\u202f%" + text[end:], encoding="utf-8")
    assert Difference("index.html", ref, "91.7\u202f%", text[begin:end]) in verify(copy).differences


def test_a_number_in_a_table(copy: Path, verify: Verify) -> None:
    text = (copy / "index.html").read_text(encoding="utf-8")
    start = text.index('<td data-ref="releases_year/')
    ref = text[start + 14 : text.index('"', start + 14)]
    begin, end = text.index(">", start) + 1, text.index("</td>", start)
    (copy / "index.html").write_text(text[:begin] + "77" + text[end:], encoding="utf-8")
    assert Difference("index.html", ref, "77", text[begin:end]) in verify(copy).differences


def test_a_number_on_a_charts_axis(copy: Path, verify: Verify) -> None:
    change(copy, "index.html", ">100%</text>", ">120%</text>")
    assert ("120%", "100%") in [(d.printed, d.derived) for d in verify(copy).differences]


def test_a_point_of_a_chart(copy: Path, verify: Verify) -> None:
    text = (copy / "index.html").read_text(encoding="utf-8")
    start = text.index(' d="M', text.index("chart-downloads")) + 4
    (copy / "index.html").write_text(text[:start] + "M1.5,2.5" + text[text.index('"', start) :], encoding="utf-8")
    assert any(d.printed.startswith("1.5") for d in verify(copy).differences)


def test_a_number_in_the_evidence(copy: Path, verify: Verify) -> None:
    text = (copy / "evidence.html").read_text(encoding="utf-8")
    start = text.index('<td><a data-ref="stars.keras"')
    begin = text.index(">", start + 4) + 1
    (copy / "evidence.html").write_text(text[:begin] + "9.99\u202fM" + text[text.index("<", begin) :], encoding="utf-8")
    assert any(d.ref == "stars.keras" and d.printed == "9.99\u202fM" for d in verify(copy).differences)


def test_a_number_in_report_json(copy: Path, verify: Verify) -> None:
    report = json.loads((copy / "report.json").read_text(encoding="utf-8"))
    entry = next(row for row in report["evidence"] if row["ref"] == "stars.jax")
    was, entry["value"] = entry["value"], 1
    (copy / "report.json").write_text(json.dumps(report), encoding="utf-8")
    assert verify(copy).differences == [Difference("report.json", "stars.jax", "1", json.dumps(was))]


def test_a_number_in_a_csv(copy: Path, verify: Verify, connection: duckdb.DuckDBPyConnection) -> None:
    row = load_marts(connection).tables["releases_year"][0]
    line = f"{row['framework']},{row['year']},{row['releases']},"
    change(copy, "tables/releases_year.csv", line, f"{row['framework']},{row['year']},12345,")
    ref = f"releases_year/{row['framework']}/{row['year']}/releases"
    assert verify(copy).differences == [Difference("tables/releases_year.csv", ref, "12345", str(row["releases"]))]


def test_a_number_without_a_reference(copy: Path, verify: Verify) -> None:
    change(copy, "index.html", '<h2 id="h-answer">The short answer', '<h2 id="h-answer">The 7 short answers')
    assert any(d.printed == "7" and d.derived == "a reference" for d in verify(copy).differences)


def test_a_verdict_and_a_count_of_verdicts(copy: Path, verify: Verify) -> None:
    change(copy, "index.html", 'data-verdict="supported"', 'data-verdict="contradicted"')
    assert any(d.ref == "supported" for d in verify(copy).differences)


def test_words_that_were_changed(copy: Path, verify: Verify) -> None:
    change(copy, "index.html", "What would settle it", "What settles it")
    assert any("What settles it" in d.printed for d in verify(copy).differences)


def test_a_file_that_is_missing_and_one_too_many(copy: Path, verify: Verify) -> None:
    (copy / "tables/claims.csv").unlink()
    (copy / "notes.txt").write_text("12", encoding="utf-8")
    named = {(d.file, d.printed) for d in verify(copy).differences}
    assert named == {("tables/claims.csv", "nothing"), ("notes.txt", "a file")}


def test_a_warehouse_that_says_otherwise(
    edition: Path, connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> None:
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    summary = verify_edition(
        edition, connection, catalog, lambda ref: 1.0 if ref == "stars.keras" else resolve(ref), None
    )
    assert {(d.ref, d.derived) for d in summary.differences} == {("stars.keras", "1")}
