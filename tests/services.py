"""Every live service at once on one local server: plausible invented figures up to the day they are asked on."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sources.registry import SOURCES
from tests.sources.replay import Answer, Asked, ReplayServer, as_html, as_json, replaying

# How large everything about a framework is, whichever name it goes by.
SIZES = {"keras": 4, "torch": 20, "tensorflow": 9, "jax": 6, "flax": 6, "tf": 9}
DAY = 86_400
KEYS = {
    "GITHUB_TOKEN": "ghp_secretsecretsecret",
    "STACKEXCHANGE_KEY": "sesecretsecretsecret",
    "OPENALEX_API_KEY": "oasecretsecretsecret",
    "HF_TOKEN": "hf_secretsecretsecret",
}


def size(text: str) -> int:
    """Return the size of whichever framework a text names."""
    named = [SIZES[name] for name in SIZES if name in text.lower()]
    return named[0] if named else 1


def today() -> dt.date:
    """Return today in UTC, as the sources see it."""
    return dt.datetime.now(dt.UTC).date()


def epoch(day: dt.date) -> int:
    """Return a day's first second."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


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


def repository(asked: Asked, owner: str, name: str) -> Answer:
    """Return a repository's counters."""
    big = size(name)
    counters = {"stargazers_count": 9000 * big, "forks_count": 900 * big, "open_issues_count": 50 * big}
    made = {"id": 1000 + big, "created_at": f"{2013 + big % 5}-08-13T00:00:00Z", "pushed_at": f"{today()}T00:00:00Z"}
    return as_json({**counters, **made, "subscribers_count": 90 * big, "archived": False})


def stars(asked: Asked, owner: str, name: str) -> Answer:
    """Return a page of a star history: thirty weeks, newest first."""
    sunday = today() - dt.timedelta(days=(today().weekday() + 1) % 7)
    page = int(asked.query.get("page", "1"))
    weeks = [sunday - dt.timedelta(weeks=back) for back in range(30 * (page - 1), 30 * page)]
    kept = [week for week in weeks if week > dt.date(2024, 1, 1)]
    return as_json([{"week": epoch(week), "days": [size(name)] * 7} for week in kept])


def commit_activity(asked: Asked, owner: str, name: str) -> Answer:
    """Return a year of weeks."""
    sunday = today() - dt.timedelta(days=(today().weekday() + 1) % 7)
    weeks = [sunday - dt.timedelta(weeks=back) for back in range(52, 0, -1)]
    return as_json([{"week": epoch(week), "total": 7 * size(name), "days": [size(name)] * 7} for week in weeks])


def contributors(asked: Asked, owner: str, name: str) -> Answer:
    """Return a few people, whom nobody may keep."""
    week = {"w": epoch(today() - dt.timedelta(days=30)), "a": 0, "d": 0, "c": 3}
    people = [{"total": 30 + i, "weeks": [week], "author": {"login": f"person-{i}"}} for i in range(size(name))]
    return as_json(people)


def github_releases(asked: Asked, owner: str, name: str) -> Answer:
    """Return one release."""
    day = f"{today() - dt.timedelta(days=40)}T00:00:00Z"
    return as_json([{"tag_name": "v1", "published_at": day, "prerelease": False, "draft": False, "assets": []}])


def search_issues(asked: Asked) -> Answer:
    """Return how many were opened or closed, and those closed."""
    start = re.search(r"(\d{4}-\d\d-\d\d)\.\.", asked.query["q"])
    day = dt.date.fromisoformat(start[1]) if start else today()
    many = min(3 * size(asked.query["q"]), 100)
    made = f"{day - dt.timedelta(days=5)}T00:00:00Z"
    items = [{"created_at": made, "closed_at": f"{day}T12:00:00Z", "user": {"login": "person-1"}}] * many
    return as_json({"total_count": many, "incomplete_results": False, "items": items})


def search_repositories(asked: Asked) -> Answer:
    """Return how many repositories carry a topic."""
    return as_json({"total_count": 500 * size(asked.query["q"]), "incomplete_results": False, "items": []})


def questions(asked: Asked, path: str) -> Answer:
    """Return a month's count."""
    many = 40 * size(asked.query["tagged"])
    return as_json({"total": many // 4 if path else many, "quota_max": 10000, "quota_remaining": 9000})


def page_views(asked: Asked, article: str, first: str, last: str) -> Answer:
    """Return every day of a span."""
    start, end = (dt.datetime.strptime(day, "%Y%m%d").date() for day in (first, last))
    days = [start + dt.timedelta(days=day) for day in range((end - start).days + 1)]
    items = [{"article": article, "timestamp": f"{day:%Y%m%d}00", "views": 100 * size(article)} for day in days]
    return as_json({"items": items})


def works(asked: Asked) -> Answer:
    """Return papers a year: of one query, or of all."""
    query = asked.query["filter"]
    many = 200 if " OR (" in query else 5 * size(query)
    years = range(2015, today().year + 1)
    return as_json(
        {"meta": {}, "group_by": [{"key": f"{year}", "key_display_name": f"{year}", "count": many} for year in years]}
    )


def hub_models(asked: Asked) -> Answer:
    """Return a page of models, most downloaded or youngest first."""
    library = asked.query["filter"]
    day = today() - dt.timedelta(days=3)
    many = [{"id": f"o/m{i}", "downloads": 900 - i, "createdAt": f"{day}T00:00:00.000Z"} for i in range(size(library))]
    return as_json(many)


def hub_count(asked: Asked) -> Answer:
    """Return the site's own list with its total."""
    return as_json({"models": [], "numItemsPerPage": 30, "numTotalItems": 1000 * size(asked.query["library"])})


def threads(asked: Asked) -> Answer:
    """Return the list of hiring threads of two years."""
    first = today().replace(day=1)
    months = [
        dt.date((first.year * 12 + first.month - 1 - back) // 12, (first.month - 1 - back) % 12 + 1, 1)
        for back in range(24)
    ]
    hits = [
        {"objectID": f"{month:%Y%m}", "title": f"Ask HN: Who is hiring? ({month:%B %Y})", "created_at_i": epoch(month)}
        for month in months
    ]
    return as_json({"hits": hits, "page": 0, "nbPages": 1, "nbHits": len(hits)})


def thread(asked: Asked, year: str, month: str) -> Answer:
    """Return one thread with a handful of postings for each framework."""
    texts = ["Keras", "PyTorch", "PyTorch", "PyTorch", "TensorFlow", "TensorFlow", "JAX", "Rust"]
    children = [
        {
            "id": int(f"{year}{month}{i:02}"),
            "author": f"person-{i}",
            "text": f"Firm{i} | Engineer | REMOTE<p>You must know {text}. Number {year}{month}{i}.",
        }
        for i, text in enumerate(texts * 6)
    ]
    named = dt.date(int(year), int(month), 1)
    title = f"Ask HN: Who is hiring? ({named:%B %Y})"
    return as_json({"id": int(f"{year}{month}"), "title": title, "children": children})


def remotive(asked: Asked) -> Answer:
    """Return two open postings."""
    jobs = [
        {
            "id": i,
            "title": "Engineer",
            "company_name": f"Firm{i}",
            "publication_date": f"{today()}T10:00:00",
            "description": f"<p>{name}",
        }
        for i, name in enumerate(("Keras", "PyTorch"))
    ]
    return as_json({"0-legal-notice": "…", "job-count": 2, "jobs": jobs})


def arbeitnow(asked: Asked) -> Answer:
    """Return the only page."""
    job = {
        "slug": "engineer-1",
        "title": "Engineer",
        "company_name": "Firm",
        "description": "<p>PyTorch",
        "created_at": epoch(today()),
    }
    return as_json({"data": [job], "links": {"next": None, "last": None}, "meta": {"current_page": 1}})


def greenhouse(asked: Asked, board: str) -> Answer:
    """Return a board with one posting."""
    job = {"id": 1, "title": "Engineer", "first_published": f"{today()}T00:00:00Z", "content": "&lt;p&gt;JAX&lt;/p&gt;"}
    return as_json({"jobs": [job], "meta": {"total": 1}})


def lever(asked: Asked, site: str) -> Answer:
    """Return a site with one posting."""
    return as_json(
        [{"id": "1", "text": "Engineer", "createdAt": epoch(today()) * 1000, "descriptionPlain": "TensorFlow"}]
    )


def guarded(value: Any) -> Answer:
    """Return JSON behind the line that Google puts before it."""
    return Answer((")]}',\n" + json.dumps(value)).encode(), headers={"Content-Type": "application/json"})


def explore(asked: Asked) -> Answer:
    """Return the widgets of a comparison."""
    found = json.loads(asked.query["req"])
    terms = [item["keyword"] for item in found["comparisonItem"]]
    span = found["comparisonItem"][0]["time"]
    names = dict(
        zip(
            ("/g/11c1r2rvnp", "/g/11gd3905v1", "/g/11bwp1s2k3", "/g/11t6my1_gw"),
            ("Keras", "PyTorch", "TensorFlow", "JAX"),
            strict=True,
        )
    )
    kinds = ["TIMESERIES", "GEO_MAP", *[f"RELATED_QUERIES_{i}" for i in range(len(terms))]]
    widgets = []
    for kind in kinds:
        about = [terms[int(kind[-1])]] if kind[-1].isdigit() else terms
        keyword = {"complexKeywordsRestriction": {"keyword": [{"type": "BROAD", "value": about[0]}]}}
        request = {"terms": [names.get(term, term) for term in about], "span": span, "restriction": keyword}
        widgets.append({"id": kind, "token": f"T{kind}", "request": request})
    keywords = [{"keyword": term, "name": names.get(term, term), "type": "Software"} for term in terms]
    return guarded({"widgets": widgets, "keywords": keywords})


def multiline(asked: Asked) -> Answer:
    """Return weeks: five years to now, or those of 2020."""
    request = json.loads(asked.query["req"])
    values = [size(term) for term in request["terms"]]
    first = (
        dt.date(2020, 1, 5)
        if request["span"].startswith("2020")
        else today() - dt.timedelta(weeks=260, days=(today().weekday() + 1) % 7)
    )
    weeks = 50 if request["span"].startswith("2020") else 261
    points = [
        {
            "time": f"{epoch(first + dt.timedelta(weeks=week))}",
            "value": [value + week % 3 for value in values],
            "hasData": [True] * len(values),
            "formattedValue": [f"{value + week % 3}" for value in values],
        }
        for week in range(weeks)
    ]
    if weeks > 50:
        points[-1]["isPartial"] = True
    return guarded({"default": {"timelineData": points, "averages": []}})


def regions(asked: Asked) -> Answer:
    """Return one country."""
    terms = json.loads(asked.query["req"])["terms"]
    known = {"geoCode": "DE", "geoName": "Germany", "value": [25] * len(terms), "hasData": [True] * len(terms)}
    return guarded({"default": {"geoMapData": [{**known, "formattedValue": ["25%"] * len(terms)}]}})


def related(asked: Asked) -> Answer:
    """Return one related query."""
    one = [{"query": "tutorial", "value": 100, "formattedValue": "100", "hasData": True}]
    return guarded({"default": {"rankedList": [{"rankedKeyword": one}, {"rankedKeyword": []}]}})


ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("pypistats", r"GET /api/packages/([^/]+)/(overall|python_minor|system)", pypistats),
    ("clickhouse", r"POST /", clickhouse),
    ("package_index", r"GET /([^/]+)/", index_page),
    ("package_index", r"GET /.*?([^/]+)-([0-9.]+)\.whl\.metadata", index_metadata),
    ("dependents", r"GET /api/v1/registries", registries),
    ("dependents", r"GET /api/v1/registries/the-index/packages/(.+)", dependents),
    ("github", r"GET /repos/([^/]+)/([^/]+)", repository),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stargazers/history", stars),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stats/commit_activity", commit_activity),
    ("github", r"GET /repos/([^/]+)/([^/]+)/stats/contributors", contributors),
    ("github", r"GET /repos/([^/]+)/([^/]+)/releases", github_releases),
    ("github", r"GET /search/issues", search_issues),
    ("github", r"GET /search/repositories", search_repositories),
    ("stackexchange", r"GET /2\.3/questions(/no-answers)?", questions),
    ("wikipedia", r"GET /api/rest_v1/metrics/pageviews/per-article/.*/user/(.+)/daily/(\d+)/(\d+)", page_views),
    ("openalex", r"GET /works", works),
    ("huggingface", r"GET /api/models", hub_models),
    ("huggingface", r"GET /models-json", hub_count),
    ("hackernews", r"GET /api/v1/search_by_date", threads),
    ("hackernews", r"GET /api/v1/items/(\d{4})(\d\d)", thread),
    ("remotive", r"GET /api/remote-jobs", remotive),
    ("arbeitnow", r"GET /api/job-board-api", arbeitnow),
    ("greenhouse", r"GET /v1/boards/(.+)/jobs", greenhouse),
    ("lever", r"GET /v0/postings/(.+)", lever),
    ("google_trends", r"GET /explore/", lambda asked: as_html("404", 404, Set_Cookie="NID=1; path=/")),
    ("google_trends", r"POST /api/explore", explore),
    ("google_trends", r"GET /api/widgetdata/multiline", multiline),
    ("google_trends", r"GET /api/widgetdata/comparedgeo", regions),
    ("google_trends", r"GET /api/widgetdata/relatedsearches", related),
]


def answer(asked: Asked) -> Answer:
    """Return what the service answers whose name the path begins with."""
    _, _, rest = asked.path.partition("/")
    service, _, path = rest.partition("/")
    for name, pattern, reply in ROUTES:
        match = re.fullmatch(pattern, f"{asked.method} /{path}") if name == service else None
        if match:
            return reply(asked, *match.groups())
    return Answer(b"not found", 404)


def environment(server: ReplayServer) -> dict[str, str]:
    """Return the variables that send every source to the server, with keys, a contact and Google Trends switched on."""
    urls = {f"BAROMETER_{name.upper()}_URL": f"{server.url}/{name}" for name in SOURCES}
    more = {"BAROMETER_CONTACT": "tests@example.org", "BAROMETER_GOOGLE_TRENDS": "on", "BAROMETER_WAIT_CAP": "2"}
    return {**urls, **KEYS, **more, "BAROMETER_TIMEOUT": "5"}


@contextmanager
def all_services() -> Iterator[ReplayServer]:
    """Yield a running server that answers for every service."""
    with replaying() as server:
        server.otherwise = answer
        yield server


if __name__ == "__main__":
    import time

    with all_services() as running:
        for variable, value in environment(running).items():
            print(f"export {variable}={value}")
        print("# serving; Ctrl-C stops it", flush=True)
        while True:
            time.sleep(3600)
