"""A plugin of `make test`: says at the end how many tests did not run for want of a framework, and what brings it."""

from __future__ import annotations

import re

import pytest

_SETUP = re.compile(r"python -m bench setup( [\w-]+)?")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Count the skipped tests whose reason names the command that makes an environment: the very last line."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    found = [match for match in map(_SETUP.search, reasons) if match is not None]
    if found:
        names = "".join(sorted({match[1] or "" for match in found}))
        words = (
            f"{len(found)} tests of the frameworks did not run; to make what they need: python -m bench setup{names}"
        )
        reporter.write_line(words, yellow=True)
