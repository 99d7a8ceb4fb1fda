"""The command group: global options, subcommands loaded when asked for, one place that turns errors into exit codes."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from barometer import __version__
from barometer.errors import BarometerError, StorageError
from barometer.settings import Settings, load_settings

COMMANDS = {
    "run": "barometer.cli.run",
    "collect": "barometer.cli.collect",
    "import": "barometer.cli.imports",
    "bench": "barometer.cli.bench",
    "replay": "barometer.cli.replay",
    "build": "barometer.cli.build",
    "report": "barometer.cli.report",
    "sql": "barometer.cli.sql",
    "tables": "barometer.cli.tables",
    "explain": "barometer.cli.explain",
    "verify": "barometer.cli.verify",
    "status": "barometer.cli.status",
    "serve": "barometer.cli.serve",
}
STORAGE_ERRNOS = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.EFBIG, errno.EIO}
INTERRUPTED = "stopped before the end; the published warehouse and reports are as they were"


@dataclass(frozen=True)
class Front:
    """What the global options say."""

    settings: Settings
    debug: bool


@dataclass
class Stop:
    """Which signal asked the process to stop, if any."""

    signal: int | None = None


stop = Stop()


class Commands(click.Group):
    """Subcommands by name of module. Every error of theirs ends here, as one block on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the subcommands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one subcommand, imported now."""
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[cmd_name]).command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand that `args` begin with; an unknown one is an error that names the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], list(COMMANDS), n=1)
            ctx.fail(f"no command is called `{args[0]}`" + (f"; did you mean `{near[0]}`?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; leave with the exit code that its error carries."""
        signal.signal(signal.SIGTERM, _on_stop)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _on_stop)
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BarometerError as error:
            _leave(ctx, error, error.message, error.hint, error.exit_code)
        except KeyboardInterrupt as error:
            _leave(ctx, error, INTERRUPTED, "run the command again", _stop_code())
        except BrokenPipeError:
            _leave_pipe()
        except OSError as error:
            _leave_os_error(ctx, error)
        except Exception as error:
            if stop.signal is not None or _is_interrupt(error):
                _leave(ctx, error, INTERRUPTED, "run the command again", _stop_code())
            _leave(
                ctx, error, f"unexpected {type(error).__name__}: {error}", "run it again with --debug to see where", 1
            )


class Stopped(KeyboardInterrupt):
    """What asked the process to stop, wherever it was.

    Not KeyboardInterrupt itself: Python notes where that passes through code which a library had it run, and then ends
    itself by SIGINT, whatever exit code was asked for.
    """


def _on_stop(signum: int, frame: FrameType | None) -> NoReturn:
    stop.signal = signum
    raise Stopped


def _stop_code() -> int:
    """128 + the signal's number, as shells count."""
    return 128 + (stop.signal or signal.SIGINT)


def _is_interrupt(error: BaseException) -> bool:
    """True where a library wrapped the interrupt in an error of its own, as DuckDB does."""
    return (
        type(error).__name__ in {"InterruptException", "TerminationSignal"} or "query interrupted" in str(error).lower()
    )


def _leave(ctx: click.Context, error: BaseException, message: str, hint: str, code: int) -> NoReturn:
    front = ctx.find_object(Front)
    if front and front.debug:
        traceback.print_exception(error)
    click.echo(f"barometer: {message}", err=True)
    if hint:
        click.echo(f"next: {hint}", err=True)
    ctx.exit(code)


def _leave_os_error(ctx: click.Context, error: OSError) -> NoReturn:
    where = f" {error.filename}" if error.filename else ""
    if error.errno in STORAGE_ERRNOS:
        message = f"cannot write{where}: {error.strerror}" if where else f"cannot write: {error.strerror}"
        hint = "free space, or point --home at a folder that can be written"
        _leave(ctx, error, message, hint, StorageError.exit_code)
    _leave(ctx, error, f"{error.strerror or error}{where}", "run it again with --debug to see where", 1)


def _leave_pipe() -> NoReturn:
    """The reader of our output went away (`| head`): nothing to say, and nothing more to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(128 + signal.SIGPIPE)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="barometer")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder everything is written to.  [BAROMETER_HOME, else var]"
)
@click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    help="What is compared, for whom.  [BAROMETER_CATALOG, else the bundled one]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def main(ctx: click.Context, home: Path | None, catalog: Path | None, debug: bool) -> None:
    """Keras, PyTorch, TensorFlow or JAX? Measured, with the uncertainty shown.

    \b
    First report, no network needed:
      barometer run --offline
    Ask the figures:
      barometer sql "select * from marts.picks"
    Where a number comes from:
      barometer explain downloads_per_day.pytorch
    """
    ctx.obj = Front(settings=load_settings(home=home, catalog=catalog), debug=debug)
