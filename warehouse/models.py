"""The files of sql/ as models: what they say in their header, what they read, and the order to build them in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from barometer.errors import BuildError
from warehouse.connect import SCHEMA
from warehouse.parsing import parse

LAYERS = ("staging", "core", "marts")
EVIDENCE = "marts.evidence"
# A whole text counts as one; a quote that is left over opens one that never ends.
_PUNCTUATION = re.compile(r"'(?:[^']|'')*'|[][(),']")
_HEADER = re.compile(r"^(grain|audit|warning):\s*(.*)$")


@dataclass(frozen=True)
class Model:
    """One `select` in one file. `reads` are the tables it names, `audits` conditions that every row meets."""

    schema: str
    name: str
    path: Path
    sql: str = field(repr=False)
    description: str
    grain: tuple[str, ...]
    audits: tuple[str, ...]
    warnings: tuple[str, ...]
    column_comments: dict[str, str] = field(repr=False)
    reads: tuple[str, ...]

    @property
    def table(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"

    @property
    def file(self) -> str:
        """The file as a person names it: `sql/marts/evidence.sql`."""
        return f"sql/{self.path.parent.name}/{self.path.name}"


def load_models(sql_dir: Path) -> list[Model]:
    """Return the models of staging, core and marts so that each stands after what it reads.

    Raises BuildError naming the file when one is not a single select, has no grain, reads a table that nobody
    provides, or reads itself in a circle.
    """
    models = [_read_model(path) for layer in LAYERS for path in sorted((sql_dir / layer).glob("*.sql"))]
    return _in_order(models)


def load_queries(sql_dir: Path, folder: str) -> list[Model]:
    """Return the files of `audits` or `queries`, by name. They need no grain. Raises as `load_models` does."""
    return [_read_model(path, needs_grain=False) for path in sorted((sql_dir / folder).glob("*.sql"))]


def after_advice(models: Iterable[Model]) -> set[str]:
    """Return the tables of the models that read `advice.*`, directly or through another model."""
    late: set[str] = set()
    for model in models:
        if any(table.startswith("advice.") or table in late for table in model.reads):
            late.add(model.table)
    return late


def given_tables() -> list[str]:
    """Return the tables that exist before any model is built: those of warehouse/schema.sql."""
    return re.findall(r"^create table if not exists (\w+\.\w+)", SCHEMA.read_text(encoding="utf-8"), flags=re.MULTILINE)


def upstream(models: Iterable[Model], table: str) -> list[tuple[str, int]]:
    """Return what `table` is made from as (table, steps away), nearest first, each once.

    `advice.*` is made from the evidence.
    """
    reads = {model.table: model.reads for model in models}
    found: dict[str, int] = {}
    ring = [table]
    for steps in range(1, len(reads) + 2):
        below = [
            name for top in ring for name in (reads.get(top) or ((EVIDENCE,) if top.startswith("advice.") else ()))
        ]
        ring = [name for name in dict.fromkeys(below) if name not in found and name != table]
        found.update((name, steps) for name in ring)
    return sorted(found.items(), key=lambda item: (item[1], item[0]))


def _read_model(path: Path, *, needs_grain: bool = True) -> Model:
    text = path.read_text(encoding="utf-8").strip().removesuffix(";")
    where = f"sql/{path.parent.name}/{path.name}"
    description, tags = _header(text)
    parsed = parse(text, where)
    grain = tuple(name.strip() for line in tags["grain"] for name in line.split(",") if name.strip())
    if needs_grain and not grain:
        raise BuildError(
            f"{where} has no grain", "say what one row is: a line `-- grain: column, column` above the select"
        )
    if needs_grain and not description:
        raise BuildError(f"{where} has no description", "begin the file with a line `-- What one row says.`")
    return Model(
        schema=path.parent.name,
        name=path.stem,
        path=path,
        sql=text,
        description=description,
        grain=grain,
        audits=tuple(_conditions(", ".join(tags["audit"]), where)) if tags["audit"] else (),
        warnings=tuple(tags["warning"]),
        column_comments=parsed.comments,
        reads=parsed.reads,
    )


def _header(text: str) -> tuple[str, dict[str, list[str]]]:
    """Return the description and the tagged lines of the comment block that a file begins with."""
    description: list[str] = []
    tags: dict[str, list[str]] = {"grain": [], "audit": [], "warning": []}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        words = line.removeprefix("--").strip()
        tag = _HEADER.match(words)
        if tag:
            tags[tag[1]].append(tag[2])
        elif words:
            description.append(words)
    return " ".join(description), tags


def _conditions(line: str, where: str) -> list[str]:
    """Split `not_null(a, b), x >= 0` at the commas outside of brackets and texts."""
    parts, depth, begins = [], 0, 0
    for found in _PUNCTUATION.finditer(line):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(found[0], 0)
        if depth < 0 or found[0] == "'":
            break
        if found[0] == "," and depth == 0:
            parts.append(line[begins : found.start()])
            begins = found.end()
    else:
        parts.append(line[begins:])
        if depth == 0 and all(part.strip() for part in parts):
            return [part.strip() for part in parts]
    raise BuildError(f"{where}: cannot read the audit `{line}`", "write conditions, separated by commas")


def _in_order(models: list[Model]) -> list[Model]:
    by_table = {model.table: model for model in models}
    given = given_tables()
    for model in models:
        for table in model.reads:
            if table not in by_table and table not in given:
                near = difflib.get_close_matches(table, [*by_table, *given], n=1)
                known = f"; did you mean `{near[0]}`?" if near else ""
                raise BuildError(
                    f"{model.file} reads {table}, which nobody provides{known}", "correct the name, or add the model"
                )
    graph = {model.table: sorted(set(model.reads) & by_table.keys()) for model in models}
    # The evidence feeds the advice, so what reads the advice stands behind it.
    for model in models:
        if EVIDENCE in by_table and any(table.startswith("advice.") for table in model.reads):
            graph[model.table].append(EVIDENCE)
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise BuildError(f"models read each other in a circle: {circle}", "take one of these reads out") from None
    return [by_table[table] for table in order]
