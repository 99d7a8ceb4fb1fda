"""Who is told how far a run is: the command line sets it, a scheduled run leaves it to Prefect's log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Say = Callable[[str], None]

_listener: ContextVar[Say | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(say: Say) -> Iterator[None]:
    """Tell `say` every step of the runs inside."""
    token = _listener.set(say)
    try:
        yield
    finally:
        _listener.reset(token)


def listener(otherwise: Say) -> Say:
    """Return who is told, `otherwise` when nobody was named."""
    return _listener.get() or otherwise
