"""Pages of a package index, in each form that an index gives."""

from __future__ import annotations

import datetime as dt

from tests.sources.live import collect
from tests.sources.package_index.support import HTML, KERAS, METADATA, OTHER, TORCH, WHEEL, file, page, source, table
from tests.sources.replay import Answer, as_html, as_json
from tests.support import shipped_catalog


def test_every_package_companion_and_other_subject_is_asked_in_json(server, tmp_path):
    landed = collect(source(server, tmp_path))
    assert [entry.request for entry in landed] == [KERAS, TORCH, OTHER]
    assert {entry.status for entry in landed} == {"ok"}
    assert all(asked.headers["Accept"].startswith("application/vnd.pypi.simple.v1+json") for asked in server.asked)
    whole = shipped_catalog()
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
