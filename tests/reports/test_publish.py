"""Publishing: whole or not at all, leftovers cleaned, the archive and the edition before."""

import json
from pathlib import Path

import pytest

from barometer.errors import StorageError
from reports.publish import editions, previous_report, publish


def report(pick: str | None = None) -> bytes:
    reader = {"reader": "beginner", "label": "First-model beginner", "pick": pick, "lean": "jax"}
    return json.dumps({"frameworks": [{"key": "jax", "label": "JAX"}], "readers": [reader]}).encode()


def small(word: str, pick: str | None = None) -> dict[str, bytes]:
    return {"index.html": word.encode(), "report.json": report(pick), "tables/picks.csv": b"reader\n"}


def test_an_edition_lands_whole_and_the_archive_lists_it(tmp_path: Path) -> None:
    folder = publish(tmp_path, "2026-11-23", small("one"))
    assert (folder / "index.html").read_bytes() == b"one"
    assert (folder / "tables/picks.csv").read_bytes() == b"reader\n"
    archive = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="2026-11-23/index.html"' in archive
    assert "too close to call, leaning JAX" in archive


def test_the_same_edition_again_replaces_every_file(tmp_path: Path) -> None:
    publish(tmp_path, "2026-11-23", {**small("one"), "old.txt": b"x"})
    publish(tmp_path, "2026-11-23", small("two"))
    assert (tmp_path / "2026-11-23/index.html").read_bytes() == b"two"
    assert not (tmp_path / "2026-11-23/old.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-23", "index.html"]


def test_the_newest_edition_before_this_one_is_the_previous(tmp_path: Path) -> None:
    for name, pick in (("2026-09-01", None), ("2026-10-01", "jax"), ("2026-12-01", None)):
        publish(tmp_path, name, small(name, pick))
    found = previous_report(tmp_path, "2026-11-23")
    assert found is not None
    assert found["readers"][0]["pick"] == "jax"
    assert previous_report(tmp_path, "2026-09-01") is None
    assert previous_report(tmp_path / "nowhere", "2026-09-01") is None
    assert editions(tmp_path) == ["2026-12-01", "2026-10-01", "2026-09-01"]
    archive = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert archive.index("2026-12-01") < archive.index("2026-10-01") < archive.index("2026-09-01")


def test_what_a_killed_run_left_is_cleaned_up(tmp_path: Path) -> None:
    publish(tmp_path, "2026-10-01", small("old"))
    (tmp_path / ".2026-11-23.building/tables").mkdir(parents=True)
    (tmp_path / ".index.html.building").write_bytes(b"half")
    (tmp_path / "2026-10-01").rename(tmp_path / ".2026-10-01.old")
    publish(tmp_path, "2026-11-23", small("new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-10-01", "2026-11-23", "index.html"]
    assert (tmp_path / "2026-10-01/index.html").read_bytes() == b"old"


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "reports").write_bytes(b"a file stands here")
    with pytest.raises(StorageError, match="cannot write the report"):
        publish(tmp_path / "reports", "2026-11-23", small("x"))


def test_a_damaged_earlier_report_is_named(tmp_path: Path) -> None:
    publish(tmp_path, "2026-10-01", small("x"))
    (tmp_path / "2026-10-01/report.json").write_bytes(b"{")
    with pytest.raises(StorageError, match=r"2026-10-01.report\.json"):
        previous_report(tmp_path, "2026-11-23")
