"""Services that tell of packages: downloads, releases, dependents."""

from __future__ import annotations

import datetime as dt
import re

from tests.services.figures import size, today
from tests.sources.replay import Answer, Asked, as_json


def pypistats(asked: Asked, package: str, split: str) -> Answer:
    """Return half a year of days."""
    category = {"overall": "without_mirrors", "python_minor": "3.12", "system": "Linux"}[split]
    days = [today() - dt.timedelta(days=back) for back in range(180, 0, -1)]
    rows = [
        {"category": category, "date": f"{day}", "downloads": size(package) * (1000 - 300 * (day.weekday() > 4))}
        for day in days
    ]
    kind = {"overall": "overall_downloads", "python_minor": "python_minor_downloads", "system": "system_downloads"}
    return as_json({"data": rows, "package": package, "type": kind[split]})


def clickhouse(asked: Asked) -> Answer:
    """Return when the feed ends, or a year of every package."""
    feed = f"{today() - dt.timedelta(days=1)}"
    if "param_first" not in asked.query:
        return as_json({"data": [{"feed_until": feed}], "rows": 1})
    year = int(asked.query["param_first"][:4])
    months = [dt.date(year, month, 1) for month in range(1, 13) if dt.date(year, month, 1) < today()]
    packages = re.findall(r"'([^']+)'", asked.query["param_projects"])
    data = [
        {
            "project": package,
            "feed_until": feed,
            "months": [f"{month}" for month in months for _ in ("pip", "bandersnatch")],
            "installers": ["pip", "bandersnatch"] * len(months),
            "downloads": [f"{size(package) * count}" for _ in months for count in (30_000, 2_000)],
        }
        for package in packages
    ]
    return as_json({"data": data, "rows": len(data)})


def index_page(asked: Asked, package: str) -> Answer:
    """Return a project with a release a month."""
    files = [
        {
            "filename": f"{package.replace('-', '_')}-{year}.{month}.0-py3-none-any.whl",
            "url": f"files/{package}-{year}.{month}.0.whl",
            "hashes": {"sha256": "0" * 64},
            "size": 1_000_000 + month,
            "upload-time": f"{year}-{month:02}-05T03:04:05.678901Z",
            "yanked": False,
            "core-metadata": True,
        }
        for year in range(2019, today().year + 1)
        for month in range(1, 13)
        if dt.date(year, month, 5) < today()
    ]
    versions = [file["filename"].split("-")[1] for file in files]
    page = {"meta": {"api-version": "1.4"}, "name": package, "versions": versions, "files": files}
    return as_json(page, Content_Type="application/vnd.pypi.simple.v1+json")


def index_metadata(asked: Asked, package: str, version: str) -> Answer:
    """Return what a release says of itself."""
    needs = "Requires-Dist: keras>=3\n" if package == "tensorflow" else ""
    text = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nSummary: A package\n{needs}\n"
    return Answer(text.encode())


def registries(asked: Asked) -> Answer:
    """Return the list of registries."""
    return as_json([{"name": "the-index", "ecosystem": "pypi", "default": True}])


def dependents(asked: Asked, package: str) -> Answer:
    """Return who needs a package."""
    counts = {"dependent_packages_count": 100 * size(package), "dependent_repos_count": 9000 * size(package)}
    return as_json({"name": package, "last_synced_at": f"{today()}T00:00:00Z", **counts})
