"""What a classifier makes of texts beyond the labelled set: any catalogue, every dialect, no crash, no surprise."""

from __future__ import annotations

import multiprocessing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometer.catalog import Catalog
from barometer.errors import CatalogError
from sources.postings import Classifier
from sources.postings.classify import _required_piece
from sources.postings.posting import employer_key, employer_name, key, text_key
from sources.postings.salary import believed
from sources.postings.text import lines, plain
from tests.support import shipped_catalog

CATALOG = shipped_catalog()
CLASSIFIER = Classifier(CATALOG)


def one(**changes: object) -> Catalog:
    """A catalogue of MXNet and JAX, with MXNet as the changes say."""
    first = msgspec.structs.replace(
        CATALOG.frameworks[0], key="mxnet", job_terms=["mxnet"], job_patterns=[], job_exclusions=[]
    )
    return msgspec.structs.replace(
        CATALOG, frameworks=[msgspec.structs.replace(first, **changes), CATALOG.frameworks[3]]
    )


def test_a_framework_is_added_by_the_catalogue_alone():
    classifier = Classifier(one())
    found = classifier.classify("Requirements:<br>- MXNet1.9<br>Bonus:<br>- JAX")
    assert (found.frameworks, found.required) == (("mxnet", "jax"), ("mxnet",))
    assert classifier.classify("mxnets, gmxnet and Keras").frameworks == ()
    assert classifier.terms == {"mxnet": "mxnet", "jax": "jax"}


def test_a_framework_without_a_term_is_not_looked_for():
    assert Classifier(one(job_terms=[])).terms == {"jax": "jax"}


def test_a_term_is_taken_by_its_letters():
    assert Classifier(one(job_terms=["mx.net"])).classify("mxxnet").frameworks == ()
    assert Classifier(one(job_terms=["mx.net"])).classify("MX.net").frameworks == ("mxnet",)


@pytest.mark.parametrize("pattern", ["mxnet|gluon", "(?:gluon|mxnet)", "m?xnet", "mx(?:net)?", "[mg]xnet"])
def test_a_pattern_of_any_form_finds_what_it_matches(pattern):
    classifier = Classifier(one(job_patterns=[pattern]))
    assert classifier.classify("we run mxnet on gluon, then xnet, mx and gxnet").frameworks == ("mxnet",)


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [
        ("py[ -]?torch", "torch"),
        ("tensor[ -]?flow", "tensor"),
        ("jax", "jax"),
        ("TF[.]Keras", "keras"),
        ("tf\\.keras", "keras"),
        ("a|b", ""),
        ("keras(?:cv)?", "keras"),
        ("kerass?", ""),
        ("x*", ""),
        ("\\bjax", ""),
        ("", ""),
    ],
)
def test_letters_are_required_only_where_they_can_be_read_off(pattern, piece):
    assert _required_piece(pattern) == piece


@pytest.mark.parametrize("field", ["job_patterns", "job_exclusions"])
def test_a_pattern_that_is_none_is_named(field):
    with pytest.raises(CatalogError, match=rf"frameworks\.mxnet\.{field}: `mx\(net` is no regular expression"):
        Classifier(one(**{field: ["mxnet", "mx(net"]}))


def test_the_version_changes_with_what_is_looked_for():
    versions = {
        Classifier(catalog).version
        for catalog in (CATALOG, one(), one(job_patterns=["a"]), one(job_exclusions=["a"]), one(job_terms=["b"]))
    }
    assert len(versions) == 5
    colours = [msgspec.structs.replace(framework, colour="#000000") for framework in CATALOG.frameworks]
    assert Classifier(msgspec.structs.replace(CATALOG, frameworks=colours)).version == CLASSIFIER.version


def test_an_exclusion_takes_away_no_more_than_itself():
    found = CLASSIFIER.classify("JAX-RS, jax.numpy, pekerja keras, Keras")
    assert found.frameworks == ("keras", "jax")


@pytest.mark.parametrize(
    "text",
    [
        "Requirements: PyTorch",
        "<p>Requirements:</p><p>PyTorch</p>",
        "<p>Requirements:<p>PyTorch",
        "&lt;p&gt;Requirements:&lt;/p&gt;&lt;p&gt;PyTorch&lt;/p&gt;",
        "<H2 class='x'>Requirements</H2>\n\n<ul>\n<li> Py&shy;Torch",
        "Requirements:\r\n\r\n* Py\u200bTorch",
        "<b>Requirements</b><br>PyTorch",
        "&#82;equirements: &#x50;yTorch",
        "<style>p {content: 'JAX'}</style><script>keras()</script>Requirements: PyTorch",
        "<table><tr><td>Requirements:</td></tr><tr><td>PyTorch</td></tr></table>",
    ],
)
def test_every_dialect_says_the_same(text):
    found = CLASSIFIER.classify(text)
    assert (found.frameworks, found.required) == (("pytorch",), ("pytorch",))


def test_angle_brackets_that_are_no_tags_stay():
    assert plain("3 < 4 and 5 > 2 <3 PyTorch") == "3 < 4 and 5 > 2 <3 PyTorch"
    assert lines("a<br/>b<BR>c\nd") == ["a", "b", "c", "d"]


@given(st.text(max_size=300) | st.text(alphabet="<>/&;pbrli#x0123 PyTorchJAX$€k-.:\n\u00a0\u200b", max_size=200))
def test_any_text_is_read(text):
    found = CLASSIFIER.classify(text)
    assert set(found.required) <= set(found.frameworks)
    assert found.salary is None or 0 < found.salary.low <= found.salary.high


HOSTILE = {
    "angles": "<" * 50_000,
    "entities": "&lt;" * 20_000,
    "money": "$1" * 30_000,
    "signs": "$ " * 50_000,
    "negations": "not " * 20_000 + "remote",
    "numbers": "1." * 40_000,
    "scripts": "<script>" * 20_000 + "</style>",
    "blank-lines": "<b>x" + "\n" * 60_000,
    "mentions": "PyTorch, " * 20_000,
    "lines": "PyTorch\n" * 20_000,
    "headings": "<h1>PyTorch</h1>" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_ends_soon(name):
    # Read in time that grows with its square, such a text takes minutes to hours.
    process = multiprocessing.get_context("fork").Process(target=CLASSIFIER.classify, args=(HOSTILE[name],))
    process.start()
    process.join(60)
    is_over = not process.is_alive()
    process.kill()
    process.join()
    assert is_over
    assert process.exitcode == 0


def test_many_texts_come_back_in_their_order():
    texts = ["Keras", "nothing", "JAX"]
    assert [found.frameworks for found in CLASSIFIER.classify_many(texts)] == [("keras",), (), ("jax",)]


def test_keys_are_equal_only_within_a_population():
    assert key("a", "1") == key("a", "1") != key("b", "1")
    assert len(key("a", "1")) == 16
    assert text_key("a", "We use  JAX!") == text_key("a", "we use jax") != text_key("b", "we use jax")
    assert text_key("a", "Köln") != text_key("a", "Kln")
    assert employer_key("a", None) is None
    assert employer_key("a", " - ") is None


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Acme, Inc.", "acme"),
        ("ACME (YC W20)", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme https://acme.example", "acme"),
        ("Böhm AG", "böhm"),
        ("R&D + Co", "r&d +"),
        ("SA", "sa"),
        ("x" * 81, ""),
    ],
)
def test_an_employer_is_compared_without_its_trimmings(name, normal):
    assert employer_name(name) == normal


@pytest.mark.parametrize(
    ("low", "high", "currency", "period", "is_believed"),
    [
        (8_000, 40_000, "USD", "year", True),
        (7_999, 8_000, "USD", "year", False),
        (50_000, 250_001, "USD", "year", False),
        (90, 80, "USD", "hour", False),
        (15_000_000, 20_000_000, "IDR", "month", True),
        (900_000, 900_000, "USD", "month", False),
    ],
)
def test_a_pay_that_nobody_would_pay_is_not_believed(low, high, currency, period, is_believed):
    assert (believed(low, high, currency, period) is not None) == is_believed
