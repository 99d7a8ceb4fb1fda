"""Connections to the warehouse file, and the lock that lets one writer in at a time."""

from __future__ import annotations

import datetime as dt
import errno
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from barometer.errors import BarometerError, BusyError, StorageError, WarehouseError
from barometer.settings import Settings

FORMAT = 1
SCHEMA = Path(__file__).resolve().parent / "schema.sql"

# One place for what every connection is set to. A single thread keeps sums of floats the same in every build.
_COMMON = {"memory_limit": "300MB", "TimeZone": "UTC", "preserve_insertion_order": True}
_WRITER = {"threads": 1, "checkpoint_threshold": "256MB"}
# Refused even where files are allowed: fetching extensions, and reading variables of the calling program as tables.
_READER = {
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
_DISK_FULL = ("no space left", "disk quota", "file too large", "not enough space", "could not write")
_MOVE_AWAY = (
    "move it away and run `barometer run --offline`: "
    "the bundled history comes back, and collected replies are loaded again"
)


def reader(path: Path, *, allow_files: bool = False, writable: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection to the warehouse in `path`; a table of another schema than marts is named with it.

    The connection sees the file as it is now, however often it is replaced afterwards. It can neither read nor
    write other files, unless `allow_files`; `writable` names one file that it may write all the same.
    Raises WarehouseError when the file is missing, damaged or of a newer format.
    """
    if not path.exists():
        raise WarehouseError(f"there is no warehouse at {path}", "run `barometer run --offline` to build one")
    spill = Path(tempfile.gettempdir()) / f"barometer-{os.getpid()}-{secrets.token_hex(4)}"
    connection = _open(spill, _READER)
    try:
        attach(connection, path, "warehouse", read_only=True)
        connection.execute("use warehouse.marts")
        if not allow_files:
            if writable:
                connection.execute(f"set allowed_paths = [{quote(str(writable))}]")
            connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def writer(path: Path, published: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that writes the new file `path`, with the `published` one attached read-only under that name.

    Raises WarehouseError when the published file is damaged or of a newer format.
    """
    connection = _open(path.with_name(f"{path.name}.tmp"), _WRITER)
    try:
        if published:
            attach(connection, published, "published", read_only=True)
        # Small blocks: some ninety tables, most of them small, and a block holds rows of one table only. No log of what
        # is not in the file yet: one that a kill leaves half-built is thrown away, and a log waits for the disk at
        # every commit, which is once a reply. The oldest storage whose statistics of distinct values are small: before
        # it they were half of the file, and took most of the time that opening one takes.
        connection.execute(
            f"attach {quote(str(path))} as warehouse "
            "(block_size 16384, recovery_mode no_wal_writes, storage_version 'v1.2.0')"
        )
        connection.execute("use warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


def _open(spill: Path, settings: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
    """An engine of its own in memory: connections to one path would otherwise share one file, even a replaced one."""
    connection = duckdb.connect(":memory:")
    for name, value in {**_COMMON, **settings, "temp_directory": spill}.items():
        connection.execute(f"set {name} = {quote(str(value))}")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    """Attach a warehouse file under `name`, once its format is known to be readable."""
    try:
        connection.execute(f"attach {quote(str(path))} as {name} {'(read_only)' if read_only else ''}")
        found = connection.execute(f"select max(version) from {name}.raw.format").fetchall()[0][0]
    except duckdb.CatalogException:
        raise WarehouseError(f"{path} is a DuckDB file, but not a warehouse of this tool", _MOVE_AWAY) from None
    except duckdb.Error as error:
        raise damaged(path, error) from None
    if found is None or found > FORMAT:
        raise WarehouseError(
            f"{path} has format {found}; this version reads up to {FORMAT}", f"update barometer, or {_MOVE_AWAY}"
        )


def is_unreadable(error: duckdb.Error) -> bool:
    """True when DuckDB met a file it cannot read: not a query it cannot answer, nor a disk that is full."""
    if any(sign in str(error).lower() for sign in _DISK_FULL):
        return False
    kinds = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    # DuckDB 2.0 has no class of its own for a block whose checksum is wrong.
    return isinstance(error, kinds) or "Corrupt database file" in str(error)


def damaged(path: Path, error: Exception) -> BarometerError:
    """Return what to raise when DuckDB cannot read `path`: a newer file, one in use, or a damaged one."""
    text = str(error).splitlines()[0].partition(": ")[2]
    if "newer" in text or "version number" in text:
        return WarehouseError(f"{path} was written by a newer DuckDB: {text}", f"update barometer, or {_MOVE_AWAY}")
    if "lock on file" in text:
        return BusyError(f"another program has {path} open for writing: {text}", "close it and run the command again")
    if "Permission denied" in text:
        return StorageError(f"cannot read {path}: permission denied", "check who owns the file")
    return WarehouseError(f"{path} is damaged or not a DuckDB file: {text}", _MOVE_AWAY)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into one StorageError."""
    hint = "free some space, or set BAROMETER_HOME to another folder; the published warehouse is as it was"
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        what = "the disk is full while writing to" if full else "cannot write to"
        raise StorageError(f"{what} {folder}: {reason}", hint) from error
    except duckdb.Error as error:
        if any(sign in str(error).lower() for sign in _DISK_FULL):
            raise StorageError(
                f"the disk is full while writing to {folder}: {str(error).splitlines()[0]}", hint
            ) from error
        raise


@contextmanager
def writer_lock(settings: Settings, wait_s: float = 300.0) -> Iterator[None]:
    """Hold the home folder for writing; within one process it may be entered again.

    Raises BusyError naming the process that holds it, after `wait_s` seconds, and StorageError when the folder
    cannot be written.
    """
    import filelock

    with storage_errors(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(settings.lock, is_singleton=True, thread_local=False)
        holder = settings.lock.with_suffix(".pid")
        try:
            lock.acquire(timeout=wait_s, poll_interval=0.1)
        except filelock.Timeout:
            raise BusyError(
                f"another run (process {_read(holder) or 'unknown'}) is writing to {settings.home}",
                "wait for it to end, or stop that process; a stopped run leaves nothing damaged",
            ) from None
    try:
        with storage_errors(settings.home):
            holder.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        if lock.lock_counter == 1:
            holder.unlink(missing_ok=True)
        lock.release()


def _read(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="ascii").strip()
    return ""


def quote(text: str) -> str:
    """Return `text` as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: object) -> str:
    """Return a value as SQL. Bound parameters would do, but the first one makes DuckDB import pandas: 0.7 s."""
    if value is None:
        return "null"
    if isinstance(value, dt.datetime):
        return f"timestamp {quote(value.isoformat(sep=' '))}"
    if isinstance(value, dt.date):
        return f"date {quote(value.isoformat())}"
    return str(value) if isinstance(value, int | float) else quote(str(value))


def rows_file(connection: duckdb.DuckDBPyConnection) -> Path:
    """Return an empty file for rows on their way into `connection`, on the disk of its database."""
    found = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    beside = Path(found[0][0]) if found and found[0][0] else None
    handle, name = tempfile.mkstemp(
        prefix=f"{beside.name}.rows-" if beside else None, dir=beside.parent if beside else None
    )
    os.close(handle)
    return Path(name)
