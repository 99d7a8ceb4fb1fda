"""A package index that fails, and replies that are nearly good."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given

from barometer.errors import SourceError
from sources.protocol import Payload
from tests.sources.faults import damaged, faults, read
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.package_index.support import HTML, KERAS, METADATA, OTHER, TORCH, WHEEL, file, offered, page, source
from tests.sources.replay import as_json

BAD = {
    "other-project": page("flask", file(WHEEL)),
    "no-name": {"meta": {"api-version": "1.4"}, "files": []},
    "no-files": {"meta": {"api-version": "1.4"}, "name": "keras"},
    "files-null": page("keras") | {"files": None},
    "no-filename": page("keras", {"url": "x", "hashes": {}}),
    "no-time": page("keras", file(WHEEL, **{"upload-time": "yesterday"})),
    "impossible-time": page("keras", file(WHEEL, **{"upload-time": "0001-01-01T00:00:00+23:00"})),
    "text-for-a-size": page("keras", file(WHEEL, size="big")),
    "negative-size": page("keras", file(WHEEL, size=-1)),
    "impossible-size": page("keras", file(WHEEL, size=2**63)),
    "future-version": page("keras", file(WHEEL), meta={"api-version": "2.0"}),
    "yanked-number": page("keras", file(WHEEL, yanked=3)),
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    before = parsed(source(server, tmp_path), "package_releases")
    clock.now += dt.timedelta(days=1)
    fault, status = FAULTS[name]
    server.on(KERAS, fault).on(TORCH, fault).on(OTHER, fault)
    asking = source(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(asking)
    assert {entry.status for entry in landed} == {status}
    assert all(entry.message for entry in landed)
    assert parsed(asking, "package_releases") == before
    assert len(before) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-name", "name: Field required"),
        ("no-time", "files.0.upload-time: "),
        ("text-for-a-size", "it is 'big'"),
        ("other-project", "this is the page of flask, not of keras"),
        ("future-version", "UnsupportedRepoVersionError"),
    ],
)
def test_what_is_not_as_described_is_named_with_its_place(server, tmp_path, name, said):
    server.on(KERAS, as_json(BAD[name]))
    landed = collect(source(server, tmp_path))[0]
    assert said in landed.message
    assert landed.sha256


GOOD_PAGE = json.dumps(page("keras", offered(), file("keras-3.11.0.tar.gz"))).encode()


@given(content=damaged(GOOD_PAGE) | damaged(HTML.encode()))
def test_any_bytes_of_a_page_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("package_index", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    found = read(parser, Payload("package_index", "package_releases", KERAS, NOW, content))
    if isinstance(found, SourceError):
        assert KERAS in found.message
        assert "barometer replay package_index" in found.hint
    else:
        assert {batch.table for batch in found} <= {"package_releases", "package_files"}


@given(content=damaged(METADATA))
def test_any_bytes_of_metadata_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("package_index", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    request = f"{KERAS}{WHEEL}.metadata"
    found = read(parser, Payload("package_index", "package_releases", request, NOW, content))
    if isinstance(found, SourceError):
        assert request in found.message
    else:
        assert [batch.table for batch in found] == ["package_facts", "package_dependencies"]
