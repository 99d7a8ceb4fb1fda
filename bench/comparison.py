"""Two result files side by side: which contrasts ended with the same verdict, and which did not."""

from __future__ import annotations

from collections.abc import Sequence

from bench import tables
from bench.reading import CELL_FIELDS
from bench.results import Record, of_kind
from bench.summary import Row, summarize

_KEY = (*(name for name in CELL_FIELDS if name != "stack"), "measured", "against")


def compare(first: Sequence[Record], second: Sequence[Record]) -> str:
    """Return the contrasts that both files have, ratio, interval and verdict of each, and how many verdicts agree.

    Identical code against itself is no contrast. Files of two machines are compared too, and the text says so.
    """
    ours, theirs = (_contrasts(records) for records in (first, second))
    shared = [key for key in ours if key in theirs]
    same = [key for key in shared if ours[key]["verdict"] == theirs[key]["verdict"]]
    head = ["cell", "measured", "against", "ratio", "verdict", "ratio, second", "verdict, second", "same"]
    rows = [
        [
            f"{ours[key]['workload']} {ours[key]['phase']}, {ours[key]['division']}, {ours[key]['track']}",
            ours[key]["measured"],
            ours[key]["against"],
            *_words(ours[key]),
            *_words(theirs[key]),
            "yes" if key in same else "NO",
        ]
        for key in shared
    ]
    said = f"verdicts: {len(same)} of {len(shared)} are the same"
    if len(shared) < max(len(ours), len(theirs)):
        said += f"; {len(ours) + len(theirs) - 2 * len(shared)} contrasts stand in one file only"
    if first[0]["host_id"] != second[0]["host_id"]:
        said += "; the files are of two machines"
    return f"{tables.text(head, rows)}\n{said}"


def _contrasts(records: Sequence[Record]) -> dict[tuple[str, ...], Row]:
    rows = [row for row in summarize(records).contrasts if row["kind"] == "contrast"]
    # Of two versions of the runner, a workload may have been fed with other batches.
    batches = {one["group"]: str(one["batch"]) for one in of_kind(records, "group")}
    return {(*(row[name] for name in _KEY), batches[row["group"]]): row for row in rows}


def _words(row: Row) -> tuple[str, str]:
    return f"{row['ratio']:.3f} ({row['low']:.3f} to {row['high']:.3f})", row["verdict"]
