"""Where things are: one frozen record read from the environment, and the folders that travel with the package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_BUNDLED = Path(__file__).resolve().parent / "bundled"


def _resource(name: str) -> Path:
    """The path of a file or folder that stands at the repository's root and travels in the wheel under `bundled/`."""
    bundled = _BUNDLED / name
    return bundled if bundled.exists() else _ROOT / name


@dataclass(frozen=True)
class Settings:
    """Folders and files one command works with.

    `home` holds everything written; `catalog` and `sql` are only read.
    """

    home: Path
    catalog: Path
    sql: Path

    @property
    def warehouse(self) -> Path:
        """The published DuckDB file: what people read."""
        return self.home / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """The file a writer holds while it works."""
        return self.home / "writer.lock"

    @property
    def landing(self) -> Path:
        """Replies as they came, compressed, addressed by their hash."""
        return self.home / "landing"

    @property
    def bench(self) -> Path:
        """Result files of the timing runner."""
        return self.home / "bench"

    @property
    def reports(self) -> Path:
        """One folder an edition, and the archive's index."""
        return self.home / "reports"


def load_settings(
    environ: Mapping[str, str] | None = None, home: Path | str | None = None, catalog: Path | str | None = None
) -> Settings:
    """Return the settings: arguments win over `BAROMETER_HOME` and `BAROMETER_CATALOG`, those over the defaults."""
    environ = os.environ if environ is None else environ
    return Settings(
        home=Path(home or environ.get("BAROMETER_HOME") or "var").expanduser().absolute(),
        catalog=Path(catalog or environ.get("BAROMETER_CATALOG") or _resource("catalog.toml")).expanduser().absolute(),
        sql=_resource("sql"),
    )
