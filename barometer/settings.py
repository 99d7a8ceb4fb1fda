"""Where things are: one frozen record read from the environment, and the folders that travel with the package."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from barometer.errors import SettingsError

_ROOT = Path(__file__).resolve().parent.parent
_BUNDLED = Path(__file__).resolve().parent / "bundled"


def _resource(name: str) -> Path:
    """The path of a file or folder that stands at the repository's root and travels in the wheel under `bundled/`."""
    bundled = _BUNDLED / name
    return bundled if bundled.exists() else _ROOT / name


@dataclass(frozen=True)
class Settings:
    """Folders and files one command works with.

    `home` holds everything written; `catalog` and `sql` are only read. `shared_cache` is a cache that several homes
    share.
    """

    home: Path
    catalog: Path
    sql: Path
    shared_cache: Path | None = None

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

    @property
    def cache(self) -> Path:
        """What can be made again and need not be: nothing is lost with it."""
        return self.shared_cache or self.home / "cache"


def load_settings(
    environ: Mapping[str, str] | None = None, home: Path | str | None = None, catalog: Path | str | None = None
) -> Settings:
    """Return the settings: arguments win over `BAROMETER_HOME` and `BAROMETER_CATALOG`, those over the defaults.

    `BAROMETER_CACHE` names the cache's folder where it is not the home's own.
    """
    environ = os.environ if environ is None else environ
    cache = environ.get("BAROMETER_CACHE", "").strip()
    return Settings(
        home=Path(home or environ.get("BAROMETER_HOME") or "var").expanduser().absolute(),
        catalog=Path(catalog or environ.get("BAROMETER_CATALOG") or _resource("catalog.toml")).expanduser().absolute(),
        sql=_resource("sql"),
        shared_cache=Path(cache).expanduser().absolute() if cache else None,
    )


KEYS = ("GITHUB_TOKEN", "STACKEXCHANGE_KEY", "OPENALEX_API_KEY", "HF_TOKEN", "GOOGLE_TRENDS_TOKEN")
_ON = {"on": True, "1": True, "yes": True, "true": True, "off": False, "0": False, "no": False, "false": False}


@dataclass(frozen=True)
class Services:
    """How outside services are reached: addresses, keys, who asks, and how long a pull may wait in all.

    `urls` maps a source's name to its address where one is set; `keys` are never shown.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    contact: str = ""
    switched: Mapping[str, bool] = field(default_factory=dict)
    wait_cap_s: float = 300.0
    read_s: float = 30.0

    def key(self, name: str) -> str:
        """Return the key called `name`, "" when it is not set."""
        return self.keys.get(name, "")

    def is_on(self, source: str, default: bool) -> bool:
        """True when a source is switched on, or off by nobody and on by default."""
        return self.switched.get(source, default)


def load_services(environ: Mapping[str, str] | None = None) -> Services:
    """Return how services are reached.

    `BAROMETER_<SOURCE>_URL` moves a source to another address, `BAROMETER_<SOURCE>=on|off` switches it,
    `BAROMETER_CONTACT` is the address or mail that every request names, `BAROMETER_WAIT_CAP` the seconds that a pull
    may wait for a service in all, `BAROMETER_TIMEOUT` those without a byte after which a reply is given up; keys are
    those of KEYS. Raises SettingsError naming the variable.
    """
    environ = os.environ if environ is None else environ
    return Services(
        urls=dict(_addresses(environ)),
        keys={name: environ[name].strip() for name in KEYS if environ.get(name, "").strip()},
        contact=environ.get("BAROMETER_CONTACT", "").strip(),
        switched={
            name.removeprefix("BAROMETER_").lower(): _ON[value.strip().lower()]
            for name, value in environ.items()
            if name.startswith("BAROMETER_") and value.strip().lower() in _ON
        },
        wait_cap_s=_seconds(environ, "BAROMETER_WAIT_CAP", 300.0),
        read_s=_seconds(environ, "BAROMETER_TIMEOUT", 30.0),
    )


def _addresses(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("BAROMETER_") and name.endswith("_URL") and value.strip():
            address = value.strip().rstrip("/")
            if not address.startswith(("http://", "https://")):
                raise SettingsError(
                    f"{name} is no address: it must begin with http:// or https://", f"correct or unset {name}"
                )
            yield name.removeprefix("BAROMETER_").removesuffix("_URL").lower(), address


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "").strip() or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise SettingsError(f"{name}={text} is no number of seconds from 0 to 86400", f"correct or unset {name}")
    return seconds
