"""A world of many frameworks over many years of daily rows, made up from a seed: only for measuring and for tests."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random
from collections.abc import Iterator
from pathlib import Path

from barometer.catalog import Catalog, load_catalog
from sources.protocol import Batch, DatasetTerms, Payload
from warehouse.load import Delivery

COLOURS = ("#CC79A7", "#D55E00", "#009E73", "#0072B2", "#E69F00", "#56B4E9")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
SOURCE = "generated"


@dataclasses.dataclass(frozen=True)
class World:
    """How large a world is: frameworks, and whole years of daily rows that end the day before `until`."""

    frameworks: int
    years: int
    until: dt.date
    seed: int = 1

    @property
    def days(self) -> list[dt.date]:
        """Every day of the world, oldest first."""
        first = self.until.replace(year=self.until.year - self.years)
        return [first + dt.timedelta(days=n) for n in range((self.until - first).days)]

    @property
    def months(self) -> list[dt.date]:
        """The first day of every whole month of the world."""
        return [day for day in self.days if day.day == 1][:-1]


def write_catalog(world: World, real: Path, target: Path) -> Catalog:
    """Write a catalogue with the world's frameworks beside the real one's and return it, checked by the real rules."""
    known = len(load_catalog(real).frameworks)
    entries = [_framework_entry(n) for n in range(world.frameworks - known)]
    target.write_text(real.read_text(encoding="utf-8") + "\n" + "\n".join(entries), encoding="utf-8")
    return load_catalog(target)


def _framework_entry(n: int) -> str:
    name = f"framework_{n:03d}"
    kinds = ("packages", "repositories", "question_tags", "survey_options", "paper_labels", "job_terms", "search_terms")
    names = {kind: f'["org/{name}"]' if kind == "repositories" else f'["{name}"]' for kind in kinds}
    head = [f'key = "{name}"', f'label = "Framework {n}"', f'colour = "{COLOURS[n % 6]}"', f'shape = "{SHAPES[n % 6]}"']
    return "\n".join(["[[frameworks]]", *head, *(f"{kind} = {value}" for kind, value in names.items()), ""])


def deliveries(world: World, catalog: Catalog) -> list[Delivery]:
    """Return what a source would deliver: downloads and stars a day, everything else a month."""
    makers = {
        "package_downloads_30d": _downloads,
        "package_releases": _releases,
        "repository_counters": _stars,
        "repository_activity": _activity,
        "questions_monthly": _questions,
        "job_mentions": _postings,
        "papers": _papers,
    }
    fetched = dt.datetime.combine(world.until, dt.time())
    found = []
    for dataset, make in makers.items():
        payload = Payload(SOURCE, dataset, f"{SOURCE}/{dataset}", fetched, f"{world} {dataset}".encode())
        found.append(Delivery(SOURCE, f"{SOURCE}-{world.seed}", payload, make(world, catalog)))
    return found


def terms(catalog: Catalog) -> list[DatasetTerms]:
    """Return terms for every data set of the catalogue."""
    return [DatasetTerms(d.key, SOURCE, "none stated", SOURCE, "all", "day", ()) for d in catalog.datasets]


def _level(rng: random.Random, day: int, size: float) -> int:
    """A count that grows by half a year, with a tenth of noise."""
    return max(1, int(size * math.exp(0.4 * day / 365) * rng.lognormvariate(0, 0.1)))


def _downloads(world: World, catalog: Catalog) -> Iterator[Batch]:
    rng = random.Random(world.seed)
    columns = ("as_of", "project", "downloads_30d", "rank", "list_size", "backend")
    for n, framework in enumerate(catalog.frameworks):
        project, size = framework.packages[0], 1e6 / (n + 1)
        rows = [(d, project, _level(rng, i, size), n + 1, 5000, "BigQuery") for i, d in enumerate(world.days)]
        yield Batch("package_downloads_30d", columns, rows)


def _stars(world: World, catalog: Catalog) -> Iterator[Batch]:
    columns = ("observed_on", "repository", "stars", "forks", "open_issues_and_pulls")
    for n, framework in enumerate(catalog.frameworks):
        repository, step = framework.repositories[0], 1 + 40 // (n + 1)
        rows = [(d, repository, 100 + step * i, step * i // 4, 50 + i % 90) for i, d in enumerate(world.days)]
        yield Batch("repository_counters", columns, rows)


def _releases(world: World, catalog: Catalog) -> Iterator[Batch]:
    columns = ("project", "version", "first_upload", "files", "largest_wheel_bytes")
    for framework in catalog.frameworks:
        rows = [(framework.packages[0], f"{i // 12}.{i % 12}.0", d, 3, 1_000_000) for i, d in enumerate(world.months)]
        yield Batch("package_releases", columns, rows)


def _activity(world: World, catalog: Catalog) -> Iterator[Batch]:
    rng = random.Random(world.seed + 1)
    columns = ("repository", "month", "commits", "authors", "new_authors")
    for n, framework in enumerate(catalog.frameworks):
        rows = [
            (framework.repositories[0], d, _level(rng, 0, 900 / (n + 1)), _level(rng, 0, 90 / (n + 1)), 2)
            for d in world.months
        ]
        yield Batch("repository_activity", columns, rows)


def _questions(world: World, catalog: Catalog) -> Iterator[Batch]:
    rng = random.Random(world.seed + 2)
    columns = ("population", "tag", "month", "questions", "is_partial", "note")
    for n, framework in enumerate(catalog.frameworks):
        tag = framework.question_tags[0]
        rows = [("generated", tag, d, _level(rng, 0, 2000 / (n + 1)), False, None) for d in world.months]
        yield Batch("questions_monthly", columns, rows)


def _postings(world: World, catalog: Catalog) -> Iterator[Batch]:
    rng = random.Random(world.seed + 3)
    columns = ("population", "month", "term", "postings", "postings_total")
    for n, framework in enumerate(catalog.frameworks):
        rows = [("generated", d, framework.job_terms[0], _level(rng, 0, 300 / (n + 1)), 5000) for d in world.months]
        yield Batch("job_mentions", columns, rows)


def _papers(world: World, catalog: Catalog) -> Iterator[Batch]:
    rng = random.Random(world.seed + 4)
    columns = (
        "population",
        "period",
        "granularity",
        "venue",
        "label",
        "papers",
        "total_papers",
        "counting_rule",
        "note",
    )
    for n, framework in enumerate(catalog.frameworks):
        label = framework.paper_labels[0]
        rows = [
            (
                "generated",
                f"{d:%Y-%m}",
                "month",
                "all",
                label,
                _level(rng, 0, 400 / (n + 1)),
                9000,
                "one label a paper",
                None,
            )
            for d in world.months
        ]
        yield Batch("papers", columns, rows)
