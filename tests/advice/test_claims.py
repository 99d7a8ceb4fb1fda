"""Claims: four-valued logic over intervals, verdicts and reasons."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from advice import decide
from advice.claims import Advice, Judge
from advice.figures import read_figures
from advice.logic import COMPARE, conjunction, disjunction, each, negate
from barometer.catalog import Claim
from barometer.rules import COMPARISONS, parse_rule

VALUES = (True, False, "unclear", "unknown")
SYMBOLS = {symbol: node for node, symbol in COMPARISONS.items()}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        # >, <, >=, <=, == of left and right
        ((3, 4), (1, 2), (True, False, True, False, False)),
        ((1, 2), (3, 4), (False, True, False, True, False)),
        ((1, 3), (2, 4), ("unclear", "unclear", "unclear", "unclear", "unclear")),
        ((2, 3), (1, 2), ("unclear", False, True, "unclear", "unclear")),
        ((1, 2), (2, 3), (False, "unclear", "unclear", True, "unclear")),
        ((2, 2), (2, 2), (False, False, True, True, True)),
        ((2, 2), (1, 3), ("unclear", "unclear", "unclear", "unclear", "unclear")),
        ((2, 2), (3, 3), (False, True, False, True, False)),
    ],
)
def test_comparisons_of_intervals(left, right, expected):
    found = tuple(COMPARE[SYMBOLS[symbol]](left, right) for symbol in (">", "<", ">=", "<=", "=="))
    assert found == expected


def test_every_operator_of_the_language_has_a_meaning():
    assert set(COMPARE) == set(COMPARISONS)


# Rows and columns in the order of VALUES.
AND = [
    [True, False, "unclear", "unknown"],
    [False, False, False, False],
    ["unclear", False, "unclear", "unknown"],
    ["unknown", False, "unknown", "unknown"],
]
OR = [
    [True, True, True, True],
    [True, False, "unclear", "unknown"],
    [True, "unclear", "unclear", "unknown"],
    [True, "unknown", "unknown", "unknown"],
]
EACH = [
    [True, "unclear", "unclear", "unknown"],
    ["unclear", False, "unclear", "unknown"],
    ["unclear", "unclear", "unclear", "unclear"],
    ["unknown", "unknown", "unclear", "unknown"],
]


@pytest.mark.parametrize(("i", "j"), list(itertools.product(range(4), repeat=2)))
def test_truth_tables(i, j):
    pair = (VALUES[i], VALUES[j])
    assert conjunction(pair) == AND[i][j]
    assert disjunction(pair) == OR[i][j]
    assert each(pair) == EACH[i][j]
    assert negate(conjunction(pair)) == disjunction(map(negate, pair))


def test_each_is_decided_by_parts_that_already_differ():
    assert each([True, False, "unknown"]) == "unclear"
    assert each([True, True, "unknown"]) == "unknown"
    assert each([False]) is False


FIGURES = [("stars", "keras", 60e3, None), ("stars", "pytorch", 95e3, None), ("survey_share", "pytorch", 0.106, 0.004),
           ("survey_share", "tensorflow", 0.105, 0.004), ("paper_share", "pytorch", 0.6, 0.02)]  # fmt: skip


@pytest.fixture
def judge(catalog, row):
    rows = [row(m, f, v, w and v - w, w and v + w) for m, f, v, w in FIGURES]
    readers = Advice(
        {"beginner": "keras", "researcher": None, "teacher": None}, {"researcher": 0.4, "teacher": 1.0},
        {("researcher", "jax"): 0.1, ("researcher", "pytorch"): 0.9, ("teacher", "keras"): 0.5}, 0.8,
    )  # fmt: skip
    factors = Advice({"jobs": "pytorch", "ease": None}, {"ease": 0.0}, {("ease", "keras"): 1.0}, 0.8)
    return Judge(catalog, read_figures(rows), readers, factors)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("stars.pytorch > stars.keras", True),
        ("stars.keras > stars.pytorch", False),
        ("survey_share.pytorch > survey_share.tensorflow", "unclear"),
        ("stars.pytorch > stars.jax", "unknown"),
        ("names_deep_learning.fastapi == 1", "unknown"),
        ("stars.keras == 60000", True),
        ("not stars.keras == 60000", False),
        ("stars.keras >= 60000 and stars.pytorch <= 95000", True),
        ("stars.keras < 1 or stars.jax > 1", "unknown"),
        ("stars.keras < 1 and stars.jax > 1", False),
        ("stars.keras > 1 or stars.jax > 1", True),
        ("each(stars.pytorch > 1, stars.keras > 99000000)", "unclear"),
        ("each(stars.pytorch > 1, stars.jax > 1)", "unknown"),
        ("each(stars.pytorch < 1, stars.keras < 1)", False),
        ('recommended("beginner", "keras")', True),
        ('recommended("beginner", "pytorch")', False),
        ('recommended("researcher", "pytorch")', "unknown"),
        ('recommended("researcher", "jax")', False),
        ('recommended("teacher", "keras")', "unclear"),
        ('recommended("teacher", "fastapi")', False),
        ('leads("jobs", "pytorch")', True),
        ('leads("jobs", "keras")', False),
        ('leads("ease", "keras")', "unknown"),
        ('leads("framing", "keras")', "unknown"),
    ],
)
def test_rules_over_figures_and_advice(judge, catalog, rule, expected):
    assert judge.truth(parse_rule(rule, catalog.vocabulary)) == expected


@pytest.mark.parametrize(
    ("rule", "verdict", "why", "ids"),
    [
        (
            "stars.pytorch > stars.keras",
            "supported",
            "GitHub stars: PyTorch 95\u202fk (2026-05-31) is above Keras 60\u202fk (2026-05-31).",
            ["stars.pytorch", "stars.keras"],
        ),
        (
            "survey_share.pytorch > survey_share.tensorflow",
            "mixed",
            "Share of surveyed developers who used it in the past year: PyTorch 10.6\u202f% (10.2\u202f% to 11\u202f%, "
            "2026-05-31) cannot be told from TensorFlow 10.5\u202f% (10.1\u202f% to 10.9\u202f%, 2026-05-31).",
            ["survey_share.pytorch", "survey_share.tensorflow"],
        ),
        (
            "each(stars.pytorch > 1000000, stars.jax > 10)",
            "not enough evidence",
            "GitHub stars: PyTorch 95\u202fk (2026-05-31) is not above 1\u202fM; no figure yet for JAX: GitHub stars; "
            "it takes a count.",
            ["stars.pytorch"],
        ),
        ('recommended("beginner", "pytorch")', "contradicted", "First-model beginner: Keras is the pick.", []),
        (
            'recommended("researcher", "pytorch")',
            "not enough evidence",
            "Researcher: 40\u202f% of what counts is measured, too little to tell; it takes a count.",
            [],
        ),
    ],
)
def test_rows_of_claims(judge, rule, verdict, why, ids):
    claim = Claim(id="C99", factor="popularity", text="x", rule=rule, needs="a count")
    assert judge.row(claim) == {"claim_id": "C99", "verdict": verdict, "why": why, "evidence_ids": ids}


def test_without_needs_the_data_set_is_named(judge):
    row = judge.row(Claim(id="C99", factor="popularity", text="x", rule="stars.jax > 1"))
    assert row["why"] == "No figure yet for JAX: GitHub stars; it takes GitHub stars and forks."


def test_an_out_of_date_figure_still_decides_a_claim(quick, row):
    claim = Claim(id="C99", factor="popularity", text="x", rule="stars.pytorch > stars.keras")
    catalog = msgspec.structs.replace(quick, claims=[claim])
    rows = [row("stars", "pytorch", 9, is_stale=True, as_of="2019-01-01"), row("stars", "keras", 5)]
    found = decide(rows, catalog)["claims"][0]
    assert found["verdict"] == "supported"
    assert "2019-01-01" in found["why"]


def test_a_withheld_figure_decides_nothing_and_says_why(quick, row):
    claim = Claim(id="C99", factor="popularity", text="x", rule="stars.pytorch > stars.keras")
    catalog = msgspec.structs.replace(quick, claims=[claim])
    rows = [row("stars", "pytorch", 9, is_withheld=True), row("stars", "keras", 5)]
    found = decide(rows, catalog)["claims"][0]
    assert found["verdict"] == "not enough evidence"
    assert found["why"].startswith("Figure withheld, because its source broke, for PyTorch: GitHub stars")
    assert found["evidence_ids"] == ["stars.keras"]


def test_a_withheld_figure_counts_like_one_that_nobody_measured(quick, realistic):
    gone = [line for line in realistic if line["metric"] != "stars_gained_per_week"]
    withheld = [{**line, "is_withheld": line["metric"] == "stars_gained_per_week"} for line in realistic]
    assert decide(withheld, quick)["recommendations"] == decide(gone, quick)["recommendations"]


@pytest.mark.parametrize("evidence", ["realistic", "complete", "none"])
def test_every_claim_of_the_catalogue_gets_a_verdict_and_a_reason(quick, evidence, request):
    rows = [] if evidence == "none" else request.getfixturevalue(evidence)
    found = decide(rows, quick)["claims"]
    assert [line["claim_id"] for line in found] == [f"C{i:02}" for i in range(38)]
    known = {line["evidence_id"] for line in rows}
    for line, claim in zip(found, quick.claims, strict=True):
        assert line["why"].endswith(".")
        assert line["why"][0].isupper()
        assert set(line["evidence_ids"]) <= known
        assert (line["verdict"] == "context") == (claim.kind == "context")
        if evidence == "none" and claim.kind != "context":
            assert line["verdict"] == "not enough evidence"
            assert "; it takes " in line["why"]
        unmeasured = ("recommended", *(f".{subject}" for subject in quick.other_subjects))
        if evidence == "complete" and not any(word in (claim.rule or "") for word in unmeasured):
            assert line["verdict"] != "not enough evidence"


def test_claims_on_the_advice_follow_the_advice(quick, complete):
    tables = decide(complete, quick)
    winners = {line["factor"]: line["winner"] for line in tables["factor_verdicts"]}
    picks = {line["reader"]: line["pick"] for line in tables["picks"]}
    verdicts = {line["claim_id"]: line["verdict"] for line in tables["claims"]}
    assert (verdicts["C07"] == "supported") == (winners["ease"] == "keras")
    assert (verdicts["C10"] == "supported") == (winners["debugging"] == "pytorch")
    assert (verdicts["C33"] == "supported") == (picks["beginner"] == "keras")
    assert (verdicts["C34"] == "supported") == (picks["researcher"] == "pytorch")
