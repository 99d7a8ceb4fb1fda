"""A build publishes whole or not at all, and the same inputs give the same tables."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from barometer.catalog import Catalog
from barometer.errors import AuditError, BuildError, WarehouseError
from barometer.settings import Settings
from tests.support import ROOT
from tests.warehouse.conftest import AS_OF, MODELS, Build, advise, star_rows, stars_delivery, terms, write_models
from warehouse.build import build_copy
from warehouse.connect import reader
from warehouse.load import Delivery


def rows(path: Path, sql: str) -> list[tuple]:
    with reader(path) as connection:
        return connection.execute(sql).fetchall()


def everything(path: Path) -> dict[str, list[tuple]]:
    """Every table's rows, in the order they lie in the file."""
    names = "select schema_name || '.' || table_name from duckdb_tables() order by 1"
    with reader(path) as connection:
        tables = [row[0] for row in connection.execute(names).fetchall()]
        return {table: connection.execute(f"select * from {table}").fetchall() for table in tables}


def test_the_file_is_written_in_the_storage_that_the_readme_promises(run_build: Build, settings: Settings) -> None:
    run_build()
    with reader(settings.warehouse) as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchall()
    assert tags[0][0]["storage_version"].startswith("v1.2.0")
    assert "any DuckDB prompt (1.2 or newer)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_first_build_publishes_marts_in_the_order_of_their_grain(run_build: Build, settings: Settings) -> None:
    summary = run_build()
    assert (summary.rows_loaded, summary.models) == (6, 4)
    assert rows(settings.warehouse, "select framework, month, stars from marts.stars_month limit 4") == [
        ("keras", dt.date(2026, 1, 1), 100),
        ("keras", dt.date(2026, 2, 1), 200),
        ("keras", dt.date(2026, 3, 1), 300),
        ("pytorch", dt.date(2026, 1, 1), 107),
    ]


def test_advice_stands_on_the_evidence_of_the_same_build(run_build: Build, settings: Settings) -> None:
    run_build()
    assert rows(settings.warehouse, "select * from marts.recommendations") == [
        ("beginner", "keras", 0.0, False),
        ("beginner", "pytorch", 1.0, True),
    ]


def test_building_again_adds_no_row_changes_no_table_and_no_byte_of_size(run_build: Build, settings: Settings) -> None:
    run_build()
    before, size = everything(settings.warehouse), settings.warehouse.stat().st_size
    for _ in range(3):
        assert run_build().rows_loaded == 0
    assert everything(settings.warehouse) == before
    assert settings.warehouse.stat().st_size == size


def test_only_the_warehouse_and_the_lock_are_left_in_the_home_folder(run_build: Build, settings: Settings) -> None:
    run_build()
    assert sorted(path.name for path in settings.home.iterdir()) == ["warehouse.duckdb", "writer.lock"]


def test_raw_history_outlives_the_delivery_that_brought_it(run_build: Build, settings: Settings) -> None:
    run_build()
    run_build(stars_delivery([(dt.date(2026, 4, 15), "keras-team/keras", 400)], dt.datetime(2026, 11, 21), "april"))
    assert rows(settings.warehouse, "select max(stars), count(*) from marts.stars_month where framework = 'keras'") == [
        (400, 4)
    ]
    assert rows(settings.warehouse, "select count(*) from raw.pulls") == [(2,)]


def test_a_raw_table_this_version_does_not_know_is_kept(run_build: Build, settings: Settings) -> None:
    run_build()
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create table raw.from_later as select 1 as figure")
    run_build()
    run_build()
    assert rows(settings.warehouse, "select * from raw.from_later") == [(1,)]


def test_a_model_that_is_deleted_leaves_the_warehouse(run_build: Build, settings: Settings) -> None:
    run_build()
    (settings.sql / "marts/recommendations.sql").unlink()
    run_build()
    assert "marts.recommendations" not in everything(settings.warehouse)


def test_comments_are_inside_the_file(run_build: Build, settings: Settings) -> None:
    run_build()
    table = rows(settings.warehouse, "select comment from duckdb_tables() where table_name = 'stars_month'")
    assert table == [
        ("Stars at the end of each month. Warning: stars are never taken back in bulk. One row per framework, month.",)
    ]
    columns = "select column_name, comment from duckdb_columns() where table_name = 'stars_month' order by column_index"
    assert rows(settings.warehouse, columns) == [
        ("framework", "canonical key"),
        ("month", "first day of the month"),
        ("stars", "stars, counted by the host"),
    ]


def test_the_catalogue_is_there_as_tables(run_build: Build, settings: Settings) -> None:
    run_build()
    assert rows(settings.warehouse, "select * from catalog.edition") == [(AS_OF, 1, 100, 0.9, 0.8)]
    assert rows(settings.warehouse, "select framework, kind, name from catalog.names where framework = 'keras'") == [
        ("keras", "package", "keras"),
        ("keras", "repository", "keras-team/keras"),
    ]
    assert rows(settings.warehouse, "select caveats from catalog.terms") == [(["a caveat", "another"],)]
    assert rows(settings.warehouse, "select claim_id, rule, why from catalog.claims") == [
        ("C00", "stars.pytorch > stars.keras", None)
    ]


def test_a_copy_is_the_same_warehouse_elsewhere(
    run_build: Build, settings: Settings, catalog: Catalog, tmp_path: Path
) -> None:
    run_build()
    published = settings.warehouse.read_bytes()
    (tmp_path / "copy").mkdir()
    target = tmp_path / "copy" / "again.duckdb"
    build_copy(settings, target, catalog, AS_OF, [stars_delivery()], terms(), advise)
    assert everything(target) == everything(settings.warehouse)
    assert settings.warehouse.read_bytes() == published


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "-- X.\n-- grain: a\nselect nothing as a from raw.pulls",
            ["cannot build core.x", "nothing", "sql/core/x.sql"],
        ),
        ("-- X.\n-- grain: b\nselect 1 as a", ["cannot build core.x", '"b"']),
        ("-- X.\n-- grain: a\n-- audit: c > 0\nselect 1 as a", ["audit core.x, c > 0 cannot run", '"c"']),
    ],
)
def test_a_wrong_model_is_named_and_the_published_file_stays(
    run_build: Build, settings: Settings, sql: str, words: list[str]
) -> None:
    run_build()
    published = settings.warehouse.read_bytes()
    write_models(settings.sql, {"core/x": sql})
    with pytest.raises(BuildError) as caught:
        run_build()
    assert all(word in caught.value.message + caught.value.hint for word in words), caught.value.message
    assert settings.warehouse.read_bytes() == published


def test_an_error_inside_a_model_tells_the_line_of_its_file(run_build: Build, settings: Settings) -> None:
    write_models(settings.sql, {"core/x": "-- X.\n-- grain: a\nselect\n    1 as a,\n    nothing as b\nfrom raw.pulls"})
    with pytest.raises(BuildError, match="LINE 5"):
        run_build()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("-- X.\n-- grain: a\nselect unnest([1, 1, 2]) as a", "core.x, unique a: 1 row: a=1, times=2"),
        ("-- X.\n-- grain: a\nselect unnest([1, null]) as a", "core.x, not_null(a): 1 row: a=None"),
        (
            "-- X.\n-- grain: a\n-- audit: b >= 0, b < 10\nselect range as a, range - 5 as b from range(15)",
            "core.x, b >= 0: 5 rows: a=0, b=-5; a=1, b=-4; a=2, b=-3 …",
        ),
        (
            "-- X.\n-- grain: a\n-- audit: not_null(a, b)\nselect 1 as a, null as b",
            "core.x, NOT_NULL(a, b): 1 row: a=1, b=None",
        ),
    ],
)
def test_a_failed_audit_names_itself_and_its_rows_and_keeps_the_old_warehouse(
    run_build: Build, settings: Settings, sql: str, words: str
) -> None:
    run_build()
    published = settings.warehouse.read_bytes()
    write_models(settings.sql, {"core/x": sql})
    with pytest.raises(AuditError) as caught:
        run_build()
    assert words.lower() in caught.value.message.lower()
    assert settings.warehouse.read_bytes() == published


def test_a_range_is_no_statement_about_null(run_build: Build, settings: Settings) -> None:
    write_models(settings.sql, {"core/x": "-- X.\n-- grain: a\n-- audit: b >= 0\nselect 1 as a, null::integer as b"})
    assert run_build().models == 5


def test_an_audit_file_selects_the_rows_that_must_not_exist(run_build: Build, settings: Settings) -> None:
    audit = "-- No framework has more than 250 stars.\nselect framework, stars from marts.stars_month where stars > 250"
    write_models(settings.sql, {"audits/stars_month__few": audit})
    with pytest.raises(AuditError, match=r"No framework has more than 250 stars.*2 rows: framework=keras, stars=300"):
        run_build()


def test_many_failures_are_counted_and_the_first_are_shown(run_build: Build, settings: Settings) -> None:
    audits = {f"audits/a{number}": f"-- Rule {number}.\nselect {number} as number" for number in range(7)}
    write_models(settings.sql, audits)
    with pytest.raises(AuditError) as caught:
        run_build()
    assert caught.value.message.startswith("7 of ")
    assert "number=4" in caught.value.message
    assert "number=5" not in caught.value.message
    assert "2 audits more" in caught.value.message


class TestCoverage:
    """What the published warehouse has, the next one has too."""

    FEWER = MODELS["marts/stars_month"].replace("from named\n", "from named where month < date '2026-03-01'\n")

    def test_a_mart_that_lost_rows_fails(self, run_build: Build, settings: Settings) -> None:
        run_build()
        write_models(settings.sql, {"marts/stars_month": self.FEWER})
        with pytest.raises(AuditError) as caught:
            run_build()
        assert (
            "marts.stars_month did not shrink: 2 rows: framework=keras, rows_before=3, rows_now=2"
            in caught.value.message
        )
        assert "newest_before=2026-03-01, newest_now=2026-02-01" in caught.value.message
        assert "--accept-less" in caught.value.hint

    def test_the_loss_can_be_accepted(self, run_build: Build, settings: Settings) -> None:
        run_build()
        write_models(settings.sql, {"marts/stars_month": self.FEWER})
        run_build(accept_less=True)
        assert rows(settings.warehouse, "select count(*) from marts.stars_month") == [(4,)]
        run_build()

    def test_an_older_edition_may_hold_less(self, run_build: Build, settings: Settings) -> None:
        run_build()
        write_models(settings.sql, {"marts/stars_month": self.FEWER})
        run_build(as_of=AS_OF - dt.timedelta(days=1))
        assert rows(settings.warehouse, "select count(*) from marts.stars_month") == [(4,)]

    def test_a_framework_taken_out_of_the_catalogue_may_go(
        self, run_build: Build, settings: Settings, catalog: Catalog
    ) -> None:
        import msgspec

        run_build()
        run_build(catalog=msgspec.structs.replace(catalog, frameworks=catalog.frameworks[1:]))
        assert rows(settings.warehouse, "select distinct framework from marts.stars_month") == [("pytorch",)]

    def test_same_rows_but_an_older_newest_month_fails(self, run_build: Build, settings: Settings) -> None:
        run_build()
        moved = MODELS["marts/stars_month"].replace("counters.observed_on)", "counters.observed_on - 31)")
        write_models(settings.sql, {"marts/stars_month": moved})
        with pytest.raises(AuditError, match="newest_before=2026-03-01, newest_now=2026-02-01"):
            run_build()


def test_advice_that_does_not_fit_its_table_is_an_error(run_build: Build) -> None:
    with pytest.raises(BuildError, match=r"advice\.claims has no column `verdickt`; did you mean `verdict`"):
        run_build(advise=lambda evidence, catalog: {"claims": [{"claim_id": "C00", "verdickt": "supported"}]})
    with pytest.raises(BuildError, match=r"no table advice\.clams"):
        run_build(advise=lambda evidence, catalog: {"clams": [{"claim_id": "C00"}]})


def test_advice_may_hold_maps_and_lists(run_build: Build, settings: Settings) -> None:
    verdict = {
        "factor": "popularity",
        "winner": "tie",
        "p_best": {"keras": 0.25, "pytorch": 0.75},
        "verdict": "too close",
    }
    claim = {
        "claim_id": "C00",
        "verdict": "supported",
        "why": "it's so",
        "evidence_ids": ["stars.keras", "stars.pytorch"],
    }
    run_build(advise=lambda evidence, catalog: {"factor_verdicts": [verdict], "claims": [claim]})
    assert rows(settings.warehouse, "select p_best from advice.factor_verdicts") == [
        ({"keras": 0.25, "pytorch": 0.75},)
    ]
    assert rows(settings.warehouse, "select why, evidence_ids from advice.claims") == [
        ("it's so", ["stars.keras", "stars.pytorch"])
    ]


def test_a_parser_that_breaks_half_way_leaves_nothing_published(run_build: Build, settings: Settings) -> None:
    good = stars_delivery()

    def batches():
        yield from good.batches
        raise BuildError("the reply ends in the middle")

    with pytest.raises(BuildError, match="in the middle"):
        run_build(Delivery(good.source_name, good.run_id, good.payload, batches()))
    assert not settings.warehouse.exists()
    with pytest.raises(WarehouseError, match="no warehouse"):
        reader(settings.warehouse)


def test_progress_is_told(run_build: Build) -> None:
    lines: list[str] = []
    run_build(stars_delivery(star_rows(2)), progress=lines.append)
    assert lines[0] == "loaded 4 rows of repository_counters from snapshot"
    assert "building 4 models" in lines
