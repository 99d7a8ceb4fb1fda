"""The front door: one file a subcommand, read only when that subcommand is asked for, so that each starts fast."""

from barometer.cli.app import main

__all__ = ["main"]
