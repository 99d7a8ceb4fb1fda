"""A small catalogue, a small model folder and a source of known rows, for a warehouse in a temporary home."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.catalog import Catalog, load_catalog
from barometer.settings import Settings
from sources.protocol import Batch, DatasetTerms, Payload
from warehouse.build import BuildSummary, build
from warehouse.load import Delivery

AS_OF = dt.date(2026, 11, 23)

CATALOG = """
format = 1
[method]
seed = 1
draws = 100
interval = 0.9
pick_threshold = 0.8
weight_concentration = 20.0
[[frameworks]]
key = "keras"
label = "Keras"
colour = "#CC79A7"
shape = "circle"
packages = ["keras"]
repositories = ["keras-team/keras"]
[[frameworks]]
key = "pytorch"
label = "PyTorch"
colour = "#D55E00"
shape = "square"
packages = ["torch"]
repositories = ["pytorch/pytorch"]
[[factors]]
key = "popularity"
label = "Popularity"
question = "What do people star?"
[[datasets]]
key = "repository_counters"
label = "Stars"
way = "bundled"
fresh_days = 100
without = "stars"
[[metrics]]
key = "stars"
factor = "popularity"
label = "GitHub stars"
unit = "stars"
better = "higher"
spread = "exact"
dataset = "repository_counters"
rows = "select * from marts.stars_month where framework = $framework order by month"
[[readers]]
key = "beginner"
label = "Beginner"
wants = "a first model"
weights = { popularity = 1.0 }
[[claims]]
id = "C00"
factor = "popularity"
text = "PyTorch has more stars"
rule = "stars.pytorch > stars.keras"
"""

MODELS = {
    "staging/repository_counters": """-- Star counts as sent, latest fetch wins.
-- grain: repository, observed_on
-- audit: not_null(repository, observed_on, stars), stars >= 0
select repository, observed_on, stars
from raw.repository_counters
qualify row_number() over (partition by repository, observed_on order by fetched_at desc) = 1
""",
    "marts/stars_month": """-- Stars at the end of each month.
-- grain: framework, month
-- audit: stars between 0 and 10000000
-- warning: stars are never taken back in bulk
with named as (
    select names.framework, date_trunc('month', counters.observed_on)::date as month, counters.stars
    from staging.repository_counters as counters
    join catalog.names as names on names.kind = 'repository' and names.name = counters.repository
)
select
    framework,  -- canonical key
    month,  -- first day of the month
    max(stars) as stars  -- stars, counted by the host
from named
group by framework, month
""",
    "marts/evidence": """-- One figure per metric and framework.
-- grain: metric, framework
select
    'stars' as metric,  -- what is measured
    framework,  -- whose figure
    'stars.' || framework as evidence_id,  -- its reference
    max(stars)::double as value,  -- the figure
    max(stars) - 0.5 as low,  -- lower bound
    null::double as high,  -- upper bound
    max(month) as as_of,  -- last month
    'repository_counters' as dataset  -- where it is from
from marts.stars_month
group by framework
""",
    "marts/recommendations": """-- What each reader is told.
-- grain: reader, framework
select reader, framework, p_best, is_pick
from advice.recommendations
""",
}


def write_models(folder: Path, models: dict[str, str]) -> Path:
    """Write models given as {"schema/name": sql} and return the folder."""
    for name, sql in models.items():
        path = folder / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql, encoding="utf-8")
    return folder


def star_rows(months: int = 3, first: int = 100) -> list[tuple]:
    """Rows of repository_counters for two repositories: (observed_on, repository, stars)."""
    return [
        (dt.date(2026, month, 15), repository, first * month + extra)
        for month in range(1, months + 1)
        for repository, extra in (("keras-team/keras", 0), ("pytorch/pytorch", 7))
    ]


def stars_delivery(
    rows: list[tuple] | None = None,
    fetched_at: dt.datetime = dt.datetime(2026, 11, 20),
    request: str = "stars",
    **payload: str,
) -> Delivery:
    """A delivery whose payload's content follows its rows."""
    rows = star_rows() if rows is None else rows
    content = repr(rows).encode()
    return Delivery(
        "snapshot",
        "run-1",
        Payload("snapshot", "repository_counters", request, fetched_at, content, **payload),
        [Batch("repository_counters", ("observed_on", "repository", "stars"), rows)],
    )


def terms() -> list[DatasetTerms]:
    """The terms of the one data set."""
    return [
        DatasetTerms("repository_counters", "GitHub", "none stated", "GitHub", "2026", "month", ("a caveat", "another"))
    ]


def advise(evidence: list[dict], catalog: Catalog) -> dict[str, list[dict]]:
    """A verdict by arithmetic that a test can follow: the framework with the largest value is picked."""
    best = max(evidence, key=lambda row: row["value"])["framework"] if evidence else None
    return {
        "recommendations": [
            {
                "reader": reader.key,
                "framework": row["framework"],
                "p_best": float(row["framework"] == best),
                "p_best_even": 0.5,
                "p_best_possible": 1.0,
                "rank_low": 1,
                "rank_high": 2,
                "utility_low": 0.0,
                "utility_high": 1.0,
                "is_pick": row["framework"] == best,
            }
            for reader in catalog.readers
            for row in evidence
        ]
    }


def make_home(folder: Path, models: dict[str, str] | None = None) -> tuple[Settings, Catalog]:
    """Write the small catalogue and the models into `folder`; return the settings and the catalogue."""
    path = folder / "catalog.toml"
    path.write_text(CATALOG, encoding="utf-8")
    sql = write_models(folder / "sql", {**MODELS, **(models or {})})
    return Settings(folder / "home", path, sql), load_catalog(path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_home(tmp_path)[0]


@pytest.fixture
def catalog(settings: Settings) -> Catalog:
    return load_catalog(settings.catalog)


Build = Callable[..., BuildSummary]


@pytest.fixture
def run_build(settings: Settings, catalog: Catalog) -> Build:
    """Build with the usual parts; keyword arguments replace them."""

    def run(*deliveries: Delivery, as_of: dt.date = AS_OF, **others: object) -> BuildSummary:
        parts = {"settings": settings, "catalog": catalog, "terms": terms(), "advise": advise, **others}
        return build(as_of=as_of, deliveries=deliveries or [stars_delivery()], **parts)

    return run
