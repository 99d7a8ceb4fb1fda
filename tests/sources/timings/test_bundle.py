"""Bundled runs give the rows of their files, and what differs from the manifest is one error."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from barometer.errors import SourceError
from flows import steps
from sources import bench_bundle
from sources.bench_bundle import Bundle
from sources.bench_results import parse_payload
from sources.protocol import Payload
from tests.bench_runs import Made
from tests.sources.own_files import write
from tests.sources.timings.support import AT, TIMES, loaded, rows
from warehouse.load import Delivery, Loader


def test_a_bundled_run_gives_the_rows_that_its_file_gives(tmp_path: Path):
    bundle, content = Bundle(tmp_path / "bundle"), Made(TIMES, divisions=("matched", "as-shipped")).content()
    entry = bundle.add(write(tmp_path, content), "small-box")
    assert (entry.run, entry.tier, entry.machine) == ("a1" * 16, "standard", "Test CPU 1, 2 cores")
    [(reply, found)] = list(Bundle(tmp_path / "bundle").replies())
    payload = Payload("bench", "bench", "bundle/small-box.jsonl.gz", AT, content)
    parsed = {batch.table: batch for batch in parse_payload(payload)}
    for batch in found:
        assert batch.columns == parsed[batch.table].columns
        for one, other in zip(batch.rows, parsed[batch.table].rows, strict=True):
            assert all(_alike(a, b) for a, b in zip(one, other, strict=True)), batch.table
    assert (reply.request, reply.fetched_at) == (payload.request, dt.datetime(2026, 11, 20, 10))
    # The hash of the content itself, so that an own import of the same run is known as the same.
    assert reply.sha256 == payload.sha256


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other)
    return bool(one == other) or (isinstance(one, tuple | list) and list(one) == list(other))


def test_bundling_again_takes_the_place_and_gives_the_same_bytes(tmp_path: Path):
    file = write(tmp_path, Made(TIMES).content())
    bundles = [Bundle(tmp_path / name) for name in ("one", "two")]
    for bundle in bundles:
        bundle.add(file, "box")
        bundle.add(write(tmp_path, Made(TIMES, run="b7" * 16).content(), "other.jsonl"), "other")
        bundle.add(file, "box")
    contents = [{path.name: path.read_bytes() for path in bundle.directory.iterdir()} for bundle in bundles]
    assert contents[0] == contents[1]
    assert [entry.name for entry in bundles[0].entries] == ["box", "other"]
    assert len(bundles[0].check()) == 2


@pytest.mark.parametrize("file", ["box.jsonl.gz", "box.statistics.json.gz"])
@pytest.mark.parametrize("gone", [False, True], ids=["damaged", "gone"])
def test_a_bundle_that_differs_from_its_manifest_is_one_error(tmp_path: Path, file: str, gone: bool):
    bundle = Bundle(tmp_path)
    bundle.add(write(tmp_path / "files", Made(TIMES).content()), "box")
    path = tmp_path / file
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SourceError, match="cannot be read" if gone else "damaged. Expected sha256"):
        list(Bundle(tmp_path).replies())
    assert bench_bundle.main([], Bundle(tmp_path)) == 4


def test_statistics_that_do_not_follow_are_found_by_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bundle = Bundle(tmp_path)
    bundle.add(write(tmp_path / "files", Made(TIMES).content()), "box")
    assert bench_bundle.main([], bundle) == 0
    path = tmp_path / "box.statistics.json.gz"
    tables = json.loads(gzip.decompress(path.read_bytes()))
    ratio = tables[1]["columns"].index("ratio")
    tables[1]["rows"][0][ratio] *= 1.001
    path.write_bytes(gzip.compress(json.dumps(tables).encode(), mtime=0))
    manifest = tmp_path / "manifest.toml"
    text, entry = manifest.read_text(encoding="utf-8"), bundle.entries[0]
    renewed = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(text.replace(entry.statistics_sha256, renewed), encoding="utf-8")
    assert bench_bundle.main([], Bundle(tmp_path)) == 4
    assert "the runner's function gives other statistics now" in capsys.readouterr().err


def test_dummies_and_unfinished_runs_are_not_bundled(tmp_path: Path, dummies: bytes):
    bundle = Bundle(tmp_path / "bundle")
    for content, words in ((dummies, "it holds dummies"), (Made(TIMES, ending=None).content(), "never ended")):
        with pytest.raises(SourceError, match=words):
            bundle.add(write(tmp_path, content), "box")
    assert not (tmp_path / "bundle").exists()


def test_what_is_bundled_is_whole():
    """Zero runs, one, or several: each is what its manifest and the runner's own function say."""
    bundle = Bundle()
    said = bundle.check()
    assert len(said) == len(bundle.entries)
    delivered = steps.deliver_snapshot()
    assert sum(reply.source_name == "bench" for reply in delivered.replies) == len(bundle.entries)


def test_a_bundled_run_and_an_own_import_of_it_are_one_run(tmp_path: Path):
    content = Made(TIMES).content()
    connection = loaded(content)
    payload = Payload("bench", "bench", "bundle/box.jsonl.gz", AT - dt.timedelta(days=3), content)
    Loader(connection).load(Delivery("bench", "bundle", payload, parse_payload(payload)))
    assert rows(connection, "select origin from raw.bench_runs order by 1") == [("bundled",), ("own",)]
