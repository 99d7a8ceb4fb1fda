"""A value reads the same everywhere: three significant digits, the same in the pages and in the verdicts' words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advice.words import chance, number
from reports.numbers import column_kind, format_chance, format_number, format_value

S = "\u202f"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.04850, "0.0485"),
        (1.5, "1.5"),
        (22.74, "22.7"),
        (999.4, "999"),
        (999.6, f"1{S}k"),
        (2273, f"2.27{S}k"),
        (18_449, f"18.4{S}k"),
        (999_700, f"1{S}M"),
        (2_268_000, f"2.27{S}M"),
        (1.2e9, f"1.2{S}B"),
        (-17.25, "-17.2"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, said: str) -> None:
    assert format_number(value) == said


@pytest.mark.parametrize(
    ("value", "kind", "prose", "said"),
    [
        (0.4117, "share", False, f"41.2{S}%"),
        (4.1349, "ratio", False, "4.13×"),
        (2015.0, "year", False, "2015"),
        (1.0, "flag", False, "yes"),
        (dt.date(2026, 3, 31), "date", False, "2026-03-31"),
        (dt.date(2026, 3, 31), "date", True, "March 2026"),
        (dt.datetime(2026, 3, 31, 12), "date", False, "2026-03-31"),
        (None, "number", False, "\u2013"),
        (float("nan"), "number", False, "\u2013"),
        (True, "number", False, "yes"),
        (["one", "two"], "text", False, "one two"),
        (0.0021349, "seconds", False, f"2.13{S}ms"),
        (0.0003124, "seconds", False, f"312{S}\u00b5s"),
        (0.9996, "seconds", False, f"1{S}s"),
        (4e-10, "seconds", False, f"0.4{S}ns"),
        (0.0, "seconds", False, f"0{S}s"),
        (-0.02, "seconds", False, f"-20{S}ms"),
        (432_013_312, "bytes", False, f"412{S}MiB"),
        (1.5 * 2**30, "bytes", False, f"1.5{S}GiB"),
        (6.789e-7, "tiny", False, "6.79e-7"),
        (9.999e-6, "tiny", False, "1e-5"),
        (0.0213, "tiny", False, "0.0213"),
        (0.0, "tiny", False, "0"),
    ],
)
def test_kinds(value: object, kind: str, prose: bool, said: str) -> None:
    assert format_value(value, kind, prose) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, f"under 0.1{S}%"), (0.5834, f"58.3{S}%"), (0.9995, f"over 99.9{S}%"), (1.0, f"over 99.9{S}%")],
)
def test_a_chance_is_never_printed_as_certain(value: float, said: str) -> None:
    assert format_chance(value) == said


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("benchmark_cells", "step_s", "seconds"),
        ("benchmark_cells", "samples_per_s", "number"),
        ("benchmark_cells", "peak_bytes", "bytes"),
        ("benchmark_cells", "ceiling_fraction", "share"),
        ("benchmark_contrasts", "low", "ratio"),
        ("benchmark_runs", "foreign_limit", "share"),
        ("benchmark_runs", "started_on", "date"),
        ("benchmark_parity", "value", "tiny"),
        ("releases_year", "releases", "number"),
    ],
)
def test_a_column_has_one_kind(table: str, column: str, kind: str) -> None:
    assert column_kind(table, column) == kind


@given(st.floats(min_value=1e-6, max_value=1e11, allow_nan=False))
def test_pages_and_verdicts_spell_a_number_alike(value: float) -> None:
    assert format_number(value) == number(value)
    assert format_value(value, "ratio") == number(value, "ratio")


@given(st.one_of(st.just(0.0), st.floats(min_value=1e-8, max_value=1)))
def test_pages_and_verdicts_spell_a_chance_alike(value: float) -> None:
    assert format_chance(value) == chance(value)
    assert format_value(value, "share") == number(value, "share")
