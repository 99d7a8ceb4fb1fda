"""What a file of a package index says of itself."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sources.live import Clock, collect
from tests.sources.package_index.support import KERAS, METADATA, OTHER, TORCH, WHEEL, offered, page, source, table
from tests.sources.replay import Answer, as_html, as_json


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
