"""Kept drawings: drawn once, found again, and whatever happens to the folder, the same drawing."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import vl_convert

from barometer.catalog import Catalog
from barometer.settings import Settings, load_settings
from flows import steps
from reports import drawings, svg
from reports.drawings import Drawings, draw, kept_in
from tests.support import AS_OF, file_contents

SPECIFICATION = json.dumps(
    {"data": {"values": [{"a": "one", "b": 1}, {"a": "two", "b": 2}]}, "mark": "bar",
     "encoding": {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}}}
)  # fmt: skip


# No drawing of the specification: where it comes back, nothing was drawn.
KEPT = "<svg><text>kept</text></svg>"


def test_what_was_drawn_is_not_drawn_again(tmp_path: Path) -> None:
    plain, folder = draw(SPECIFICATION), tmp_path / "charts"
    assert plain == vl_convert.vegalite_to_svg(SPECIFICATION)
    with kept_in(folder):
        assert draw(SPECIFICATION) == plain
    (path,) = folder.iterdir()
    assert path.suffix == ".svg"
    assert Drawings(folder).find(SPECIFICATION) == plain
    Drawings(folder).keep(SPECIFICATION, KEPT)
    with kept_in(folder):
        assert draw(SPECIFICATION) == KEPT
    assert draw(SPECIFICATION) == plain
    assert list(folder.iterdir()) == [path]


def test_another_specification_or_another_drawer_is_another_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Drawings(tmp_path).keep(SPECIFICATION, KEPT)
    with kept_in(tmp_path):
        assert "three" in draw(SPECIFICATION.replace('"one"', '"three"'))
        monkeypatch.setattr(drawings, "_DRAWER", "0.0.1")
        assert draw(SPECIFICATION) == vl_convert.vegalite_to_svg(SPECIFICATION)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-5]),
        lambda path: path.write_text(path.read_text().replace("kept", "held")),
        lambda path: path.write_bytes(b"\xff\xfe\xfd"),
        lambda path: path.write_text(""),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["cut", "changed", "not text", "empty", "a folder"],
)
def test_what_is_not_as_it_was_written_is_drawn_again(tmp_path: Path, spoil) -> None:
    Drawings(tmp_path).keep(SPECIFICATION, KEPT)
    spoil(next(tmp_path.iterdir()))
    with kept_in(tmp_path):
        assert draw(SPECIFICATION) == vl_convert.vegalite_to_svg(SPECIFICATION)


def test_what_cannot_be_kept_is_drawn_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        with kept_in(tmp_path / "file"):
            assert draw(SPECIFICATION) == vl_convert.vegalite_to_svg(SPECIFICATION)
    assert (tmp_path / "file").read_text() == "in the way"


def test_what_nobody_used_for_long_goes_and_a_killed_runs_draft_soon(tmp_path: Path) -> None:
    kept, day = Drawings(tmp_path), 86_400
    ages = {"used": 89 * day, "unused": 91 * day, "new.draft": day / 2, "old.draft": 2 * day}
    for name, age in ages.items():
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    kept.sweep()
    assert {path.name for path in tmp_path.iterdir()} == {"used", "new.draft"}


def test_use_keeps_a_drawing(tmp_path: Path) -> None:
    kept = Drawings(tmp_path)
    kept.keep(SPECIFICATION, "<svg/>")
    (path,) = tmp_path.iterdir()
    os.utime(path, (1, 1))
    assert kept.find(SPECIFICATION) == "<svg/>"
    kept.sweep()
    assert path.exists()


def test_a_report_is_made_of_the_last_ones_drawings(
    built: Settings, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(specification: str) -> str:
        raise AssertionError(specification[:200])

    monkeypatch.setattr(drawings.vl_convert, "vegalite_to_svg", refuse)
    svg._drawn.cache_clear()
    pages = steps.render_report(built, catalog)
    assert pages.files == file_contents(built.reports / AS_OF.isoformat())


def test_homes_share_a_cache_where_one_is_named(tmp_path: Path) -> None:
    assert load_settings(environ={}, home=tmp_path).cache == tmp_path / "cache"
    shared = load_settings(environ={"BAROMETER_CACHE": str(tmp_path / "shared")}, home=tmp_path / "one")
    assert shared.cache == tmp_path / "shared"
