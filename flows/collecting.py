"""Collecting, free of Prefect: ask live sources side by side, land what they answer, hand on what landed."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from barometer.catalog import Catalog
from barometer.errors import SettingsError
from barometer.settings import Services, Settings
from flows.steps import Delivered

if TYPE_CHECKING:
    from sources.landing import Landed, Landing
    from sources.live import LiveSource
    from sources.protocol import Batch, DatasetTerms
    from warehouse.load import Delivery

Say = Callable[[str], None]

# A line of progress at most so often: a pull may ask hundreds of times.
PROGRESS_S = 5.0


@dataclass(frozen=True)
class Collected:
    """How one pull went: the source, its replies by status, the first thing that went wrong, and seconds taken."""

    source: str
    replies: Counter[str]
    message: str
    seconds: float

    @property
    def status(self) -> str:
        """`ok` when anything new came and nothing failed, `unchanged` when nothing was due, else how it ended."""
        bad = [status for status in ("error", "rate_limited", "not_configured", "stale") if self.replies[status]]
        if bad:
            return bad[0]
        if not self.replies:
            return "unchanged"
        return "ok" if self.replies["ok"] else "no_data"

    def __str__(self) -> str:
        """One line for a person."""
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.replies.items()))
        if self.status == "not_configured":
            return f"{self.source}: not configured: {self.message}"
        text = f"{self.source}: {counts or 'nothing new to ask today'} in {self.seconds:.1f} s"
        return f"{text}; {self.message}" if self.message else text


@dataclass(frozen=True)
class Plan:
    """What a source would be asked now. `reason` says why it would not be asked at all."""

    source: str
    reason: str
    requests: list[str] = field(repr=False)


def new_run_id() -> str:
    """Return an id for one collection: its start in UTC."""
    return f"collect-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"


def collect_source(
    settings: Settings,
    catalog: Catalog,
    services: Services,
    name: str,
    since: dt.date | None,
    run_id: str,
    say: Say,
) -> Collected:
    """Ask one source and land its replies one by one; return how it went. A source's failure is never raised.

    Raises OSError where the disk is full or cannot be written.
    """
    begun = said = time.monotonic()
    source = open_source(settings, catalog, services, name)
    replies: Counter[str] = Counter()
    message = ""
    try:
        for payload in source.fetch(since):
            source.context.landing.land(payload, run_id)
            replies[payload.status] += 1
            message = message or payload.message
            if time.monotonic() - said > PROGRESS_S:
                said = time.monotonic()
                say(f"{name}: {replies.total()} replies, newest {payload.request[:60]}")
    except OSError:
        raise
    except Exception as error:
        # One source must not take the others with it; what it is, is told and recorded like any failure.
        message = f"unexpected {type(error).__name__}: {error}"
        source.context.landing.land(source.broken(message), run_id)
        replies["error"] += 1
    return Collected(name, replies, message, time.monotonic() - begun)


def collect(
    settings: Settings,
    catalog: Catalog,
    services: Services,
    names: Sequence[str],
    since: dt.date | None,
    say: Say,
) -> list[Collected]:
    """Ask several sources side by side; return how each went, in the order of `names`. Raises as `collect_source`."""
    run_id = new_run_id()
    results: SimpleQueue[Collected | BaseException] = SimpleQueue()

    def work(name: str) -> None:
        try:
            results.put(collect_source(settings, catalog, services, name, since, run_id, say))
        except BaseException as error:
            results.put(error)

    # Daemons: Ctrl-C must not wait for a service that is slow to answer; a landing cut short is as if not asked.
    for name in names:
        threading.Thread(target=work, args=(name,), name=f"collect-{name}", daemon=True).start()
    found: dict[str, Collected] = {}
    while len(found) < len(names):
        result = results.get()
        if isinstance(result, BaseException):
            raise result
        found[result.source] = result
        say(str(result))
    return [found[name] for name in names]


def plan(
    settings: Settings, catalog: Catalog, services: Services, names: Iterable[str], since: dt.date | None
) -> list[Plan]:
    """Return what each source would be asked now; touches no network and stores nothing."""
    plans = []
    for name in names:
        source = open_source(settings, catalog, services, name)
        reason = source.missing()
        plans.append(Plan(name, reason, [] if reason else [request.key for request in source.due(since)]))
    return plans


@dataclass(frozen=True)
class Replayed:
    """What reading again came to: replies read, rows they gave before and now, and the day of the warehouse."""

    replies: int
    rows_before: int
    rows_now: int
    as_of: dt.date


def replay(settings: Settings, catalog: Catalog, name: str, accept_less: bool, say: Say) -> Replayed:
    """Parse every landed reply of one source again and publish a warehouse built from what they say now.

    Raises SettingsError for a source that never landed anything, and as a build does.
    """
    from advice import decide
    from flows import steps
    from sources.landing import Landing
    from warehouse.build import build

    landed = Landing(settings.landing).sources()
    if name not in landed:
        raise SettingsError(
            f"no replies of a source called `{name}` ever landed in {settings.landing}",
            f"those that did: {', '.join(landed)}" if landed else "collect first: barometer collect",
        )
    as_of = steps.today()
    run_id = f"replay-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    everything = steps.deliver_all(settings, catalog)
    again = [replace(d, run_id=run_id, again=True) for d in everything.replies if d.source_name == name]
    others = [d for d in everything.replies if d.source_name != name]
    say(f"reading {len(again)} landed replies of {name} again")
    built = build(settings, catalog, as_of, [*others, *again], everything.terms, decide, say, accept_less=accept_less)
    return Replayed(len(again), built.rows_replaced, built.rows_again, as_of)


def open_source(settings: Settings, catalog: Catalog, services: Services, name: str) -> LiveSource:
    """Return one source with its landing."""
    from sources.landing import Landing
    from sources.live import Context
    from sources.registry import make_source

    return make_source(name, Context(catalog, services, Landing(settings.landing)))


def deliver_landed(settings: Settings, catalog: Catalog) -> Delivered:
    """Return every landed reply with its rows, and the terms of every source that ever landed one.

    Landed replies of a source that this version does not know stay where they are.
    """
    from sources.landing import Landing
    from sources.registry import IMPORTS, SOURCES

    replies: list[Delivery] = []
    terms: list[DatasetTerms] = []
    landed = set(Landing(settings.landing).sources())
    for name in (name for name in (*SOURCES, *IMPORTS) if name in landed):
        source = open_source(settings, catalog, Services(), name)
        terms += [replace(entry, source=name) for entry in source.terms()]
        landing = source.context.landing
        replies += [_delivery(source, landing, entry) for entry in landing.entries(name)]
    return Delivered(replies, terms)


def _delivery(source: LiveSource, landing: Landing, entry: Landed) -> Delivery:
    import msgspec

    from warehouse.load import Delivery

    if entry.sha256 and entry.status == "error":
        # It was not as described when it came; whether it can be read now, the parser of now says.
        entry = msgspec.structs.replace(entry, status="ok", message="")
    rows = _rows_of(source, landing, entry)
    return Delivery(source.name, entry.run_id, entry, rows, source.is_observation, may_fail=True)


def _rows_of(source: LiveSource, landing: Landing, entry: Landed) -> Iterator[Batch]:
    """Yield one reply's rows; nothing is read from the disk until they are asked for."""
    yield from source.parse(landing.payload(entry))
