"""What a program's text measures, by parsing: which statements belong to which part, and counts of each.

A program has five functions, `data`, `model`, `train`, `evaluate`, `save`, in this order. What stands above them
(helpers, classes, constants) counts to the part that uses it first, directly or through another helper. Methods that a
framework calls in a later part (`training_step`, `test_step`, ...) count to that part, wherever their class stands.
Imports are a part of their own, and so is what only makes a model equal to the other stacks' (`equalize`).
"""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.probes.ease.state import kinds

PARTS = ("data", "model", "train", "evaluate", "save")
IMPORTS = "imports"
PARITY = "parity"
WHOLE = "whole"
# In the order in which they are reported; `whole` is the five parts and the imports, without `parity`.
ALL = (IMPORTS, *PARTS, PARITY, WHOLE)
EQUALIZER = "equalize"
# Methods that a framework calls by their names, by the part of the work in which it does.
CALLED_IN = {
    "training_step": "train",
    "train_step": "train",
    "configure_optimizers": "train",
    "validation_step": "train",
    "test_step": "evaluate",
    "predict_step": "evaluate",
}
FRAMEWORKS = ("keras", "torch", "lightning", "tensorflow", "jax", "flax", "optax", "orbax")
# What Python's own containers, strings and numbers offer is no framework's name.
_PYTHON = {name for kind in (list, dict, str, tuple, set, int, float, bytes) for name in dir(kind)}


@dataclass(frozen=True)
class Piece:
    """Top-level code that belongs together: its node, the methods that belong elsewhere, its part if that is fixed."""

    node: ast.stmt
    without: tuple[ast.stmt, ...] = ()
    part: str = ""

    def nodes(self) -> Iterator[ast.AST]:
        """Yield the piece's nodes in order, methods that belong elsewhere left out."""
        waiting: list[ast.AST] = [self.node]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed([child for child in ast.iter_child_nodes(node) if child not in self.without])

    def defines(self) -> set[str]:
        """Return the names that the piece brings."""
        if isinstance(self.node, ast.FunctionDef | ast.ClassDef):
            return {self.node.name}
        return {node.id for node in self.nodes() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}

    def uses(self) -> set[str]:
        """Return the names that the piece reads."""
        return {node.id for node in self.nodes() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


class Program:
    """A parsed program. Raises ValueError, saying why, for one that is not of the five parts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.modules = _modules(self.tree)
        self._check_parts()
        self.parts = self._assigned(list(self._pieces()))

    def _check_parts(self) -> None:
        names = [node.name for node in self.tree.body if isinstance(node, ast.FunctionDef) and node.name in PARTS]
        if names != list(PARTS):
            raise ValueError(f"a program has the functions {', '.join(PARTS)} in this order; here: {', '.join(names)}")

    def _pieces(self) -> Iterator[Piece]:
        for node in self.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield Piece(node, part=IMPORTS)
            elif isinstance(node, ast.FunctionDef) and node.name in PARTS:
                yield Piece(node, part=node.name)
            elif isinstance(node, ast.FunctionDef) and node.name == EQUALIZER:
                yield Piece(node, part=PARITY)
            elif isinstance(node, ast.ClassDef):
                hooks = tuple(one for one in node.body if isinstance(one, ast.FunctionDef) and one.name in CALLED_IN)
                yield Piece(node, hooks)
                yield from (Piece(hook, part=CALLED_IN[hook.name]) for hook in hooks)
            else:
                yield Piece(node)

    def _assigned(self, pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
        """Return the pieces of each part."""
        free = [piece for piece in pieces if not piece.part]
        parts = {part: [piece for piece in pieces if piece.part == part] for part in (IMPORTS, *PARTS, PARITY)}
        for part in PARTS:
            names = {name for piece in parts[part] for name in piece.uses()}
            while reached := [piece for piece in free if piece.defines() & names]:
                parts[part] += reached
                free = [piece for piece in free if piece not in reached]
                names |= {name for piece in reached for name in piece.uses()}
        if free:
            raise ValueError(f"line {free[0].node.lineno} is used by none of the five parts")
        return parts

    def pieces(self, part: str) -> list[Piece]:
        """Return a part's pieces in the order of the text; of `whole` all but the parity's."""
        named = [name for name in (IMPORTS, *PARTS) if part in (name, WHOLE)] or [part]
        found = [piece for name in named for piece in self.parts[name]]
        return sorted(found, key=lambda piece: piece.node.lineno)

    def source(self, part: str) -> str:
        """Return a part's text, each method that stands alone at the left margin."""
        lines = self.text.splitlines()
        chosen = [[lines[number - 1] for number in _lines(piece)] for piece in self.pieces(part)]
        texts = [_dedented(block) for block in chosen]
        return "\n".join(texts) + "\n" if texts else ""

    def counts(self, part: str) -> dict[str, Any]:
        """Return what is counted of a part.

        logical_lines     logical lines as the language defines them: one for each NEWLINE token
        ast_nodes         nodes of the syntax tree, Load, Store and Del left out
        framework_names   distinct dotted names that resolve to the framework's modules or its companions'
        method_names      distinct attributes of values that are neither such names, nor Python's, nor the program's
        syntax_volume     Halstead's N log2 n over the syntax tree: node types as operators, names and constants as
                          operands
        state_statements  statements about state that the reader keeps in order; `state` has them by kind
        """
        pieces = self.pieces(part)
        nodes = [node for piece in pieces for node in piece.nodes() if not isinstance(node, ast.expr_context)]
        lines = {number for piece in pieces for number in _lines(piece)}
        state = [kinds(node, self.resolved) for node in nodes if isinstance(node, ast.stmt)]
        return {
            "logical_lines": sum(line in lines for line in _newlines(self.text)),
            "ast_nodes": len(nodes),
            "framework_names": len(self._names(nodes)),
            "method_names": len(self._methods(nodes)),
            "syntax_volume": round(_volume(nodes), 3),
            "state_statements": sum(bool(found) for found in state),
            "state": dict(Counter(kind for found in state for kind in found)),
        }

    def _names(self, nodes: Iterable[ast.AST]) -> set[str]:
        """Return the longest dotted names that resolve to a framework's module."""
        inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        found = (self.resolved(node) for node in nodes if id(node) not in inner)
        return {name for name in found if name.partition(".")[0] in FRAMEWORKS}

    def _methods(self, nodes: Iterable[ast.AST]) -> set[str]:
        everywhere = list(ast.walk(self.tree))
        bodies = [node.body for node in everywhere if isinstance(node, ast.ClassDef)]
        own = {one.name for body in bodies for one in body if isinstance(one, ast.FunctionDef)}
        own |= {n.attr for n in everywhere if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        used = {n.attr for n in nodes if isinstance(n, ast.Attribute) and not self.resolved(n)}
        return used - own - _PYTHON

    def resolved(self, node: ast.AST) -> str:
        """Return the dotted name that a name or a chain of attributes stands for, "" if it begins at no module."""
        if isinstance(node, ast.Name):
            return self.modules.get(node.id, "")
        if isinstance(node, ast.Attribute):
            base = self.resolved(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""


def _modules(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                found[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _lines(piece: Piece) -> list[int]:
    """Return the numbers of a piece's lines, decorators included."""
    without = {number for node in piece.without for number in _span(node)}
    return [number for number in _span(piece.node) if number not in without]


def _span(node: ast.stmt) -> range:
    decorators = getattr(node, "decorator_list", [])
    assert node.end_lineno is not None
    return range(min([node.lineno, *(one.lineno for one in decorators)]), node.end_lineno + 1)


def _dedented(lines: Sequence[str]) -> str:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[margin:] for line in lines)


def _newlines(text: str) -> list[int]:
    """Return the number of the line on which each logical line ends."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.start[0] for token in tokens if token.type == tokenize.NEWLINE]


def _volume(nodes: Sequence[ast.AST]) -> float:
    """Return N log2 n (Halstead, Elements of Software Science, 1977, chapter 3) over tree nodes."""
    words = [word for node in nodes for word in _words(node)]
    return len(words) * math.log2(len(set(words))) if words else 0.0


def _words(node: ast.AST) -> list[tuple[str, str]]:
    if isinstance(node, ast.Name):
        return [("operand", node.id)]
    if isinstance(node, ast.Constant):
        return [("operand", repr(node.value))]
    names = [getattr(node, field, None) for field in ("attr", "arg", "name", "asname", "module")]
    return [("operator", type(node).__name__), *(("operand", name) for name in names if isinstance(name, str))]


def measured(text: str) -> Mapping[str, dict[str, Any]]:
    """Return every part's counts of a program. Raises ValueError as Program does."""
    program = Program(text)
    return {part: program.counts(part) for part in ALL}
