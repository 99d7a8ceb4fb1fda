"""References: pages, marts and `explain` mean the same cell."""

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.errors import VerifyError
from barometer.settings import load_settings
from reports.marts import GRAINS, Reference, load_marts, parse_reference, reference
from warehouse.explain import resolver
from warehouse.models import load_models


@pytest.mark.parametrize(
    ("ref", "parts"),
    [
        ("stars.keras", ("evidence", ("stars", "keras"), "value")),
        ("stars.keras.low", ("evidence", ("stars", "keras"), "low")),
        ("stars.keras/jax", ("comparisons", ("stars", "keras", "jax"), "ratio")),
        ("stars.keras/jax.high", ("comparisons", ("stars", "keras", "jax"), "high")),
        ("picks/beginner/pick", ("picks", ("beginner",), "pick")),
        ("a/b%2Fc/d", ("a", ("b/c",), "d")),
        ("edition/draws", ("edition", (), "draws")),
    ],
)
def test_a_reference_names_table_keys_and_column(ref: str, parts: tuple) -> None:
    assert parse_reference(ref) == Reference(*parts)


def test_the_keys_are_those_of_the_models() -> None:
    models = {m.name: m.grain for m in load_models(load_settings(environ={}).sql) if m.schema == "marts"}
    assert {name: models[name] for name in GRAINS} == GRAINS
    assert set(models) == set(GRAINS)


def test_every_cell_has_a_reference_that_explain_resolves_to_it(connection: duckdb.DuckDBPyConnection) -> None:
    marts = load_marts(connection)
    resolve = resolver(connection, load_models(load_settings(environ={}).sql))
    for table in GRAINS:
        for row in marts.tables[table][::7]:
            for column in marts.columns[table]:
                ref = reference(table, row, column)
                assert marts.value(ref) == row[column]
                assert resolve(ref) == row[column] or row[column] is None, ref


def test_an_absent_figure_is_an_error_and_not_an_empty_cell(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(VerifyError, match=r"stars\.nobody"):
        load_marts(connection).value("stars.nobody")


def test_constants_come_from_the_catalogue(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    marts = load_marts(connection)
    assert marts.value("edition/pick_threshold") == catalog.method.pick_threshold
    assert marts.value("weights/beginner/ease/weight") == catalog.readers[0].weights["ease"]
