"""Probe files: read, refused, landed, taken up by a run, bundled; no field of a record is lost."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from barometer.errors import SourceError
from barometer.settings import load_settings
from bench.probes import records as engine
from bench.probes.probe import ProbeOptions
from bench.probes.runner import Request
from bench.probes.runner import run as run_probes
from bench.results import of_kind
from flows import results
from sources import bench_bundle, probe_bundle
from sources.bench_results import BUNDLE, parse_payload, read_result
from sources.bench_rows import OWN
from sources.probe_bundle import ProbeBundle
from sources.probe_rows import COLUMN, LONGEST, batches, table
from sources.protocol import Payload
from tests.bench_runs import Made
from tests.probe_runs import PROBES, as_lines, file, integration, record, stack, unit, whole
from tests.sources.own_files import landed, run, write
from warehouse.connect import SCHEMA
from warehouse.load import Delivery, Loader

AT = dt.datetime(2026, 11, 27, 8)
KINDS = {kind: words for kind, words in engine.schema()["kinds"].items() if words["probe"]}


def loaded(content: bytes, request: str = "FILE run/x") -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with the raw rows of the content."""
    connection = duckdb.connect(":memory:")
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    payload = Payload("probes", "probes", request, AT, content)
    Loader(connection).load(Delivery("probes", "test", payload, parse_payload(payload)))
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the engine itself writes where no environment is: every record says so, but for what needs none."""
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_ENV", str(folder / "none"))
        patch.setenv("BAROMETER_HOME", str(folder))
        out = folder / "probes.jsonl"
        run_probes(Request(ProbeOptions(quick=True), out, ("footprint", "debugging", "integration")))
    return out.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_the_probes_schema_has_a_column_of_its_type(kind: str):
    connection = duckdb.connect(":memory:")
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    listed = f"select column_name, data_type, is_nullable from duckdb_columns() where table_name = '{table(kind)}'"
    columns = {name: (kind_of, empty) for name, kind_of, empty in rows(connection, listed)}
    types = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
    for field, (wanted, *_) in KINDS[kind]["fields"].items():
        told = columns[COLUMN.get(field, field)]
        assert told == (types.get(wanted.rstrip("?"), "VARCHAR"), wanted.endswith("?")), field


def test_nothing_is_lost_on_the_way_in():
    content = whole()
    records = [json.loads(line) for line in content.splitlines()]
    connection = loaded(content)
    for kind in KINDS:
        sent = of_kind(records, kind)
        fields = [name for name, (wanted, *_) in KINDS[kind]["fields"].items() if wanted.rstrip("?") != "object"]
        columns = ", ".join(f'"{COLUMN.get(name, name)}"' for name in fields)
        found = rows(connection, f"select {columns} from raw.probe_{kind}")
        plain = [tuple(_as_stored(one[name]) for name in fields) for one in sent]
        assert sent, kind
        assert found == plain, kind
    assert rows(connection, "select count(*), count(distinct run) from raw.probe_units") == [
        (len(of_kind(records, "unit")), 1)
    ]


def _as_stored(value: Any) -> Any:
    return json.dumps(value, separators=(",", ":"), sort_keys=True) if isinstance(value, list) else value


def test_what_the_engine_writes_without_any_environment_is_taken_up_whole(real: bytes, tmp_path: Path):
    records = engine.settled(engine.read(write(tmp_path, real)))
    connection = loaded(real)
    for kind in KINDS:
        assert rows(connection, f"select count(*) from raw.probe_{kind}") == [(len(of_kind(records, kind)),)], kind
    hows = rows(connection, "select distinct how from raw.probe_units order by 1")
    assert hows == [("answered",), ("not-run",)]
    # Barometer's own environment has it: claim C00 needs no other.
    told = "select status, distribution, summary from raw.probe_footprint_metadata where environment = 'runner'"
    [(status, name, summary)] = rows(connection, told)
    assert (status, name) == ("read", "fastapi")
    assert "FastAPI" in summary
    assert rows(connection, "select count(*) >= 3 from raw.probe_debugging_fault") == [(True,)]


def test_a_unit_that_was_run_again_counts_once():
    first, second = integration()[0], integration()[0]
    second[1] = second[1] | {"status": "hung", "message": "never came back"}
    connection = loaded(file(first, second))
    assert rows(connection, "select count(*) from raw.probe_units") == [(1,)]
    told = "select status, message from raw.probe_integration_cell where library = 'numpy'"
    assert rows(connection, told) == [("hung", "never came back")]


@pytest.mark.parametrize(("ending", "told"), [("complete", "complete"), ("budget", "budget"), ("", "killed")])
def test_a_run_tells_how_it_ended(ending: str, told: str):
    assert rows(loaded(whole("ease", ending=ending)), "select ending from raw.probe_runs") == [(told,)]


def test_the_origin_is_told_by_the_request():
    content = whole("integration")
    assert rows(loaded(content), "select origin from raw.probe_runs") == [("own",)]
    assert rows(loaded(content, f"{BUNDLE}x.jsonl.gz"), "select origin from raw.probe_runs") == [("bundled",)]


def test_stacks_say_which_way_of_their_framework_they_are():
    names = ("keras-tensorflow", "keras-jax", "keras-tensorflow-graph", "keras-tensorflow-xla", "keras-torch-eager")
    names += ("keras-tensorflow-eager", "torch", "torch-eager", "torch-compile", "jax-jit")
    looks = [record("debugging_look", **stack(name)) for name in names]
    told = "select stack, package, backend_package, is_shipped, is_documented, is_default from raw.probe_stacks"
    assert rows(loaded(file(unit("debugging", "looks", *looks))), told) == [
        ("keras-tensorflow", "keras", "tensorflow", True, True, True),
        ("keras-jax", "keras", "jax", True, True, False),
        ("keras-tensorflow-graph", "keras", "tensorflow", True, True, True),
        ("keras-tensorflow-xla", "keras", "tensorflow", False, True, False),
        ("keras-torch-eager", "keras", "torch", True, True, False),
        ("keras-tensorflow-eager", "keras", "tensorflow", False, False, False),
        ("torch", "torch", "", True, True, True),
        ("torch-eager", "torch", "", True, True, True),
        ("torch-compile", "torch", "", False, True, False),
        ("jax-jit", "jax", "", True, True, True),
    ]


def test_a_text_is_cut_where_it_is_longer_than_any_program():
    long = record("ease_source", program="torch", workload="mlp", text="x" * (LONGEST + 1))
    [(text,)] = rows(loaded(file(unit("ease", "texts", long))), "select text from raw.probe_ease_source")
    assert (len(text), text[-2:]) == (LONGEST, "x…")


def other_version(content: bytes) -> bytes:
    first, _, rest = content.partition(b"\n")
    return json.dumps({**json.loads(first), "schema": 99}).encode() + b"\n" + rest


BAD_FILES = {
    "newer": (other_version, "has version 99 of the probes' schema; this one reads up to"),
    "two-runs": (lambda content: content + content, "has more than one probe_run record"),
    "other-probe": (lambda content: content.replace(b'"ease_source"', b'"ease_song"'), "unknown kind 'ease_song'"),
    "a-run-behind": (lambda content: content + as_lines([{"kind": "run"}]), "unknown kind 'run'"),
    "no-json": (lambda content: content + b"hello\n", "not JSON"),
    "no-id": (lambda content: content.replace(b'"0123456789abcdef', b'"my run'), "not eight hexadecimal digits"),
    "no-moment": (lambda content: content.replace(b"2026-11-26T09:00", b"yesterday at nine"), "yesterday"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_wrong_file_is_one_clear_error_and_nothing_lands(tmp_path: Path, name: str):
    damage, rule = BAD_FILES[name]
    content = whole("ease")
    good, bad = write(tmp_path, content, "good.jsonl"), write(tmp_path, damage(content), "bad.jsonl")
    done = run(tmp_path / "home", "import", "bench", str(good), str(bad))
    assert done.exit_code == 4, done.output
    assert rule in done.stderr
    assert "next: " in done.stderr
    assert not (tmp_path / "home" / "landing").exists()


def test_files_of_both_kinds_are_imported_by_one_command(tmp_path: Path):
    home, content = tmp_path / "home", whole()
    timed = Made({"torch-eager": 0.02, "jax-jit": 0.01}).content()
    names = [str(write(tmp_path, content)), str(write(tmp_path, timed, "timed.jsonl"))]
    done = run(home, "import", "bench", *names)
    assert done.exit_code == 0, done.output
    assert "mine.jsonl: probes, run 01234567 on cpu, begun 2026-11-26T09:00:00+00:00" in done.stdout
    assert "machine: Test CPU, 2 cores" in done.stdout
    assert "footprint: 15 answered" in done.stdout
    assert landed(home, "probes") == [("FILE run/0123456789abcdef0123456789abcdef", "ok")]
    assert [status for _, status in landed(home, "bench")] == ["ok"]
    again = run(home, "import", "bench", *names)
    assert again.stdout.count("known already: nothing added") == 2
    assert len(landed(home, "probes")) == 1


def test_a_dry_run_prints_one_line_a_unit_and_stores_nothing(tmp_path: Path):
    content = gzip.compress(whole("integration"))
    done = run(tmp_path / "home", "import", "bench", "--dry-run", str(write(tmp_path, content)))
    assert done.exit_code == 0, done.output
    units = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["probe"], one["unit"], one["how"]) for one in units] == [
        ("integration", one[0]["unit"], "answered") for one in integration()
    ]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("folder", ["probes", "bench"])
def test_files_in_the_home_folder_are_taken_up_once_and_again_when_they_grew(tmp_path: Path, folder: str):
    settings, said = load_settings({}, home=tmp_path), []
    units = integration()
    write(tmp_path / folder, file(*units[:3], ending=""))
    assert results.take_up(settings, said.append) == 1
    assert results.take_up(settings, said.append) == 0
    write(tmp_path / folder, file(*units))
    write(tmp_path / folder, other_version(file(*units)), "a-newer.jsonl")
    assert results.take_up(settings, said.append) == 1
    assert results.take_up(settings, said.append) == 0
    assert said[0] == f"taking up {folder}/mine.jsonl"
    assert any(
        "a-newer.jsonl cannot be read: a-newer.jsonl has version 99 of the probes' schema" in one for one in said
    )
    assert landed(tmp_path, "probes").count(("FILE run/0123456789abcdef0123456789abcdef", "ok")) == 2
    # What cannot be read is taken for one of its folder's.
    assert landed(tmp_path, folder)[-1 if folder == "bench" else 1] == ("FILE a-newer.jsonl", "error")


def test_a_build_takes_them_up_and_tells_what_they_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # A package that carries no runs: beside bundled ones a file of two frameworks would not be the chosen one.
    monkeypatch.setattr(ProbeBundle.__init__, "__defaults__", (tmp_path / "no-bundle",))
    write(tmp_path / "probes", whole())
    done = run(tmp_path, "build")
    assert done.exit_code == 0, done.output
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        shown = "select count(*), bool_and(is_chosen) from marts.probe_runs"
        assert rows(connection, shown) == [(len(PROBES), True)]
        told = "select verdict from marts.claims where claim_id in ('C00', 'C03', 'C05', 'C08') order by claim_id"
        verdicts = [verdict for (verdict,) in rows(connection, told)]
        assert verdicts == ["contradicted", "contradicted", "supported", "supported"]
        changed = rows(
            connection,
            "select count(*), min(measured - measured_without), max(p_best_possible - p_best_possible_without) "
            "from marts.what_probes_changed where kind = 'reader'",
        )
        [(count, least, most)] = changed
        assert (count, least > 0, most <= 1e-9) == (28, True, True)
        # The advice itself is the one with the probes.
        told = "select distinct picks.measured_weight - changed.measured from marts.picks as picks inner join "
        told += "marts.what_probes_changed as changed on changed.subject = picks.reader and changed.kind = 'reader'"
        assert rows(connection, told) == [(0.0,)]
    assert ", 0 new raw rows," in run(tmp_path, "build").stdout


def test_a_bundled_run_gives_the_rows_that_its_file_gives(tmp_path: Path):
    bundle, content = ProbeBundle(tmp_path / "bundle"), whole()
    entry = bundle.add(write(tmp_path, content), "small-box")
    assert (entry.run, entry.machine, entry.device) == ("0123456789abcdef" * 2, "Test CPU, 2 cores", "cpu")
    assert entry.probes == sorted(PROBES)
    [(reply, found)] = list(ProbeBundle(tmp_path / "bundle").replies())
    payload = Payload("probes", "probes", f"{BUNDLE}small-box.jsonl.gz", AT, content)
    assert list(found) == list(parse_payload(payload))
    assert (reply.request, reply.fetched_at) == (payload.request, dt.datetime(2026, 11, 26, 9, 30))
    # The hash of the content itself, so that an own import of the same run is known as the same.
    assert reply.sha256 == payload.sha256
    bundle.add(write(tmp_path, whole(run="b7" * 16), "other.jsonl"), "other")
    bundle.add(write(tmp_path, whole(cpu="Another")), "small-box")
    assert [(one.name, one.machine) for one in bundle.entries] == [
        ("other", "Test CPU, 2 cores"),
        ("small-box", "Another, 2 cores"),
    ]
    assert len(bundle.check()) == 2


def test_only_a_whole_run_of_probes_is_bundled(tmp_path: Path):
    bundle = ProbeBundle(tmp_path / "bundle")
    timed = Made({"torch-eager": 0.02, "jax-jit": 0.01}).content()
    for content, words in (
        (whole(quick=True), "of the small form"),
        (whole(ending=""), "its run never ended"),
        (timed, "not a probe file"),
        (b"hello\n", "not JSON"),
    ):
        with pytest.raises(SourceError, match=words):
            bundle.add(write(tmp_path, content), "box")
    with pytest.raises(SourceError, match="a probe file"):
        bench_bundle.Bundle(tmp_path / "bundle").add(write(tmp_path, whole()), "box")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("damage", ["file", "hash", "entry"])
def test_a_bundle_that_is_damaged_is_told(tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "bundle"
    assert probe_bundle.main(["--add", str(write(tmp_path, whole())), "box"], ProbeBundle(folder)) == 0
    assert "ease: 9 answered" in capsys.readouterr().out
    manifest, packed = folder / "probes.toml", folder / "box.jsonl.gz"
    if damage == "file":
        packed.unlink()
    elif damage == "hash":
        packed.write_bytes(packed.read_bytes() + b"x")
    else:
        manifest.write_text(manifest.read_text().replace("Test CPU", "Best CPU"))
    assert probe_bundle.main([], ProbeBundle(folder)) == 4
    told = capsys.readouterr().err
    assert {"file": "cannot be read", "hash": "damaged", "entry": "does not describe it"}[damage] in told
    assert "next: " in told


def test_the_runs_that_travel_with_the_package_are_whole():
    bundle = ProbeBundle()
    assert len(bundle.check()) == len(bundle.entries)


def test_rows_come_of_the_file_as_it_was_written(tmp_path: Path):
    content = whole()
    result = read_result(write(tmp_path, content))
    assert (result.source, result.run) == ("probes", "0123456789abcdef" * 2)
    assert hashlib.sha256(result.content).digest() == hashlib.sha256(content).digest()
    assert {batch.table for batch in batches(result.records, OWN)} == {
        *(table(kind) for kind in KINDS),
        *("probe_runs", "probe_environments", "probe_units", "probe_stacks"),
    }
