"""The rebuild: the same originals give the same bytes, and whatever differs is said."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.snapshot.rebuild import ORIGINALS, READ, main, rebuild_table
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES, Column, Table, pack, read_table, unpack

HEADERS = {
    "package_downloads_30d": ("pypi_downloads_30d", "as_of,project,downloads_30d,rank,list_size,backend"),
    "package_releases": ("pypi_releases", "project,version,first_upload,files,largest_wheel_bytes"),
    "repository_counters": ("github_counters_weekly", "observed_on,repository,stars,forks,open_issues"),
    "repository_activity": ("git_activity_monthly", "repository,month,commits,authors,new_authors"),
    "questions_monthly": ("stackoverflow_questions_monthly", "source_id,tag,month,questions,is_partial,note"),
    "questions_yearly": ("stackoverflow_questions_yearly", "source_id,tag,year,questions,is_partial,note"),
    "survey_usage": (
        "survey_usage",
        "survey,year,audience,technology,label_in_source,share_percent,question_respondents,users,base,status,source_id"
        ",share_of_question_respondents_percent",
    ),
    "papers": (
        "papers_by_framework",
        "source,period,granularity,venue,framework,papers,total_papers,counting_rule,note,share_percent",
    ),
    "job_mentions": ("job_mentions_monthly", "source,month,framework,postings_mentioning,postings_total"),
}
FACTS = ("sha256 = ", "rows = ", "first = ", "last = ")


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    """The originals as they were before they were tidied: other names and order, Windows line ends, YYYY-MM."""
    folder = tmp_path / "originals"
    folder.mkdir()
    for name, table in TABLES.items():
        file, header = HEADERS[name]
        rows = list(csv.reader(io.StringIO(unpack((DATA / f"{name}.csv.gz").read_bytes(), name))))[1:]
        months = [at for at, column in enumerate(table.columns) if column.kind == "month"]
        if ORIGINALS[name].completed:
            read = (READ / f"{name}.csv").read_text(encoding="utf-8").splitlines()
            rows = [row for row in rows if ",".join(row) not in read]
        rows = [[cell[:7] if at in months else cell for at, cell in enumerate(row)] for row in reversed(rows)]
        if name == "job_mentions":
            rows.insert(3, ["hn-published-controlarm", "2026-07", "pytorch", "5", "330"])
        derived = ["12.5"] * (len(header.split(",")) - len(table.header))
        with (folder / f"{file}.csv").open("w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows([header.split(","), *(row + derived for row in rows)])
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Change one place of a text file, which must be there."""
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_the_command_lists_the_shipped_hashes_and_succeeds():
    command = [sys.executable, "-m", "sources.snapshot.rebuild"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(TABLES)
    assert lines[0].endswith("  package_downloads_30d.csv.gz  2891 rows, 2018-02-25 to 2026-04-01")


def test_whole_originals_give_the_shipped_tables(originals: Path, capsys):
    assert main(["--from", str(originals)]) == 0
    assert capsys.readouterr().err == ""


def test_rebuilding_writes_identical_bytes_and_the_same_facts(originals: Path, copy: Path, tmp_path: Path):
    """From nothing but the manifest's prose: files and facts come back, twice the same."""
    made = []
    for number in (1, 2):
        folder = tmp_path / f"made{number}"
        folder.mkdir()
        prose = (copy / "manifest.toml").read_text(encoding="utf-8")
        for entry in ("job_mentions", "papers"):
            head, mark, tail = prose.partition(f'[[datasets]]\ndataset = "{entry}"\n')
            lines = tail.split("\n")
            lines[1:5] = [f'sha256 = "{"0" * 64}"', "rows = 0", "first = 2015-01-01", "last = 2015-01-01"]
            prose = head + mark + "\n".join(lines)
        (folder / "manifest.toml").write_text(prose, encoding="utf-8")
        assert main(["--from", str(originals), "--data", str(folder), "--write"]) == 0
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    shipped = {path.name: path.read_bytes() for path in DATA.iterdir()}
    assert {name: gzip.decompress(content) for name, content in made[0].items() if name.endswith(".gz")} == {
        name: gzip.decompress(content) for name, content in shipped.items() if name.endswith(".gz")
    }
    assert [line for line in made[0]["manifest.toml"].decode().splitlines() if not line.startswith("sha256")] == [
        line for line in shipped["manifest.toml"].decode().splitlines() if not line.startswith("sha256")
    ]


def test_a_file_of_the_same_text_is_left_as_it_is(originals: Path, copy: Path):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert main(["--from", str(originals), "--data", str(copy), "--write"]) == 0
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_a_changed_figure_changes_its_file_and_only_its_facts(originals: Path, copy: Path, capsys):
    edit(originals / "job_mentions_monthly.csv", "hn-text-2026,2026-05,", "hn-text-2026,2026-06,")
    assert main(["--from", str(originals), "--data", str(copy)]) == 4
    assert capsys.readouterr().err.startswith("job_mentions.csv.gz: differs from what ")
    before = (copy / "manifest.toml").read_text(encoding="utf-8").splitlines()
    assert main(["--from", str(originals), "--data", str(copy), "--write"]) == 0
    after = (copy / "manifest.toml").read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in changed][1:] == ["last = 2026-06-30"]
    assert len(changed) == 2
    assert all(old.startswith(FACTS) for old, _ in changed)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("rows = 16\n", "rows = 17\n", "questions_yearly.csv.gz: rows is 16; the manifest says 17."),
        (
            "last = 2026-04-01",
            "last = 2026-04-30",
            "package_downloads_30d.csv.gz: last is 2026-04-01; the manifest says 2026-04-30.",
        ),
        (
            'file = "papers.csv.gz"',
            'file = "posters.csv.gz"',
            "posters.csv.gz: listed in the manifest, but cannot be read",
        ),
        ('file = "papers.csv.gz"', 'file = "posters.csv.gz"', "papers.csv.gz: not in the manifest."),
    ],
)
def test_check_names_what_differs(copy: Path, capsys, old: str, new: str, part: str):
    edit(copy / "manifest.toml", old, new)
    assert main(["--data", str(copy)]) == 4
    assert part in capsys.readouterr().err


def test_check_names_every_damaged_file(copy: Path, capsys):
    for name in ("papers", "job_mentions"):
        path = copy / f"{name}.csv.gz"
        path.write_bytes(path.read_bytes()[:-1])
    assert main(["--data", str(copy)]) == 4
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["papers.csv.gz:", "job_mentions.csv.gz:"]
    assert all("the manifest says" in line for line in lines)


def test_check_without_a_manifest_says_so(tmp_path: Path, capsys):
    assert main(["--data", str(tmp_path)]) == 4
    assert "the manifest of the bundled figures is missing" in capsys.readouterr().err


def test_writing_needs_originals(copy: Path):
    with pytest.raises(SystemExit) as caught:
        main(["--data", str(copy), "--write"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source_id,tag,", "source,tag,", "the columns, in our names, are source, tag"),
        (",false,", ",false,,", "row 2 has 7 cells; expected 6"),
        ("pytorch,2019,3060", "pytorch,2018,3060", "must be unique, but so_listing_2020, pytorch, 2018 stands twice"),
        ("pytorch,2019,3060", "pytorch,2019,3.060", "column questions: '3.060' is not a whole number"),
    ],
)
def test_originals_that_are_not_as_known_are_refused_and_nothing_is_written(
    originals: Path, copy: Path, capsys, old: str, new: str, message: str
):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    edit(originals / "stackoverflow_questions_yearly.csv", old, new)
    assert main(["--from", str(originals), "--data", str(copy), "--write"]) == 4
    error = capsys.readouterr().err
    assert message in error
    assert "stackoverflow_questions_yearly.csv" in error
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_a_missing_original_is_named(originals: Path):
    (originals / "survey_usage.csv").unlink()
    with pytest.raises(SourceError, match=r"survey_usage\.csv: the original of survey_usage cannot be read") as caught:
        rebuild_table("survey_usage", originals, [])
    assert "--from" in caught.value.hint


def test_what_is_left_out_follows_the_manifest(originals: Path):
    rows = read_table(TABLES["job_mentions"], rebuild_table("job_mentions", originals, []), "job_mentions")
    assert len(rows) == 997
    assert "hn-published-controlarm" in {row[0] for row in rows}


def cells(table: Table) -> st.SearchStrategy[dict[str, str]]:
    """Rows of any valid cells for a table, as text."""
    words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=8)
    kinds = {
        "text": words,
        "count": st.integers(0, 10**15).map(str),
        "real": st.floats(allow_nan=False, allow_infinity=False).map(str),
        "date": st.dates().map(str),
        "month": st.dates().map(lambda day: str(day.replace(day=1))),
        "flag": st.sampled_from(["true", "false"]),
    }
    columns = {column.name: kinds[column.kind] for column in table.columns}
    optional = {c.name: st.one_of(st.just(""), columns[c.name]) for c in table.columns if c.nullable}
    return st.fixed_dictionaries(columns | optional)


@given(data=st.data())
@settings(max_examples=80)
def test_any_valid_rows_survive_packing_whatever_their_order(data: st.DataObject):
    table = TABLES[data.draw(st.sampled_from(sorted(TABLES)))]
    rows = data.draw(st.lists(cells(table), max_size=8, unique_by=lambda row: tuple(row[name] for name in table.key)))
    content = pack(table, rows)
    assert pack(table, data.draw(st.permutations(rows))) == content
    read = read_table(table, content, "made")
    assert len(read) == len(rows)
    written = sorted(tuple(row[name] for name in table.header) for row in rows)
    assert sorted(tuple(as_text(value) for value in row) for row in read) == written


def as_text(value: object) -> str:
    """A value as it stands in a file."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_packed_files_bear_neither_clock_nor_name():
    shipped = [path.read_bytes() for path in DATA.glob("*.gz")]
    for content in [*shipped, pack(TABLES["papers"], [])]:
        flags, clock = content[3], content[4:8]
        assert (flags, clock) == (0, b"\0\0\0\0")


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("month", "2020-05-02"),
        ("month", "2020-05"),
        ("date", "20200502"),
        ("date", "2020-W18-6"),
        ("date", "2020-02-30"),
        ("real", "nan"),
        ("real", "1_0.5"),
        ("count", "007"),
        ("flag", "1"),
        ("text", " keras"),
    ],
)
def test_a_cell_is_written_in_one_way_only(kind: str, cell: str):
    table = Table("made", (Column("value", kind),), key=("value",), period="value")
    with pytest.raises(SourceError, match=f"made: row 1, column value: '{cell}' is not "):
        read_table(table, pack(table, [{"value": cell}]), "made")
