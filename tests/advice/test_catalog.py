"""A broken catalogue: one clear error each, naming the entry, the rule it breaks and the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometer.catalog import load_catalog
from barometer.errors import CatalogError

TEXT = (Path(__file__).resolve().parents[2] / "catalog.toml").read_text(encoding="utf-8")
BEGINNER = "weights = { emergence = 0.03, ease = 0.35"


@pytest.fixture
def load(tmp_path):
    """Return the error of the project's catalogue with one place changed."""

    def changed(old: str, new: str) -> CatalogError:
        assert old in TEXT
        path = tmp_path / "catalog.toml"
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CatalogError) as caught:
            load_catalog(path)
        assert caught.value.exit_code == 3
        assert str(path) in caught.value.hint or "update" in caught.value.hint
        return caught.value

    return changed


@pytest.mark.parametrize(
    ("old", "new", "entry", "rule"),
    [
        ('key = "keras"\n', 'key = "keras"\ncolor = "red"\n', "[[frameworks]] keras", "unknown field `color`"),
        ("draws = 10000", "draws = 10000\nsedd = 1", "method", "unknown field `sedd`"),
        ("draws = 10000", "draws = 5", "method.draws", ">= 100"),
        ("draws = 10000", 'draws = "many"', "method.draws", "Expected `int`"),
        ("pick_threshold = 0.80", "pick_threshold = 0.4", "method.pick_threshold", "> 0.5"),
        ('packages = ["keras"]', "packages = []", "[[frameworks]] keras.packages", "length >= 1"),
        ('packages = ["keras"]\n', "", "[[frameworks]] keras", "required field `packages`"),
        ('colour = "#CC79A7"', 'colour = "pink"', "[[frameworks]] keras.colour", "matching regex"),
        ('shape = "circle"', 'shape = "star"', "[[frameworks]] keras.shape", "Invalid enum value"),
        (
            'package = "tensorflow"\n',
            'package = "tensorfow"\n',
            "[[pulls_in]] tensorfow",
            "no framework lists the package",
        ),
        (
            'installs = "keras"',
            'installs = "tensorflow-gpu"',
            "[[pulls_in]] tensorflow",
            "both belong to one framework",
        ),
        ('packages = ["jax"]', 'packages = ["torch"]', "the package `torch`", "belongs to both pytorch and jax"),
        ('key = "jax"\n', 'key = "keras"\n', "[[frameworks]] keras", "is there twice"),
        ('key = "stars"\n', 'key = "survey_share"\n', "[[metrics]] survey_share", "is there twice"),
        ('id = "C01"', 'id = "C00"', "[[claims]] C00", "is there twice"),
        ('id = "C01"', 'id = "first"', "[[claims]]", "matching regex"),
        (BEGINNER, BEGINNER.replace("0.35", "0.45"), "[[readers]] beginner", "the weights sum to 1.1, not to 1"),
        (BEGINNER, BEGINNER.replace("emergence = 0.03, ", ""), "[[readers]] beginner", "no weight for `emergence`"),
        (BEGINNER, BEGINNER.replace("ease", "eas"), "[[readers]] beginner", "no scored factor is called `eas`"),
        (BEGINNER, BEGINNER.replace("0.03", "-0.03"), "[[readers]] beginner.weights", ">= 0"),
        ('factor = "jobs"\nlabel', 'factor = "job"\nlabel', "[[metrics]] job_share_hn", "no factor is called `job`"),
        ('dataset = "papers"', 'dataset = "paper"', "[[metrics]] paper_share", "no data set is called `paper`"),
        ('spread = "count"', 'spread = "counts"', "[[metrics]] releases_last_year.spread", "Invalid enum value"),
        ('article_winner = "draw"', 'article_winner = "theano"', "[[factors]] emergence", "article_winner `theano`"),
        (
            "first_commit_year.keras == 2015",
            "first_comit_year.keras == 2015",
            "[[claims]] C01",
            "did you mean `first_commit_year`",
        ),
        (
            "runs_without_tensorflow.keras == 0",
            "runs_without_tensorflow.kers == 0",
            "[[claims]] C03",
            "did you mean `keras`",
        ),
        (
            'recommended("beginner", "keras")',
            'recomended("beginner", "keras")',
            "[[claims]] C33",
            "did you mean `recommended`",
        ),
        ('leads("ease", "keras")', 'leads("ease" "keras")', "[[claims]] C07", "takes two quoted names"),
        (
            "fault_places.keras < fault_places.pytorch",
            "fault_places.keras <",
            "[[claims]] C08",
            "cannot be read at column",
        ),
        (
            'kind = "context"\nwhy = "Postings',
            'kind = "context"\nneeds = "Postings',
            "[[claims]] C32",
            "a context claim says why",
        ),
        ('kind = "context"\n', "", "[[claims]] C32", "a measured claim needs a rule"),
    ],
)
def test_each_fault_is_named_with_its_entry_and_rule(load, old, new, entry, rule):
    message = load(old, new).message
    assert entry in message
    assert rule in message


def test_a_newer_format_asks_for_a_newer_version(load):
    error = load("format = 1", "format = 2")
    assert "has format 2; this version reads up to 1" in error.message
    assert error.hint == "update barometer"


def test_bad_toml_names_the_line(load):
    assert "is not valid TOML" in load("[method]", "[method").message


def test_a_missing_file_is_an_error_of_the_catalogue(tmp_path):
    with pytest.raises(CatalogError, match="cannot read the catalogue"):
        load_catalog(tmp_path / "none.toml")


def test_bytes_that_are_not_text_are_an_error_of_the_catalogue(tmp_path):
    path = tmp_path / "catalog.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="is not valid TOML"):
        load_catalog(path)


def test_the_catalogue_itself_is_whole(catalog):
    assert [framework.key for framework in catalog.frameworks] == ["keras", "pytorch", "tensorflow", "jax"]
    assert len(catalog.readers) == 7
    assert [claim.id for claim in catalog.claims] == [f"C{i:02}" for i in range(38)]
    assert sum(factor.scored for factor in catalog.factors) == 10
