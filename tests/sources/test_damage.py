"""A damaged snapshot: one clear error that names file, what was expected and what was found; nothing handed on."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.protocol import Payload
from sources.snapshot import Snapshot
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES

SIZES = {name: (DATA / f"{name}.csv.gz").stat().st_size for name in TABLES}


def expect_error(folder: Path, *parts: str) -> SourceError:
    """Fetch from `folder`; return the error, which must come before the first payload and hold every part."""
    handed_on: list[Payload] = []
    with pytest.raises(SourceError) as caught:
        handed_on.extend(Snapshot(folder).fetch())
    assert handed_on == []
    for part in parts:
        assert part in caught.value.message
    assert "python -m sources.snapshot.rebuild" in caught.value.hint
    assert caught.value.exit_code == 4
    return caught.value


def replace_manifest_line(folder: Path, old: str, new: str) -> None:
    """Change one place of the manifest, which must be there."""
    path = folder / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def put_file(folder: Path, dataset: str, content: bytes) -> None:
    """Replace one file and its hash, so that only its content can be at fault."""
    path = folder / f"{dataset}.csv.gz"
    replace_manifest_line(folder, hashlib.sha256(path.read_bytes()).hexdigest(), hashlib.sha256(content).hexdigest())
    path.write_bytes(content)


@pytest.mark.parametrize("dataset", TABLES)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_flipped_byte_is_found_wherever_it_is(copy: Path, dataset: str, place: float):
    path = copy / f"{dataset}.csv.gz"
    content = bytearray(path.read_bytes())
    expected = hashlib.sha256(content).hexdigest()
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    expect_error(copy, str(path), expected, hashlib.sha256(content).hexdigest())


@given(data=st.data())
@settings(max_examples=60)
def test_no_flipped_byte_or_cut_parses_to_other_rows_unnoticed(data: st.DataObject):
    """Even without the manifest's hash: parsing damaged bytes raises SourceError or gives the very same rows."""
    dataset = data.draw(st.sampled_from(["questions_yearly", "papers", "survey_usage", "repository_activity"]))
    whole = next(payload for payload in Snapshot().fetch() if payload.dataset == dataset)
    at = data.draw(st.integers(0, SIZES[dataset] - 1))
    flip = data.draw(st.integers(0, 255))
    rest = bytes([whole.content[at] ^ flip]) + whole.content[at + 1 :] if flip else b""
    content = whole.content[:at] + rest
    damaged = Payload(whole.source, dataset, whole.request, whole.fetched_at, content)
    try:
        found = Snapshot().parse(damaged)
    except SourceError as error:
        found = error.message
    assert whole.request in found if isinstance(found, str) else found == Snapshot().parse(whole)


def test_a_missing_file_is_named(copy: Path):
    (copy / "papers.csv.gz").unlink()
    expect_error(copy, str(copy / "papers.csv.gz"), "listed in the manifest, but there is no such file")


def test_an_entry_for_a_file_that_never_was_is_named(copy: Path):
    replace_manifest_line(copy, 'file = "papers.csv.gz"', 'file = "posters.csv.gz"')
    expect_error(copy, str(copy / "posters.csv.gz"), "listed in the manifest, but there is no such file")


def test_a_folder_in_place_of_a_file_is_named(copy: Path):
    (copy / "papers.csv.gz").unlink()
    (copy / "papers.csv.gz").mkdir()
    expect_error(copy, str(copy / "papers.csv.gz"), "cannot be read")


def test_a_cut_file_is_named(copy: Path):
    path = copy / "job_mentions.csv.gz"
    path.write_bytes(path.read_bytes()[:-100])
    expect_error(copy, str(path), "damaged. Expected sha256")


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("read_on = 2026-11-23", "", "missing required field `read_on`"),
        ("read_on = 2026-11-23", "read_on = soon", "Invalid value"),
        ('dataset = "papers"', 'dataset = "posters"', "data set 'posters' is unknown"),
        ('dataset = "papers"', 'dataset = "survey_usage"', "'survey_usage' or its file papers.csv.gz stands twice"),
        ('dataset = "papers"', 'dataset = "papers"\nlicense = "MIT"', "unknown field `license`"),
        ('file = "papers.csv.gz"', 'file = "../papers.csv.gz"', "$.datasets[7].file"),
        ('granularity = "month; two repositories"\n', "", "missing required field `granularity`"),
    ],
)
def test_a_broken_manifest_is_named_with_its_fault(copy: Path, old: str, new: str, part: str):
    replace_manifest_line(copy, old, new)
    expect_error(copy, str(copy / "manifest.toml"), part)


def test_a_manifest_that_is_no_text_is_named(copy: Path):
    (copy / "manifest.toml").write_bytes(b"\xff\xfe\x00")
    expect_error(copy, str(copy / "manifest.toml"), "cannot be read")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the columns are ; expected population, tag, year, questions, is_partial, note"),
        (
            "population,tag,year,asked,is_partial,note\n",
            "the columns are population, tag, year, asked, is_partial, note",
        ),
        ("{header}\na,keras,2015,44,false\n", "row 1 has 5 cells; expected 6"),
        (
            "{header}\na,keras,2015,44,false,\na,jax,2015,1e3,false,\n",
            "row 2, column questions: '1e3' is not a whole number",
        ),
        ("{header}\na,keras,2015,-4,false,\n", "row 1, column questions: '-4' is not a whole number, zero or more"),
        ("{header}\na,keras,2015,,false,\n", "row 1, column questions: '' is not a whole number, zero or more"),
        ("{header}\na,keras,2015,1_000,false,\n", "row 1, column questions: '1_000' is not a whole number"),
        ("{header}\na,keras,2015,٤٤,false,\n", "row 1, column questions: '٤٤' is not a whole number"),
        ("{header}\na,keras,2015,44,False,\n", "row 1, column is_partial: 'False' is not true or false"),
        ("{header}\n,keras,2015,44,false,\n", "row 1, column population: '' is not text"),
        ('{header}\na,"keras,2015,44,false,\n', "not a CSV file (unexpected end of data)"),
    ],
)
def test_a_table_that_is_not_as_described_names_row_column_and_value(copy: Path, text: str, message: str):
    header = ",".join(TABLES["questions_yearly"].header)
    put_file(copy, "questions_yearly", gzip.compress(text.format(header=header).encode()))
    source = Snapshot(copy)
    payload = next(payload for payload in source.fetch() if payload.dataset == "questions_yearly")
    with pytest.raises(SourceError, match=re.escape(f"snapshot/questions_yearly.csv.gz: {message}")):
        source.parse(payload)


def test_bytes_that_are_no_gzip_and_no_utf8_are_named(copy: Path):
    for content in (b"plain text", gzip.compress(b"\xff\xfe")):
        put_file(copy, "questions_yearly", content)
        source = Snapshot(copy)
        payload = next(payload for payload in source.fetch() if payload.dataset == "questions_yearly")
        with pytest.raises(SourceError, match=r"questions_yearly\.csv\.gz: not a whole gzip file of UTF-8"):
            source.parse(payload)
