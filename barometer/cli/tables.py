"""`barometer tables`: what there is to ask."""

from __future__ import annotations

import click

from barometer.cli.app import Front


@click.command("tables", short_help="List the tables, or one table's columns, with comments.")
@click.argument("name", required=False)
@click.pass_obj
def command(front: Front, name: str | None) -> None:
    """List the tables with what each holds; with NAME, its columns with theirs.

    \b
    Examples:
      barometer tables
      barometer tables marts.downloads_month
    """
    from barometer.cli.tabular import as_list, first_sentence
    from warehouse.connect import reader
    from warehouse.describe import describe_table, list_tables

    with reader(front.settings.warehouse) as connection:
        if name is None:
            rows = [(table.name, table.rows, first_sentence(table.comment)) for table in list_tables(connection)]
            click.echo(as_list(["table", "rows", "what it holds"], rows), nl=False)
            return
        table, columns = describe_table(connection, name)
    click.echo(f"{table.name}, {table.rows} rows. {table.comment}\n")
    click.echo(as_list(["column", "type", "what it is"], [(c.name, c.type, c.comment) for c in columns]), nl=False)
