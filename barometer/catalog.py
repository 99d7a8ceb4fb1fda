"""The catalogue: what is compared, for whom, and by which rules. Read once, checked whole, never changed."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from barometer.errors import CatalogError
from barometer.rules import RuleError, Vocabulary, parse_rule

FORMAT = 1

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Shape = Literal[
    "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-left", "triangle-right"
]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the catalogue: an unknown key in it is an error."""


class Method(_Record, frozen=True):
    """Constants of the arithmetic."""

    seed: int
    draws: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)]
    interval: Annotated[float, msgspec.Meta(ge=0.5, lt=1)]
    pick_threshold: Annotated[float, msgspec.Meta(gt=0.5, lt=1)]
    weight_concentration: Annotated[float, msgspec.Meta(gt=0)]


class Framework(_Record, frozen=True):
    """One framework and the names it goes by in each data set.

    `job_patterns` are the regular expressions that find `job_terms[0]` in a posting (the terms themselves where there
    are none), `job_exclusions` those whose matches are taken out first; `paper_query` finds its papers.
    """

    key: Key
    label: Text
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]
    shape: Shape
    packages: Annotated[list[Text], msgspec.Meta(min_length=1)]
    companions: list[Text] = []
    repositories: list[Text] = []
    question_tags: list[Text] = []
    survey_options: list[Text] = []
    paper_labels: list[Text] = []
    job_terms: list[Text] = []
    job_patterns: list[Text] = []
    job_exclusions: list[Text] = []
    search_terms: list[Text] = []
    search_topics: list[Text] = []
    articles: list[Text] = []
    hub_libraries: list[Text] = []
    topics: list[Text] = []
    paper_query: str = ""

    def names(self) -> Iterable[tuple[str, str]]:
        """Yield (kind, name) for every name this framework goes by."""
        kinds = {
            "package": self.packages,
            "companion": self.companions,
            "repository": self.repositories,
            "question_tag": self.question_tags,
            "survey_option": self.survey_options,
            "paper_label": self.paper_labels,
            "job_term": self.job_terms,
            "search_term": self.search_terms,
            "search_topic": self.search_topics,
            "article": self.articles,
            "hub_library": self.hub_libraries,
            "topic": self.topics,
        }
        return ((kind, name) for kind, names in kinds.items() for name in names)


class PulledIn(_Record, frozen=True):
    """A package of one framework that installs a package of another by declared dependency."""

    package: Text
    installs: Text
    since: dt.date
    why: Text


class Break(_Record, frozen=True):
    """A month in which a data set began to count differently: levels before and after are not compared."""

    dataset: Key
    month: dt.date
    why: Text


class Factor(_Record, frozen=True):
    """One heading of the articles. `scored` factors carry readers' weights."""

    key: Key
    label: Text
    question: Text
    article_winner: str = "none"
    scored: bool = True


class Dataset(_Record, frozen=True):
    """One body of figures a report can draw on, the sources that bring it, and what is lost without it."""

    key: Key
    label: Text
    way: Literal["bundled", "import", "live", "runner"]
    fresh_days: Annotated[int, msgspec.Meta(gt=0)]
    without: Text
    sources: tuple[Text, ...] = ("snapshot",)


class Metric(_Record, frozen=True):
    """One measured quantity. `standing` metrics share their factor's weight by `importance`."""

    key: Key
    factor: Key
    label: Text
    unit: Text
    better: Literal["higher", "lower"]
    spread: Literal["share", "count", "lognormal", "bounds", "exact"]
    dataset: Key
    standing: bool = True
    importance: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    max_age_days: Annotated[int, msgspec.Meta(gt=0)] | None = None
    rows: str | None = None


class Reader(_Record, frozen=True):
    """One kind of reader and how much each factor matters to them."""

    key: Key
    label: Text
    wants: Text
    weights: dict[str, Share]


class Claim(_Record, frozen=True):
    """One claim of the articles and the rule that decides it."""

    id: Annotated[str, msgspec.Meta(pattern=r"^C\d\d$")]
    factor: Key
    text: Text
    rule: str | None = None
    kind: Literal["measured", "context"] = "measured"
    needs: str | None = None
    why: str | None = None


class Catalog(_Record, frozen=True):
    """The whole catalogue, checked."""

    format: int
    method: Method
    frameworks: Annotated[list[Framework], msgspec.Meta(min_length=2)]
    factors: list[Factor]
    datasets: list[Dataset]
    metrics: list[Metric]
    readers: list[Reader]
    claims: list[Claim]
    pulls_in: list[PulledIn] = []
    breaks: list[Break] = []
    other_subjects: list[str] = []
    job_boards: dict[str, list[Text]] = {}

    @property
    def scored_factors(self) -> list[Factor]:
        """The factors that carry weight, in the catalogue's order."""
        return [factor for factor in self.factors if factor.scored]

    @property
    def vocabulary(self) -> Vocabulary:
        """What a claim's rule may name."""
        return Vocabulary(
            metrics=[metric.key for metric in self.metrics],
            subjects=[framework.key for framework in self.frameworks] + self.other_subjects,
            readers=[reader.key for reader in self.readers],
            factors=[factor.key for factor in self.factors],
        )


def load_catalog(path: Path) -> Catalog:
    """Return the checked catalogue in `path`.

    Raises CatalogError naming the entry, the rule it breaks and the next step.
    """
    hint = f"mend {path} and run the command again"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot read the catalogue {path}: {error.strerror}"
        raise CatalogError(message, "check --catalog or BAROMETER_CATALOG") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path.name} is not valid TOML: {error}", hint) from None
    if isinstance(raw.get("format"), int) and raw["format"] > FORMAT:
        message = f"{path.name} has format {raw['format']}; this version reads up to {FORMAT}"
        raise CatalogError(message, "update barometer")
    try:
        catalog = msgspec.convert(raw, Catalog)
    except msgspec.ValidationError as error:
        raise CatalogError(f"{path.name}: {_place(str(error), raw)}", hint) from None
    for problem in _problems(catalog):
        raise CatalogError(f"{path.name}: {problem}", hint)
    return catalog


def _place(message: str, raw: dict) -> str:
    """Return msgspec's message with the entry's key in place of its number, where it has one."""
    text, _, where = message.partition(" - at `$")
    table, _, rest = where.rstrip("`").lstrip(".").partition("[")
    index, _, field = rest.partition("]")
    try:
        entry = raw[table][int(index)]
        name = entry.get("key") or entry.get("id") or f"number {int(index) + 1}"
        return f"[[{table}]] {name}{field}: {text}"
    except (KeyError, ValueError, IndexError, TypeError, AttributeError):
        return f"{where.rstrip('`').lstrip('.') or 'top level'}: {text}"


def _problems(catalog: Catalog) -> Iterable[str]:
    """Yield what is wrong between the catalogue's entries, first things first."""
    for table, keys in {
        "frameworks": [f.key for f in catalog.frameworks],
        "factors": [f.key for f in catalog.factors],
        "datasets": [d.key for d in catalog.datasets],
        "metrics": [m.key for m in catalog.metrics],
        "readers": [r.key for r in catalog.readers],
        "claims": [c.id for c in catalog.claims],
    }.items():
        yield from (f"[[{table}]] {key} is there twice" for key, n in Counter(keys).items() if n > 1)
    yield from _name_problems(catalog)
    yield from _metric_problems(catalog)
    yield from _weight_problems(catalog)
    yield from _rule_problems(catalog)


def _name_problems(catalog: Catalog) -> Iterable[str]:
    owner: dict[tuple[str, str], str] = {}
    for framework in catalog.frameworks:
        for name in framework.names():
            if owner.setdefault(name, framework.key) != framework.key:
                yield f"the {name[0].replace('_', ' ')} `{name[1]}` belongs to both {owner[name]} and {framework.key}"
    packages = {name: key for (kind, name), key in owner.items() if kind == "package"}
    for edge in catalog.pulls_in:
        for package in (edge.package, edge.installs):
            if package not in packages:
                yield f"[[pulls_in]] {edge.package} → {edge.installs}: no framework lists the package `{package}`"
        if packages.get(edge.package) == packages.get(edge.installs):
            edge_name = f"{edge.package} → {edge.installs}"
            yield f"[[pulls_in]] {edge_name}: both belong to one framework, so nothing is pulled in from outside"


def _metric_problems(catalog: Catalog) -> Iterable[str]:
    factors = {factor.key for factor in catalog.factors}
    datasets = {dataset.key for dataset in catalog.datasets}
    frameworks = {framework.key for framework in catalog.frameworks}
    for metric in catalog.metrics:
        if metric.factor not in factors:
            yield f"[[metrics]] {metric.key}: no factor is called `{metric.factor}`"
        if metric.dataset not in datasets:
            yield f"[[metrics]] {metric.key}: no data set is called `{metric.dataset}`"
    for entry in catalog.breaks:
        if entry.dataset not in datasets:
            yield f"[[breaks]] {entry.month}: no data set is called `{entry.dataset}`"
        if entry.month.day != 1:
            yield f"[[breaks]] {entry.dataset} {entry.month}: write the first day of the month"
    for factor in catalog.scored_factors:
        if not any(metric.standing and metric.factor == factor.key for metric in catalog.metrics):
            yield f"[[factors]] {factor.key}: no standing metric belongs to it, so it could never be measured"
        if factor.article_winner not in frameworks | {"draw", "none"}:
            winner = factor.article_winner
            yield f"[[factors]] {factor.key}: article_winner `{winner}` is neither a framework nor draw nor none"


def _weight_problems(catalog: Catalog) -> Iterable[str]:
    factors = {factor.key for factor in catalog.scored_factors}
    for reader in catalog.readers:
        for unknown in reader.weights.keys() - factors:
            yield f"[[readers]] {reader.key}: no scored factor is called `{unknown}`"
        for missing in sorted(factors - reader.weights.keys()):
            yield f"[[readers]] {reader.key}: no weight for `{missing}`; write 0.0 if it does not matter"
        total = sum(reader.weights.values())
        if abs(total - 1) > 1e-6:
            yield f"[[readers]] {reader.key}: the weights sum to {total:.4g}, not to 1"


def _rule_problems(catalog: Catalog) -> Iterable[str]:
    for claim in catalog.claims:
        if claim.factor not in {factor.key for factor in catalog.factors}:
            yield f"[[claims]] {claim.id}: no factor is called `{claim.factor}`"
        if claim.kind == "context":
            if not claim.why:
                yield f"[[claims]] {claim.id}: a context claim says why nothing measurable is claimed"
            continue
        if not claim.rule:
            yield f"[[claims]] {claim.id}: a measured claim needs a rule"
            continue
        try:
            parse_rule(claim.rule, catalog.vocabulary)
        except RuleError as error:
            yield f"[[claims]] {claim.id}: rule `{claim.rule}`: {error}"
