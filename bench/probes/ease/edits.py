"""What a change costs: the edit distance between the syntax trees of two programs, and the lines it adds and removes.

The distance is Zhang and Shasha's (SIAM Journal on Computing 18, 1989): the least number of nodes to insert, delete or
relabel that turns one ordered tree into the other. A dotted name (`keras.layers.Dense`), a constant and an operator
are one node each, so that a longer name costs no more than a shorter one. Top-level statements that both programs have
are taken as unchanged first: the result is an upper bound where code moves between definitions, and exact elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Tree:
    """A label and the trees below it, in order."""

    label: str
    children: tuple[Tree, ...] = ()


def tree(node: ast.AST) -> Tree:
    """Return a syntax tree in which dotted names, constants and operators are single nodes."""
    name = _dotted(node)
    if name:
        return Tree(name)
    if isinstance(node, ast.Constant):
        return Tree(repr(node.value))
    words, children = [type(node).__name__], []
    for field, value in ast.iter_fields(node):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
                words.append(type(one).__name__)
            elif isinstance(one, ast.AST) and not isinstance(one, ast.expr_context):
                children.append(tree(one))
            elif isinstance(one, str | int) and field != "type_comment":
                words.append(str(one))
    return Tree(":".join(words), tuple(child for child in children if child.children or child.label != "arguments"))


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def edit_distance(before: str, after: str) -> int:
    """Return the number of node edits between two programs' texts."""
    one, two = ([tree(node) for node in ast.parse(text).body] for text in (before, after))
    total = 0
    for kind, start, end, low, high in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind != "equal":
            total += tree_distance(Tree("", tuple(one[start:end])), Tree("", tuple(two[low:high])))
    return total


def changed_lines(before: str, after: str) -> tuple[int, int]:
    """Return the lines that were added and removed, empty ones left out; a line that changed is both."""
    one, two = ([line for line in text.splitlines() if line.strip()] for text in (before, after))
    added = removed = 0
    for kind, start, end, low, high in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind != "equal":
            added += high - low
            removed += end - start
    return added, removed


class _Postorder:
    """A tree's labels in postorder, the leftmost leaf below each node, and the keyroots, in the paper's words."""

    def __init__(self, root: Tree) -> None:
        self.labels: list[str] = []
        self.leftmost: list[int] = []
        self._walk(root)
        last = {left: place for place, left in enumerate(self.leftmost)}
        self.keyroots = sorted(last.values())

    def _walk(self, node: Tree) -> int:
        lefts = [self._walk(child) for child in node.children]
        left = lefts[0] if lefts else len(self.labels)
        self.labels.append(node.label)
        self.leftmost.append(left)
        return left


def tree_distance(before: Tree, after: Tree) -> int:
    """Return the least number of insertions, deletions and relabellings between two ordered trees."""
    one, two = _Postorder(before), _Postorder(after)
    distances = [[0] * len(two.labels) for _ in one.labels]
    for high in one.keyroots:
        for wide in two.keyroots:
            _forests(one, two, high, wide, distances)
    return distances[-1][-1]


def _forests(one: _Postorder, two: _Postorder, high: int, wide: int, distances: Sequence[list[int]]) -> None:
    """Fill in the distances of all subtrees on the leftmost paths below two keyroots."""
    low, left = one.leftmost[high], two.leftmost[wide]
    above = list(range(wide - left + 2))
    rows = [above]
    for i in range(low, high + 1):
        row = [above[0] + 1]
        is_left, same_root = one.leftmost[i] == low, one.labels[i]
        jump = rows[one.leftmost[i] - low]
        for j in range(left, wide + 1):
            place = j - left
            least = min(above[place + 1], row[place]) + 1
            if is_left and two.leftmost[j] == left:
                least = min(least, above[place] + (same_root != two.labels[j]))
                distances[i][j] = least
            else:
                least = min(least, jump[two.leftmost[j] - left] + distances[i][j])
            row.append(least)
        rows.append(row)
        above = row
