"""Google Trends: search interest in all frameworks, asked in one request so that the figures compare."""

from sources.google_trends.source import GoogleTrends

__all__ = ["GoogleTrends"]
