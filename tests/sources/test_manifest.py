"""The manifest: complete, in step with the files, and saying what a reader must see."""

from __future__ import annotations

import hashlib
import re

import pytest

from sources.snapshot import Snapshot
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES

MANIFEST = Snapshot().manifest
ENTRIES = {entry.dataset: entry for entry in MANIFEST.datasets}


def test_every_table_has_an_entry_and_every_file_too():
    assert list(ENTRIES) == list(TABLES)
    assert {path.name for path in DATA.iterdir()} == {entry.file for entry in MANIFEST.datasets} | {"manifest.toml"}


@pytest.mark.parametrize("dataset", TABLES)
def test_hash_rows_and_period_are_those_of_the_file(dataset, batches):
    entry = ENTRIES[dataset]
    assert entry.sha256 == hashlib.sha256((DATA / entry.file).read_bytes()).hexdigest()
    assert entry.rows == len(batches[dataset].rows)
    assert entry.first < entry.last <= MANIFEST.read_on


@pytest.mark.parametrize("terms", Snapshot().terms(), ids=TABLES)
def test_terms_say_origin_licence_attribution_period_and_caveats(terms):
    entry = ENTRIES[terms.dataset]
    assert terms.period == f"{entry.first} to {entry.last}"
    assert all(origin.publisher in terms.origin for origin in entry.origins)
    assert all(origin.commit is None or origin.commit[:12] in terms.origin for origin in entry.origins)
    assert terms.licence
    assert terms.attribution
    assert terms.granularity
    assert len(terms.caveats) >= 3
    for caveat in terms.caveats:
        assert re.fullmatch(r"\S.{15,330}[.]", caveat), "a caveat is one or a few whole sentences"


@pytest.mark.parametrize("dataset", [name for name, table in TABLES.items() if "population" in table.header])
def test_every_population_has_its_origin(dataset, batches):
    at = TABLES[dataset].header.index("population")
    assert {row[at] for row in batches[dataset].rows} == {origin.population for origin in ENTRIES[dataset].origins}


def test_the_survey_keeps_its_own_licence():
    assert "Open Database License (ODbL) 1.0" in ENTRIES["survey_usage"].licence
    assert "must stay under the ODbL" in ENTRIES["survey_usage"].licence
    assert ENTRIES["survey_usage"].attribution == "Stack Overflow Developer Survey, Stack Exchange Inc."
    assert [name for name, entry in ENTRIES.items() if "ODbL" in entry.licence] == ["survey_usage"]


def test_what_was_left_out_is_said_with_its_reason():
    assert [(entry.dataset, entry.population) for entry in MANIFEST.left_out] == [
        ("job_mentions", "hn-published-controlarm")
    ]
    assert "states no licence" in MANIFEST.left_out[0].why


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("package_downloads_30d", "installing TensorFlow installs Keras too"),
        ("package_downloads_30d", "not at zero"),
        ("repository_counters", "include open pull requests"),
        ("repository_activity", "August 2026 is partial"),
        ("questions_yearly", "partial, not a fall"),
        ("survey_usage", "The base changed"),
        ("papers", "2024 is incomplete"),
        ("job_mentions", "Never add populations"),
    ],
)
def test_the_traps_are_named(dataset, words):
    assert any(words in caveat for caveat in ENTRIES[dataset].caveats)
