"""Which index is asked: what pip is set up for, and once that one in truth."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from barometer.settings import Services
from sources.landing import Landing
from sources.live import Context
from sources.package_index import PackageIndex, metadata
from sources.package_index.address import configured_index, shown
from tests.sources.live import Clock, collect, live_source
from tests.sources.package_index.support import KERAS, METADATA, OTHER, TORCH, offered, page, small, table
from tests.sources.replay import Answer, as_json
from tests.support import shipped_catalog

BY_DEFAULT = PYPI_SIMPLE_ENDPOINT.rstrip("/")
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
    known = {entry.key: entry for entry in shipped_catalog().datasets}
    assert [terms.dataset for terms in source.terms()] == list(source.datasets)
    assert all("package_index" in known[key].sources for key in source.datasets)


def test_of_a_metadata_file_neither_people_nor_the_description_land():
    text = metadata.without_people(METADATA)
    assert b"Requires-Dist: ml_dtypes (>=0.3)" in text
    for word in (b"Somebody", b"Else", b"keeper", b"nobody reads"):
        assert word in METADATA
        assert word not in text
