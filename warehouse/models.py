"""The files of sql/ as models: what they say in their header, what they read, and the order to build them in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from barometer.errors import BuildError
from warehouse.connect import SCHEMA

LAYERS = ("staging", "core", "marts")
EVIDENCE = "marts.evidence"
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
    tree = _parse(text, where)
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
        column_comments=_column_comments(tree),
        reads=_reads(tree, where),
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


def _parse(text: str, where: str) -> exp.Select | exp.SetOperation | exp.Values:
    try:
        statements = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
    except sqlglot.ParseError as error:
        first = error.errors[0] if error.errors else {}
        raise BuildError(
            f"{where}, line {first.get('line')}, column {first.get('col')}: {first.get('description')}",
            "correct the file",
        ) from None
    except sqlglot.errors.SqlglotError as error:
        raise BuildError(f"{where}: {error}", "correct the file") from None
    if len(statements) != 1:
        raise BuildError(f"{where} holds {len(statements)} statements", "a model is one select")
    if not isinstance(statements[0], exp.Select | exp.SetOperation | exp.Values):
        raise BuildError(f"{where} is not a select but {statements[0].key}", "a model is one select")
    return statements[0]


def _conditions(line: str, where: str) -> list[str]:
    """Split `not_null(a, b), x >= 0` at its outer commas."""
    try:
        parts = sqlglot.parse_one(f"select {line}", dialect="duckdb").expressions
    except sqlglot.errors.SqlglotError:
        raise BuildError(f"{where}: cannot read the audit `{line}`", "write conditions, separated by commas") from None
    return [part.sql(dialect="duckdb", comments=False) for part in parts]


def _reads(tree: exp.Expr, where: str) -> tuple[str, ...]:
    """The tables a query names, from its scopes: a common table expression is not one."""
    found: dict[str, None] = {}
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                if not source.db:
                    raise BuildError(f"{where} reads `{source.name}` without its schema", f"write schema.{source.name}")
                found[f"{source.db}.{source.name}"] = None
    return tuple(sorted(found))


def _column_comments(tree: exp.Expr) -> dict[str, str]:
    """The comment behind each column of the select list; behind `select * from x`, those of the expression x."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return {}
    comments: dict[str, str] = {}
    for column in tree.selects:
        if column.is_star:
            comments.update(_star_comments(tree))
        elif column.comments:
            comments[column.alias_or_name] = column.comments[-1].strip()
    return comments


def _star_comments(tree: exp.Select) -> dict[str, str]:
    source = tree.args.get("from_") or tree.args.get("from")
    if source is None:
        return {}
    if isinstance(source.this, exp.Subquery):
        return _column_comments(source.this)
    for part in tree.ctes or _outer_parts(tree):
        if part.alias == source.this.name and part.this is not tree:
            return _column_comments(part.this)
    return {}


def _outer_parts(tree: exp.Select) -> list[exp.CTE]:
    """The common table expressions that stand before the whole statement."""
    root = tree.root()
    return root.ctes if isinstance(root, exp.Query) else []


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
