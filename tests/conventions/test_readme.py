"""README.md says what is true: its query prints its output, its new framework needs the catalogue alone."""

from __future__ import annotations

import gzip
import json
import re

import duckdb
import pandas as pd
import pytest

from barometer import errors
from barometer.cli import main
from sources.bench_bundle import FOLDER, Bundle
from tests.support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """The fenced blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_query_prints_what_the_readme_shows(barometer, built_home):
    block = next(block for block in blocks("sh") if block.startswith("$ barometer sql"))
    query, output = re.match(r'\$ barometer sql "(.*?)"\n(.*)', block, flags=re.DOTALL).groups()
    assert barometer("sql", query, home=built_home).stdout == output


def test_every_command_the_readme_names_exists():
    named = set(
        re.findall(r"^(?:\$ )?barometer (?:--catalog \S+ )?([a-z]+)", "\n".join(blocks("sh")), flags=re.MULTILINE)
    )
    assert named == {"sql", "run", "serve", "status", "tables", "explain", "verify", "collect", "import", "bench"}
    assert named <= set(main.list_commands(None))


def test_every_exit_code_stands_in_the_readme():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)}
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert told == {0, 130, 143} | {kind.exit_code for kind in classes if issubclass(kind, errors.BarometerError)}


def test_two_processors_agree_as_often_as_the_readme_says():
    cell = ["workload", "size", "batch", "phase", "track", "division", "precision", "measured", "against"]
    ours, theirs = (contrasts(run).set_index(cell)["verdict"].to_dict() for run in ("epyc-two-cores", "xeon-two-cores"))
    shared = ours.keys() & theirs.keys()
    same = [pair for pair in shared if ours[pair] == theirs[pair]]
    opposite = [pair for pair in shared if {ours[pair], theirs[pair]} == {"faster", "slower"}]
    said = re.search(r"(\d+) of (\d+) verdicts are the same, (\d+) are opposite, .*?\((.*?)\)", README).groups()
    named = ", ".join(sorted({f"`{workload}`" for workload, *_ in opposite}))
    assert said == (str(len(same)), str(len(shared)), str(len(opposite)), named)


@pytest.mark.parametrize(
    ("run", "words", "workloads", "forks"),
    [
        ("epyc-two-cores", "its ten workloads on the processor of one machine (AMD), five to nine fresh", 10, (5, 9)),
        ("h200", "times `mlp`, `cnn` and `dispatch` with at least three fresh processes each", 3, (3, 4)),
    ],
)
def test_a_bundled_run_has_the_workloads_and_processes_that_the_readme_says(run, words, workloads, forks):
    assert words in " ".join(README.split())
    rows = contrasts(run).query("division == 'matched' and track in ['pinned', 'gpu'] and chosen.isna()")
    most = rows.groupby("workload")["forks"].max()
    assert (len(most), (most.min(), most.max())) == (workloads, forks)


def test_the_run_on_a_gpu_took_as_many_minutes_as_the_readme_says():
    [entry] = [one for one in Bundle().entries if one.name == "h200"]
    minutes = {8: "eight", 9: "nine", 10: "ten"}[round((entry.ended_at - entry.started_at).total_seconds() / 60)]
    assert f"run of {minutes} minutes on an NVIDIA H200" in " ".join(README.split())


def contrasts(run):
    """The contrasts of a bundled run, each with its batch; test_bundle holds them against the run itself."""
    [entry] = [one for one in Bundle().entries if one.name == run]
    tables = json.loads(gzip.decompress((FOLDER / entry.statistics_file).read_bytes()))
    frames = {table["table"]: pd.DataFrame(table["rows"], columns=table["columns"]) for table in tables}
    batches = frames["bench_summary_cells"].dropna(subset="batch").groupby("group_id")["batch"].first()
    return frames["bench_summary_contrasts"].query("kind == 'contrast'").join(batches, on="group_id")


def test_a_framework_is_added_by_the_catalogue_alone(barometer, tmp_path):
    catalog = tmp_path / "my-catalog.toml"
    catalog.write_text((ROOT / "catalog.toml").read_text(encoding="utf-8") + "\n" + blocks("toml")[0], encoding="utf-8")
    home = tmp_path / "home"
    for command in ("build", "report", "verify"):
        done = barometer("--catalog", str(catalog), command, home=home)
        assert done.returncode == 0, done.stderr
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = {
            table: connection.execute(f"select count(*) from marts.{table} where framework = 'mxnet'").fetchall()[0][0]
            for table in ("downloads_month", "stars_week", "papers_year", "evidence", "recommendations")
        }
    assert rows["recommendations"] == 7
    assert all(rows.values()), rows
    page = next((home / "reports").glob("*/index.html")).read_text(encoding="utf-8")
    assert "Keras, PyTorch, TensorFlow, JAX or MXNet?" in page
