"""Every form of an export gives the rows it shows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.protocol import Payload
from sources.trends_export import read_export
from sources.trends_import import Reading
from tests.sources.live import NOW
from tests.sources.trends_import.exports import MAP, NEW, OLD, importer, rows_of, short


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


@pytest.mark.parametrize("request_text", ["", "GET /x", "file ", "files a.csv"])
def test_a_request_of_another_kind_is_refused(request_text: str) -> None:
    with pytest.raises(SourceError):
        list(importer().parse(Payload("trends_import", "search_interest", request_text, NOW, OLD.encode())))


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.booleans(), st.sampled_from(["", "DE", "US-CA"]))
def test_a_request_says_how_its_file_is_read(name: str, topics: bool, geo: str) -> None:
    from sources.trends_import import read_request

    assert read_request(Reading(name, topics, geo).request) == Reading(name, topics, geo)


def test_a_period_runs_to_its_last_day() -> None:
    export = read_export(b"Time,keras\n2024-02,1\n2024-03,1\n", "x.csv")
    from sources.trends_export import period_end

    assert export.granularity == "month"
    assert period_end(dt.date(2024, 2, 1), "month") == dt.date(2024, 2, 29)
    assert period_end(dt.date(2024, 12, 1), "month") == dt.date(2024, 12, 31)
    assert period_end(dt.date(2024, 2, 25), "week") == dt.date(2024, 3, 2)
