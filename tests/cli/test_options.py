"""How options are read: days, queries, unknown commands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from barometer.cli.options import Day, today
from barometer.errors import SettingsError


def test_a_day_is_read_as_iso():
    assert Day().convert("2026-03-01", None, None) == dt.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "01.03.2026", ""])
def test_what_is_no_day_is_refused_with_an_example(text):
    with pytest.raises(SettingsError, match="is not a day") as caught:
        Day().convert(text, None, None)
    assert "2026-03-01" in caught.value.hint


def test_a_day_to_come_is_refused():
    tomorrow = today() + dt.timedelta(days=1)
    with pytest.raises(SettingsError, match="still to come"):
        Day().convert(tomorrow.isoformat(), None, None)
    assert Day().convert(today().isoformat(), None, None) == today()


def test_an_unknown_command_names_the_nearest(barometer):
    done = barometer("reprot")
    assert done.returncode == 2
    assert "did you mean `report`?" in done.stderr


@pytest.mark.parametrize("arguments", [("run", "--as-of", "2999-01-01"), ("build", "--as-of", "soon")])
def test_a_bad_day_is_one_block_and_exit_code_2(barometer, arguments):
    done = barometer(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["barometer", "next"]


def test_no_query_is_an_error_with_an_example(barometer):
    done = barometer("sql")
    assert done.returncode == 2
    assert "next: barometer sql" in done.stderr


@pytest.mark.parametrize("command", ["sql", "tables", "explain", "report", "verify"])
def test_without_a_warehouse_the_next_step_is_named(barometer, tmp_path: Path, command):
    argument = {"sql": ["select 1"], "explain": ["stars.keras"]}.get(command, [])
    done = barometer(command, *argument)
    assert done.returncode in (2, 8)
    assert "barometer run --offline" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_an_empty_home_is_no_error(barometer):
    done = barometer("status")
    assert done.returncode == 0
    assert "there is no warehouse" in done.stdout
    assert "writer     nobody" in done.stdout
