"""References, what they resolve to and what stands behind them; and the list of tables."""

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from barometer.errors import QueryError
from barometer.settings import Settings
from tests.warehouse.conftest import AS_OF, advise, make_home, stars_delivery, terms
from warehouse.build import build
from warehouse.connect import reader
from warehouse.describe import Column, describe_table, list_tables
from warehouse.explain import explain, resolve, resolver
from warehouse.models import Model, load_models

COMPARISONS = """-- One framework's figure against another's.
-- grain: metric, framework, rival
select
    a.metric, a.framework, b.framework as rival, a.evidence_id || '/' || b.framework as evidence_id,
    a.value / b.value as ratio, a.value / b.value - 0.1 as low, a.value / b.value + 0.1 as high
from marts.evidence as a join marts.evidence as b on a.metric = b.metric and a.framework <> b.framework
"""
ODD_KEYS = """-- Keys of many kinds.
-- grain: day, is_odd, name
select date '2026-01-02' as day, true as is_odd, 'a/b' as name, 5 as figure
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose warehouse is built once and only read."""
    settings, catalog = make_home(
        tmp_path_factory.mktemp("explain"), {"marts/comparisons": COMPARISONS, "marts/odd": ODD_KEYS}
    )
    build(settings, catalog, AS_OF, [stars_delivery()], terms(), advise)
    return settings


@pytest.fixture(scope="module")
def models(settings: Settings) -> list[Model]:
    return load_models(settings.sql)


@pytest.fixture
def connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = reader(settings.warehouse)
    yield connection
    connection.close()


VALUES = {
    "stars.pytorch": 307.0,
    "stars.pytorch.low": 306.5,
    "stars.pytorch.high": None,
    "stars.pytorch/keras": 307 / 300,
    "stars.pytorch/keras.low": 307 / 300 - 0.1,
    "stars.pytorch/keras.high": 307 / 300 + 0.1,
    "stars_month/keras/2026-02-01/stars": 200,
    "recommendations/beginner/pytorch/p_best": 1.0,
    "recommendations/beginner/keras/is_pick": False,
    "evidence/stars/keras/as_of": dt.date(2026, 3, 1),
    "odd/2026-01-02/true/a%2Fb/figure": 5,
    "edition/as_of": AS_OF,
}


@pytest.mark.parametrize("ref", VALUES)
def test_a_reference_resolves_to_its_value(
    connection: duckdb.DuckDBPyConnection, models: list[Model], ref: str
) -> None:
    assert resolve(connection, models, ref) == VALUES[ref]


def test_many_references_are_resolved_by_one_resolver(
    connection: duckdb.DuckDBPyConnection, models: list[Model]
) -> None:
    value = resolver(connection, models)
    assert {ref: value(ref) for ref in [*VALUES, *VALUES]} == VALUES


@pytest.mark.parametrize(
    ("ref", "message", "hint"),
    [
        ("stars.pytorh", "there is no figure `stars.pytorh`", "stars.pytorch"),
        ("starz.keras", "there is no figure `starz.keras`", "stars.keras"),
        ("stars.pytorch/kerass", "there is no figure", "stars.pytorch/keras"),
        ("stars.pytorch/pytorch", "there is no figure", "stars.pytorch/keras"),
        ("stars.keras.mid", "there is no figure", "stars.keras"),
        ("star_month/keras/2026-02-01/stars", "names no figure and no mart", "stars_month"),
        ("stars", "names no figure and no mart", "stars.keras"),
        ("stars_month/keras/stars", "does not point at one cell", "stars_month/<framework>/<month>/<column>"),
        ("stars_month/keras/2026-02-02/stars", "no row framework, month = keras/2026-02-02", "keras/2026-02-01"),
        ("stars_month/keras/2026-02-01/star", "no column `star`", "stars"),
        ("odd/2026-01-02/true/a/b/figure", "does not point at one cell", "odd/<day>/<is_odd>/<name>/<column>"),
        ("", "names no figure and no mart", "barometer tables"),
        ("stars_month/keras'/2026-02-01/stars", "no row", "keras/2026-02-01"),
    ],
)
def test_an_unknown_reference_tells_the_nearest(
    connection: duckdb.DuckDBPyConnection, models: list[Model], ref: str, message: str, hint: str
) -> None:
    with pytest.raises(QueryError) as caught:
        resolve(connection, models, ref)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_constants_of_the_catalogue_are_explained_by_the_catalogue(
    connection: duckdb.DuckDBPyConnection, models: list[Model]
) -> None:
    threshold = explain(connection, models, "edition/pick_threshold")
    assert (threshold.value, threshold.file, threshold.lineage, threshold.sources) == (0.8, "catalog.toml", [], [])
    readers = connection.execute("select reader, factor, weight from catalog.weights limit 1").fetchall()
    for reader_key, factor, weight in readers:
        found = explain(connection, models, f"weights/{reader_key}/{factor}/weight")
        assert (found.value, found.rows) == (weight, [(reader_key, factor, weight)])
    assert len(readers) == 1


def test_a_figure_is_explained_down_to_its_payload(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    found = explain(connection, models, "stars.pytorch")
    assert (found.value, found.title) == (307.0, "PyTorch: GitHub stars (stars)")
    assert found.sql.startswith("-- One figure per metric and framework.")
    assert [(step.table, step.steps, step.file) for step in found.lineage] == [
        ("marts.stars_month", 1, "sql/marts/stars_month.sql"),
        ("catalog.names", 2, "warehouse/schema.sql"),
        ("staging.repository_counters", 2, "sql/staging/repository_counters.sql"),
        ("raw.repository_counters", 3, "warehouse/schema.sql"),
    ]
    assert found.columns == ["framework", "month", "stars"]
    assert [row[2] for row in found.rows] == [107, 207, 307]
    assert found.rows_sql == "select * from marts.stars_month where framework = 'pytorch' order by month"
    (source,) = found.sources
    assert (source.origin, source.licence, source.caveats) == ("GitHub", "none stated", ["a caveat", "another"])
    payload = stars_delivery().payload
    assert source.payloads == [("snapshot", "stars", payload.fetched_at, payload.sha256, 6)]


def test_a_comparison_is_explained_by_both_figures(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    found = explain(connection, models, "stars.pytorch/keras.low")
    assert found.title == "PyTorch against Keras: GitHub stars, lower bound (ratio)"
    assert [row[found.columns.index("evidence_id")] for row in found.rows] == ["stars.keras", "stars.pytorch"]


def test_a_cell_is_explained_by_its_row(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    found = explain(connection, models, "recommendations/beginner/pytorch/p_best")
    assert found.rows == [("beginner", "pytorch", 1.0, True)]
    assert ("advice.recommendations", "from sampling marts.evidence") in [
        (step.table, step.description) for step in found.lineage
    ]
    assert [source.dataset for source in found.sources] == ["repository_counters"]


def test_tables_are_listed_marts_first_with_what_they_say(connection: duckdb.DuckDBPyConnection) -> None:
    tables = list_tables(connection)
    assert [table.name for table in tables[:2]] == ["marts.comparisons", "marts.evidence"]
    stars = next(table for table in tables if table.name == "marts.stars_month")
    assert (stars.grain, stars.rows) == (("framework", "month"), 6)
    assert stars.comment.startswith("Stars at the end of each month.")
    assert next(table for table in tables if table.name == "raw.repository_counters").comment


@pytest.mark.parametrize("name", ["stars_month", "marts.stars_month"])
def test_a_table_is_described_by_its_columns(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    table, columns = describe_table(connection, name)
    assert table.name == "marts.stars_month"
    assert columns == [
        Column("framework", "VARCHAR", "canonical key"),
        Column("month", "DATE", "first day of the month"),
        Column("stars", "BIGINT", "stars, counted by the host"),
    ]


def test_an_unknown_table_tells_the_nearest(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match="no table is called `star_month`") as caught:
        describe_table(connection, "star_month")
    assert "marts.stars_month" in caught.value.hint
