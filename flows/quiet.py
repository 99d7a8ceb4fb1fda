"""How Prefect is started here: it phones nobody, writes only under the home folder, and speaks up only when asked.

Prefect reads its settings from the environment when it is first imported, so this comes before that. What the user
has set stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path


def settle(home: Path, verbose: bool = False, environ: MutableMapping[str, str] | None = None) -> None:
    """Set what Prefect is to read from the environment, where the user has set nothing."""
    environ = os.environ if environ is None else environ
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home / "prefect"),
        # A first start makes the server's database; a slow or busy machine needs longer than the 20 s it allows.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # Our own progress line and the exit code say what failed; Prefect would add a traceback of its own.
        "PREFECT_LOGGING_LEVEL": "INFO" if verbose else "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING" if verbose else "CRITICAL",
        "PREFECT_CLI_COLORS": "false" if environ.get("NO_COLOR") else "true",
    }
    for name, value in defaults.items():
        environ.setdefault(name, value)
