"""The page of timings: whole, missing, failed, on two machines; every number verified, and a wrong one seen."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.benchmark.page import BENCHMARK_PAGE
from reports.document import read_page
from reports.publish import publish
from reports.render import INDEX_PAGE, render_edition
from reports.verify import VerifySummary, classify, verify_edition
from tests.reports.benchmark_rows import ONE, OTHER, World
from tests.reports.conftest import AS_OF, CPU_RUN, GPU_RUN, Timed
from tests.reports.test_findings import figure
from tests.reports.test_page import Outline
from warehouse.explain import resolver
from warehouse.models import load_models

pytestmark = pytest.mark.xdist_group("timed")
OTHER_PAGE = f"benchmark-{OTHER}.html"
PAGES = (BENCHMARK_PAGE, OTHER_PAGE)
SECTIONS = ["ratios", "cells", "ladder", "scaling", "compiling", "resources", "parity", "environment", "runs", "yours",
            "limits"]  # fmt: skip
SMALL = World(
    workloads=("cnn", "mlp"),
    stacks=("keras-jax-jit", "keras-torch-eager", "torch-eager", "torch-compile", "jax-jit"),
    failed={
        ("cnn", "keras-jax-jit"): ("parity-failed", "P2-gradients: 0.0213 > 1e-05"),
        ("mlp", "torch-compile"): ("timeout", "the first step took longer than 600 s"),
    },
)


def section(page: bytes, key: str) -> str:
    found = re.search(rf'<section id="{key}".*?</section>', page.decode(), flags=re.S)
    assert found is not None
    return found.group()


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.decode()))


def verified(folder: Path, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> VerifySummary:
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    return verify_edition(folder, connection, catalog, resolve, None)


def test_without_a_result_the_pages_say_what_to_run(files: dict[str, bytes]) -> None:
    page = files[BENCHMARK_PAGE]
    assert "No benchmark result yet: run make bench." in text(page)
    assert "No GPU evidence yet" in text(page)
    assert "python -m bench run --tier smoke" in text(page)
    assert "<svg" not in page.decode()
    assert Outline(page).sections == ["yours", "limits"]
    for factor in ("performance", "graph"):
        assert "No benchmark result yet: run make bench" in section(files[INDEX_PAGE], factor)
        assert f'href="{BENCHMARK_PAGE}"' in section(files[INDEX_PAGE], factor)
    assert f'href="{BENCHMARK_PAGE}"' in section(files[INDEX_PAGE], "sources")


@pytest.mark.parametrize("name", PAGES)
def test_the_sections_stand_in_order_under_one_heading(name: str, timed_files: dict[str, bytes]) -> None:
    outline = Outline(timed_files[name])
    assert outline.sections == SECTIONS
    levels = [int(tag[1]) for tag in outline.headings]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert [one for one, times in Counter(outline.ids).items() if times > 1] == []


@pytest.mark.parametrize("name", [INDEX_PAGE, *PAGES])
def test_every_link_leads_somewhere_and_nothing_is_fetched(name: str, timed_files: dict[str, bytes]) -> None:
    outlines = {page: Outline(content) for page, content in timed_files.items() if page.endswith(".html")}
    for link in outlines[name].links:
        page, _, anchor = link.partition("#")
        if not page.startswith(("data:", "../")):
            assert page in ("", *timed_files), link
            assert not anchor or anchor in outlines[page or name].ids, link
    for tag in ("script", "iframe", "img", "form", "input"):
        assert outlines[name].tags[tag] == 0


@pytest.mark.parametrize("name", [INDEX_PAGE, *PAGES])
def test_every_numeral_has_a_reference(name: str, timed_files: dict[str, bytes], catalog: Catalog) -> None:
    counts, unexplained = classify(read_page(timed_files[name]), catalog)
    assert [(token.mark, numeral, token.text) for token, numeral in unexplained] == []
    assert counts["figure"] > 1000


def test_the_pages_stay_within_their_weight(timed_files: dict[str, bytes]) -> None:
    assert max(len(timed_files[name]) for name in PAGES) < 600_000
    assert len(timed_files[INDEX_PAGE]) < 400_000


def test_the_same_figure_reads_the_same_everywhere(timed_files: dict[str, bytes]) -> None:
    spellings: dict[str, set[str]] = {}
    for name in (INDEX_PAGE, *PAGES):
        for element in read_page(timed_files[name]).marked:
            if not re.search(r"[A-Z][a-z]+ \d{4}$", element.text):
                spellings.setdefault(element.ref, set()).add(" ".join(element.text.split()))
    assert {ref: found for ref, found in spellings.items() if len(found) > 1} == {}


def test_charts_have_a_name_a_description_and_their_figures(timed_files: dict[str, bytes]) -> None:
    for name in PAGES:
        found = re.findall(r"<figure.*?</figure>", timed_files[name].decode(), flags=re.S)
        assert len(found) > 20
        for chart in found:
            assert re.search(r'<svg role="img".*?<title>[^<]+</title><desc>[^<]+</desc>', chart, flags=re.S)
            assert "<table" in chart or 'href="#cells"' in chart


def test_an_edition_with_two_runs_is_verified(timed_edition: Path, timed: Timed, catalog: Catalog) -> None:
    summary = verified(timed_edition, timed(CPU_RUN, GPU_RUN), catalog)
    assert summary.differences == []
    assert summary.by_reference > 10_000


def test_two_machines_stand_side_by_side_and_are_never_mixed(timed_files: dict[str, bytes]) -> None:
    for name, own, other in ((BENCHMARK_PAGE, ONE, OTHER), (OTHER_PAGE, OTHER, ONE)):
        for key in SECTIONS:
            refs = {element.ref for element in read_page(section(timed_files[name], key).encode()).marked}
            runs = {ref.split("/")[1] for ref in refs if ref.startswith("benchmark_")}
            assert runs <= ({own, other} if key == "runs" else {own}), (name, key)
        both = section(timed_files[name], "runs")
        assert f"benchmark_runs/{own}/" in both
        assert f"benchmark_runs/{other}/" in both
        assert "The runs agree in" in both
    assert f'href="{OTHER_PAGE}"' in section(timed_files[BENCHMARK_PAGE], "runs")
    assert f'href="{BENCHMARK_PAGE}"' in section(timed_files[OTHER_PAGE], "runs")
    assert "Measured on a GPU: Intel Xeon" in text(timed_files[OTHER_PAGE])
    assert "Measured on a processor. On a GPU, each run on a page of its own: Intel Xeon" in text(
        timed_files[BENCHMARK_PAGE]
    )


def test_the_main_page_says_beside_the_processor_what_a_gpu_says(
    timed: Timed, timed_files: dict[str, bytes], catalog: Catalog
) -> None:
    performance = section(timed_files[INDEX_PAGE], "performance")
    chart = performance[performance.index('id="chart-bench-gpu"') :]
    assert "Training on a GPU: Keras, each way, against PyTorch (compiled)" in chart
    assert f'href="{OTHER_PAGE}#ratios"' in chart
    assert f'href="{BENCHMARK_PAGE}#ratios"' in performance
    assert "Other runs on a GPU" not in performance
    third = dataclasses.replace(GPU_RUN, run="0a1b2c3d", workloads=("lstm", "unet"))
    failed = {(workload, stack): ("oom", "out of memory") for workload in third.workloads for stack in third.stacks}
    fourth = dataclasses.replace(third, run="0d1b2c3d", failed=failed)
    found = render_edition(timed(CPU_RUN, GPU_RUN, third, fourth), catalog, None)
    more = 'Other runs on a GPU: <a href="benchmark-{}.html">{}</a>.'
    assert more.format(OTHER, "cnn, gpt, mlp") in section(found[INDEX_PAGE], "performance")
    assert "Linux (lstm, unet); Intel Xeon" in text(found[BENCHMARK_PAGE])
    assert "Linux (nothing has a time); Intel Xeon" in text(found[BENCHMARK_PAGE])
    assert f"benchmark-{fourth.run}" not in found[INDEX_PAGE].decode()
    alone = section(render_edition(timed(CPU_RUN), catalog, None)[INDEX_PAGE], "performance")
    assert "chart-bench-ratios" in alone
    assert "chart-bench-gpu" not in alone


def test_the_main_page_shows_the_leading_ratios_and_links_on(timed_files: dict[str, bytes]) -> None:
    performance, graph = (section(timed_files[INDEX_PAGE], key) for key in ("performance", "graph"))
    assert 'id="chart-bench-ratios"' in performance
    assert "Keras&#39;s fastest backend against PyTorch (compiled): faster in" in performance
    assert graph.count('id="chart-bench-own') == 2
    for part in (performance, graph):
        assert f'<a href="{BENCHMARK_PAGE}">the same work, timed</a>' in part


@pytest.fixture(scope="module")
def small(timed: Timed, catalog: Catalog) -> tuple[duckdb.DuckDBPyConnection, dict[str, bytes]]:
    """A small run in which a gate did not hold and a first step took too long, with speeds, and its edition."""
    speeds = [
        {**figure("train_speed", key, value, 0.1, unit="samples/s", factor="performance", dataset="bench"),
         "standing": True, "is_withheld": False, "importance": 1.0, "rows_sql": None}
        for key, value in (("keras", 900.0), ("pytorch", 2000.0), ("jax", 5000.0))
    ]  # fmt: skip
    connection = timed(SMALL, evidence=speeds)
    return connection, render_edition(connection, catalog, None)


def test_the_join_stands_on_the_main_page(small: tuple[object, dict[str, bytes]]) -> None:
    performance = section(small[1][INDEX_PAGE], "performance")
    assert 'id="chart-join"' in performance
    assert "JAX trains fastest" in performance


def test_what_was_refused_is_told_with_its_figures(small: tuple[object, dict[str, bytes]]) -> None:
    page = small[1][BENCHMARK_PAGE]
    assert "79 gates held, 1 did not" in text(section(page, "parity").encode())
    assert "0.0213" in section(page, "parity")
    cells = text(section(page, "cells").encode())
    assert "eight of ten cells with a time" in cells
    assert "cnn, Keras on JAX (jit), inference and training: P2-gradients: 0.0213 > 1e-05" in cells.replace("&gt;", ">")
    assert "the first step took longer than 600 s" in cells


def test_a_wrong_number_is_seen_in_a_table_a_sentence_and_a_chart(
    small: tuple[duckdb.DuckDBPyConnection, dict[str, bytes]], catalog: Catalog, tmp_path: Path
) -> None:
    connection, files = small
    folder = publish(tmp_path, AS_OF.isoformat(), files)
    page = files[BENCHMARK_PAGE].decode()
    cell = re.search(r'<td data-ref="\./step_s">([^<]+)</td>', page)
    lede = re.search(r'<p class="lede">.*?data-ref="([^"]+)"[^>]*>([^<]+)</a>', page)
    mark = re.search(r'<path d="M([\d.]+),', page[page.index("chart-bench-train-1") :])
    assert cell is not None
    assert lede is not None
    assert mark is not None
    wrong = page.replace(cell[0], cell[0].replace(cell[1], "77.7\u202fms"), 1)
    wrong = wrong.replace(lede[0], lede[0].removesuffix(f"{lede[2]}</a>") + "9.99×</a>", 1)
    start = wrong.index("chart-bench-train-1")
    wrong = wrong[:start] + wrong[start:].replace(mark[0], '<path d="M1.5,', 1)
    (folder / BENCHMARK_PAGE).write_text(wrong, encoding="utf-8")
    found = verified(folder, connection, catalog).differences
    assert ("77.7", cell[1].partition("\u202f")[0]) in {(d.printed, d.derived) for d in found}
    whole = [d.ref for d in found if d.printed == "77.7\u202fms"]
    assert len(whole) == 1
    assert re.fullmatch(rf"benchmark_cells/{ONE}/cnn\.[^/]+/[^/]+/\w+/step_s", whole[0])
    assert (lede[1], "9.99×") in {(d.ref, d.printed) for d in found}
    assert ("1.5", mark[1]) in {(d.printed, d.derived) for d in found}
    assert {d.file for d in found} == {BENCHMARK_PAGE}


def test_a_number_changed_in_the_marts_is_seen(
    small: tuple[duckdb.DuckDBPyConnection, dict[str, bytes]], catalog: Catalog, tmp_path: Path
) -> None:
    connection, files = small
    folder = publish(tmp_path, AS_OF.isoformat(), files)
    ref = f"benchmark_cells/{ONE}/mlp.pinned.fp32.matched/jax-jit/train/step_s"
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    summary = verify_edition(folder, connection, catalog, lambda name: 1.0 if name == ref else resolve(name), None)
    assert {(d.ref, d.derived) for d in summary.differences} == {(ref, "1\u202fs")}


def test_a_run_of_failures_alone(timed: Timed, catalog: Catalog, tmp_path: Path) -> None:
    stacks = ("keras-torch-eager", "torch-eager")
    failed = {("mlp", stacks[0]): ("not-run", "all 7 rounds were contaminated")}
    failed |= {("mlp", stacks[1]): ("not-run", "RuntimeError: " + "a library told a whole story; " * 20)}
    connection = timed(World(workloads=("mlp",), stacks=stacks, failed=failed, with_sweeps=False))
    files = render_edition(connection, catalog, None)
    said = text(files[BENCHMARK_PAGE])
    assert "The last run has no ratio to show: no pair of stacks ended well." in said
    assert "none of four cells with a time" in said
    assert "all 7 rounds were contaminated" in said
    folded = "<details><summary>its message</summary>"
    assert files[BENCHMARK_PAGE].decode().count(folded) == said.count("RuntimeError: a library told") > 0
    assert "No stack was timed both compiled and plain." in said
    assert "<svg" not in files[BENCHMARK_PAGE].decode()
    assert verified(publish(tmp_path, AS_OF.isoformat(), files), connection, catalog).differences == []


def test_a_single_fork_is_never_called_faster(timed: Timed, catalog: Catalog) -> None:
    connection = timed(World(workloads=("mlp",), stacks=("torch-eager", "jax-jit"), forks=1, with_sweeps=False))
    page = render_edition(connection, catalog, None)[BENCHMARK_PAGE]
    said = text(page)
    assert "one fork cannot decide" in said
    assert "Dashed: a single fork, which cannot decide." in said
    assert not re.search(r"is (faster|slower) than", said)


def test_a_base_is_continued_by_what_stands_within_it() -> None:
    page = read_page(
        b'<table data-base="t/r/"><tr data-base="./k/"><td data-ref="./a">1</td><td data-ref="x.y">2</td></tr>'
        b'<tr><td data-ref="./b">3</td></tr></table><p data-ref="t/c">4</p>'
    )
    assert [(element.ref, element.text) for element in page.marked] == [
        ("t/r/k/a", "1"),
        ("x.y", "2"),
        ("t/r/b", "3"),
        ("t/c", "4"),
    ]
