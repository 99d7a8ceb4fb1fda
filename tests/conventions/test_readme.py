"""README.md says what is true: its query prints its output, its new framework needs the catalogue alone."""

from __future__ import annotations

import re

import duckdb

from barometer import errors
from barometer.cli import main
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
