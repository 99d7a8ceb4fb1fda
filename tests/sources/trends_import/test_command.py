"""What `barometer import trends` says and lands."""

from __future__ import annotations

import codecs
import subprocess
import sys
from pathlib import Path

import pytest

from barometer.errors import BusyError, SettingsError
from sources.landing import Landing
from tests.sources.trends_import.exports import MAP, NEW, OLD, importer, refused, run, written
from tests.support import process_environment


def landed(home: Path) -> list[tuple[str, str]]:
    return [(entry.request, entry.status) for entry in Landing(home / "landing").entries("trends_import")]


def test_import_says_what_it_read_and_what_comes_next(tmp_path: Path) -> None:
    path = written(tmp_path, "multiTimeline.csv", OLD.replace("jax flax", "jax").replace("tensorflow", "caffe"))
    result = run(tmp_path / "home", path)
    assert result.exception is None
    first, *columns, last = result.output.splitlines()
    assert first.startswith("multiTimeline.csv: 3 weeks, 2025-11-02 to 2025-11-16, worldwide (the file says Worldwide;")
    assert columns[0] == "  keras: 3 with figures; Keras"
    assert columns[1] == "  pytorch: 3 with figures; PyTorch"
    assert columns[2] == "  caffe: 2 with figures; compared with nothing: no search term of the catalogue"
    # The bare word is compared with nothing; it says why, and what to do.
    assert "mostly mean other things" in columns[3]
    assert '"jax flax"' in columns[3]
    assert "--topics" in columns[3]
    assert last == "next: barometer build"


def test_the_file_lands_word_for_word_and_only_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    text = codecs.BOM_UTF8.decode() + OLD.replace("\n", "\r\n")
    path = written(tmp_path, "multiTimeline.csv", text)
    assert run(home, path).exception is None
    landing = Landing(home / "landing")
    assert [landing.payload(entry).content for entry in landing.entries("trends_import")] == [path.read_bytes()]
    again = run(home, path, written(tmp_path / "copy", "renamed.csv", text))
    assert again.output.count("nothing added") == 2
    assert landed(home) == [("file multiTimeline.csv", "ok")]
    # Read in another way it is another reading, and the newest counts.
    assert run(home, path, "--geo", "de").exception is None
    assert landed(home)[1:] == [("file multiTimeline.csv --geo DE", "ok")]


def test_several_files_and_a_map(tmp_path: Path) -> None:
    home = tmp_path / "home"
    paths = [written(tmp_path / "a", "multiTimeline.csv", OLD), written(tmp_path, "geoMap.csv", MAP)]
    paths.append(written(tmp_path / "b", "multiTimeline.csv", NEW))
    result = run(home, *paths)
    assert result.exception is None
    assert "geoMap.csv: a map of 3 regions" in result.output
    assert len(landed(home)) == 3


def test_one_bad_file_and_none_is_imported(tmp_path: Path) -> None:
    good = written(tmp_path, "good.csv", OLD)
    bad = written(tmp_path, "bad.csv", OLD.replace("38", "thirty-eight"))
    error = refused(tmp_path / "home", good, bad)
    assert "bad.csv, line 5, column 'pytorch': 'thirty-eight'" in error.message
    assert landed(tmp_path / "home") == []


def test_a_file_without_any_framework_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.csv", "Time,jax,theano\n2025-11-02,3,41\n2025-11-09,3,41\n")
    error = refused(tmp_path / "home", path)
    assert "no column belongs to a framework" in error.message
    assert "mostly mean other things" in error.message
    assert "--topics" in error.hint
    assert landed(tmp_path / "home") == []


@pytest.mark.parametrize(("text", "word"), [("", "is empty"), (None, "cannot read")])
def test_an_empty_or_absent_file(tmp_path: Path, text: str | None, word: str) -> None:
    path = tmp_path / "x.csv" if text is None else written(tmp_path, "x.csv", text)
    assert word in refused(tmp_path / "home", path).message


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "home", written(tmp_path, "x.csv", OLD), "--geo", "Deutschland")
    assert isinstance(error, SettingsError)
    assert "--geo Deutschland" in error.message


@pytest.mark.parametrize(
    ("place", "options", "geo", "said"),
    [
        ("Worldwide", (), "", "worldwide (the file says Worldwide;"),
        ("US-CA", (), "US-CA", "US-CA (the file says US-CA;"),
        ("US", ("--geo", "world"), "", "worldwide (the file says US;"),
        ("Deutschland", (), "", "worldwide (the file says Deutschland;"),
        ("Deutschland", ("--geo", "DE"), "DE", "DE (the file says Deutschland;"),
    ],
)
def test_a_code_in_the_name_of_the_file_is_its_place(
    tmp_path: Path, place: str, options: tuple[str, ...], geo: str, said: str
) -> None:
    path = written(tmp_path, f"time_series_{place}_20251102-0000_20251123-0000.csv", NEW)
    result = run(tmp_path / "home", path, *options)
    assert said in result.output
    landing = Landing(tmp_path / "home" / "landing")
    batches = importer().parse(landing.payload(landing.entries("trends_import")[0]))
    assert {row[2] for batch in batches for row in batch.rows} == {geo}


def test_one_framework_alone_is_said_to_compare_with_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "Time,keras\n2025-11-02,3\n2025-11-09,3\n")
    assert "one framework alone" in run(tmp_path / "home", path).output


HOLDER = """
import sys
from barometer.settings import load_settings
from flows.steps import hold_home
with hold_home(load_settings({}, home=sys.argv[1]), 0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_nothing_lands_while_another_process_holds_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = written(tmp_path, "x.csv", OLD)
    command = [sys.executable, "-c", HOLDER, str(home)]
    environment = process_environment(home)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        assert isinstance(refused(home, path), BusyError)
        assert landed(home) == []
        other.communicate("")
    assert run(home, path).exception is None
    assert len(landed(home)) == 1


def test_help_teaches_the_form(tmp_path: Path) -> None:
    result = run(tmp_path, "--help")
    assert "Week,keras: (Worldwide)" in result.output
    assert "barometer import trends multiTimeline.csv" in result.output
