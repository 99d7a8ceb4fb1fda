"""Headlines follow the data: lead, opposite, tie, one figure, none, an old one, smaller is better, bounds."""

import datetime as dt
import math
from typing import Any

import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from reports.figures import Figures
from reports.findings import comparison, headline, is_apart, ranked
from reports.marts import Marts

EDITION = dt.date(2026, 11, 23)
NEW, OLD = dt.date(2026, 10, 31), dt.date(2020, 1, 31)


def figure(metric: str, framework: str, value: float, reach: float = 0.0, **more: Any) -> dict[str, Any]:
    """An evidence row; `reach` is half its interval as a share of the value."""
    row = {
        "evidence_id": f"{metric}.{framework}", "metric": metric, "framework": framework, "value": value,
        "low": value * (1 - reach) if reach else None, "high": value * (1 + reach) if reach else None,
        "unit": "x", "better": "higher", "as_of": NEW, "source": "s", "n": 1, "note": "all", "dataset": "papers",
        "is_stale": False, "spread": "lognormal", "factor": "popularity",
    }  # fmt: skip
    return row | more


def figures(catalog: Catalog, *rows: dict[str, Any]) -> Figures:
    """Figures over evidence rows and the comparisons between them."""
    pairs = [
        {
            "evidence_id": f"{a['evidence_id']}/{b['framework']}", "metric": a["metric"], "framework": a["framework"],
            "rival": b["framework"], "ratio": a["value"] / b["value"],
            "low": a["low"] / b["high"] if a["low"] and b["low"] else None,
            "high": a["high"] / b["low"] if a["low"] and b["low"] else None,
        }
        for a in rows for b in rows if a is not b and a["metric"] == b["metric"]
    ]  # fmt: skip
    tables = {"evidence": list(rows), "comparisons": pairs, "edition": [{"as_of": EDITION}]}
    return Figures(Marts(tables=tables, columns={}), catalog)


def said(markup: Markup | None) -> str:
    return Markup(markup or "").striptags()


def test_a_lead_names_the_leader_and_the_ratio(catalog: Catalog) -> None:
    f = figures(
        catalog, figure("downloads_per_day", "keras", 100, 0.05), figure("downloads_per_day", "pytorch", 410, 0.05)
    )
    assert said(headline(f, "downloads_per_day")) == "PyTorch is installed 4.1× as often as Keras"


def test_the_opposite_lead_turns_the_sentence_round(catalog: Catalog) -> None:
    f = figures(
        catalog, figure("downloads_per_day", "keras", 410, 0.05), figure("downloads_per_day", "pytorch", 100, 0.05)
    )
    assert said(headline(f, "downloads_per_day")) == "Keras is installed 4.1× as often as PyTorch"


def test_overlapping_intervals_are_a_tie_whoever_is_higher(catalog: Catalog) -> None:
    for keras, pytorch in ((100, 105), (105, 100)):
        rows = figure("downloads_per_day", "keras", keras, 0.2), figure("downloads_per_day", "pytorch", pytorch, 0.2)
        sentence = said(headline(figures(catalog, *rows), "downloads_per_day"))
        assert "cannot be told apart" in sentence
        assert "as often" not in sentence


def test_equal_counts_without_intervals_are_a_tie(catalog: Catalog) -> None:
    f = figures(catalog, figure("stars", "keras", 100), figure("stars", "jax", 100))
    assert "cannot be told apart" in said(headline(f, "stars"))


def test_one_figure_is_no_lead(catalog: Catalog) -> None:
    assert (
        said(headline(figures(catalog, figure("stars", "jax", 100)), "stars"))
        == "Only JAX has a figure for GitHub stars: 100"
    )


def test_no_figure_is_said(catalog: Catalog) -> None:
    assert said(headline(figures(catalog), "stars")) == "No figures yet for GitHub stars"


def test_an_old_figure_is_dated_and_a_stale_one_called_history(catalog: Catalog) -> None:
    rows = figure("stars", "keras", 300, as_of=OLD), figure("stars", "jax", 100)
    assert said(headline(figures(catalog, *rows), "stars")).startswith("As of January 2020: Keras")
    rows = figure("stars", "keras", 300, as_of=OLD, is_stale=True), figure("stars", "jax", 100)
    assert said(headline(figures(catalog, *rows), "stars")).startswith("Last seen in January 2020: Keras")


def test_where_less_is_better_the_smallest_leads(catalog: Catalog) -> None:
    lines = {"better": "lower", "unit": "lines"}
    f = figures(
        catalog,
        figure("lines_to_train", "pytorch", 20, 0.05, **lines),
        figure("lines_to_train", "keras", 5, 0.05, **lines),
    )
    assert (
        said(headline(f, "lines_to_train"))
        == "Keras needs the fewest logical lines to train a model: 5 against 20 for PyTorch"
    )


def test_bounds_are_printed_as_bounds_and_never_as_a_middle(catalog: Catalog) -> None:
    metric = "downloads_chosen_per_day"
    keras = figure(metric, "keras", 300, spread="bounds") | {"low": 0.0, "high": 600.0}
    sentence = said(headline(figures(catalog, keras, figure(metric, "jax", 500, 0.05)), metric))
    assert "between 0 and 600" in sentence
    assert "300" not in sentence


def test_a_comparison_of_two_follows_the_figures(catalog: Catalog) -> None:
    f = figures(catalog, figure("stars", "keras", 100), figure("stars", "pytorch", 200), figure("stars", "jax", 900))
    assert said(comparison(f, "stars", "keras", "pytorch")) == "PyTorch has 2× the GitHub stars of Keras"
    assert comparison(f, "stars", "keras", "tensorflow") is None


def test_every_number_in_a_headline_carries_its_reference(catalog: Catalog) -> None:
    f = figures(catalog, figure("stars", "keras", 100), figure("stars", "pytorch", 250))
    assert 'data-ref="stars.pytorch/keras"' in headline(f, "stars")


@pytest.mark.parametrize("metric", ["stars", "paper_share", "job_share_hn", "survey_share", "authors_per_month"])
def test_headlines_of_the_snapshot_never_contradict_their_figures(
    metric: str, catalog: Catalog, connection: Any
) -> None:
    from reports.marts import load_marts

    f = Figures(load_marts(connection), catalog)
    rows = ranked(f, metric)
    assert math.isclose(max(row["value"] for row in rows), rows[0]["value"])
    names = {framework.key: framework.label for framework in catalog.frameworks}
    sentence = said(headline(f, metric))
    assert names[rows[0]["framework"]] in sentence
    assert ("cannot be told apart" in sentence) == (not is_apart(f, rows[0], rows[1]))
