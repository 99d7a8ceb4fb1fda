"""Make the environments that hold the frameworks, for `make test` and `make bench`. Those that are complete stay.

    python -m scripts.ensure_frameworks [--device cpu] [--all | ENVIRONMENT ...]

Without names, those that the timing runner uses; the tests want the probes' too, and ask for all. What cannot be made
here stops nothing: a run skips its cells and the tests of that framework are skipped, both with the reason. Only Ctrl-C
is passed on.
"""

from __future__ import annotations

import argparse
import sys

from bench import environments
from bench.environments import SetupError, SetupStopped
from bench.progress import to_stderr
from bench.stacks import MODES


def main() -> int:
    """Make them; return 0, or 130 where somebody stopped it."""
    parser = argparse.ArgumentParser(prog="python -m scripts.ensure_frameworks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="ENVIRONMENT")
    parser.add_argument("--all", action="store_true", help="every environment there is, the probes' too")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto", help="builds for what (auto)")
    asked = parser.parse_args()
    try:
        environments.setup([] if asked.all else asked.names or timed(), to_stderr, asked.device)
    except SetupStopped as stopped:
        to_stderr(f"{stopped.message} {stopped.hint}")
        return stopped.exit_code
    except SetupError as error:
        to_stderr(f"{error.message} {error.hint}")
    return 0


def timed() -> list[str]:
    """Return the environments of the timing runner's stacks."""
    return sorted({mode.environment for mode in MODES.values() if mode.modules})


if __name__ == "__main__":
    sys.exit(main())
