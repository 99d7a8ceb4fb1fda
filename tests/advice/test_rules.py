"""The rule language: what it takes, what it refuses, and what it says then."""

from __future__ import annotations

import pytest

from barometer.rules import RuleError, Vocabulary, parse_rule, rule_evidence

WORDS = Vocabulary(
    metrics=["stars", "paper_share"], subjects=["keras", "jax"], readers=["beginner"], factors=["ease", "popularity"]
)


@pytest.mark.parametrize(
    "rule",
    [
        "stars.keras > stars.jax",
        "  stars.keras == 2015  ",
        "1 < stars.keras",
        "not stars.keras <= 0.5 or stars.jax >= 1",
        "each(stars.keras > 1, not paper_share.jax > 0.5, each(stars.jax > 1))",
        'recommended("beginner", "keras") and leads("ease", "jax")',
    ],
)
def test_rules_that_are_in_the_language(rule):
    parse_rule(rule, WORDS)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("starz.keras > 1", "no metric is called `starz`; did you mean `stars`?"),
        ("stars.kerras > 1", "no framework is called `kerras`; did you mean `keras`?"),
        ("stars.zzz > 1", "no framework is called `zzz`"),
        ('recommended("begginer", "keras")', "no reader is called `begginer`; did you mean `beginner`?"),
        ('leads("eas", "keras")', "no factor is called `eas`; did you mean `ease`?"),
        ('leads("ease", "keros")', "no framework is called `keros`; did you mean `keras`?"),
        ('recomended("beginner", "keras")', "no function is called `recomended`; did you mean `recommended`?"),
        ("stars.keras >", "cannot be read at column"),
        ("", "cannot be read at column"),
        ("stars.keras", "is neither true nor false"),
        ("1", "is neither true nor false"),
        ("stars.keras + 1 > 2", "is not a figure"),
        ("stars.keras > 'x'", "is not a figure"),
        ("stars > 1", "is not a figure"),
        ("stars.keras.low > 1", "is not a figure"),
        ("1 < stars.keras < 2", "compare two things with one of"),
        ("stars.keras != 1", "compare two things with one of"),
        ("stars.keras in stars.jax", "compare two things with one of"),
        ("each()", "`each` needs at least one part"),
        ("each(stars.keras)", "is neither true nor false"),
        ("each(stars.keras > 1, extra=1)", "takes no named arguments"),
        ('recommended("beginner")', "takes two quoted names"),
        ('leads("ease", keras)', "takes two quoted names"),
        ('leads("ease", "keras", 1)', "takes two quoted names"),
        ("__import__('os').system('true')", "no function is called"),
        ("(lambda: True)()", "no function is called"),
        ("stars.keras > 1; 2", "cannot be read at column"),
    ],
)
def test_rules_that_are_refused_and_why(rule, message):
    with pytest.raises(RuleError) as caught:
        parse_rule(rule, WORDS)
    assert message in str(caught.value)


def test_evidence_of_a_rule_is_listed_once_in_order():
    tree = parse_rule("each(stars.keras > stars.jax, paper_share.jax > stars.keras, 1 < stars.jax)", WORDS)
    assert rule_evidence(tree) == [("stars", "keras"), ("stars", "jax"), ("paper_share", "jax")]


def test_every_rule_of_the_catalogue_is_in_the_language(catalog):
    measured = [claim for claim in catalog.claims if claim.kind == "measured"]
    assert len(measured) >= 36
    for claim in measured:
        parse_rule(claim.rule, catalog.vocabulary)
