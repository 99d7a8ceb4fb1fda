"""What a model file says, and what is wrong with one that cannot be built."""

from itertools import pairwise
from pathlib import Path

import pytest

from barometer.errors import BuildError
from tests.warehouse.conftest import MODELS, write_models
from warehouse.models import Model, after_advice, given_tables, load_models, load_queries, upstream

HEAD = "-- What it says.\n-- grain: a\n"


def one(folder: Path, sql: str) -> Model:
    """The model of one file in core."""
    return next(model for model in load_models(write_models(folder, {"core/x": sql})) if model.name == "x")


def test_the_header_is_read(tmp_path: Path) -> None:
    model = one(
        tmp_path,
        "-- First line,\n-- second line.\n-- grain: a, b\n"
        "-- audit: not_null(a, b), a in (1, 2), c >= 0\n-- audit: c < 9\n"
        "-- warning: not to be added\n-- warning: nor multiplied\nselect 1 as a, 2 as b, 3 as c;\n",
    )
    assert model.description == "First line, second line."
    assert model.grain == ("a", "b")
    assert [audit.lower() for audit in model.audits] == ["not_null(a, b)", "a in (1, 2)", "c >= 0", "c < 9"]
    assert model.warnings == ("not to be added", "nor multiplied")
    assert (model.table, model.file) == ("core.x", "sql/core/x.sql")


@pytest.mark.parametrize(
    "select",
    [
        "select\n  1 as a,  -- the a\n  -- a remark of its own\n  sum(2) as b  -- the b, counted\n",
        "with y as (select 1 as a) select\n  a,  -- the a\n  (select 2) as b  -- the b, counted\nfrom y",
        "with y as (select\n  1 as a,  -- the a\n  2 as b  -- the b, counted\n) select * from y order by a",
        "with z as (select\n  1 as a,  -- the a\n  2 as b  -- the b, counted\n), y as (from z) select * from y",
        "select\n  1 as a,  -- the a\n  2 as b  -- the b, counted\nunion all\nselect 3, 4",
        "select * from (select\n  1 as a,  -- the a\n  2 as b  -- the b, counted\n)",
    ],
)
def test_column_comments_come_from_the_select_list(tmp_path: Path, select: str) -> None:
    assert one(tmp_path, HEAD + select).column_comments == {"a": "the a", "b": "the b, counted"}


@pytest.mark.parametrize(
    ("select", "reads"),
    [
        ("select 1 as a", ()),
        ("from raw.pulls", ("raw.pulls",)),
        ("with pulls as (select * from raw.papers) select * from pulls", ("raw.papers",)),
        ("select * from raw.papers join catalog.names using (a)", ("catalog.names", "raw.papers")),
        ("select * from raw.papers where exists (select 1 from raw.pulls)", ("raw.papers", "raw.pulls")),
        ("select (select max(rows) from raw.pulls) as a", ("raw.pulls",)),
        ("select 1 as a from raw.papers union all select 2 from raw.pulls", ("raw.papers", "raw.pulls")),
        ("select a from catalog.terms, unnest(caveats) as u(a)", ("catalog.terms",)),
        ("select * from range(3) as r(a)", ()),
        ("select * from raw.papers as p asof join raw.pulls as q on p.a >= q.a", ("raw.papers", "raw.pulls")),
    ],
)
def test_reads_are_the_tables_named_and_nothing_else(tmp_path: Path, select: str, reads: tuple[str, ...]) -> None:
    assert one(tmp_path, HEAD + select).reads == reads


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("-- What.\nselect 1 as a", "sql/core/x.sql has no grain"),
        ("-- grain: a\nselect 1 as a", "sql/core/x.sql has no description"),
        (HEAD + "select 1 as a; select 2", "sql/core/x.sql holds 2 statements"),
        (HEAD, "sql/core/x.sql holds 0 statements"),
        (HEAD + "create table y as select 1", "sql/core/x.sql is not a select but create"),
        (HEAD + "insert into raw.pulls select 1", "sql/core/x.sql is not a select but insert"),
        (HEAD + "drop table raw.pulls", "sql/core/x.sql is not a select but drop"),
        (HEAD + "select a, (\nfrom raw.pulls where", "sql/core/x.sql, line 4"),
        (HEAD + "select 'open", "sql/core/x.sql"),
        (HEAD + "select a from pulls", "sql/core/x.sql reads `pulls` without its schema"),
        (
            HEAD + "select a from raw.pullz",
            "sql/core/x.sql reads raw.pullz, which nobody provides; did you mean `raw.pulls`?",
        ),
        (HEAD + "select a from core.zzzzzz", "sql/core/x.sql reads core.zzzzzz, which nobody provides"),
        (HEAD + "select a from core.x", "models read each other in a circle: core.x → core.x"),
        (HEAD + "-- audit: a >= (\nselect 1 as a", "sql/core/x.sql: cannot read the audit `a >= (`"),
    ],
)
def test_what_cannot_be_a_model_is_named(tmp_path: Path, sql: str, words: str) -> None:
    with pytest.raises(BuildError) as caught:
        one(tmp_path, sql)
    assert words in caught.value.message
    assert caught.value.hint


def test_a_circle_is_told_in_the_order_of_reading(tmp_path: Path) -> None:
    models = {
        f"core/{name}": f"{HEAD}select a from core.{other}" for name, other in (("p", "q"), ("q", "r"), ("r", "p"))
    }
    with pytest.raises(BuildError) as caught:
        load_models(write_models(tmp_path, models))
    circle = caught.value.message.partition(": ")[2].split(" → ")
    assert circle[0] == circle[-1]
    assert {(a, b) for a, b in pairwise(circle)} == {
        ("core.p", "core.q"),
        ("core.q", "core.r"),
        ("core.r", "core.p"),
    }


def test_each_model_stands_after_what_it_reads(tmp_path: Path) -> None:
    # Names are in the opposite order, so that neither the alphabet nor the folder decides.
    chain = {
        f"core/{name}": f"{HEAD}select a from core.{below}" for name, below in (("a", "b"), ("b", "c"), ("c", "d"))
    }
    models = load_models(write_models(tmp_path, {**chain, "core/d": f"{HEAD}select 1 as a"}))
    assert [model.name for model in models] == ["d", "c", "b", "a"]
    assert load_models(tmp_path) == models


def test_models_that_read_advice_come_late(tmp_path: Path) -> None:
    write_models(tmp_path, MODELS)
    write_models(tmp_path, {"marts/a_first": f"{HEAD}select reader as a from marts.recommendations"})
    models = load_models(tmp_path)
    assert after_advice(models) == {"marts.recommendations", "marts.a_first"}
    names = [model.name for model in models]
    assert names.index("evidence") < names.index("recommendations") < names.index("a_first")


def test_evidence_that_rests_on_advice_is_a_circle(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="circle"):
        load_models(write_models(tmp_path, {"marts/evidence": f"{HEAD}select reader as a from advice.picks"}))


def test_upstream_goes_down_to_the_raw_tables_and_through_the_advice(tmp_path: Path) -> None:
    models = load_models(write_models(tmp_path, MODELS))
    assert upstream(models, "marts.recommendations") == [
        ("advice.recommendations", 1),
        ("marts.evidence", 2),
        ("marts.stars_month", 3),
        ("catalog.names", 4),
        ("staging.repository_counters", 4),
        ("raw.repository_counters", 5),
    ]


def test_saved_queries_and_audits_need_no_grain(tmp_path: Path) -> None:
    write_models(tmp_path, {"queries/b": "-- Which pulls are there?\nselect * from raw.pulls", "queries/a": "select 1"})
    assert [(query.name, query.description) for query in load_queries(tmp_path, "queries")] == [
        ("a", ""),
        ("b", "Which pulls are there?"),
    ]


def test_given_tables_are_those_of_the_schema() -> None:
    given = given_tables()
    assert {"raw.pulls", "raw.format", "catalog.edition", "advice.picks"} <= set(given)
    assert len(given) == len(set(given))
