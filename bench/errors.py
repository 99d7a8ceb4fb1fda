"""The runner's errors: what was wrong, and the next step."""

from __future__ import annotations


class BenchError(Exception):
    """Something a user can act on. `message` names the input and the rule, `hint` the next step."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class OptionError(BenchError):
    """An option, or a combination of options, cannot be used."""

    exit_code = 2


class ResultError(BenchError):
    """A result file is damaged or of another version."""

    exit_code = 4


class WorkerError(BenchError):
    """A worker process broke the protocol. `status` is the cell's, `kind` what happened: died, hung, garbage, oom."""

    def __init__(self, kind: str, status: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
