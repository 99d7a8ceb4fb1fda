"""What the job sources share: reading a posting's text for its figures, and keeping the figures without the text."""

from __future__ import annotations

from sources.postings.classify import Classifier, Found
from sources.postings.posting import Posting, Redacted
from sources.postings.redact import Redaction, read_redacted, redact
from sources.postings.source import JobSource, PagedJobSource

__all__ = [
    "Classifier",
    "Found",
    "JobSource",
    "PagedJobSource",
    "Posting",
    "Redacted",
    "Redaction",
    "read_redacted",
    "redact",
]
