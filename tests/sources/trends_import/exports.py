"""Exports of the Google Trends website, and what reads them and imports them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from barometer.cli.app import Front
from barometer.cli.import_trends import trends
from barometer.errors import BarometerError
from barometer.settings import Services, load_settings
from sources.landing import Landing
from sources.live import Context
from sources.trends_import import Reading, TrendsImport
from tests.sources.live import Clock
from tests.support import shipped_catalog

OLD = """Category: All categories

Week,keras: (Worldwide),pytorch: (Worldwide),tensorflow: (Worldwide),jax flax: (Worldwide)
2025-11-02,3,41,30,0
2025-11-09,<1,38,,1
2025-11-16,2,100,28,<1
"""
NEW = """Time,keras,pytorch
20251102-0000,3,41.5
20251109-0000,<1,"38,5"
20251116-0000,,100
"""
MAP = """Category: All categories

Country,keras: (11/20/21 - 11/20/26),pytorch: (11/20/21 - 11/20/26)
Germany,29%,71%
Tuvalu,,
France,<1%,100%
"""


def importer(folder: Path = Path("never-written")) -> TrendsImport:
    return TrendsImport(Context(shipped_catalog(), Services(), Landing(folder), Clock()))


def rows_of(content: str | bytes, name: str = "multiTimeline.csv", **reading: Any) -> list[dict[str, Any]]:
    body = content.encode() if isinstance(content, str) else content
    source = importer()
    payload = source.file_payload(Reading(name, **reading), body)
    return [dict(zip(batch.columns, row, strict=True)) for batch in source.parse(payload) for row in batch.rows]


def short(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row["term"], row["period_start"].isoformat(), row["interest"], row["below_one"], row["no_data"])
        for row in rows
    ]


def run(home: Path, *arguments: Any) -> Result:
    """Run the command as the front door does, less its catching of errors."""
    front = Front(load_settings({}, home=home), debug=False)
    return CliRunner().invoke(trends, [str(argument) for argument in arguments], obj=front)


def refused(home: Path, *arguments: Any) -> BarometerError:
    error = run(home, *arguments).exception
    assert isinstance(error, BarometerError), error
    return error


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path
