"""An edition on disk: written beside its place, then put there in one step; and the archive of all editions."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from markupsafe import Markup

from barometer.errors import StorageError
from reports.render import INDEX_PAGE, REPORT, environment, neutral_style

_EDITION = re.compile(r"\d{4}-\d{2}-\d{2}")
_BUILDING, _OLD = ".building", ".old"
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD


def publish(reports_dir: Path, edition: str, files: dict[str, bytes]) -> Path:
    """Put an edition's files at `reports_dir/edition`, rewrite the archive's index, and return the edition's folder.

    The edition stands there whole or as it was before; what a killed run left behind is removed first.
    Raises StorageError when the disk is full or the folder cannot be written.
    """
    with _storage_errors(reports_dir):
        reports_dir.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(reports_dir)
        place, building = reports_dir / edition, reports_dir / f".{edition}{_BUILDING}"
        try:
            for name, content in files.items():
                _write(building / name, content)
            _put(building, place)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        write_archive(reports_dir)
    return place


def editions(reports_dir: Path) -> list[str]:
    """Return the names of the published editions, newest first."""
    if not reports_dir.is_dir():
        return []
    return sorted(
        (path.name for path in reports_dir.iterdir() if _EDITION.fullmatch(path.name) and (path / REPORT).is_file()),
        reverse=True,
    )


def previous_report(reports_dir: Path, edition: str) -> dict[str, Any] | None:
    """Return report.json of the newest edition before this one, or None for a first edition.

    Raises StorageError naming the file when it cannot be read.
    """
    earlier = [name for name in editions(reports_dir) if name < edition]
    return _read_report(reports_dir / earlier[0] / REPORT) if earlier else None


def compared_report(reports_dir: Path, edition: str) -> dict[str, Any] | None:
    """Return report.json of the edition that a published one was compared with, or None where there was none.

    Editions may have been added in between since. Raises StorageError naming the file when it cannot be read.
    """
    name = _read_report(reports_dir / edition / REPORT).get("compared_with")
    return _read_report(reports_dir / str(name) / REPORT) if name else None


def write_archive(reports_dir: Path) -> None:
    """Write `reports_dir/index.html`, the list of editions with their answers, in one step."""
    listed = [
        {"name": name, "picks": _picks(_read_report(reports_dir / name / REPORT))} for name in editions(reports_dir)
    ]
    page = (
        environment()
        .get_template("archive.html.j2")
        .render(
            title="Barometer, all editions",
            description="Every edition, newest first.",
            style=Markup(neutral_style()),
            editions=listed,
        )
    )
    fresh = reports_dir / f".{INDEX_PAGE}{_BUILDING}"
    _write(fresh, page.encode())
    fresh.replace(reports_dir / INDEX_PAGE)


def _picks(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Each reader with the pick, or that it is too close to call and where it leans."""
    names = {framework["key"]: framework["label"] for framework in report["frameworks"]}
    answers = []
    for reader in report["readers"]:
        lean = f", leaning {names.get(reader['lean'], reader['lean'])}" if reader["lean"] else ""
        answers.append(
            (
                reader["label"],
                names.get(reader["pick"], reader["pick"]) if reader["pick"] else f"too close to call{lean}",
            )
        )
    return answers


def _read_report(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(
            f"cannot read {path}: {error}", "make that edition again with `barometer report`, or remove its folder"
        ) from None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put(building: Path, place: Path) -> None:
    """Put the new folder in its place; where one stands, change places with it, so that a reader always finds one."""
    if not place.exists():
        building.rename(place)
    elif not _exchange(building, place):
        old = place.with_name(f".{place.name}{_OLD}")
        place.rename(old)
        building.rename(place)
        shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one system call; False where the system cannot."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return renameat2 is not None and renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def _clear_leftovers(reports_dir: Path) -> None:
    """Remove what a killed run left; an edition it had only moved aside goes back to its place."""
    for path in sorted(reports_dir.glob(f".*{_OLD}")):
        place = reports_dir / path.name.removeprefix(".").removesuffix(_OLD)
        if place.exists():
            shutil.rmtree(path)
        else:
            path.rename(place)
    for path in sorted(reports_dir.glob(f".*{_BUILDING}")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write the report in {folder}: {error.strerror or error}",
            "free some space or choose another --home",
        ) from None
