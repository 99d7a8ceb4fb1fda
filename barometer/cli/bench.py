"""`barometer bench`: the timing runner, as `python -m bench` starts it."""

from __future__ import annotations

import os

import click

from barometer.cli.app import Front


@click.command(
    "bench",
    short_help="Time the frameworks on this machine.",
    # What stands behind the first word is the runner's own: it reads it, and explains it.
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND [ARGS]...")
@click.pass_context
def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Time the frameworks on this machine: `python -m bench`, with the same words and exit codes.

    Every framework runs in an environment of its own, which `setup` makes. Results go to bench/ in the home folder,
    and the next `barometer run` takes them up. A run may be stopped at any moment: complete rounds count.

    \b
    Commands, each with a --help of its own:
      setup      make the frameworks' environments
      list       workloads and stacks, and what can run here
      run        time them
      probe      measure what needs no clock: ease of use, debugging, control flow, export, integration
      show       print a result file's tables
      check      hold a result file against the schema
      overhead   hold the runner against a hand-written loop
    \b
    Examples:
      barometer bench setup
      barometer bench run --tier smoke
      barometer bench run --tier standard --budget 30m --device auto
      barometer bench run --resume
      barometer import bench results-of-another-machine.jsonl
    """
    if not arguments:
        click.echo(ctx.get_help())
        return
    from bench.cli import main

    front = ctx.find_object(Front)
    if front:
        os.environ["BAROMETER_HOME"] = str(front.settings.home)
    try:
        code = main(list(arguments))
    except SystemExit as leave:
        # argparse leaves by itself: after --help, and where an option is wrong.
        code = leave.code if isinstance(leave.code, int) else 1
    ctx.exit(code)
