"""Check the bundled figures, or make them anew from the original CSV files.

    python -m sources.snapshot.rebuild                      hash, columns and rows of every file against the manifest
    python -m sources.snapshot.rebuild --from DIR           the same, and that DIR's originals give the same tables
    python -m sources.snapshot.rebuild --from DIR --write   make the files anew, and their hashes in the manifest

Rows of `read/` were read by the project's own collector, and stand beside the originals' in the files made anew.
What a person wrote in the manifest (origins, licences, caveats) is left as it is.
The exit code is 0, or 4 when something differs.
"""

from __future__ import annotations

import argparse
import calendar
import datetime as dt
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from barometer.errors import SourceError
from sources.snapshot.manifest import Dataset, LeftOut, read_manifest
from sources.snapshot.source import DATA
from sources.snapshot.tables import TABLES, Table, pack, read_lines, read_table, unpack


@dataclass(frozen=True)
class Original:
    """An original file: our names for columns where they differ, and columns that only follow from others.

    `completed` where rows that the original lacks were read by `barometer collect`: they stand in READ, tidy already.
    """

    file: str
    renamed: dict[str, str] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    completed: bool = False


READ = Path(__file__).resolve().parent / "read"
ORIGINALS = {
    "package_downloads_30d": Original("pypi_downloads_30d.csv"),
    "package_releases": Original("pypi_releases.csv", completed=True),
    "repository_counters": Original("github_counters_weekly.csv", {"open_issues": "open_issues_and_pulls"}),
    "repository_activity": Original("git_activity_monthly.csv"),
    "questions_monthly": Original("stackoverflow_questions_monthly.csv", {"source_id": "population"}),
    "questions_yearly": Original("stackoverflow_questions_yearly.csv", {"source_id": "population"}),
    "survey_usage": Original(
        "survey_usage.csv", {"source_id": "population"}, ("share_of_question_respondents_percent",)
    ),
    "papers": Original("papers_by_framework.csv", {"source": "population", "framework": "label"}, ("share_percent",)),
    "job_mentions": Original(
        "job_mentions_monthly.csv", {"source": "population", "framework": "term", "postings_mentioning": "postings"}
    ),
}


def rebuild_table(name: str, folder: Path, left_out: Iterable[LeftOut]) -> bytes:
    """Return the bytes of one bundled file, made from its original in `folder`.

    Raises SourceError when the original is missing, has other columns, repeats a key or holds an unreadable cell.
    """
    table, original = TABLES[name], ORIGINALS[name]
    path = folder / original.file
    rows = _original_rows(path, table, original)
    if original.completed:
        rows += _original_rows(READ / f"{name}.csv", table, Original(f"{name}.csv"))
    unwanted = {entry.population for entry in left_out if entry.dataset == name}
    rows = [row for row in rows if row.get("population") not in unwanted]
    keys = Counter(tuple(row[part] for part in table.key) for row in rows)
    repeated = [key for key, times in keys.items() if times > 1]
    if repeated:
        raise SourceError(f"{path}: {', '.join(table.key)} must be unique, but {', '.join(repeated[0])} stands twice.")
    content = pack(table, rows)
    read_table(table, content, str(path))
    return content


def _original_rows(path: Path, table: Table, original: Original) -> list[dict[str, str]]:
    """Return the rows of an original under our column names; months become their first day."""
    try:
        lines = read_lines(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: the original of {table.name} cannot be read ({error})."
        raise SourceError(message, "Give --from the folder that holds the original CSV files.") from error
    found = [original.renamed.get(name, name) for name in lines[0]] if lines else []
    if sorted(found) != sorted((*table.header, *original.derived)):
        expected = ", ".join((*table.header, *original.derived))
        raise SourceError(f"{path}: the columns, in our names, are {', '.join(found)}; expected {expected}.")
    wrong = [number for number, line in enumerate(lines) if len(line) != len(found)]
    if wrong:
        raise SourceError(f"{path}: row {wrong[0]} has {len(lines[wrong[0]])} cells; expected {len(found)}.")
    rows = [dict(zip(found, line, strict=True)) for line in lines[1:]]
    months = [column.name for column in table.columns if column.kind == "month"]
    return [row | {name: f"{row[name]}-01" for name in months} for row in rows]


def _period(table: Table, content: bytes, file: str) -> tuple[dt.date, dt.date]:
    """Return the first day of the first period and the last day of the last."""
    kind, position = next((column.kind, at) for at, column in enumerate(table.columns) if column.name == table.period)
    values = [row[position] for row in read_table(table, content, file)]
    days = [value.isoformat() if isinstance(value, dt.date) else str(value) for value in values]
    spans = [_span(day[:7] if kind == "month" else day) for day in days]
    if not spans:
        raise SourceError(f"{file}: no rows, so no period.")
    return min(first for first, _ in spans), max(last for _, last in spans)


def _span(period: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a year, a month or a day written YYYY, YYYY-MM or YYYY-MM-DD."""
    year, month, day = (*map(int, period.split("-")), 0, 0)[:3]
    first = dt.date(year, month or 1, day or 1)
    last_month = month or 12
    return first, dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1])


def check(directory: Path, originals: Path | None = None) -> list[str]:
    """Return what is wrong with the bundled files, one line each; none when all is as the manifest says.

    With `originals`, also whether those give the same tables. The text is compared, not the compressed bytes, because
    another build of zlib may compress the same text differently.
    """
    manifest, _ = read_manifest(directory / "manifest.toml")
    wrong = []
    for entry in manifest.datasets:
        try:
            wrong += _differences(entry, directory)
            if originals is not None:
                anew = unpack(rebuild_table(entry.dataset, originals, manifest.left_out), entry.file)
                if anew != unpack((directory / entry.file).read_bytes(), entry.file):
                    wrong.append(f"{entry.file}: differs from what {originals / ORIGINALS[entry.dataset].file} gives.")
        except SourceError as error:
            wrong.append(error.message)
        except OSError as error:
            wrong.append(f"{entry.file}: listed in the manifest, but cannot be read ({error.strerror}).")
    listed = {entry.file for entry in manifest.datasets}
    strays = sorted(path.name for path in directory.glob("*.gz") if path.name not in listed)
    return wrong + [f"{name}: not in the manifest." for name in strays]


def _differences(entry: Dataset, directory: Path) -> list[str]:
    """Return where one file and its manifest entry differ: hash, rows, period."""
    content = (directory / entry.file).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        return [f"{entry.file}: sha256 is {digest}; the manifest says {entry.sha256}."]
    table = TABLES[entry.dataset]
    found = (len(read_table(table, content, entry.file)), *_period(table, content, entry.file))
    stated = (entry.rows, entry.first, entry.last)
    facts = zip(("rows", "first", "last"), found, stated, strict=True)
    return [f"{entry.file}: {name} is {is_}; the manifest says {says}." for name, is_, says in facts if is_ != says]


def write(directory: Path, originals: Path) -> None:
    """Make every file anew, and its hash, rows and period in the manifest. A file of the same text is left alone."""
    path = directory / "manifest.toml"
    manifest, _ = read_manifest(path)
    made = {entry.file: rebuild_table(entry.dataset, originals, manifest.left_out) for entry in manifest.datasets}
    text = path.read_text(encoding="utf-8")
    for entry in manifest.datasets:
        target, content = directory / entry.file, made[entry.file]
        if target.exists() and _same_text(target.read_bytes(), content):
            content = target.read_bytes()
        target.write_bytes(content)
        table = TABLES[entry.dataset]
        first, last = _period(table, content, entry.file)
        rows = len(read_table(table, content, entry.file))
        facts = {"sha256": f'"{hashlib.sha256(content).hexdigest()}"', "rows": rows, "first": first, "last": last}
        text = _with_facts(text, entry.dataset, facts)
    path.write_text(text, encoding="utf-8")


def _same_text(old: bytes, new: bytes) -> bool:
    try:
        return unpack(old, "old") == unpack(new, "new")
    except SourceError:
        return False


def _with_facts(text: str, dataset: str, facts: dict[str, object]) -> str:
    """Return the manifest's text with the facts of one entry replaced, and nothing else."""
    head, mark, tail = text.partition(f'[[datasets]]\ndataset = "{dataset}"\n')
    entry, following, rest = tail.partition("\n[[")
    for name, value in facts.items():
        entry = re.sub(rf"^{name} = .*$", f"{name} = {value}", entry, count=1, flags=re.MULTILINE)
    return head + mark + entry + following + rest


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command described above; return its exit code."""
    description = "Check the bundled figures, or make them anew."
    parser = argparse.ArgumentParser(prog="python -m sources.snapshot.rebuild", description=description)
    parser.add_argument("--from", dest="originals", type=Path, metavar="DIR", help="folder of the original CSV files")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder of the bundled files")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="only compare, change nothing (the default)")
    mode.add_argument("--write", action="store_true", help="make the files anew from --from")
    options = parser.parse_args(arguments)
    if options.write and options.originals is None:
        parser.error("--write needs --from DIR")
    try:
        if options.write:
            write(options.data, options.originals)
        wrong = check(options.data, options.originals)
        datasets = read_manifest(options.data / "manifest.toml")[0].datasets
    except SourceError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return error.exit_code
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    if wrong:
        return SourceError.exit_code
    for entry in datasets:
        sys.stdout.write(f"{entry.sha256}  {entry.file}  {entry.rows} rows, {entry.first} to {entry.last}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
