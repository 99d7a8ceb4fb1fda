"""Postings from files: read line by line, refused by line, printed or landed without their texts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometer.cli.app import main
from barometer.errors import SourceError
from barometer.settings import load_settings
from flows.steps import hold_home
from sources.jobs_import import check_name, name_of, read_file
from sources.landing import Landing
from sources.protocol import Payload
from sources.registry import make_source
from tests.sources.faults import damaged, read
from tests.sources.live import NOW, live_source, parsed
from tests.sources.postings.contract import SECRET, TABLE, assert_redacted, keyed
from tests.support import CLI, process_environment

TODAY = dt.date(2026, 11, 23)
RECORDS: list[dict[str, Any]] = [
    {"id": "b", "posted": "2026-10-31", "text": f"Requirements: JAX, PyTorch. {SECRET}", "employer": f"{SECRET} Inc."},
    {"id": 7, "posted": "2026-11", "text": "<p>Nice to have: Keras</p>"},
    {"id": "c", "posted": "2026-11-02T23:30:00-05:00", "text": "Zwei Köche, vor Ort\u2028in Köln", "employer": None},
]
PRINTED = [
    {"id": "b", "frameworks": ["pytorch", "jax"], "required": ["pytorch", "jax"]},
    {"id": 7, "frameworks": ["keras"], "required": []},
    {"id": "c", "frameworks": [], "required": []},
]


def as_lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def as_csv(records: list[dict[str, Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["employer", "id", "posted", "text"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "import", "jobs", *arguments])


def write(folder: Path, text: str, name: str = "My Postings.jsonl", encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_dry_run_prints_one_line_a_posting_and_stores_nothing(tmp_path, encoding):
    done = run(tmp_path / "home", write(tmp_path, as_lines(RECORDS), encoding=encoding), "--dry-run")
    assert done.exit_code == 0, done.output
    assert [json.loads(line) for line in done.stdout.splitlines()] == PRINTED
    assert list(json.loads(done.stdout.splitlines()[0])) == ["id", "frameworks", "required"]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_the_same_columns_says_the_same(tmp_path, delimiter):
    file = write(tmp_path, as_csv(RECORDS, delimiter), "p.csv", "utf-8-sig")
    done = run(tmp_path / "home", file, "--dry-run")
    assert done.exit_code == 0, done.output
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{**one, "id": str(one["id"])} for one in PRINTED]


def test_a_csv_field_may_hold_line_ends(tmp_path):
    file = write(tmp_path, 'id,posted,text\r\n1,2026-11-01,"Requirements:\r\n- PyTorch\r\n"\r\n', "p.csv")
    done = run(tmp_path / "home", file, "--dry-run")
    assert json.loads(done.stdout) == {"id": "1", "frameworks": ["pytorch"], "required": ["pytorch"]}


def test_what_lands_holds_no_text_and_no_name_and_becomes_rows(tmp_path):
    home = tmp_path / "home"
    done = run(home, write(tmp_path, as_lines([*RECORDS, {"id": "d", "posted": "2026-11-01", "text": " "}])))
    assert done.exit_code == 0, done.output
    assert "3 postings taken up as import-my-postings" in done.stdout
    assert "2 name a framework, 1 left out without text" in done.stdout
    assert done.stdout.endswith("next: barometer build\n")
    assert_redacted(home, "köln", "requirements:")
    source = live_source("jobs_import", "", home / "landing")
    rows = {row["posting_key"]: row for row in parsed(source, TABLE)}
    first = rows[keyed("import-my-postings", "b")]
    assert len(rows) == 3
    assert (first["population"], first["month"]) == ("import-my-postings", dt.date(2026, 10, 1))
    assert (first["terms"], first["required"]) == (["pytorch", "jax"], ["pytorch", "jax"])
    # Half past eleven in the evening, five hours west of Greenwich: the third of November.
    assert rows[keyed("import-my-postings", "c")]["month"] == dt.date(2026, 11, 1)
    assert [entry.dataset for entry in Landing(home / "landing").entries("jobs_import")] == ["job_postings"]


def test_a_name_makes_a_population_of_its_own(tmp_path):
    done = run(tmp_path / "home", write(tmp_path, as_lines(RECORDS)), "--name", "boards-2026")
    assert "import-boards-2026" in done.stdout
    source = live_source("jobs_import", "", tmp_path / "home" / "landing")
    assert {row["population"] for row in parsed(source, TABLE)} == {"import-boards-2026"}


def test_a_home_folder_that_another_run_holds_is_not_written_to(tmp_path):
    home, file = tmp_path / "home", write(tmp_path, as_lines(RECORDS))
    command = [*CLI, "import", "jobs", file]
    options: Any = {"env": process_environment(home), "capture_output": True, "text": True, "timeout": 120}
    with hold_home(load_settings({}, home=home), 0):
        done = subprocess.run(command, check=False, **options)
        assert (done.returncode, done.stdout) == (7, "")
        assert not (home / "landing").exists()
    assert subprocess.run(command, check=True, **options).stdout.endswith("next: barometer build\n")


BAD_LINES = {
    "no-json": ('{"id": 1,', "line 2: not JSON"),
    "no-object": ("[1]", "line 2: not an object"),
    "deep": ("[" * 100_000, "line 2: not JSON"),
    "no-id": ('{"posted": "2026-11-01", "text": "x"}', "line 2: `id` is missing"),
    "id-null": ('{"id": null, "posted": "2026-11-01", "text": "x"}', "line 2: `id` is missing"),
    "id-true": ('{"id": true, "posted": "2026-11-01", "text": "x"}', "line 2: `id` is neither"),
    "id-blank": ('{"id": " ", "posted": "2026-11-01", "text": "x"}', "line 2: `id` is neither"),
    "no-text": ('{"id": 1, "posted": "2026-11-01"}', "line 2: `text` is missing"),
    "text-a-number": ('{"id": 1, "posted": "2026-11-01", "text": 5}', "line 2: `text` is no text"),
    "no-posted": ('{"id": 1, "text": "x"}', "line 2: `posted` is missing"),
    "posted-words": ('{"id": 1, "posted": "last week", "text": "x"}', "line 2: `posted` is not a day"),
    "no-such-day": ('{"id": 1, "posted": "2026-02-29", "text": "x"}', "line 2: `posted` is not a day"),
    "posted-a-number": ('{"id": 1, "posted": 1767600000, "text": "x"}', "line 2: `posted` is not a day"),
    "tomorrow-and-more": ('{"id": 1, "posted": "2999-01-01", "text": "x"}', "line 2: `posted` is still to come"),
    "employer-a-list": ('{"id": 1, "posted": "2026-11-01", "text": "x", "employer": []}', "line 2: `employer`"),
    "twice": ('{"id": "7", "posted": "2026-11-01", "text": "x"}', "line 2: `id` stands in line 1 already"),
}


@pytest.mark.parametrize("name", BAD_LINES)
@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["store", "dry-run"])
def test_a_bad_line_is_named_and_refuses_the_file(tmp_path, name, options):
    line, rule = BAD_LINES[name]
    good = [json.dumps({"id": number, "posted": "2026-11-01", "text": "Keras"}) for number in (7, 8)]
    file = write(tmp_path, f"{good[0]}\n{line}\n{good[1]}\n")
    done = run(tmp_path / "home", file, *options)
    assert done.exit_code == 4, done.output
    assert rule in done.stderr
    assert "1 of 3 lines cannot be read; nothing was stored" in done.stderr
    assert "next: correct or remove those lines" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "home").exists()


def test_of_many_bad_lines_some_are_named_and_the_others_counted(tmp_path):
    done = run(tmp_path / "home", write(tmp_path, "{}\n" * 12))
    assert "line 5: `id` is missing" in done.stderr
    assert "line 6" not in done.stderr
    assert "and 7 more" in done.stderr


BAD_FILES = {
    "empty": (b"", "no posting in it"),
    "blank": (b"\n\n", "no posting in it"),
    "header-alone": (b"id,posted,text\n", "no posting in it"),
    "no-header": (b"1,2026-11-01,Keras\n", "no column id, posted, text"),
    "short-row": (b"id,posted,text\n1,2026-11-01\n", "line 2: 2 fields where the first line names 3"),
    "latin-1": (b'{"id": "1", "posted": "2026-11-01", "text": "K\xf6ln"}\n', "line 1: not UTF-8"),
    "latin-1-below": (b'{"id": 1}\n{"id": "\xe9"}\n', "line 2: not UTF-8"),
    "utf-16": ("id,posted,text\n1,2026-11-01,x\n".encode("utf-16"), "not UTF-8"),
    "open-quote": (b'id,posted,text\n1,2026-11-01,"x\n', "line 2: not CSV"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_of_another_form_is_refused(tmp_path, name):
    content, rule = BAD_FILES[name]
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    done = run(tmp_path / "home", str(path))
    assert done.exit_code == 4, done.output
    assert rule in done.stderr
    assert "next: " in done.stderr


def test_a_file_that_is_not_there_is_refused(tmp_path):
    done = run(tmp_path / "home", str(tmp_path / "none.jsonl"))
    assert done.exit_code == 4
    assert "none.jsonl: cannot be read" in done.stderr


@pytest.mark.parametrize("name", ["Mine", "a b", "", "-x", "x" * 41, "ä"])
def test_a_name_that_cannot_stand_in_a_population_is_refused(name):
    with pytest.raises(SourceError, match="small letters, digits and hyphens"):
        check_name(name)


@pytest.mark.parametrize(
    ("file", "name"),
    [("My Postings (2).csv", "my-postings-2"), ("ünï.jsonl", "n"), ("….csv", "file"), ("a" * 60, "a" * 40)],
)
def test_a_file_gives_its_name(file, name):
    assert name_of(Path(file)) == name
    assert check_name(name) == name


def test_the_help_shows_a_file(tmp_path):
    done = run(tmp_path, "--help")
    assert '{"id": "1", "posted": "2026-11-02"' in done.output
    example = [line.strip() for line in done.output.splitlines() if line.strip().startswith("{")]
    file = write(tmp_path, "\n".join(example))
    printed = [json.loads(line) for line in run(tmp_path / "home", file, "--dry-run").stdout.splitlines()]
    assert [one["required"] for one in printed] == [["pytorch"], []]


def test_nobody_is_asked(tmp_path):
    source = live_source("jobs_import", "", tmp_path)
    assert list(source.fetch()) == []
    assert make_source("jobs_import", source.context).name == "jobs_import"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=st.binary(max_size=200) | damaged(as_lines(RECORDS).encode()) | damaged(as_csv(RECORDS).encode()))
def test_any_file_is_postings_or_one_error(tmp_path, content):
    path = tmp_path / "fuzzed.jsonl"
    path.write_bytes(content)
    source: Any = live_source("jobs_import", "", tmp_path / "landing")
    try:
        lines = read_file(path, TODAY)
    except SourceError as error:
        found: Any = error
    else:
        payload, kept = source.hand_over("fuzzed", path.name, lines)
        found = read(source, payload)
        assert not isinstance(found, SourceError)
        assert kept.counters.seen == len(lines)
    assert isinstance(found, list) or (str(path) in found.message and found.hint)


@pytest.mark.parametrize("population", ["hn-text-live", "import-", "import-A", "imports"])
def test_a_population_of_another_source_is_refused(tmp_path, population):
    source = live_source("jobs_import", "", tmp_path)
    head = {"format": 1, "population": population, "rules": "x", "seen": 0, "kept": 0}
    payload = Payload("jobs_import", "job_postings", "FILE x", NOW, json.dumps(head).encode() + b"\n")
    assert isinstance(read(source, payload), SourceError)
