"""Hugging Face: how many models the hub has of each library, their downloads, and how many were added lately.

A row needs several replies, so one payload holds them: `{"library", "task", "count", "by_downloads", "by_age"}`.
`count` is the reply of the site's own model list (null when there is none), the others are the pages of the public
list, most downloaded and youngest first. Replies are kept as text, verbatim.

huggingface_hub writes the requests and turns the pages. Its client is given a transport of ours, which asks through
this project's session: one layer of retries, our limits, and the replies as they came.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from barometer.errors import SourceError
from sources.http import Client, FetchError, RateLimited, Session, Unreachable, excerpt
from sources.live import LiveSource, Request
from sources.politeness import Politeness
from sources.protocol import Batch, DatasetTerms, Payload

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

Kind = TypeVar("Kind")

KEY = "HF_TOKEN"
ALL = "all"
TASKS = (ALL, "image-classification")
# How many of the most downloaded models are summed, and how many of the youngest are looked through at most.
READ_MODELS, READ_YOUNGEST = 500, 1000
YOUNG = dt.timedelta(days=30)
# The hub lists by a moment of its index: two models may stand the wrong way round by less than this.
DISORDER = dt.timedelta(days=1)
_HINT = "the reply is kept in the landing; mend the parser, then `barometer replay huggingface`"
_COLUMNS = (
    "library",
    "task",
    "observed_on",
    "models",
    "downloads_30d",
    "models_added_30d",
    "models_read",
    "is_lower_bound",
)
# huggingface_hub has one client for the whole process.
_hub_lock = threading.Lock()

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Model(msgspec.Struct):
    downloads: Count
    createdAt: dt.datetime


class _Site(msgspec.Struct):
    models: list[msgspec.Raw]
    numTotalItems: Count


class _Answers(msgspec.Struct):
    library: str
    task: str
    count: str | None
    by_downloads: list[str]
    by_age: list[str]


class HuggingFace(LiveSource):
    """Models on the hub by library and task. Works without a token, at half the limit.

    Key and grain: library, task and day. The hub keeps no history: each day's figures are of that day.
    """

    name = "huggingface"
    silence = "Nothing newer is known of the pre-trained models there are for each framework."
    datasets = ("huggingface",)
    default_url = "https://huggingface.co"
    politeness = Politeness(interval_s=0.2)
    is_observation = True

    def terms(self) -> list[DatasetTerms]:
        """Return where the figures are from and what they cannot say."""
        return [
            DatasetTerms(
                dataset="huggingface",
                origin="Hugging Face hub, list of models",
                licence="none stated for counts; models have licences of their own",
                attribution="Hugging Face, huggingface.co",
                period="from the first collection on",
                granularity="day",
                caveats=(
                    "a model may name several libraries, so libraries must not be added",
                    "downloads are those of the last 30 days, counted by particular files that differ by library",
                    f"downloads are summed over the {READ_MODELS} most downloaded models",
                    "the number of models comes from a list that the site uses itself and nobody documents",
                ),
            )
        ]

    def plan(self, since: dt.date | None = None) -> Iterator[Request]:
        """Yield one question a library and task; each takes several requests."""
        for task in TASKS:
            for framework in self.context.catalog.frameworks:
                for library in framework.hub_libraries:
                    yield Request("huggingface", "/api/models", (("filter", library), ("task", task)))

    def ask(self, request: Request) -> Iterator[Payload]:
        """Yield one library's answers in one payload. A count that the site does not give is left open."""
        library, task = (value for _, value in request.params)
        count = self._count(library, task)
        by_downloads = self._pages(library, task, "downloads", READ_MODELS, lambda model: False)
        oldest = self.context.now().replace(tzinfo=dt.UTC) - YOUNG - DISORDER
        by_age = self._pages(
            library, task, "created_at", READ_YOUNGEST, lambda model: (model.created_at or oldest) < oldest
        )
        content = msgspec.json.encode(_Answers(library, task, count, by_downloads, by_age))
        if [page.strip() for page in by_downloads] == ["[]"] and (task == ALL or _total(count) is None):
            message = f"the hub lists no model of the library `{library}`: is its name in the catalogue right?"
            yield self.payload(request, content, "no_data", message)
        else:
            yield self.payload(request, content)

    def parse(self, payload: Payload) -> Iterable[Batch]:
        """Return one row: a library's models of one task. Raises SourceError when a list is not as described."""
        answers = _decode(payload, payload.content, _Answers, "the payload")
        models = _models(payload, answers.by_downloads, "by_downloads")
        youngest = _models(payload, answers.by_age, "by_age")
        if not models:
            empty = (0, 0, 0, 0, False)
            is_known = _total(answers.count) == 0 and answers.task != ALL
            rows = [(answers.library, answers.task, payload.fetched_at.date(), *empty)] if is_known else []
            return [Batch("hub_models", _COLUMNS, rows)]
        total = _total(answers.count)
        young, is_cut = _young(payload, youngest)
        has_more = len(models) < total if total is not None else len(models) >= READ_MODELS
        row = (
            answers.library,
            answers.task,
            payload.fetched_at.date(),
            total,
            sum(model.downloads for model in models),
            young,
            len(models),
            has_more or is_cut,
        )
        return [Batch("hub_models", _COLUMNS, [row])]

    def _count(self, library: str, task: str) -> str | None:
        """Return the site's own list with its total, None where it is not served."""
        params = [("library", library), ("withCount", "true")]
        if task != ALL:
            params.append(("pipeline_tag", task))
        try:
            return _text(self.client.get("/models-json", params).content)
        except (RateLimited, Unreachable):
            raise
        except FetchError:
            return None

    def _pages(
        self, library: str, task: str, sort: Any, limit: int, is_enough: Callable[[ModelInfo], bool]
    ) -> list[str]:
        """Return the pages of a list of models as text, up to `limit` models or the first that is enough."""
        token = self.context.services.key(KEY)
        with _listening(self.base_url, self.session, token) as (api, pages):
            try:
                models = api.list_models(
                    filter=library,
                    pipeline_tag=None if task == ALL else task,
                    sort=sort,
                    limit=limit,
                    expand=["downloads", "createdAt"],
                )
                for model in models:
                    if is_enough(model):
                        break
            except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
                # The library stumbled over a reply. It is kept; the parser says what is wrong with it.
                return pages
        return pages


@contextmanager
def _listening(base_url: str, session: Session, token: str) -> Iterator[tuple[Any, list[str]]]:
    """Yield the hub's client library, set to ask through our session, and the list its replies are put into."""
    # Read when the library is imported.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import httpx2
    import huggingface_hub
    from huggingface_hub.utils._http import default_client_factory

    pages: list[str] = []
    parts = urlsplit(base_url)
    client = Client(f"{parts.scheme}://{parts.netloc}", session)

    class Transport(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.netloc.decode() != parts.netloc or request.url.scheme != parts.scheme:
                raise FetchError(f"the next page is on another host, {request.url.host}; not followed")
            signed = {"Authorization": request.headers["Authorization"]} if token else {}
            try:
                reply = client.get(request.url.raw_path.decode(), headers=signed)
            except FetchError as error:
                if token:
                    error.message = error.message.replace(token, "***")
                raise
            pages.append(_text(reply.content))
            return httpx2.Response(200, headers=_link(reply.headers), content=reply.content, request=request)

    with _hub_lock:
        huggingface_hub.set_client_factory(lambda: httpx2.Client(transport=Transport(), timeout=None))
        try:
            # False, not None: nobody asked for a token that lies about on this machine.
            yield huggingface_hub.HfApi(endpoint=base_url, token=token or False), pages
        finally:
            huggingface_hub.set_client_factory(default_client_factory)


def _link(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Link": headers["Link"]} if "Link" in headers else {}


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _total(count: str | None) -> int | None:
    """Return the number of models in the site's own list, None when it is not in the shape that was seen."""
    try:
        return msgspec.json.decode(count or "", type=_Site).numTotalItems
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _models(payload: Payload, pages: list[str], part: str) -> list[_Model]:
    models: list[_Model] = []
    for position, page in enumerate(pages, start=1):
        models += _decode(payload, page.encode("utf-8", errors="replace"), list[_Model], f"{part}, page {position}")
    return models


def _young(payload: Payload, models: list[_Model]) -> tuple[int, bool]:
    """Return how many models are young, and whether there are more than were looked through."""
    since = payload.fetched_at.replace(tzinfo=dt.UTC) - YOUNG
    for position, model in enumerate(models):
        if model.createdAt.tzinfo is None:
            raise _refused(payload, f"by_age, model {position}: createdAt {model.createdAt} has no time zone")
        if position and model.createdAt - models[position - 1].createdAt > DISORDER:
            raise _refused(payload, f"by_age, model {position} is younger than the one before: not sorted by age")
    young = sum(model.createdAt > since for model in models)
    return young, young == len(models) >= READ_YOUNGEST


def _decode(payload: Payload, content: bytes, kind: type[Kind], part: str) -> Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(payload, f"{part}: {error}; it begins {excerpt(content, 60)!r}") from None


def _refused(payload: Payload, problem: str) -> SourceError:
    return SourceError(f"huggingface, {payload.request}: {problem}", _HINT)
