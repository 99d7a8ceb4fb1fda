"""What a file of sql/ reads and says of its columns, as sqlglot finds it in the text; found once a text.

Parsing is a quarter of a small build, and files seldom change: a build keeps what it found in `catalog.sql_files`, and
the next one begins with that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.errors import BuildError

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Parsed:
    """The tables that a query names, sorted, and the comments behind the columns of its select list."""

    reads: tuple[str, ...]
    comments: dict[str, str] = field(repr=False)


_known: dict[str, Parsed] = {}


@cache
def parser() -> str:
    """Return what found it: the release of sqlglot and the hash of this file. Another one's findings do not count."""
    return f"sqlglot {version('sqlglot')}, {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}"


def parse(text: str, where: str) -> Parsed:
    """Return what one file holds. Raises BuildError naming `where` when it is not one select of tables with schemas."""
    key = _key(text)
    if key not in _known:
        tree = _parse(text, where)
        _known[key] = Parsed(_reads(tree, where), _column_comments(tree))
    return _known[key]


def remember(found: Iterable[tuple[str, str, list[str], dict[str, str]]]) -> None:
    """Take over rows of `catalog.sql_files`: (parser, sha256, reads, comments)."""
    for by, key, reads, comments in found:
        if by == parser():
            _known.setdefault(key, Parsed(tuple(reads), dict(comments)))


def rows(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str, list[str], dict[str, str]]]:
    """Yield rows for `catalog.sql_files` of (file, text): file, parser, sha256, reads, comments."""
    for file, text in texts:
        found = parse(text, file)
        yield file, parser(), _key(text), list(found.reads), found.comments


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _parse(text: str, where: str) -> exp.Select | exp.SetOperation | exp.Values:
    # Half of what parsing costs is importing the parser.
    import sqlglot
    from sqlglot import exp

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


def _reads(tree: exp.Expr, where: str) -> tuple[str, ...]:
    """The tables a query names, from its scopes: a common table expression is not one."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

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
    from sqlglot import exp

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
    from sqlglot import exp

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
    from sqlglot import exp

    root = tree.root()
    return root.ctes if isinstance(root, exp.Query) else []
