"""GitHub as a source: `source` asks, `asking` is the way there, `reading` makes rows, `redact` drops people."""

from sources.github.source import GitHub

__all__ = ["GitHub"]
