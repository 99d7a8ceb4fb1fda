"""One exception a boundary, each with the exit code the command line ends with."""

from __future__ import annotations


class BarometerError(Exception):
    """Something a user can act on: what was wrong, and the next step.

    `message` names the input and the rule it broke; `hint` names the next step.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(BarometerError):
    """An option, an environment variable or a folder cannot be used."""

    exit_code = 2


class CatalogError(BarometerError):
    """catalog.toml breaks one of its rules."""

    exit_code = 3


class SourceError(BarometerError):
    """A source, the bundled snapshot included, is damaged or not as described."""

    exit_code = 4


class BuildError(BarometerError):
    """A model could not be built. The published warehouse is as it was."""

    exit_code = 5


class AuditError(BuildError):
    """An audit found rows that must not exist. The published warehouse is as it was."""


class VerifyError(BarometerError):
    """A printed number differs from the one derived again."""

    exit_code = 6


class BusyError(BarometerError):
    """Another run holds the home folder."""

    exit_code = 7


class WarehouseError(BarometerError):
    """The warehouse file is missing, damaged, or of a format this version cannot read."""

    exit_code = 8


class StorageError(BarometerError):
    """The disk is full or the home folder cannot be written."""

    exit_code = 9


class QueryError(BarometerError):
    """A user's SQL is wrong, or asks for what a read-only query may not do."""

    exit_code = 10
