"""The contract with a package index: on a server that answers as indexes do, and once on the index pip asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from barometer.catalog import Catalog, load_catalog
from barometer.errors import SourceError
from barometer.settings import Services
from sources.landing import Landing
from sources.live import Context
from sources.package_index import PackageIndex, metadata
from sources.package_index.address import configured_index, shown
from sources.protocol import Payload
from tests.sources.live import NOW, Clock, collect, live_source, parsed
from tests.sources.replay import Answer, ReplayServer, as_html, as_json, replaying
from tests.sources.test_http import damaged, faults, read
from tests.support import ROOT

KERAS, TORCH, OTHER = "GET /keras/", "GET /torch/", "GET /torchtext/"
BY_DEFAULT = PYPI_SIMPLE_ENDPOINT.rstrip("/")
WHEEL = "keras-3.12.0-py3-none-any.whl"
METADATA = b"""\
Metadata-Version: 2.4
Name: Keras
Version: 3.12.0
Summary: Multi-backend deep learning
Keywords: networks, layers
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Scientific/Engineering
Requires-Dist: absl-py
Requires-Dist: ml_dtypes (>=0.3)
Requires-Dist: torch[cuda]<3,>=2.1; python_version >= "3.11" and extra == "Gpu_Torch"
Unknown-Field: kept out
Author: Somebody
 Else <somebody@example.org>
Maintainer-email: keeper@example.org

# Keras
A description that nobody reads.
"""


def file(filename: str, **changed: Any) -> dict[str, Any]:
    return {
        "filename": filename,
        "url": f"files/{filename}",
        "hashes": {"sha256": "0" * 64},
        "requires-python": ">=3.10",
        "size": 1000,
        "upload-time": "2026-01-02T03:04:05.678901Z",
        "yanked": False,
    } | changed


def page(name: str, *files: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"meta": {"api-version": "1.4", "_last-serial": 5}, "name": name, "files": list(files)} | changed


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with replaying() as running:
        running.on(KERAS, as_json(page("keras", file(WHEEL))))
        running.on(TORCH, as_json(page("torch", file("torch-2.9.0-cp313-cp313-linux_x86_64.whl"))))
        running.on(OTHER, as_json(page("torchtext", file("torchtext-0.18.0.tar.gz"))))
        yield running


def small() -> Catalog:
    catalog = load_catalog(ROOT / "catalog.toml")
    frameworks = [msgspec.structs.replace(framework, companions=[]) for framework in catalog.frameworks[:2]]
    return msgspec.structs.replace(catalog, frameworks=frameworks, other_subjects=["TorchText"])


def source(server: ReplayServer, folder: Any, **options: Any) -> Any:
    return live_source("package_index", server.url, folder, **({"catalog": small()} | options))


def table(asking: Any, name: str, project: str = "keras") -> list[tuple]:
    return [tuple(row.values()) for row in parsed(asking, name) if row["project"] == project]




def test_every_package_companion_and_other_subject_is_asked_in_json(server, tmp_path):
    landed = collect(source(server, tmp_path))
    assert [entry.request for entry in landed] == [KERAS, TORCH, OTHER]
    assert {entry.status for entry in landed} == {"ok"}
    assert all(asked.headers["Accept"].startswith("application/vnd.pypi.simple.v1+json") for asked in server.asked)
    whole = load_catalog(ROOT / "catalog.toml")
    planned = [request.path.strip("/") for request in source(server, tmp_path, catalog=whole).plan()]
    assert {"tensorflow-cpu", "optax", "fastapi", "torchtext"} <= set(planned)
    assert len(planned) == len(set(planned))


def test_a_release_is_dated_by_its_first_upload_and_counted_by_its_files(server, tmp_path):
    files = [
        file("keras-3.0.0-py3-none-any.whl", size=900, **{"upload-time": "2024-03-01T00:30:00+02:00"}),
        file("keras-3.0.0-py2-none-any.whl", size=950, **{"upload-time": "2024-03-05T00:00:00Z"}),
        file("keras-3.0.0.tar.gz", size=400, yanked="broken", **{"upload-time": "2024-03-04T00:00:00Z"}),
        file("keras-3.1.0rc1.tar.gz", size=401, yanked=True, **{"requires-python": None}),
        file("keras-0.2.0.zip", size=None, **{"upload-time": None}),
        file("notes.txt"),
        file("keras-not-a-version.whl"),
    ]
    server.on(KERAS, as_json(page("Keras", *files, versions=["0.2.0", "3.0.0"], unknown=[1])))
    asking = source(server, tmp_path)
    collect(asking)
    assert table(asking, "package_releases") == [
        ("keras", "3.0.0", dt.date(2024, 2, 29), 3, 950),
        ("keras", "3.1.0rc1", dt.date(2026, 1, 2), 1, None),
    ]
    assert table(asking, "package_files") == [
        ("keras", "3.0.0", 3, 400, 1, ">=3.10"),
        ("keras", "3.1.0rc1", 1, 401, 1, None),
        ("keras", "0.2.0", 1, None, 0, ">=3.10"),
    ]


def test_files_of_one_release_meet_however_its_version_is_spelled(server, tmp_path):
    server.on(KERAS, as_json(page("keras", file("keras-1.0.0-rc1.tar.gz"), file("keras-1.0.0rc1-py3-none-any.whl"))))
    asking = source(server, tmp_path)
    collect(asking)
    assert table(asking, "package_releases") == [("keras", "1.0.0rc1", dt.date(2026, 1, 2), 2, 1000)]


HTML = f"""<!DOCTYPE html><html><body><h1>Links for keras</h1>
<a href="files/{WHEEL}#sha256=00" data-requires-python="&gt;=3.10">{WHEEL}</a><br>
<a href="files/keras-3.11.0.tar.gz" data-yanked="bad">keras-3.11.0.tar.gz</a></body></html>"""


def test_an_index_that_sends_html_alone_is_no_data_with_a_reason(server, tmp_path):
    server.on(KERAS, as_html(HTML))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [entry.status for entry in landed] == ["no_data", "ok", "ok"]
    assert landed[0].message == "the index sends a page without times of upload, so no release can be dated"
    assert table(asking, "package_releases") == []
    assert list(asking.parse(asking.context.landing.payload(landed[0]))) == []
    assert collect(asking) == []


def test_html_can_offer_metadata_all_the_same(server, tmp_path):
    server.on(KERAS, as_html(HTML.replace("<a href", '<a data-core-metadata="true" href', 1)))
    server.on(f"GET /keras/files/{WHEEL}.metadata", Answer(METADATA))
    asking = source(server, tmp_path)
    assert [entry.status for entry in collect(asking)][:2] == ["no_data", "ok"]
    assert table(asking, "package_facts")[0][1] == "3.12.0"


def test_an_index_without_a_file_is_no_data(server, tmp_path):
    server.on(KERAS, as_json(page("keras")))
    landed = collect(source(server, tmp_path))
    assert (landed[0].status, landed[0].message) == ("no_data", "the index lists no file")


def test_an_unknown_project_is_a_wrong_name_in_the_catalogue(server, tmp_path):
    del server.answers[KERAS]
    landed = collect(source(server, tmp_path))
    assert [entry.status for entry in landed] == ["error", "ok", "ok"]
    assert landed[0].message.startswith("the index knows no project `keras`; correct packages")


# ---- metadata


def offered(filename: str = WHEEL, content: bytes = METADATA, **changed: Any) -> dict[str, Any]:
    return file(filename, **{"core-metadata": {"sha256": hashlib.sha256(content).hexdigest()}, **changed})


def test_what_the_newest_final_release_declares_and_says_of_itself(server, tmp_path):
    server.on(KERAS, as_json(page("keras", offered())))
    server.on(f"GET /keras/files/{WHEEL}.metadata", Answer(METADATA))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [entry.request for entry in landed] == [KERAS, f"{KERAS}{WHEEL}.metadata", TORCH, OTHER]
    assert table(asking, "package_facts") == [
        (
            "keras",
            "3.12.0",
            "Multi-backend deep learning",
            ["Programming Language :: Python :: 3", "Topic :: Scientific/Engineering"],
            "networks,layers",
        )
    ]
    marker = 'python_version >= "3.11" and extra == "Gpu_Torch"'
    found = table(asking, "package_dependencies")
    assert [row[:4] + row[5:] for row in found] == [
        ("keras", "3.12.0", "absl-py", "", ""),
        ("keras", "3.12.0", "ml-dtypes", ">=0.3", ""),
        ("keras", "3.12.0", "torch", "<3,>=2.1", "gpu-torch"),
    ]
    assert [row[4].replace("gpu-torch", "Gpu_Torch") for row in found] == ["", "", marker]


def test_metadata_is_asked_once_for_ever_and_pages_once_a_day(server, tmp_path):
    server.on(KERAS, as_json(page("keras", offered())))
    server.on(f"GET /keras/files/{WHEEL}.metadata", Answer(METADATA))
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    again = source(server, tmp_path, clock=clock)
    assert (list(again.due()), collect(again)) == ([], [])
    clock.now += dt.timedelta(days=1)
    assert len(collect(source(server, tmp_path, clock=clock))) == 3
    assert server.count(f"GET /keras/files/{WHEEL}.metadata") == 1


def test_the_release_described_is_the_newest_final_one_that_was_not_withdrawn(server, tmp_path):
    files = [
        offered("keras-3.9.0-py3-none-any.whl"),
        offered("keras-3.10.0.tar.gz"),
        offered("keras-3.10.0-py3-none-any.whl"),
        offered("keras-3.11.0-py3-none-any.whl", yanked=True),
        offered("keras-3.12.0rc1-py3-none-any.whl"),
        offered("keras-3.12.0.dev5-py3-none-any.whl"),
    ]
    server.on(KERAS, as_json(page("keras", *files)))
    collect(source(server, tmp_path))
    assert [asked.path for asked in server.asked][1] == "/keras/files/keras-3.10.0-py3-none-any.whl.metadata"


def test_a_metadata_file_that_fails_costs_neither_its_page_nor_the_next(server, tmp_path):
    server.on(KERAS, as_json(page("keras", offered())))
    asking = source(server, tmp_path)
    landed = collect(asking)
    assert [(entry.status, entry.http_status) for entry in landed] == [
        ("ok", 200),
        ("error", 404),
        ("ok", 200),
        ("ok", 200),
    ]
    assert len(table(asking, "package_releases")) == 1
    # It is asked for again, and the page that names it is not.
    server.on(f"GET /keras/files/{WHEEL}.metadata", Answer(METADATA))
    assert [entry.request for entry in collect(source(server, tmp_path))] == [f"{KERAS}{WHEEL}.metadata"]
    assert server.count(KERAS) == 1


METADATA_FAULTS = {
    "no-metadata": (Answer(b"<html>login</html>"), "error"),
    "other-content": (Answer(METADATA + b"more"), "error"),
    "forbidden": (as_html("no", 403), "error"),
    "refused": (as_html("later", 429), "rate_limited"),
    "stalled": (Answer(METADATA, stall_s=30), "error"),
    "cut": (Answer(METADATA, cut_at=20), "error"),
    "elsewhere": (Answer(b"", 302, {"Location": "http://elsewhere.example/"}), "error"),
}


@pytest.mark.parametrize("name", METADATA_FAULTS)
def test_a_fault_of_a_metadata_file_is_its_status(server, tmp_path, name):
    answer, status = METADATA_FAULTS[name]
    server.on(KERAS, as_json(page("keras", offered())))
    server.on(f"GET /keras/files/{WHEEL}.metadata", answer)
    asking = source(server, tmp_path, read_s=0.3)
    landed = collect(asking)
    assert [entry.status for entry in landed] == ["ok", status, "ok", "ok"]
    assert landed[1].message
    assert table(asking, "package_facts") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Metadata-Version: 2.4\nName: keras\n", "Name and Version are needed"),
        (METADATA.replace(b"Keras", b"flask", 1), "this is the metadata of flask, not of keras"),
        (METADATA.replace(b"absl-py", b"absl py >>> 3"), "Requires-Dist: 'absl py >>> 3' is no requirement"),
    ],
)
def test_metadata_that_is_not_as_described_is_named(server, tmp_path, content, said):
    server.on(KERAS, as_json(page("keras", offered(content=content))))
    server.on(f"GET /keras/files/{WHEEL}.metadata", Answer(content))
    landed = collect(source(server, tmp_path))[1]
    assert landed.status == "error"
    assert said in landed.message


def test_where_files_do_not_answer_pages_are_read_and_files_not_asked_again(server, tmp_path):
    for target, name in ((KERAS, WHEEL), (TORCH, "torch-2.9.0-py3-none-any.whl")):
        server.on(target, as_json(page(target.strip("GET /"), offered(name, url=f"http://127.0.0.1:9/{name}"))))
    landed = collect(source(server, tmp_path))
    assert [entry.status for entry in landed] == ["ok", "error", "ok", "ok"]
    assert "127.0.0.1" not in "".join(entry.message for entry in landed)


# ---- what goes wrong


BAD = {
    "other-project": page("flask", file(WHEEL)),
    "no-name": {"meta": {"api-version": "1.4"}, "files": []},
    "no-files": {"meta": {"api-version": "1.4"}, "name": "keras"},
    "files-null": page("keras") | {"files": None},
    "no-filename": page("keras", {"url": "x", "hashes": {}}),
    "no-time": page("keras", file(WHEEL, **{"upload-time": "yesterday"})),
    "impossible-time": page("keras", file(WHEEL, **{"upload-time": "0001-01-01T00:00:00+23:00"})),
    "text-for-a-size": page("keras", file(WHEEL, size="big")),
    "negative-size": page("keras", file(WHEEL, size=-1)),
    "impossible-size": page("keras", file(WHEEL, size=2**63)),
    "future-version": page("keras", file(WHEEL), meta={"api-version": "2.0"}),
    "yanked-number": page("keras", file(WHEEL, yanked=3)),
}
FAULTS = faults() | {name: (as_json(content), "error") for name, content in BAD.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_status_and_costs_nothing_that_was_there(server, tmp_path, name):
    clock = Clock()
    collect(source(server, tmp_path, clock=clock))
    before = parsed(source(server, tmp_path), "package_releases")
    clock.now += dt.timedelta(days=1)
    fault, status = FAULTS[name]
    server.on(KERAS, fault).on(TORCH, fault).on(OTHER, fault)
    asking = source(server, tmp_path, clock=clock, read_s=0.3)
    landed = collect(asking)
    assert {entry.status for entry in landed} == {status}
    assert all(entry.message for entry in landed)
    assert parsed(asking, "package_releases") == before
    assert len(before) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-name", "name: Field required"),
        ("no-time", "files.0.upload-time: "),
        ("text-for-a-size", "it is 'big'"),
        ("other-project", "this is the page of flask, not of keras"),
        ("future-version", "UnsupportedRepoVersionError"),
    ],
)
def test_what_is_not_as_described_is_named_with_its_place(server, tmp_path, name, said):
    server.on(KERAS, as_json(BAD[name]))
    landed = collect(source(server, tmp_path))[0]
    assert said in landed.message
    assert landed.sha256


GOOD_PAGE = json.dumps(page("keras", offered(), file("keras-3.11.0.tar.gz"))).encode()


@given(content=damaged(GOOD_PAGE) | damaged(HTML.encode()))
def test_any_bytes_of_a_page_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("package_index", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    found = read(parser, Payload("package_index", "package_releases", KERAS, NOW, content))
    if isinstance(found, SourceError):
        assert KERAS in found.message
        assert "barometer replay package_index" in found.hint
    else:
        assert {batch.table for batch in found} <= {"package_releases", "package_files"}


@given(content=damaged(METADATA))
def test_any_bytes_of_metadata_give_rows_or_one_clear_error(tmp_path_factory, content):
    parser = live_source("package_index", "http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "fuzz")
    request = f"{KERAS}{WHEEL}.metadata"
    found = read(parser, Payload("package_index", "package_releases", request, NOW, content))
    if isinstance(found, SourceError):
        assert request in found.message
    else:
        assert [batch.table for batch in found] == ["package_facts", "package_dependencies"]


# ---- which index


PIP = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"]


def configured(folder: Path, text: str, **more: str) -> dict[str, str]:
    """The environment of a pip that reads one file alone."""
    (folder / "pip.conf").write_text(text, encoding="utf-8")
    return {"PIP_CONFIG_FILE": str(folder / "pip.conf"), "HOME": str(folder), "XDG_CONFIG_DIRS": str(folder)} | more


@pytest.mark.parametrize(
    ("text", "more", "found"),
    [
        ("[global]\nindex-url = https://u:p@one.example/simple/\n", {}, "https://u:p@one.example/simple"),
        (
            "[global]\nindex-url = https://one.example/\n[install]\nindex-url = https://two.example/s\n",
            {},
            "https://two.example/s",
        ),
        (
            "[global]\nindex-url = https://one.example/\n",
            {"PIP_INDEX_URL": "https://env.example/s/"},
            "https://env.example/s",
        ),
        (
            "[global]\nindex-url = https://one.example/\n",
            {"UV_DEFAULT_INDEX": "https://uv.example/s"},
            "https://one.example",
        ),
        ("[global]\ntimeout = 3\n", {"UV_DEFAULT_INDEX": "https://uv.example/s"}, "https://uv.example/s"),
        ("[global]\nextra-index-url = https://extra.example/\n", {}, BY_DEFAULT),
        ("no configuration", {}, BY_DEFAULT),
    ],
)
def test_the_index_is_the_one_pip_is_configured_for(tmp_path, text, more, found):
    assert configured_index(configured(tmp_path, text, **more)) == found


def test_without_pip_it_is_the_one_that_pip_takes_by_default(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    assert configured_index({}) == BY_DEFAULT


def unset(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """The source as it is without BAROMETER_PACKAGE_INDEX_URL, beside a pip that reads `text`."""
    for name in PIP:
        monkeypatch.delenv(name, raising=False)
    for name, value in configured(folder, text).items():
        monkeypatch.setenv(name, value)
    services = Services(wait_cap_s=0.0, read_s=2.0)
    return PackageIndex(Context(small(), services, Landing(folder / "landing"), Clock()))


def test_pips_index_is_asked_with_its_password_and_nobody_is_told(server, tmp_path, monkeypatch):
    url = server.url.replace("://", "://user:secret-word@")
    server.on(TORCH, as_json({"name": "flask"})).on(OTHER, Answer(b"", 302, {"Location": "http://x.example/"}))
    server.on(KERAS, as_json(page("keras", offered())))
    asking = unset(tmp_path, f"[global]\nindex-url = {url}\n", monkeypatch)
    landed = collect(asking)
    assert [entry.status for entry in landed] == ["ok", "error", "error", "error"]
    assert all(asked.headers["Authorization"].startswith("Basic ") for asked in server.asked)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "landing").rglob("*.jsonl"))
    kept += b"".join(asking.context.landing.payload(entry).content for entry in landed)
    assert b"secret-word" not in kept
    assert server.url.removeprefix("http://").encode() not in kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[global]\nindex-url = file://user:secret@host/simple\n", "file://host/simple is not reached by http"),
    ],
)
def test_without_an_index_to_ask_it_is_not_configured(tmp_path, monkeypatch, text, said):
    landed = collect(unset(tmp_path, text, monkeypatch))
    assert [entry.status for entry in landed] == ["not_configured"]
    assert said in landed[0].message
    assert "BAROMETER_PACKAGE_INDEX_URL" in landed[0].message


def test_an_address_is_shown_without_what_is_secret():
    assert shown("https://user:secret@one.example:8443/simple?token=secret#secret") == "https://one.example:8443/simple"


def test_switched_off_it_says_how_to_switch_it_on(tmp_path):
    services = Services(switched={"package_index": False})
    asking = PackageIndex(Context(small(), services, Landing(tmp_path), Clock()))
    assert asking.missing() == "switched off; BAROMETER_PACKAGE_INDEX=on switches it on"


@pytest.mark.live
def test_the_index_pip_is_configured_for_answers_as_the_parser_expects(tmp_path):
    address = configured_index()
    catalog = small()
    catalog = msgspec.structs.replace(
        catalog,
        frameworks=[msgspec.structs.replace(catalog.frameworks[0], packages=["keras"])],
        other_subjects=[],
    )
    asking: Any = live_source("package_index", address, tmp_path, catalog=catalog, wait_cap_s=5.0, read_s=20.0)
    landed = collect(asking)
    if landed[0].http_status is None:
        pytest.skip(f"the index that pip is configured for does not answer: {landed[0].message}")
    if landed[0].status == "no_data":
        pytest.skip(f"the index that pip is configured for cannot tell: {landed[0].message}")
    assert {entry.status for entry in landed} == {"ok"}, [entry.message for entry in landed]
    found = {row[1]: row[2] for row in table(asking, "package_releases")}
    assert found["3.0.0"] == dt.date(2023, 11, 28)
    assert len(found) > 100


def test_its_data_set_is_in_the_catalogue_and_its_terms_are_told(tmp_path):
    source = live_source("package_index", "http://127.0.0.1:9", tmp_path)
    known = {entry.key: entry for entry in load_catalog(ROOT / "catalog.toml").datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("package_index" in known[key].sources for key in source.datasets)


def test_of_a_metadata_file_neither_people_nor_the_description_land():
    text = metadata.without_people(METADATA)
    assert b"Requires-Dist: ml_dtypes (>=0.3)" in text
    for word in (b"Somebody", b"Else", b"keeper", b"nobody reads"):
        assert word in METADATA
        assert word not in text
