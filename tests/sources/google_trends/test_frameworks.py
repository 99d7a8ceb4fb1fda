"""A catalogue of more frameworks than Google compares at once."""

from __future__ import annotations

from pathlib import Path

from barometer.catalog import Catalog, load_catalog
from sources.google_trends.comparisons import comparisons
from tests.sources.google_trends.service import (
    MULTILINE,
    REGIONS,
    TOPICS,
    asked_terms,
    point,
    series,
    trends,
)
from tests.sources.live import collect, parsed
from tests.sources.replay import ReplayServer, as_html
from tests.support import ROOT


def test_more_than_five_frameworks_share_an_anchor(tmp_path: Path) -> None:
    catalog = wide_catalog(tmp_path)
    terms = [comparison.keywords for comparison in comparisons(catalog, "term")]
    assert [len(batch) for batch in terms] == [5, 3]
    assert {batch[0] for batch in terms} == {"tensorflow"}
    assert sorted(name for batch in terms for name in batch[1:]) == [
        "caffe",
        "chainer",
        "jax flax",
        "keras",
        "pytorch",
        "theano",
    ]
    assert [comparison.keywords for comparison in comparisons(catalog, "topic")] == [tuple(TOPICS)]


def wide_catalog(folder: Path, names: tuple[str, ...] = ("theano", "caffe", "chainer")) -> Catalog:
    """The project's catalogue with more frameworks that are searched for."""
    added = "".join(
        f'\n[[frameworks]]\nkey = "{name}"\nlabel = "{name.title()}"\ncolour = "#56B4E9"\nshape = "cross"\n'
        f'packages = ["{name}"]\nsearch_terms = ["{name}"]\n'
        for name in names
    )
    path = folder / "wide.toml"
    path.write_text((ROOT / "catalog.toml").read_text(encoding="utf-8") + added, encoding="utf-8")
    return load_catalog(path)


def test_every_framework_of_a_wide_catalogue_is_asked_for(server: ReplayServer, tmp_path: Path) -> None:
    source = trends(server, tmp_path / "landing", catalog=wide_catalog(tmp_path))
    server.on(MULTILINE, lambda asked: series(point(0, [1.0] * len(asked_terms(asked)))))
    server.on(REGIONS, as_html("none", 404))
    collect(source)
    found = {row["term"] for row in parsed(source, "search_interest")}
    assert {"theano", "caffe", "chainer", "tensorflow", *TOPICS} <= found
