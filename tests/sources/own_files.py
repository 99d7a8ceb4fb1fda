"""Result files of this machine's own runs, as a user brings them: the front, a file, what landed of it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from barometer.cli.app import main
from sources.landing import Landing


def run(home: Path, *arguments: str) -> Result:
    """What the front says and how it ends, in this process."""
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def write(folder: Path, content: bytes, name: str = "mine.jsonl") -> Path:
    """A file of the contents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def landed(home: Path, source: str) -> list[tuple[str, str]]:
    """What landed of a source, by request and status."""
    return [(entry.request, entry.status) for entry in Landing(home / "landing").entries(source)]
