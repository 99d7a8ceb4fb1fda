"""The four pages of the probes: which probes stand on which page, and what a page says of a probe that never ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.figures import Figures
from reports.probes import control_flow, debugging, deployment, ease, footprint, integration
from reports.probes.document import NOT_MEASURED, Measured, Section, Verdict, measured, probe_run, verdicts

Make = Callable[[Figures], Section]


@dataclass(frozen=True)
class Topic:
    """One probe on its page: its name in the runner, what it is about, which claims stand with it.

    Those on its factor; where it has none of its own, those whose rule names one of `metrics`.
    """

    probe: str
    label: str
    factor: str | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProbePage:
    """One page: its file, its heading, the word that leads to it, its topics in the order of reading."""

    name: str
    heading: str
    link: str
    about: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Part:
    """A topic as the page shows it; `section` is None where the probe never ran."""

    topic: Topic
    title: Markup
    section: Section | None
    claims: list[Verdict]
    measured: Measured | None


PAGES = (
    ProbePage(
        "ease.html",
        "The same work, written down",
        "Ease of use",
        "How much code the same work takes, and what changing it takes.",
        (Topic("ease", "Ease of use", "ease"),),
    ),
    ProbePage(
        "debugging.html",
        "The same mistakes, made on purpose",
        "Debugging",
        "What is said of a mistake, when, and where it points.",
        (Topic("debugging", "Debugging", "debugging"),),
    ),
    ProbePage(
        "control_flow.html",
        "Graph or eager",
        "Graph or eager",
        "Whether ordinary Python control flow runs inside a model, in each way of executing.",
        (Topic("control_flow", "Graph or eager", "graph"),),
    ),
    ProbePage(
        "deployment.html",
        "Out of Python, in with other libraries, onto a disk",
        "Deployment, integration, footprint",
        "Which exports work and answer, what is taken from other libraries, and what an installation weighs.",
        (
            Topic("deployment", "Deployment", "deployment"),
            Topic("integration", "Integration", "integration"),
            Topic("footprint", "Footprint", metrics=("runs_without_tensorflow", "names_deep_learning")),
        ),
    ),
)


MAKERS: dict[str, Make] = {
    "ease": ease.make_section,
    "debugging": debugging.make_section,
    "control_flow": control_flow.make_section,
    "deployment": deployment.make_section,
    "integration": integration.make_section,
    "footprint": footprint.make_section,
}
# Probes without a factor of their own stand beside this one on the main page.
BESIDE = {"footprint": "deployment"}


@dataclass(frozen=True)
class Pointer:
    """Where a factor's probe is told, and what it found in a sentence."""

    address: str
    link: str
    title: Markup


def pointers(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Pointer]]:
    """Return where the pages tell of each factor, by factor, from what their templates need."""
    found: dict[str, list[Pointer]] = {}
    for name, context in pages.items():
        for part in context["parts"]:
            factor = part.topic.factor or BESIDE[part.topic.probe]
            found.setdefault(factor, []).append(Pointer(f"{name}#{part.topic.probe}", part.topic.label, part.title))
    return found


def probe_pages(figures: Figures) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (file, what the template needs) for each page; a probe that never ran has a part that says so."""
    for page in PAGES:
        parts = [_part(figures, topic) for topic in page.topics]
        yield (
            page.name,
            {
                "title": f"{page.heading}. Barometer, {figures.marts.edition}",
                "description": page.about,
                "edition": figures.marts.edition,
                "labels": {dataset.key: dataset.label for dataset in figures.catalog.datasets},
                "page": page,
                "pages": PAGES,
                "parts": parts,
            },
        )


def _part(figures: Figures, topic: Topic) -> Part:
    run = probe_run(figures, topic.probe)
    section = MAKERS[topic.probe](figures) if run is not None else None
    title = section.title if section else Markup("{}: {}").format(topic.label, NOT_MEASURED)
    where = measured(figures, run, section.table) if run is not None and section else None
    return Part(topic, title, section, verdicts(figures, topic.factor, topic.metrics), where)
