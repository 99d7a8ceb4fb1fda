"""Exports of the Google Trends website: every form, every damage, and what `barometer import trends` says and lands."""

from __future__ import annotations

import codecs
import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.catalog import load_catalog
from barometer.cli.app import Front
from barometer.cli.import_trends import trends
from barometer.errors import BarometerError, BusyError, SettingsError, SourceError
from barometer.settings import Services, load_settings
from sources.landing import Landing
from sources.live import Context
from sources.protocol import Batch, Payload
from sources.trends_export import read_export
from sources.trends_import import Reading, TrendsImport
from tests.sources.live import NOW, Clock
from tests.support import process_environment, shipped_catalog
from warehouse.load import Delivery

OLD = """Category: All categories

Week,keras: (Worldwide),pytorch: (Worldwide),tensorflow: (Worldwide),jax flax: (Worldwide)
2025-11-02,3,41,30,0
2025-11-09,<1,38,,1
2025-11-16,2,100,28,<1
"""
NEW = """Time,keras,pytorch
20251102-0000,3,41.5
20251109-0000,<1,"38,5"
20251116-0000,,100
"""
MAP = """Category: All categories

Country,keras: (11/20/21 - 11/20/26),pytorch: (11/20/21 - 11/20/26)
Germany,29%,71%
Tuvalu,,
France,<1%,100%
"""


def importer(folder: Path = Path("never-written")) -> TrendsImport:
    return TrendsImport(Context(shipped_catalog(), Services(), Landing(folder), Clock()))


def rows_of(content: str | bytes, name: str = "multiTimeline.csv", **reading: Any) -> list[dict[str, Any]]:
    body = content.encode() if isinstance(content, str) else content
    source = importer()
    payload = source.file_payload(Reading(name, **reading), body)
    return [dict(zip(batch.columns, row, strict=True)) for batch in source.parse(payload) for row in batch.rows]


def short(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row["term"], row["period_start"].isoformat(), row["interest"], row["below_one"], row["no_data"])
        for row in rows
    ]


def test_the_old_form() -> None:
    rows = rows_of(OLD)
    assert short(rows)[:8] == [
        ("keras", "2025-11-02", 3.0, False, False),
        ("pytorch", "2025-11-02", 41.0, False, False),
        ("tensorflow", "2025-11-02", 30.0, False, False),
        ("jax flax", "2025-11-02", 0.0, False, False),
        ("keras", "2025-11-09", None, True, False),
        ("pytorch", "2025-11-09", 38.0, False, False),
        ("tensorflow", "2025-11-09", None, False, True),
        ("jax flax", "2025-11-09", 1.0, False, False),
    ]
    assert {(row["kind"], row["geo"], row["granularity"]) for row in rows} == {("term", "", "week")}
    # An export does not say that its last period is over.
    assert [row["is_partial"] for row in rows] == [False] * 8 + [True] * 4


def test_the_form_of_2026_has_no_preamble_and_may_have_decimals() -> None:
    rows = rows_of(NEW)
    assert short(rows) == [
        ("keras", "2025-11-02", 3.0, False, False),
        ("pytorch", "2025-11-02", 41.5, False, False),
        ("keras", "2025-11-09", None, True, False),
        ("pytorch", "2025-11-09", 38.5, False, False),
        ("keras", "2025-11-16", None, False, True),
        ("pytorch", "2025-11-16", 100.0, False, False),
    ]


@pytest.mark.parametrize(
    ("name", "last_is_partial"),
    [
        ("time_series_Worldwide_20251102-0000_20251123-0000.csv", False),
        ("time_series_Worldwide_20251102-0000_20251122-2359.csv", False),
        ("time_series_Worldwide_20251102-0000_20251119-1200.csv", True),
        ("time_series_Worldwide_20251102-0000_99999999-9999.csv", True),
        ("multiTimeline.csv", True),
    ],
)
def test_the_file_name_may_prove_that_the_last_week_was_over(name: str, last_is_partial: bool) -> None:
    assert [row["is_partial"] for row in rows_of(NEW, name)] == [False] * 4 + [last_is_partial] * 2


HEADS = {
    "German": "Kategorie: Alle Kategorien\n\nWoche,keras: (Weltweit),pytorch: (Weltweit)\n",
    "French": "Catégorie: Toutes les catégories\n\nSemaine,keras: (Dans tous les pays),pytorch: (Dans tous les pays)\n",
    "Japanese": "カテゴリ: すべてのカテゴリ\n\n週,keras: (すべての国),pytorch: (すべての国)\n",
    "Chinese": "类别:所有类别\n\n周,keras：（全球）,pytorch：（全球）\n",
    "Russian": "Категория: Все категории\n\nНеделя,keras: (По всему миру),pytorch: (По всему миру)\n",
    "Arabic": "الفئة: كل الفئات\n\nأسبوع,keras: (في جميع أنحاء العالم),pytorch: (في جميع أنحاء العالم)\n",
    "capitals": "Category: All categories\n\nWeek,Keras: (Worldwide),PYTORCH: (Worldwide)\n",
    "comma in the preamble": "Category: Computers, Electronics\n\nWeek,keras: (Worldwide),pytorch: (Worldwide)\n",
    "brackets in the place": "Category: All categories\n\nWeek,keras: (Congo (DRC)),pytorch: (Congo (DRC))\n",
    "2026": "Time,keras,pytorch\n",
    "quotes": '"Time","keras","pytorch"\n',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_language_line_end_and_byte_order_mark(head: str, end: str, encoding: str) -> None:
    text = (head + "2025-11-02,3,41\n2025-11-09,<1,38\n").replace("\n", end)
    assert short(rows_of(text.encode(encoding))) == [
        ("keras", "2025-11-02", 3.0, False, False),
        ("pytorch", "2025-11-02", 41.0, False, False),
        ("keras", "2025-11-09", None, True, False),
        ("pytorch", "2025-11-09", 38.0, False, False),
    ]


def test_semicolons_between_and_commas_within() -> None:
    text = "Kategorie: Alle\n\nWoche;keras: (Weltweit);pytorch: (Weltweit)\n2025-11-02;3,5;41,0\n2025-11-09;< 1;38,0\n"
    assert [row["interest"] for row in rows_of(text)] == [3.5, 41.0, None, 38.0]


@pytest.mark.parametrize(
    ("days", "granularity"),
    [
        (["2024-02-28", "2024-02-29", "2024-03-01"], "day"),
        (["20240228-0000", "20240229-0000", "20240301-0000"], "day"),
        (["2024-02-25T00:00:00+00:00", "2024-03-03T00:00:00+00:00"], "week"),
        (["2024-02-25 00:00:00.000Z", "2024-03-03 00:00:00.000Z"], "week"),
        (["2024-02-25", "2024-03-03", "2024-03-10"], "week"),
        (["2024-01-01", "2024-02-01", "2024-03-01"], "month"),
        (["2024-01", "2024-02", "2024-03"], "month"),
        (["2024-12"], "month"),
    ],
)
def test_days_weeks_and_months(days: list[str], granularity: str) -> None:
    rows = rows_of("Time,keras,pytorch\n" + "".join(f"{day},1,2\n" for day in days))
    assert {row["granularity"] for row in rows} == {granularity}
    assert len(rows) == 2 * len(days)


def test_a_map_of_shares() -> None:
    rows = rows_of(MAP, "geoMap.csv")
    assert [(row["term"], row["region"], row["share"], row["no_data"]) for row in rows] == [
        ("keras", "Germany", 0.29, False),
        ("pytorch", "Germany", 0.71, False),
        ("keras", "Tuvalu", None, True),
        ("pytorch", "Tuvalu", None, True),
        ("keras", "France", 0.005, False),
        ("pytorch", "France", 1.0, False),
    ]
    assert {row["span"] for row in rows} == {"11/20/21 - 11/20/26"}


def test_topics_go_by_their_name_or_id() -> None:
    text = "Time,Keras,/g/11gd3905v1,TensorFlow,JAX,Jacksonville\n2025-11-02,1,2,3,4,5\n2025-11-09,1,2,3,4,5\n"
    rows = rows_of(text, topics=True)
    assert [(row["term"], row["kind"]) for row in rows[:5]] == [
        ("/g/11c1r2rvnp", "topic"),
        ("/g/11gd3905v1", "topic"),
        ("/g/11bwp1s2k3", "topic"),
        ("/g/11t6my1_gw", "topic"),
        ("Jacksonville", "topic"),
    ]
    # An id is a topic whatever was said.
    assert [row["kind"] for row in rows_of(text)][:3] == ["term", "topic", "term"]


HEAD = "Category: All categories\n\nWeek,keras: (Worldwide),pytorch: (Worldwide)\n"
DAMAGE: list[tuple[str, bytes, str]] = [
    ("empty", b" \n", "no line of column names"),
    ("only a preamble", b"Category: All categories\n\n", "no line of column names"),
    ("no figures", HEAD.encode(), "line 3: column names and no figures"),
    ("no column names", b"2025-11-02,3,41\n2025-11-09,1,2\n", "no line of column names"),
    ("a page", b"<!doctype html><html><body>Sign in, please</body></html>", "column"),
    ("not text", HEAD.encode() + b"2025-11-02,\xff\xfe,1\n", "line 4: not utf-8"),
    ("words for a value", HEAD.encode() + b"2025-11-02,3,41\n2025-11-09,many,1\n", "line 5, column 'keras': 'many'"),
    ("above a hundred", HEAD.encode() + b"2025-11-02,101,41\n", "line 4, column 'keras': '101'"),
    ("below zero", HEAD.encode() + b"2025-11-02,-1,41\n", "line 4, column 'keras': '-1'"),
    ("less than two", HEAD.encode() + b"2025-11-02,<2,41\n", "line 4, column 'keras': '<2'"),
    ("a cell too few", HEAD.encode() + b"2025-11-02,3,41\n2025-11-09,3\n", "line 5: 1 values for 2 columns"),
    ("a cell too many", HEAD.encode() + b"2025-11-02,3,41,5\n", "line 4: 3 values for 2 columns"),
    ("no such day", HEAD.encode() + b"2025-11-02,3,41\n2025-13-09,3,1\n", "line 5: '2025-13-09' is no day"),
    ("backwards", HEAD.encode() + b"2025-11-09,3,41\n2025-11-02,3,1\n", "line 5: 2025-11-02 does not follow"),
    ("the same week twice", HEAD.encode() + b"2025-11-09,3,41\n2025-11-09,3,1\n", "line 5: 2025-11-09 does not follow"),
    (
        "by the hour",
        b"Time,keras,pytorch\n2025-11-09T00:00:00,3,41\n2025-11-09T01:00:00,3,1\n",
        "finer than is compared",
    ),
    ("by the year", HEAD.encode() + b"2024-01-01,3,41\n2025-01-02,3,1\n", "neither days, weeks nor months"),
    ("one lone week", HEAD.encode() + b"2025-11-09,3,41\n", "neither days, weeks nor months"),
    (
        "in the future",
        HEAD.encode() + b"2026-11-22,3,41\n2026-11-29,3,1\n",
        "line 5: 2026-11-29 is no day up to 2026-11-23",
    ),
    (
        "two columns for a term",
        b"Week,keras: (DE),Keras: (FR)\n2025-11-02,3,41\n2025-11-09,3,41\n",
        "two columns are for",
    ),
    ("an open quote", HEAD.encode() + b'2025-11-02,"3,41\n', "not comma-separated"),
    (
        "related queries",
        b"Category: All categories\n\nTOP\nkeras tutorial,100\nkeras install,90\n",
        "neither a series nor a map",
    ),
    ("a zero byte", HEAD.encode() + b"2025-11-02,3\x00,41\n", "line 4"),
]


@pytest.mark.parametrize(("name", "content", "words"), DAMAGE, ids=[damage[0] for damage in DAMAGE])
def test_damage_is_refused_by_file_line_rule_and_next_step(name: str, content: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        rows_of(content, "mine.csv")
    assert caught.value.message.startswith("mine.csv"), name
    assert words in caught.value.message
    assert caught.value.hint


@settings(max_examples=250)
@given(st.binary(max_size=200) | st.text(alphabet='0123456789-,;<%\n\r"keras: (W)é', max_size=120).map(str.encode))
def test_any_bytes_give_rows_or_one_error(content: bytes) -> None:
    read_or_refuse(content)
    read_or_refuse(HEAD.encode() + content)
    read_or_refuse(HEAD.encode() + b"2025-11-02,3,41\n2025-11-09," + content)


def read_or_refuse(content: bytes) -> None:
    source = importer()
    refusal: SourceError | None = None
    batches: list[Batch] = []
    try:
        batches = list(source.parse(source.file_payload(Reading("any.csv"), content)))
    except SourceError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.hint)
    assert all(len(row) == len(batch.columns) for batch in batches for row in batch.rows)


@pytest.mark.parametrize("request_text", ["", "GET /x", "file ", "files a.csv"])
def test_a_request_of_another_kind_is_refused(request_text: str) -> None:
    with pytest.raises(SourceError):
        list(importer().parse(Payload("trends_import", "search_interest", request_text, NOW, OLD.encode())))


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.booleans(), st.sampled_from(["", "DE", "US-CA"]))
def test_a_request_says_how_its_file_is_read(name: str, topics: bool, geo: str) -> None:
    from sources.trends_import import read_request

    assert read_request(Reading(name, topics, geo).request) == Reading(name, topics, geo)


def run(home: Path, *arguments: Any) -> Result:
    """Run the command as the front door does, less its catching of errors."""
    front = Front(load_settings({}, home=home), debug=False)
    return CliRunner().invoke(trends, [str(argument) for argument in arguments], obj=front)


def refused(home: Path, *arguments: Any) -> BarometerError:
    error = run(home, *arguments).exception
    assert isinstance(error, BarometerError), error
    return error


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


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


def test_a_period_runs_to_its_last_day() -> None:
    export = read_export(b"Time,keras\n2024-02,1\n2024-03,1\n", "x.csv")
    from sources.trends_export import period_end

    assert export.granularity == "month"
    assert period_end(dt.date(2024, 2, 1), "month") == dt.date(2024, 2, 29)
    assert period_end(dt.date(2024, 12, 1), "month") == dt.date(2024, 12, 31)
    assert period_end(dt.date(2024, 2, 25), "week") == dt.date(2024, 3, 2)


def weekly(first: dt.date, count: int, levels: dict[str, float]) -> str:
    """An export of `count` weeks: every term at its level, a little up and down."""
    head = "Category: All categories\n\nWeek," + ",".join(f"{term}: (Worldwide)" for term in levels)
    lines = [
        ",".join([str(first + dt.timedelta(weeks=i)), *(str(round(level + i % 3)) for level in levels.values())])
        for i in range(count)
    ]
    return "\n".join([head, *lines, ""])


def built(home: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse built from the bundled snapshot and what was imported, opened to read."""
    from flows import steps

    settings_ = load_settings({}, home=home)
    catalog = load_catalog(settings_.catalog)
    landing = Landing(settings_.landing)
    source = TrendsImport(Context(catalog, Services(), landing))
    given = steps.deliver_snapshot()
    files = [landing.payload(entry) for entry in landing.entries(source.name)]
    replies = [Delivery(source.name, "import", file, source.parse(file)) for file in files]
    steps.build_warehouse(settings_, catalog, steps.today(), steps.Delivered([*given.replies, *replies], given.terms))
    return duckdb.connect(str(settings_.warehouse), read_only=True)


LEVELS_2020 = {"keras": 20.0, "pytorch": 40.0, "tensorflow": 90.0, "jax flax": 1.0}
LEVELS_NOW = {"keras": 9.0, "pytorch": 90.0, "tensorflow": 30.0, "jax flax": 3.0}


def test_imports_of_five_years_and_of_2020_fill_the_marts_and_settle_the_claims(tmp_path: Path) -> None:
    home = tmp_path / "home"
    today = dt.datetime.now(dt.UTC).date()
    sunday = today - dt.timedelta(days=(today.weekday() + 1) % 7, weeks=1)
    now = written(tmp_path, "multiTimeline.csv", weekly(sunday - dt.timedelta(weeks=260), 261, LEVELS_NOW))
    then = written(tmp_path / "2020", "multiTimeline.csv", weekly(dt.date(2020, 1, 5), 52, LEVELS_2020))
    assert run(home, now, then).exception is None
    with built(home) as connection:
        marts = "select framework, count(*), max(interest) from marts.search_interest_week group by 1 order by 1"
        found = connection.execute(marts).fetchall()
        assert [(framework, weeks) for framework, weeks, _ in found] == [
            (framework, 261 + 52) for framework in ("jax", "keras", "pytorch", "tensorflow")
        ]
        evidence = dict(
            connection.execute("select evidence_id, value from marts.evidence where metric like 'search%'").fetchall()
        )
        assert {name: round(value) for name, value in evidence.items()} == {
            "search_interest.jax": 4,
            "search_interest.keras": 10,
            "search_interest.pytorch": 91,
            "search_interest.tensorflow": 31,
            "search_interest_2020.jax": 2,
            "search_interest_2020.keras": 21,
            "search_interest_2020.pytorch": 41,
            "search_interest_2020.tensorflow": 91,
        }
        claims = dict(connection.execute("select claim_id, verdict from marts.claims").fetchall())
        assert claims["C26"] == "supported"
        assert {claims["C27"], claims["C28"]} <= {"supported", "contradicted", "mixed"}


def test_a_claim_that_the_export_contradicts_is_contradicted_by_months_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lines = [
        f"{year}-{month:02},{90 if year == 2020 else 5},{40 + month % 2},{20 + month % 3}"
        for year in range(2004, 2022)
        for month in range(1, 13)
    ]
    text = "Time,keras,pytorch,tensorflow\n" + "\n".join(lines) + "\n"
    assert run(home, written(tmp_path, "time_series_Worldwide_20040101-0000_20220101-0000.csv", text)).exception is None
    with built(home) as connection:
        verdicts = connection.execute("select verdict from marts.claims where claim_id = 'C26'").fetchall()
        assert verdicts == [("contradicted",)]
        # Months are no weeks: nothing is drawn by week, and nothing is said of the last year.
        assert connection.execute("select count(*) from marts.search_interest_week").fetchall() == [(0,)]
        metrics = "select distinct metric from marts.evidence where metric like 'search%'"
        assert connection.execute(metrics).fetchall() == [("search_interest_2020",)]
