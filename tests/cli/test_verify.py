"""`barometer verify` passes on what was written and fails when one number was changed by hand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.support import AS_OF

DAY = AS_OF.isoformat()


def test_every_number_is_derived_again(barometer, built_home: Path):
    done = barometer("verify", home=built_home)
    assert done.returncode == 0, done.stderr
    counted = re.fullmatch(
        rf"edition {DAY}: (\d+) numbers derived again, all as printed; (\d+) of them .*\n", done.stdout
    )
    assert counted is not None
    assert int(counted[1]) > int(counted[2]) > 500


def test_each_number_changed_by_hand_is_found(barometer, built_home: Path, tmp_path: Path):
    home, files = tmp_path / "home", ("index.html", "evidence.html", "report.json", "tables/evidence.csv")
    shutil.copytree(built_home, home)
    for file in files:
        page = home / "reports" / DAY / file
        text = page.read_text(encoding="utf-8")
        number = _a_number(text, file)
        changed = number[0][:-1] + str((int(number[0][-1]) + 1) % 10)
        page.write_text(text[: number.start()] + changed + text[number.end() :], encoding="utf-8")
    done = barometer("verify", home=home)
    assert done.returncode == 6, done.stdout
    assert f"edition {DAY}: {len(files)} of " in done.stderr
    assert [file for file in files if file not in done.stderr] == []
    assert "Traceback" not in done.stderr


def test_an_edition_that_is_not_there_is_an_error(barometer, built_home: Path):
    done = barometer("verify", "2020-01-01", home=built_home)
    assert done.returncode == 2
    assert "there is no edition 2020-01-01" in done.stderr


def test_a_word_that_is_no_day_is_an_error(barometer, built_home: Path):
    done = barometer("verify", "../secrets", home=built_home)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def _a_number(text: str, file: str) -> re.Match[str]:
    """A figure of the middle of the file: of a page one that a reader sees."""
    pattern = r'(?<=">)\d[\d.]*\d(?=</)' if file.endswith(".html") else r"(?<=[,: ])\d+\.\d+(?=[,\n])"
    found = list(re.finditer(pattern, text))
    return found[len(found) // 2]
