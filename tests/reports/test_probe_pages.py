"""The pages of the probes: whole, in part, hostile, and without a run; every figure verified, every link alive."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.document import read_page
from reports.probes.pages import PAGES
from reports.publish import publish
from reports.render import INDEX_PAGE, render_edition
from reports.verify import VerifySummary, classify, verify_edition
from tests.probe_runs import file, record, stack, unit, whole
from tests.reports.conftest import AS_OF, Probed, build_world
from tests.reports.test_page import Outline
from warehouse.explain import resolver
from warehouse.models import load_models

pytestmark = pytest.mark.xdist_group("probed")
NAMES = [page.name for page in PAGES]
STARTED = "2026-11-20T09:00:00+00:00"
HOSTILE = '<img src=x onerror="alert(1)"> \x1b[1m17 bold\x1b[0m & </code></pre><script>alert(2)</script>'
ENDLESS = "endless " * 400


def hostile() -> bytes:
    """One program, one mistake and nothing else, with names and messages that would break a careless page."""
    keras, torch = {**stack("keras-tensorflow"), "program": "keras"}, {**stack("torch"), "program": "torch"}
    counts = {"logical_lines": 12, "ast_nodes": 90}
    programs = [
        record("ease_program", **keras, workload="net18", part="whole", **counts),
        record("ease_program", **keras, workload="../../evil", part="whole", **counts),
    ]
    failed = record("ease_program", **torch, workload="net18", part="whole", status="parity-failed", reason=HOSTILE)
    idle = record("ease_change", **keras, workload="net18", change="export", status="no-effect", effect=HOSTILE)
    texts = [
        record(
            "ease_source", program="keras", workload=name, text='x = "<script>alert(3)</script>"  # <b>7</b>\nif x:\n'
        )
        for name in ("net18", "../../evil")
    ]
    fault = record("debugging_fault", fault="width", number=1, title="width of <b>7</b>", about=HOSTILE, family="data")
    place = record(
        "debugging_place", fault="width", framework="torch", style="subclass", exists=True, faulty_code="a < b && 3"
    )
    told = {"outcome": "raised", "stage": "build", "exception": "Error<3>", "message_length": 8, "faulty_line": True}
    cells = [
        record("debugging_cell", **stack("torch-eager"), fault="width", style=style, switch="off", filtering="none",
               message=message, first_line=message, **told)
        for style, message in (("sequential", HOSTILE), ("subclass", ENDLESS))
    ]  # fmt: skip
    return file(
        unit("ease", "programs/keras-tensorflow", *programs, idle, environment="keras-tensorflow"),
        unit("ease", "programs/torch", failed),
        unit("ease", "texts", *texts, environment="runner"),
        unit("debugging", "places", fault, place, environment="runner"),
        unit("debugging", "cells torch-eager sequential", *cells),
        started_at=STARTED,
        options={"stacks": ["torch", "keras-tensorflow"]},
        ending="interrupted",
    )


def verified(
    files: dict[str, bytes], connection: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Any
) -> VerifySummary:
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    return verify_edition(publish(folder, AS_OF.isoformat(), files), connection, catalog, resolve, None)


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.decode()))


@pytest.fixture(scope="module")
def careless(probed: Probed, catalog: Catalog) -> tuple[duckdb.DuckDBPyConnection, dict[str, bytes]]:
    """The edition of a run that was stopped, narrowed, and full of names that would break a careless page."""
    connection = probed(hostile())
    return connection, render_edition(connection, catalog, None)


@pytest.fixture(scope="module")
def unprobed(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Iterator[tuple[Any, dict[str, bytes]]]:
    """The edition of a warehouse without a run of the probes."""
    connection = build_world(tmp_path_factory.mktemp("unprobed"), catalog, ("probes",))
    yield connection, render_edition(connection, catalog, None)
    connection.close()


def test_a_whole_run_is_verified(
    probed_files: dict[str, bytes], probed: Probed, catalog: Catalog, tmp_path: Any
) -> None:
    summary = verified(probed_files, probed(whole(started_at=STARTED)), catalog, tmp_path)
    assert summary.differences == []


def test_a_run_in_part_is_verified(careless: tuple[Any, dict[str, bytes]], catalog: Catalog, tmp_path: Any) -> None:
    assert verified(careless[1], careless[0], catalog, tmp_path).differences == []


def test_without_a_run_every_page_says_what_to_do_and_is_verified(
    unprobed: tuple[Any, dict[str, bytes]], catalog: Catalog, tmp_path: Any
) -> None:
    connection, files = unprobed
    assert verified(files, connection, catalog, tmp_path).differences == []
    for page in PAGES:
        said = text(files[page.name])
        for topic in page.topics:
            assert f"{topic.label}: not measured yet; make probes measures it" in said
        assert "<svg" not in files[page.name].decode()
    assert "Nothing of how easy, how helpful or how portable a framework is has been measured" in text(
        files[INDEX_PAGE]
    )
    assert not [name for name in files if name.startswith("programs/")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("world", ["whole", "careless", "unprobed"])
def test_the_page_is_a_sound_document(name: str, world: str, request: pytest.FixtureRequest, catalog: Catalog) -> None:
    files = request.getfixturevalue("probed_files") if world == "whole" else request.getfixturevalue(world)[1]
    outline = Outline(files[name])
    levels = [int(tag[1]) for tag in outline.headings]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert [one for one, times in Counter(outline.ids).items() if times > 1] == []
    for tag in ("script", "iframe", "img", "form", "input"):
        assert outline.tags[tag] == 0
    outlines = {page: Outline(content) for page, content in files.items() if page.endswith(".html")}
    for link in outline.links:
        page, _, anchor = link.partition("#")
        if not page.startswith(("data:", "../")):
            assert page in ("", *files), link
            assert not anchor or anchor in outlines[page or name].ids, link
    _, unexplained = classify(read_page(files[name]), catalog)
    assert [(token.mark, numeral, token.text) for token, numeral in unexplained] == []
    assert len(files[name]) < 400_000
    assert len(files[INDEX_PAGE]) < 400_000


def test_charts_have_a_name_and_a_description(probed_files: dict[str, bytes]) -> None:
    for name in NAMES:
        for chart in re.findall(r"<figure.*?</figure>", probed_files[name].decode(), flags=re.S):
            assert re.search(r'<svg role="img".*?<title>[^<]+</title><desc>[^<]+</desc>', chart, flags=re.S)


def test_every_section_tells_its_claims_its_limits_and_where_it_was_measured(probed_files: dict[str, bytes]) -> None:
    for page in PAGES:
        said = text(probed_files[page.name])
        for words in ("What surprised", "What it does not show", "Where and when it was measured", "Test CPU"):
            assert said.count(words) >= len(page.topics), (page.name, words)
        assert "Its rule, fixed before the figures were read:" in said


def test_the_ease_page_tells_counts_changes_and_programs(probed_files: dict[str, bytes]) -> None:
    page = probed_files["ease.html"]
    said = text(page)
    assert "Keras takes the fewest lines for all four workloads: 16 to 48, PyTorch 36 to 80" in said
    assert "These are proxies, not a user study" in said
    assert "programs are published below" in said
    assert "Keras and PyTorch, side by side" in said
    assert '<a href="programs/keras/mlp.py">file</a>' in page.decode()
    assert probed_files["programs/keras/mlp.py"] == b"a = 1\nb = 2\n"
    assert "One of twenty-eight program runs did not pass and counts nowhere" in said
    assert "optimizer" in said
    assert "parity-failed" in said


def test_the_debugging_page_tells_the_matrix_and_no_score(probed_files: dict[str, bytes]) -> None:
    page = probed_files["debugging.html"].decode()
    said = text(page.encode())
    assert "There is no single score" in said
    assert (
        "Of five mistakes, one is signalled by every stack as shipped, none by none, four by some or in one style only"
        in said
    )
    assert page.count('<td class="o raised">raised</td>') > 5
    assert '<span class="o silent">silent</span><span class="o raised">raised</span>' in page
    assert "cannot be, <code>compile and fit do it</code>" in page
    assert "Keras on TensorFlow" in said


def test_nothing_that_a_record_says_becomes_markup(careless: tuple[Any, dict[str, bytes]]) -> None:
    files = careless[1]
    for name in (*NAMES, INDEX_PAGE):
        page = files[name].decode()
        assert "<script" not in page
        assert "<img" not in page
        assert "onerror=" not in re.sub(r">[^<]*<", "><", page)
        assert "\x1b" not in page
    debugging = files["debugging.html"].decode()
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; 17 bold &amp; &lt;/code&gt;" in debugging
    assert ENDLESS[:600] in debugging
    assert ENDLESS[:900] not in debugging
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in files["ease.html"].decode()


def test_a_program_whose_name_leads_elsewhere_gets_no_file(careless: tuple[Any, dict[str, bytes]]) -> None:
    files = careless[1]
    assert [name for name in files if name.startswith("programs/")] == ["programs/keras/net18.py"]
    assert not [name for name in files if ".." in name]


def test_a_run_in_part_says_what_is_missing(careless: tuple[Any, dict[str, bytes]]) -> None:
    ease, debugging = (text(careless[1][name]) for name in ("ease.html", "debugging.html"))
    assert "Only Keras has programs that passed their gates: 12" in ease
    assert "One change had no effect although it ran: export on keras-tensorflow." in ease
    assert "asked for some stacks or workloads only" in ease
    assert "interrupted" in debugging
    for page in ("control_flow.html", "deployment.html"):
        assert "not measured yet; make probes measures it" in text(careless[1][page])


def test_the_main_page_tells_what_the_probes_changed_and_links_on(probed_files: dict[str, bytes]) -> None:
    page = probed_files[INDEX_PAGE].decode()
    passage = page[page.index('<h3 id="probed"') : page.index('<section id="changes"')]
    assert 'data-ref="what_probes_changed/' in passage
    assert "Measured ease, debugging and the rest turn" in passage
    for factor, name in (
        ("ease", "ease"),
        ("debugging", "debugging"),
        ("graph", "control_flow"),
        ("deployment", "deployment"),
    ):
        section = page[page.index(f'<section id="{factor}"') :]
        section = section[: section.index("</section>")]
        assert f'href="{name}.html#' in section
    assert 'href="deployment.html#footprint"' in page
    assert 'href="deployment.html#integration"' in page


def test_a_figure_changed_by_hand_is_seen(
    probed_files: dict[str, bytes], probed: Probed, catalog: Catalog, tmp_path: Any
) -> None:
    page = probed_files["ease.html"].decode()
    found = re.search(r'data-ref="(ease/[^"]*/logical_lines)"[^>]*>48</a>', page)
    assert found is not None
    wrong = page.replace(found[0], found[0].replace(">48<", ">47<"), 1)
    edited = {**probed_files, "ease.html": wrong.encode(), "programs/keras/mlp.py": b"a = 1\n"}
    summary = verified(edited, probed(whole(started_at=STARTED)), catalog, tmp_path)
    assert (found[1], "47", "48") in {(one.ref, one.printed, one.derived) for one in summary.differences}
    assert {one.file for one in summary.differences} == {"ease.html", "programs/keras/mlp.py"}
