"""Measure collecting: every source against a local server, fifteen years of hiring threads, a long download history."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from barometer.catalog import Catalog, load_catalog
from barometer.settings import Services, load_settings
from sources import hackernews
from sources.clickhouse import ClickHouse
from sources.landing import Landing
from sources.live import Context
from sources.postings import Classifier, redact
from sources.protocol import Payload
from tests.services import all_services, environment
from warehouse.load import Delivery

Show = Callable[[str, str, str, str], None]

THREADS, POSTINGS, POSTING_CHARACTERS = 180, 600, 1000
PACKAGES, YEARS, INSTALLERS = 200, 10, 8
WORDS = [
    "team",
    "build",
    "product",
    "data",
    "design",
    "review",
    "ship",
    "model",
    "cloud",
    "care",
    "own",
    "you",
    "and",
    "the",
]


def bench_live(home: Path, show: Show) -> None:
    """Print the figures of collecting."""
    bench_collect(home / "live", show)
    catalog = load_catalog(load_settings(environ={}).catalog)
    bench_threads(catalog, show)
    bench_history(home / "history", catalog, show)


def bench_collect(home: Path, show: Show) -> None:
    """Collect from every source twice; the second time nothing may be asked."""
    with all_services() as server:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("BAROMETER_", "PREFECT_"))}
        environ |= environment(server) | {"BAROMETER_HOME": str(home)}
        for name, target in (("collect from every source", "20 s"), ("collect again, the same day", "")):
            before, begun = server.count(), time.perf_counter()
            command = [sys.executable, "-m", "barometer.cli", "collect"]
            subprocess.run(command, env=environ, check=True, capture_output=True)
            asked = f"{server.count() - before} requests"
            show(name, f"{time.perf_counter() - begun:.2f} s", asked, target)
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "barometer.cli", "build"], env=environ, check=True, capture_output=True)
        show("build from what landed, first", f"{time.perf_counter() - begun:.2f} s", "", "")


def bench_threads(catalog: Catalog, show: Show) -> None:
    """Parse and classify generated threads."""
    rng = random.Random(7)
    names = [term for framework in catalog.frameworks for term in framework.job_terms]
    month = dt.date(2020, 1, 1)
    blobs = [_thread(rng, names) for _ in range(6)]
    classifier = Classifier(catalog)
    size = f"{THREADS * POSTINGS:,} postings of about 1 kB, one core"

    def classify(item: hackernews.Item) -> None:
        for posting in hackernews.postings(item, month):
            classifier.classify(posting.text)

    def land(item: hackernews.Item) -> None:
        redact(classifier, "hn-text-live", hackernews.postings(item, month)).encode()

    for name, work, target in (
        ("postings parsed and classified", classify, "20,000 /s"),
        ("the same, hashed and made ready to land", land, ""),
    ):
        begun = time.process_time()
        for number in range(THREADS):
            work(msgspec.json.decode(blobs[number % len(blobs)], type=hackernews.Item))
        show(name, f"{THREADS * POSTINGS / (time.process_time() - begun):,.0f} /s", size, target)


def _thread(rng: random.Random, names: list[str]) -> bytes:
    children = []
    for number in range(POSTINGS):
        words = rng.choices(WORDS, k=POSTING_CHARACTERS // 5)
        if rng.random() < 0.1:
            words[rng.randrange(len(words))] = rng.choice(names)
        sentences = [" ".join(words[start : start + 15]) for start in range(0, len(words), 15)]
        text = f"Firm {number} | Engineer | Berlin<p>" + ". ".join(sentences) + f" {rng.random()}"
        children.append({"id": number, "type": "comment", "author": "x", "text": text, "children": []})
    return msgspec.json.encode({"id": 1, "title": "Ask HN: Who is hiring? (January 2020)", "children": children})


def bench_history(home: Path, catalog: Catalog, show: Show) -> None:
    """Parse and load the history of many packages by month and installer."""
    source = ClickHouse(Context(catalog, Services(), Landing(home / "landing")))
    payloads = [_year(source, year) for year in range(2016, 2016 + YEARS)]
    begun = time.perf_counter()
    rows = sum(len(batch.rows) for payload in payloads for batch in source.parse(payload))
    parsing = time.perf_counter() - begun
    show("download history parsed", f"{rows / parsing:,.0f} /s", f"{rows:,} rows", "")
    settings = load_settings(environ={}, home=home)
    deliveries = [Delivery("clickhouse", "bench", payload, source.parse(payload)) for payload in payloads]
    loading = _load_only(settings.home, deliveries)
    show("download history parsed and loaded", f"{rows / loading:,.0f} /s", f"{rows:,} rows", "200,000 /s")


def _load_only(home: Path, deliveries: list[Delivery]) -> float:
    from warehouse.connect import SCHEMA, writer
    from warehouse.load import Loader

    home.mkdir(parents=True, exist_ok=True)
    with writer(home / "bench.duckdb") as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        loader = Loader(connection)
        begun = time.perf_counter()
        for delivery in deliveries:
            loader.load(delivery)
        return time.perf_counter() - begun


def _year(source: ClickHouse, year: int) -> Payload:
    months = [f"{year}-{month:02}-01" for month in range(1, 13) for _ in range(INSTALLERS)]
    installers = [f"installer-{number}" for number in range(INSTALLERS)] * 12
    data = [
        {
            "project": f"package-{number}",
            "feed_until": f"{year}-12-31",
            "months": months,
            "installers": installers,
            "downloads": [number * 1000 + place for place in range(len(months))],
        }
        for number in range(PACKAGES)
    ]
    request = next(entry for entry in source.plan() if ("param_first", f"{year}-01-01") in entry.params)
    content = msgspec.json.encode({"data": data, "rows": len(data)})
    return source.payload(request, content)
