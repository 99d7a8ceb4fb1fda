"""Verdicts on the claims: each rule evaluated over intervals and advice, and the reason in one sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from advice.figures import Figure, Figures
from advice.logic import COMPARE, Interval, Truth, conjunction, disjunction, each, negate
from advice.words import listed, number
from barometer.catalog import Catalog, Claim
from barometer.rules import parse_rule, rule_evidence

VERDICTS: dict[Truth, str] = {
    True: "supported",
    False: "contradicted",
    "unclear": "mixed",
    "unknown": "not enough evidence",
}
MEASURED = 0.999


@dataclass(frozen=True)
class Advice:
    """What `recommended` and `leads` read: each reader's or factor's winner, share measured, and who may still win."""

    winner: Mapping[str, str | None]
    measured: Mapping[str, float]
    possible: Mapping[tuple[str, str], float]
    threshold: float

    def holds(self, subject: str, framework: str) -> Truth:
        """Say whether `framework` is the pick of a reader, or leads a factor."""
        winner = self.winner.get(subject)
        if winner is not None:
            return winner == framework
        if self.possible.get((subject, framework), 0.0 if subject in self.winner else 1.0) < 1 - self.threshold:
            return False
        return "unclear" if self.measured.get(subject, 0.0) >= MEASURED else "unknown"


class Judge:
    """Evaluates rules over figures and advice, and says in words what was compared."""

    def __init__(self, catalog: Catalog, figures: Figures, readers: Advice, factors: Advice) -> None:
        self._catalog = catalog
        self._figures = {pair: figure for pair, figure in figures.items() if not figure.is_withheld}
        self._withheld = figures.keys() - self._figures.keys()
        self._advice = {"recommended": readers, "leads": factors}
        self._labels = {framework.key: framework.label for framework in catalog.frameworks}
        self._metrics = {metric.key: metric for metric in catalog.metrics}
        self._subjects = {reader.key: reader.label for reader in catalog.readers}
        self._subjects |= {factor.key: factor.label for factor in catalog.factors}
        self._datasets = {dataset.key: dataset.label for dataset in catalog.datasets}
        self._runs = {dataset.key for dataset in catalog.datasets if dataset.way == "runner"}

    def row(self, claim: Claim) -> dict[str, object]:
        """Return the claim's row: claim_id, verdict, why, evidence_ids (only of figures that exist)."""
        if claim.kind == "context" or claim.rule is None:
            return {"claim_id": claim.id, "verdict": "context", "why": claim.why or "", "evidence_ids": []}
        tree = parse_rule(claim.rule, self._catalog.vocabulary)
        truth = self.truth(tree)
        figures = [self._figures[pair] for pair in rule_evidence(tree) if pair in self._figures]
        why = self._why(tree, truth, claim)
        ids = [figure.evidence_id for figure in figures]
        return {"claim_id": claim.id, "verdict": VERDICTS[truth], "why": why, "evidence_ids": ids}

    def truth(self, node: ast.expr) -> Truth:
        """Return the value of a checked rule."""
        match node:
            case ast.BoolOp(op=ast.And(), values=parts):
                return conjunction(map(self.truth, parts))
            case ast.BoolOp(values=parts):
                return disjunction(map(self.truth, parts))
            case ast.UnaryOp(operand=part):
                return negate(self.truth(part))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                first, second = self._interval(left), self._interval(right)
                return "unknown" if first is None or second is None else COMPARE[type(operator)](first, second)
            case ast.Call(func=ast.Name(id="each"), args=parts):
                return each(map(self.truth, parts))
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(str(subject)), ast.Constant(str(framework))]):
                return self._advice[name].holds(subject, framework)
        raise ValueError(f"not a checked rule: {ast.unparse(node)}")

    def _figure(self, node: ast.expr) -> Figure | None:
        match node:
            case ast.Attribute(value=ast.Name(id=metric), attr=framework):
                return self._figures.get((metric, framework))
        return None

    def _interval(self, node: ast.expr) -> Interval | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value), float(node.value)
        figure = self._figure(node)
        return figure.interval if figure else None

    def _why(self, tree: ast.expr, truth: Truth, claim: Claim) -> str:
        leaves = list(_leaves(tree))
        parts = [self._said(leaf) for leaf in leaves if self.truth(leaf) != "unknown"]
        missing = [pair for pair in rule_evidence(tree) if pair not in self._figures]
        parts += self._missing(missing)
        parts += [self._said(leaf) for leaf in leaves if isinstance(leaf, ast.Call) and self.truth(leaf) == "unknown"]
        sentence = "; ".join(parts)
        if truth == "unknown":
            sentence += f"; it takes {claim.needs or self._origin(missing)}"
        return f"{sentence[:1].upper()}{sentence[1:]}."

    def _missing(self, pairs: list[tuple[str, str]]) -> list[str]:
        """One phrase a metric: `no figure yet for Keras and PyTorch: logical lines to define a model`, or withheld."""
        by_metric: dict[tuple[str, bool], list[str]] = {}
        for metric, framework in pairs:
            by_metric.setdefault((metric, (metric, framework) in self._withheld), []).append(self._label(framework))
        return [
            f"{self._absence(metric, withheld)} {listed(who)}: {self._metrics[metric].label}"
            for (metric, withheld), who in by_metric.items()
        ]

    def _absence(self, metric: str, is_withheld: bool) -> str:
        if not is_withheld:
            return "no figure yet for"
        # What is run here has no source that could break: it was run too seldom to say how sure it is.
        is_run = self._metrics[metric].dataset in self._runs
        return f"figure withheld, because {'one run has no interval' if is_run else 'its source broke'}, for"

    def _origin(self, missing: list[tuple[str, str]]) -> str:
        names = sorted({self._datasets.get(self._metrics[metric].dataset, "") for metric, _ in missing} - {""})
        return listed(names) or "the factors that are not measured yet"

    def _said(self, leaf: ast.expr) -> str:
        match leaf:
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                first = self._figure(left) or self._figure(right)
                unit = self._metrics[first.metric].unit if first else ""
                name = f"{self._metrics[first.metric].label}: " if first else ""
                verb = _verb(type(operator), self.truth(leaf))
                return f"{name}{self._shown(left, unit)} {verb} {self._shown(right, unit)}"
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(str(subject)), ast.Constant(str(framework))]):
                return self._advised(name, subject, framework)
        return ""

    def _shown(self, node: ast.expr, unit: str) -> str:
        """A figure with its name, interval and date, or a number of the rule."""
        figure = self._figure(node)
        if figure is None:
            return number(float(ast.literal_eval(node)), unit)
        low, high = figure.interval
        texts = [number(end, self._metrics[figure.metric].unit) for end in (figure.value, low, high)]
        between = f"{texts[1]} to {texts[2]}, " if low < high else ""
        return f"{self._label(figure.framework)} {texts[0]} ({between}{figure.as_of})"

    def _advised(self, function: str, subject: str, framework: str) -> str:
        advice = self._advice[function]
        winner, what = advice.winner.get(subject), self._subjects[subject]
        if winner is not None:
            return f"{what}: {self._label(winner)} is {'the pick' if function == 'recommended' else 'ahead'}"
        if advice.holds(subject, framework) is False:
            return f"{what}: {self._label(framework)} is best in too few of the worlds that fit the figures"
        measured = advice.measured.get(subject, 0.0)
        if measured >= MEASURED:
            return f"{what}: too close to call"
        part = number(measured, "share") if measured > 0 else "nothing"
        return f"{what}: {part} of what counts is measured, too little to tell"

    def _label(self, key: str) -> str:
        return self._labels.get(key, key)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the comparisons and questions of a rule, in order of writing."""
    match node:
        case ast.BoolOp(values=parts) | ast.Call(func=ast.Name(id="each"), args=parts):
            for part in parts:
                yield from _leaves(part)
        case ast.UnaryOp(operand=part):
            yield from _leaves(part)
        case _:
            yield node


def _verb(operator: type[ast.cmpop], truth: Truth) -> str:
    """`is above`, `is not above`, or `cannot be told from` where the intervals overlap."""
    if truth == "unclear":
        return "cannot be told from"
    name = {ast.Gt: "above", ast.Lt: "below", ast.GtE: "at least", ast.LtE: "at most", ast.Eq: ""}[operator]
    return f"is {name}".strip() if truth else f"is not {name}".strip()
