"""`barometer import`: figures from files, taken up like any source's."""

from __future__ import annotations

import importlib

import click

IMPORTS = {
    "trends": "barometer.cli.import_trends:trends",
    "jobs": "barometer.cli.import_jobs:jobs",
    "bench": "barometer.cli.import_bench:bench",
}


class Imports(click.Group):
    """Subcommands by name of module, loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return what can be imported."""
        return list(IMPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one importer, imported now."""
        module, _, name = IMPORTS.get(cmd_name, "").partition(":")
        if not module:
            return None
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command("import", cls=Imports, short_help="Take up figures from files.")
def command() -> None:
    """Take up figures from files, like those of any source: they land, `barometer build` reads them.

    \b
    Examples:
      barometer import trends multiTimeline.csv
      barometer import jobs postings.jsonl --dry-run
      barometer import bench results-of-the-gpu-box.jsonl
    """
