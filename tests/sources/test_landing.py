"""Replies land whole or not at all, whatever cuts them short, and come back as they were."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from barometer.errors import SourceError
from sources.landing import Landed, Landing
from sources.protocol import Payload

NOW = dt.datetime(2026, 11, 23, 6, 0)
GOOD = Payload("one", "papers", "GET /a?x=1", NOW, b'{"n": 1}', "ok", "", 200)


def index(folder: Path, source: str = "one") -> Path:
    return folder / f"{source}.jsonl"


def objects(folder: Path) -> list[Path]:
    return sorted((folder / "objects").rglob("*.*"))


def test_a_reply_comes_back_as_it_was(tmp_path):
    awkward = replace(GOOD, content=bytes(range(256)) * 40, message='said "}" and\nmore: é', http_status=None)
    Landing(tmp_path).land(awkward, "run-1")
    entry = Landing(tmp_path).entries("one")[0]
    assert entry.run_id == "run-1"
    assert Landing(tmp_path).payload(entry) == awkward


def test_a_failure_lands_without_a_content(tmp_path):
    failure = replace(GOOD, content=b"", status="rate_limited", message="later", http_status=429)
    landing = Landing(tmp_path)
    entry = landing.land(failure, "run-1")
    assert entry.sha256 == ""
    assert objects(tmp_path) == []
    assert landing.payload(entry) == failure
    assert landing.newest("one", GOOD.request) is None


def test_the_same_content_lies_there_once_and_every_reply_has_its_line(tmp_path):
    landing = Landing(tmp_path)
    for hours in range(3):
        landing.land(replace(GOOD, fetched_at=NOW + dt.timedelta(hours=hours)), "run")
    landing.land(replace(GOOD, source="two"), "run")
    assert len(objects(tmp_path)) == 1
    assert len(Landing(tmp_path).entries("one")) == 3
    assert Landing(tmp_path).sources() == ["one", "two"]


def test_the_newest_answer_is_that_of_the_newest_fetch_and_failures_are_none(tmp_path):
    landing = Landing(tmp_path)
    landing.land(replace(GOOD, fetched_at=NOW, content=b"2"), "run")
    landing.land(replace(GOOD, fetched_at=NOW - dt.timedelta(days=1), content=b"1"), "run")
    landing.land(replace(GOOD, fetched_at=NOW + dt.timedelta(days=1), content=b"broken", status="error"), "run")
    for seen in (landing, Landing(tmp_path)):
        newest = seen.newest("one", GOOD.request)
        assert newest is not None
        assert seen.payload(newest).content == b"2"
    landing.land(replace(GOOD, fetched_at=NOW + dt.timedelta(days=2), content=b"", status="no_data"), "run")
    newest = landing.newest("one", GOOD.request)
    assert newest is not None
    assert newest.status == "no_data"


def test_a_line_cut_short_anywhere_costs_that_line_alone(tmp_path):
    # A message and a request that hold braces and quotes, so that no look at the last character tells.
    awkward = replace(GOOD, request="GET /{name}/x", message='said {"n": 1} é', fetched_at=NOW + dt.timedelta(days=1))
    Landing(tmp_path / "whole").land(GOOD, "run")
    first = index(tmp_path / "whole").read_bytes()
    Landing(tmp_path / "whole").land(awkward, "run")
    both = index(tmp_path / "whole").read_bytes()
    for cut in range(len(first) + 1, len(both)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        index(folder).write_bytes(both[:cut])
        whole = both[:cut].endswith(b"}") and cut == len(both) - 1
        assert len(Landing(folder).entries("one")) == (2 if whole else 1), both[len(first) : cut]
        Landing(folder).land(replace(GOOD, request="GET /later"), "run-2")
        requests = [entry.request for entry in Landing(folder).entries("one")]
        assert requests == ["GET /a?x=1", *(["GET /{name}/x"] if whole else []), "GET /later"]


@pytest.mark.parametrize("line", [b"rubbish", b'{"source":1}', b'{"source":"one"}', b"{}", b'{"source":"one",]'])
def test_a_whole_line_that_is_none_of_ours_is_an_error_each_time(tmp_path, line):
    landing = Landing(tmp_path)
    landing.land(GOOD, "run")
    with index(tmp_path).open("ab") as file:
        file.write(line + b"\n")
    again = Landing(tmp_path)
    for _ in range(2):
        with pytest.raises(SourceError, match="line 2: not a landed reply"):
            again.entries("one")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-4]),
        lambda path: path.write_bytes(path.read_bytes()[:12] + b"\xff\xff\xff" + path.read_bytes()[15:]),
        lambda path: path.write_bytes(gzip.compress(b"another")),
        lambda path: path.write_bytes(b"no gzip"),
    ],
    ids=["gone", "empty", "short", "flipped", "another", "no-gzip"],
)
def test_a_damaged_content_is_told_and_mended_by_the_same_reply(tmp_path, damage):
    landing = Landing(tmp_path)
    entry = landing.land(GOOD, "run")
    damage(objects(tmp_path)[0])
    with pytest.raises(SourceError) as caught:
        landing.payload(entry)
    assert entry.sha256 in caught.value.message
    assert "collect again" in caught.value.hint
    landing.land(GOOD, "run-2")
    assert landing.payload(entry) == GOOD


def test_sources_that_land_the_same_content_side_by_side_do_not_disturb_each_other(tmp_path):
    big = replace(GOOD, content=b"x" * 300_000)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            landing = Landing(tmp_path)
            for number in range(5):
                landing.land(replace(big, source=name, content=big.content + bytes([number])), "run")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"s{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    landing = Landing(tmp_path)
    contents = {landing.payload(entry).content[-1] for name in landing.sources() for entry in landing.entries(name)}
    assert contents == {0, 1, 2, 3, 4}
    assert all(path.suffix == ".gz" for path in objects(tmp_path))


def test_a_content_without_a_line_is_as_if_nothing_had_come(tmp_path):
    Landing(tmp_path).land(GOOD, "run")
    index(tmp_path).unlink()
    assert Landing(tmp_path).entries("one") == []
    assert Landing(tmp_path).newest("one", GOOD.request) is None


def test_lines_hold_what_later_versions_may_need_and_nothing_else():
    assert Landed.__struct_fields__ == (
        "source",
        "dataset",
        "request",
        "fetched_at",
        "run_id",
        "status",
        "sha256",
        "message",
        "http_status",
    )
