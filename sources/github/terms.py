"""What a reader must know about GitHub's figures."""

from __future__ import annotations

from sources.protocol import DatasetTerms

_LICENCE = "none stated for figures; the API may be used to store aggregates"

TERMS = (
    DatasetTerms(
        dataset="repository_counters",
        origin="GitHub REST API",
        licence=_LICENCE,
        attribution="GitHub, github.com",
        period="from the first collection on",
        granularity="day",
        caveats=(
            "a counter has no history at its source: days on which nothing was collected are missing",
            "open issues are counted together with open pull requests",
            "an earlier name of a repository shows the same counters as its new one: never add them",
        ),
    ),
    DatasetTerms(
        dataset="github",
        origin="GitHub REST API",
        licence=_LICENCE,
        attribution="GitHub, github.com",
        period="stars from the repository's first day on; issues of 24 months; commits of 52 weeks",
        granularity="day, week or month",
        caveats=(
            "stars given: those taken back are not subtracted, so they do not sum to the counter",
            "time to close is the median of at most 100 issues or pull requests closed in a part of the month, "
            "and robots close too",
            "contributors: at most the 100 with most commits; merges are left out",
            "counts of a search that the service broke off are lower bounds",
            "no login, title or text of anybody is kept",
        ),
    ),
)
