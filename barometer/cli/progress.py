"""Progress on stderr: a live line with a clock on a terminal, one plain line a step anywhere else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Say = Callable[[str], None]


@contextmanager
def progress(title: str) -> Iterator[Say]:
    """Yield a function that shows one step; steps stay on the screen, what was reached last is timed."""
    begun = time.monotonic()
    if _is_live():
        from rich.console import Console

        console = Console(stderr=True)
        with console.status(title) as status:

            def say(step: str) -> None:
                status.update(f"{title}: {step}")

            yield say
    else:

        def say(step: str) -> None:
            click.echo(f"{title}: {step}", err=True)

        yield say
    click.echo(f"{title}: done in {time.monotonic() - begun:.1f} s", err=True)


def _is_live() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb" and "CI" not in os.environ
