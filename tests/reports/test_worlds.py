"""Other worlds: sources lost, frameworks fewer or more. Every page stands and says nothing it cannot know."""

import re
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.settings import load_settings
from reports.publish import publish
from reports.render import INDEX_PAGE, render_edition
from reports.verify import verify_edition
from tests.reports.conftest import MXNET, World
from warehouse.explain import resolver
from warehouse.models import load_models


def page_of(connection: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path) -> str:
    """Render, publish, verify without a difference, and return the main page."""
    files = render_edition(connection, catalog, None)
    place = publish(folder, "2026-11-23", files)
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    assert verify_edition(place, connection, catalog, resolve, None).differences == []
    return files[INDEX_PAGE].decode()


def section(page: str, key: str) -> str:
    found = re.search(rf'<section id="{key}".*?</section>', page, flags=re.S)
    assert found is not None
    return found.group()


@pytest.mark.parametrize(
    ("datasets", "gone"),
    [
        (("package_downloads_30d", "survey_usage"), ("chart-downloads", "chart-survey", "chart-chosen")),
        (("papers", "job_mentions"), ("chart-papers-papers-with-code-sample", "chart-jobs", "chart-jobs-by-year")),
    ],
)
def test_lost_sources_take_their_charts_and_figures_with_them(
    datasets: tuple[str, ...], gone: tuple[str, ...], world: World, tmp_path: Path
) -> None:
    connection, catalog = world(without=datasets)
    page = page_of(connection, catalog, tmp_path / "reports")
    for chart in gone:
        assert f'id="{chart}"' not in page
    for dataset in datasets:
        row = re.search(rf'<tr id="source-{dataset}".*?</tr>', page, flags=re.S)
        assert row is not None
        assert "without it" in row.group()
    if "job_mentions" in datasets:
        assert "Jobs: not measured yet" in section(page, "jobs")


def test_two_frameworks(world: World, tmp_path: Path) -> None:
    connection, catalog = world(frameworks=("keras", "pytorch"))
    page = page_of(connection, catalog, tmp_path / "reports")
    assert "<h1>Keras or PyTorch?</h1>" in page
    assert "JAX" not in re.sub(r"<details.*?</details>", "", section(page, "answer"), flags=re.S)
    assert section(page, "scoreboard").count('<th scope="col">') == 5


def test_five_frameworks(world: World, tmp_path: Path) -> None:
    connection, catalog = world(added=(MXNET,))
    page = page_of(connection, catalog, tmp_path / "reports")
    assert "<h1>Keras, PyTorch, TensorFlow, JAX or MXNet?</h1>" in page
    assert "MXNet" in section(page, "scoreboard")
    assert MXNET.colour.lower() in page
    assert len(page.encode()) < 450_000


def test_no_source_at_all(world: World, tmp_path: Path) -> None:
    everything = (
        "package_downloads_30d", "package_releases", "repository_counters", "repository_activity", "questions_monthly",
        "questions_yearly", "survey_usage", "papers", "job_mentions",
    )  # fmt: skip
    connection, catalog = world(without=everything)
    page = page_of(connection, catalog, tmp_path / "reports")
    assert "No kind of reader has a clear pick yet." in page
    assert "The figures do not lean either way." in page
    for factor in catalog.scored_factors:
        assert f"{factor.label}: not measured yet" in section(page, factor.key)
    assert "leads" not in section(page, "scoreboard")
