"""Drawings kept from one report to the next: drawing takes half of a report's time, and most charts are last time's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import vl_convert

_DRAWER = version("vl-convert-python")
_DAY_S = 86_400
# A drawing that no report has used for so long goes; so does a draft, which a killed run leaves, after a day.
_UNUSED_S = 90 * _DAY_S
_DRAFT = ".draft"


class Drawings:
    """A folder of drawings, each under the hash of what it was drawn from and by.

    Nothing depends on it: what cannot be read, or is not what was written, is drawn again, and what cannot be written
    is not kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, specification: str) -> str | None:
        """Return the SVG of a Vega-Lite specification; None where it is not there whole."""
        path = self._path(specification)
        try:
            mark, _, drawn = path.read_text(encoding="utf-8").partition("\n")
        except (OSError, UnicodeDecodeError):
            return None
        if mark != _hash(drawn):
            return None
        with suppress(OSError):
            os.utime(path)
        return drawn

    def keep(self, specification: str, drawn: str) -> None:
        """Write a drawing at once or not at all."""
        path = self._path(specification)
        draft = path.with_name(f"{path.name}.{os.getpid()}{_DRAFT}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(f"{_hash(drawn)}\n{drawn}", encoding="utf-8")
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what nobody has used for long."""
        now = time.time()
        with suppress(OSError):
            for path in self.folder.iterdir():
                kept_s = _DAY_S if path.name.endswith(_DRAFT) else _UNUSED_S
                with suppress(OSError):
                    if now - path.stat().st_mtime > kept_s:
                        path.unlink()

    def _path(self, specification: str) -> Path:
        return self.folder / f"{_hash(f'{_DRAWER} {specification}')}.svg"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_kept: ContextVar[Drawings | None] = ContextVar("kept", default=None)


@contextmanager
def kept_in(folder: Path) -> Iterator[None]:
    """Have what is drawn inside looked up in the folder first, and kept there."""
    drawings = Drawings(folder)
    token = _kept.set(drawings)
    try:
        yield
    finally:
        _kept.reset(token)
    drawings.sweep()


def draw(specification: str) -> str:
    """Return the SVG of a Vega-Lite specification, as it was kept or drawn now."""
    drawings = _kept.get()
    found = None if drawings is None else drawings.find(specification)
    if found is not None:
        return found
    drawn = vl_convert.vegalite_to_svg(specification)
    if drawings is not None:
        drawings.keep(specification, drawn)
    return drawn
