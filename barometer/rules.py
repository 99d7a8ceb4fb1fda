"""The language of a claim's rule: parsing and checking. Evaluation over evidence is `advice.claims`.

A rule is a small subset of Python's expression grammar:

    paper_share.pytorch > paper_share.jax
    each(stars.tensorflow > stars.pytorch, downloads_per_day.tensorflow > downloads_per_day.pytorch)
    recommended("beginner", "keras")        leads("ease", "keras")
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection
from dataclasses import dataclass

COMPARISONS = {ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<=", ast.Eq: "=="}
FUNCTIONS = ("each", "recommended", "leads")


@dataclass(frozen=True)
class Vocabulary:
    """What a rule may name."""

    metrics: Collection[str]
    subjects: Collection[str]
    readers: Collection[str]
    factors: Collection[str]


class RuleError(ValueError):
    """A rule is not in the language, or names what the catalogue does not have."""


def parse_rule(text: str, vocabulary: Vocabulary) -> ast.expr:
    """Return the checked expression tree of a rule.

    Raises RuleError naming the first thing that is wrong and, where there is one, the nearest known name.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise RuleError(f"cannot be read at column {error.offset}: {error.msg}") from None
    _check_truth(tree, vocabulary)
    return tree


def rule_evidence(tree: ast.AST) -> list[tuple[str, str]]:
    """Return the (metric, framework) pairs a checked rule reads, each once, in order of writing."""
    pairs = [
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]
    return list(dict.fromkeys(pairs))


def _check_truth(node: ast.expr, vocabulary: Vocabulary) -> None:
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            _check_truth(part, vocabulary)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _check_truth(node.operand, vocabulary)
    elif isinstance(node, ast.Compare):
        _check_comparison(node, vocabulary)
    elif isinstance(node, ast.Call):
        _check_call(node, vocabulary)
    else:
        raise RuleError(f"`{ast.unparse(node)}` is neither true nor false: compare it with something")


def _check_comparison(node: ast.Compare, vocabulary: Vocabulary) -> None:
    if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
        raise RuleError(f"`{ast.unparse(node)}`: compare two things with one of {' '.join(COMPARISONS.values())}")
    _check_quantity(node.left, vocabulary)
    _check_quantity(node.comparators[0], vocabulary)


def _check_quantity(node: ast.expr, vocabulary: Vocabulary) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        _known("metric", node.value.id, vocabulary.metrics)
        _known("framework", node.attr, vocabulary.subjects)
        return
    raise RuleError(f"`{ast.unparse(node)}` is not a figure: write metric.framework or a number")


def _check_call(node: ast.Call, vocabulary: Vocabulary) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    _known("function", name, FUNCTIONS)
    if node.keywords:
        raise RuleError(f"`{name}` takes no named arguments")
    if name == "each":
        if not node.args:
            raise RuleError("`each` needs at least one part")
        for part in node.args:
            _check_truth(part, vocabulary)
        return
    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if len(words) != 2 or len(node.args) != 2:
        raise RuleError(f'`{name}` takes two quoted names, as in {name}("…", "keras")')
    if name == "recommended":
        _known("reader", words[0], vocabulary.readers)
    else:
        _known("factor", words[0], vocabulary.factors)
    _known("framework", words[1], vocabulary.subjects)


def _known(kind: str, name: str, names: Collection[str]) -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, list(names), n=1)
    raise RuleError(f"no {kind} is called `{name}`" + (f"; did you mean `{near[0]}`?" if near else ""))
