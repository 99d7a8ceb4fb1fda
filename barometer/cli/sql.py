"""`barometer sql`: any question, read-only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from barometer.cli.app import Front
from barometer.errors import QueryError, SettingsError

Format = Literal["table", "csv", "json", "parquet"]
MOST_ROWS = 1000


@click.command("sql", short_help="Ask the warehouse in SQL, read-only.")
@click.argument("query", required=False)
@click.option("--file", "file", type=click.Path(path_type=Path), help="Read the query from this file.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(("table", "csv", "json", "parquet")),
    default="table",
    show_default=True,
    help="How rows are written.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of the screen."
)
@click.option(
    "--allow-files", is_flag=True, help="Let the query read files of this machine, as in read_csv('mine.csv')."
)
@click.pass_obj
def command(
    front: Front, query: str | None, file: Path | None, fmt: Format, out: Path | None, allow_files: bool
) -> None:
    """Ask the warehouse in SQL (DuckDB's). It can change nothing, and read no file unless --allow-files is given.

    QUERY `-` is read from standard input, `@FILE` from a file.

    \b
    Examples:
      barometer sql "select reader, pick, lean from marts.picks"
      barometer sql "from marts.downloads_month" --format parquet --out downloads.parquet
      barometer sql --format csv @question.sql
      echo "select max(month) from marts.downloads_month" | barometer sql -
    """
    text = _query_text(query, file)
    if fmt == "parquet" and out is None and sys.stdout.isatty():
        raise SettingsError("--format parquet is no text for a screen", "add --out FILE.parquet")
    from warehouse.query import export, run_query

    if fmt != "table":
        export(front.settings.warehouse, text, out or sys.stdout.buffer, fmt, allow_files=allow_files)
        return
    result = run_query(front.settings.warehouse, text, allow_files=allow_files, max_rows=None if out else MOST_ROWS)
    from barometer.cli.tabular import as_table

    rendered = as_table(result.columns, result.rows)
    if out is None:
        click.echo(rendered, nl=False)
    else:
        out.write_text(rendered, encoding="utf-8")
    if result.is_cut:
        click.echo(f"only the first {MOST_ROWS} rows are shown; --format csv or --out FILE gives all", err=True)


def _query_text(query: str | None, file: Path | None) -> str:
    if file is not None and query is not None:
        raise SettingsError("there are two queries: one as argument, one in --file", "leave one of them out")
    if query == "-":
        text = sys.stdin.read()
    elif query is not None and query.startswith("@"):
        text = _read(Path(query[1:]))
    elif query is not None:
        text = query
    elif file is not None:
        text = _read(file)
    else:
        raise SettingsError("there is no query", 'barometer sql "select * from marts.picks"')
    if not text.strip().rstrip(";").strip():
        raise QueryError("the query is empty", 'barometer sql "select * from marts.picks"')
    return text


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the query file {path}: {error}", "check the path") from None
