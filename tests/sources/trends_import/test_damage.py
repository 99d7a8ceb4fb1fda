"""A damaged export is refused by its name, line, rule and the next step."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.errors import SourceError
from sources.protocol import Batch
from sources.trends_import import Reading
from tests.sources.trends_import.exports import importer, rows_of

HEAD = "Category: All categories\n\nWeek,keras: (Worldwide),pytorch: (Worldwide)\n"
DAMAGE: list[tuple[str, bytes, str]] = [
    ("empty", b" \n", "no line of column names"),
    ("only a preamble", b"Category: All categories\n\n", "no line of column names"),
    ("no figures", HEAD.encode(), "line 3: column names and no figures"),
    ("no column names", b"2025-11-02,3,41\n2025-11-09,1,2\n", "no line of column names"),
    ("a page", b"<!doctype html><html><body>Sign in, please</body></html>", "column"),
    ("not text", HEAD.encode() + b"2025-11-02,\xff\xfe,1\n", "line 4: not utf-8"),
    ("words for a value", HEAD.encode() + b"2025-11-02,3,41\n2025-11-09,many,1\n", "line 5, column 'keras': 'many'"),
    ("above a hundred", HEAD.encode() + b"2025-11-02,101,41\n", "line 4, column 'keras': '101'"),
    ("below zero", HEAD.encode() + b"2025-11-02,-1,41\n", "line 4, column 'keras': '-1'"),
    ("less than two", HEAD.encode() + b"2025-11-02,<2,41\n", "line 4, column 'keras': '<2'"),
    ("a cell too few", HEAD.encode() + b"2025-11-02,3,41\n2025-11-09,3\n", "line 5: 1 values for 2 columns"),
    ("a cell too many", HEAD.encode() + b"2025-11-02,3,41,5\n", "line 4: 3 values for 2 columns"),
    ("no such day", HEAD.encode() + b"2025-11-02,3,41\n2025-13-09,3,1\n", "line 5: '2025-13-09' is no day"),
    ("backwards", HEAD.encode() + b"2025-11-09,3,41\n2025-11-02,3,1\n", "line 5: 2025-11-02 does not follow"),
    ("the same week twice", HEAD.encode() + b"2025-11-09,3,41\n2025-11-09,3,1\n", "line 5: 2025-11-09 does not follow"),
    (
        "by the hour",
        b"Time,keras,pytorch\n2025-11-09T00:00:00,3,41\n2025-11-09T01:00:00,3,1\n",
        "finer than is compared",
    ),
    ("by the year", HEAD.encode() + b"2024-01-01,3,41\n2025-01-02,3,1\n", "neither days, weeks nor months"),
    ("one lone week", HEAD.encode() + b"2025-11-09,3,41\n", "neither days, weeks nor months"),
    (
        "in the future",
        HEAD.encode() + b"2026-11-22,3,41\n2026-11-29,3,1\n",
        "line 5: 2026-11-29 is no day up to 2026-11-23",
    ),
    (
        "two columns for a term",
        b"Week,keras: (DE),Keras: (FR)\n2025-11-02,3,41\n2025-11-09,3,41\n",
        "two columns are for",
    ),
    ("an open quote", HEAD.encode() + b'2025-11-02,"3,41\n', "not comma-separated"),
    (
        "related queries",
        b"Category: All categories\n\nTOP\nkeras tutorial,100\nkeras install,90\n",
        "neither a series nor a map",
    ),
    ("a zero byte", HEAD.encode() + b"2025-11-02,3\x00,41\n", "line 4"),
]


@pytest.mark.parametrize(("name", "content", "words"), DAMAGE, ids=[damage[0] for damage in DAMAGE])
def test_damage_is_refused_by_file_line_rule_and_next_step(name: str, content: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        rows_of(content, "mine.csv")
    assert caught.value.message.startswith("mine.csv"), name
    assert words in caught.value.message
    assert caught.value.hint


@settings(max_examples=250)
@given(st.binary(max_size=200) | st.text(alphabet='0123456789-,;<%\n\r"keras: (W)é', max_size=120).map(str.encode))
def test_any_bytes_give_rows_or_one_error(content: bytes) -> None:
    read_or_refuse(content)
    read_or_refuse(HEAD.encode() + content)
    read_or_refuse(HEAD.encode() + b"2025-11-02,3,41\n2025-11-09," + content)


def read_or_refuse(content: bytes) -> None:
    source = importer()
    refusal: SourceError | None = None
    batches: list[Batch] = []
    try:
        batches = list(source.parse(source.file_payload(Reading("any.csv"), content)))
    except SourceError as error:
        refusal = error
    assert refusal is None or (refusal.message and refusal.hint)
    assert all(len(row) == len(batch.columns) for batch in batches for row in batch.rows)
