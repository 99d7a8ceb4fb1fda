"""The page as a document: order, headings, charts with tables, links, nothing fetched, numbers with references."""

import itertools
import json
import re
from collections import Counter
from html.parser import HTMLParser

import duckdb
import pytest

from barometer.catalog import Catalog
from reports.document import NUMERAL, read_page
from reports.render import INDEX_PAGE, render_edition
from reports.verify import classify

PAGES = (INDEX_PAGE, "charts.html", "evidence.html")


class Outline(HTMLParser):
    """Headings, ids, links, tags and figures of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.sections: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags[tag] += 1
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "section":
            self.sections.append(str(values.get("id")))
        if values.get("href"):
            self.links.append(str(values["href"]))


@pytest.fixture(scope="module")
def outlines(files: dict[str, bytes]) -> dict[str, Outline]:
    return {name: Outline(content) for name, content in files.items() if name.endswith(".html")}


def test_the_sections_stand_in_the_order_a_reader_needs(outlines: dict[str, Outline], catalog: Catalog) -> None:
    factors = [factor.key for factor in catalog.scored_factors]
    assert outlines[INDEX_PAGE].sections == [
        "answer", "changes", "scoreboard", *factors, "claims", "sources", "method", "query",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_one_h1_and_no_heading_level_is_skipped(name: str, outlines: dict[str, Outline]) -> None:
    levels = [int(tag[1]) for tag in outlines[name].headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_link_leads_somewhere(
    name: str, outlines: dict[str, Outline], files: dict[str, bytes]
) -> None:
    repeated = [one for one, n in Counter(outlines[name].ids).items() if n > 1]
    assert repeated == []
    for link in outlines[name].links:
        page, _, anchor = link.partition("#")
        if page.startswith(("data:", "../")):
            continue
        assert page in ("", *files), link
        if anchor:
            assert anchor in outlines[page or name].ids, link


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_and_nothing_runs(name: str, files: dict[str, bytes], outlines: dict[str, Outline]) -> None:
    text = files[name].decode()
    for tag in ("script", "iframe", "object", "embed", "img", "video", "audio", "form", "input"):
        assert outlines[name].tags[tag] == 0
    assert not re.search(r"""(src|srcset|@import|url\()\s*=?\s*["']?\s*(https?:|//)""", text)
    assert not re.search(r"\son[a-z]+=", text)


def test_the_main_page_stays_small(files: dict[str, bytes]) -> None:
    assert len(files[INDEX_PAGE]) < 400_000


def test_charts_have_a_name_a_description_and_a_table(files: dict[str, bytes]) -> None:
    figures = re.findall(r"<figure.*?</figure>", files[INDEX_PAGE].decode(), flags=re.S)
    assert len(figures) >= 8
    for figure in figures:
        assert figure.count('<svg role="img"') == 1
        assert re.search(r"<title>[^<]+</title><desc>[^<]+</desc>", figure)
        assert "<table" in figure
        assert figure.count('scope="col"') >= 2
        assert 'scope="row"' in figure


def test_every_scored_factor_has_a_chart(files: dict[str, bytes], catalog: Catalog) -> None:
    for factor in catalog.scored_factors:
        section = re.search(rf'<section id="{factor.key}".*?</section>', files[INDEX_PAGE].decode(), flags=re.S)
        assert section is not None
        assert '<svg role="img"' in section.group()


@pytest.mark.parametrize("name", PAGES)
def test_every_numeral_has_a_reference_or_a_reason(name: str, files: dict[str, bytes], catalog: Catalog) -> None:
    page = read_page(files[name])
    counts, unexplained = classify(page, catalog)
    assert [(token.mark, numeral, token.text) for token, numeral in unexplained] == []
    assert counts["figure"] > (200 if name == "charts.html" else 500)


def test_a_numeral_typed_into_the_page_is_seen(files: dict[str, bytes], catalog: Catalog) -> None:
    edited = files[INDEX_PAGE].decode().replace("What is missing is missing", "All 14 missing sets are missing", 1)
    _, unexplained = classify(read_page(edited.encode()), catalog)
    assert [numeral for _, numeral in unexplained] == ["14"]


def test_the_same_reference_reads_the_same_everywhere(files: dict[str, bytes]) -> None:
    spellings: dict[str, set[str]] = {}
    for name in PAGES:
        for element in read_page(files[name]).marked:
            if not re.search(r"[A-Z][a-z]+ \d{4}$", element.text):  # a date in a sentence has its own spelling
                spellings.setdefault(element.ref, set()).add(" ".join(element.text.split()))
    assert {ref: texts for ref, texts in spellings.items() if len(texts) > 1} == {}


def test_all_claims_stand_on_the_page_with_their_verdict(
    files: dict[str, bytes], catalog: Catalog, connection: duckdb.DuckDBPyConnection
) -> None:
    text = files[INDEX_PAGE].decode()
    listed = dict(re.findall(r'<li id="(C\d\d)" data-verdict="([^"]+)"', text))
    assert listed == dict(connection.execute("select claim_id, verdict from marts.claims").fetchall())
    assert sorted(listed) == [claim.id for claim in catalog.claims]


def test_unmeasured_cells_are_hatched_and_never_zero(
    files: dict[str, bytes], connection: duckdb.DuckDBPyConnection
) -> None:
    board = re.search(r'<table class="board">.*?</table>', files[INDEX_PAGE].decode(), flags=re.S)
    assert board is not None
    unmeasured = connection.execute("select count(*) from marts.factor_standings where measured_share = 0").fetchone()
    assert board.group().count('<td class="empty"><span>not measured yet</span></td>') == (unmeasured or (0,))[0]


def test_p_best_is_explained_before_it_is_used_and_the_method_is_named_late(files: dict[str, bytes]) -> None:
    text = files[INDEX_PAGE].decode()
    text = text[text.index("<main") :]
    assert text.index("P(best)") == text.index("P(best)</strong> is the chance")
    assert text.index("SMAA") > text.index('id="method"')


def test_search_interest_is_said_to_be_missing(files: dict[str, bytes]) -> None:
    assert "No search data yet: run live or import an export." in files[INDEX_PAGE].decode()


def test_report_json_holds_every_figure_with_its_reference(
    files: dict[str, bytes], connection: duckdb.DuckDBPyConnection
) -> None:
    report = json.loads(files["report.json"])
    assert sorted(report) == [
        "claims",
        "compared_with",
        "edition",
        "evidence",
        "factors",
        "format",
        "frameworks",
        "readers",
        "sources",
    ]
    rows = connection.execute("select evidence_id, value from marts.evidence order by metric, framework").fetchall()
    assert [(entry["ref"], entry["value"]) for entry in report["evidence"]] == rows
    assert files["report.json"].decode() == json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_a_csv_stands_beside_the_page_for_every_mart(
    files: dict[str, bytes], connection: duckdb.DuckDBPyConnection
) -> None:
    names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    assert {f"tables/{name}.csv" for (name,) in names} == {name for name in files if name.startswith("tables/")}
    for (name,) in names:
        rows = connection.execute(f"select count(*) from marts.{name}").fetchone()
        assert len(files[f"tables/{name}.csv"].decode().splitlines()) >= (rows or (0,))[0] + 1


def test_rendering_twice_gives_the_same_bytes(
    files: dict[str, bytes], connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> None:
    assert render_edition(connection, catalog, None) == files


def test_numerals_are_found_with_their_units() -> None:
    assert NUMERAL.findall("4.13× of 2.27\u202fM, 41\u202f% on 2026-03-01") == [
        "4.13×",
        "2.27\u202fM",
        "41\u202f%",
        "2026",
        "03",
        "01",
    ]
