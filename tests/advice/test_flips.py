"""Flip points: the lean changes there and not before."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from advice import decide, lean_with_weights
from advice.flips import leader, nearest_flip, shifted

STEP = 2e-6  # published weights have six decimals


def moved(weights: dict[str, float], factor: str, weight: float) -> dict[str, float]:
    """Set one weight and scale the others, worked out here without the code under test."""
    rest = sum(value for key, value in weights.items() if key != factor)
    scaled = {key: value * (1 - weight) / rest for key, value in weights.items()}
    return scaled | {factor: weight}


@pytest.mark.parametrize("evidence", ["realistic", "complete", "thinned", "jobs only"])
def test_the_lean_changes_at_the_flip_point_and_not_before(quick, realistic, complete, evidence):
    rows = {
        "realistic": realistic,
        "complete": complete,
        "thinned": [line for i, line in enumerate(complete) if i % 3],
        "jobs only": [
            line for line in realistic if line["metric"].startswith("job_") or line["framework"] != "pytorch"
        ],
    }[evidence]
    picks = {line["reader"]: line for line in decide(rows, quick)["picks"]}
    tested = 0
    for reader in quick.readers:
        pick = picks[reader.key]
        assert lean_with_weights(rows, quick, reader.weights)[0] == pick["lean"]
        if pick["flip_factor"] is None:
            continue
        tested += 1
        factor, start, end = pick["flip_factor"], pick["flip_weight_from"], pick["flip_weight_to"]
        assert start == pytest.approx(reader.weights[factor], abs=1e-6)
        assert pick["flips_to"] != pick["lean"]
        way = 1 if end > start else -1
        for part in np.linspace(0, 1, 40):
            weight = start + part * (end - way * STEP - start)
            assert lean_with_weights(rows, quick, moved(reader.weights, factor, weight))[0] == pick["lean"]
        assert lean_with_weights(rows, quick, moved(reader.weights, factor, end + way * STEP))[0] == pick["flips_to"]
    if evidence == "realistic":
        assert {line["lean"] for line in picks.values()} == {"pytorch"}  # ahead wherever anything is measured
    else:
        assert tested >= 5


@pytest.mark.parametrize("evidence", ["realistic", "complete"])
def test_no_smaller_change_of_any_weight_flips_the_lean(quick, evidence, request):
    rows = request.getfixturevalue(evidence)
    picks = {line["reader"]: line for line in decide(rows, quick)["picks"]}
    for reader in quick.readers:
        pick = picks[reader.key]
        if pick["flip_factor"] is None:
            continue
        distance = abs(pick["flip_weight_to"] - pick["flip_weight_from"]) - STEP
        for factor, weight in reader.weights.items():
            for other in (weight - distance, weight - distance / 2, weight + distance / 2, weight + distance):
                if 0 < other < 1:
                    assert lean_with_weights(rows, quick, moved(reader.weights, factor, other))[0] == pick["lean"]


def test_the_flip_holds_when_the_catalogue_itself_is_changed(quick, complete):
    reader = quick.readers[0]
    pick = decide(complete, quick)["picks"][0]
    factor, start, end = pick["flip_factor"], pick["flip_weight_from"], pick["flip_weight_to"]
    way = 1 if end > start else -1
    for weight, expected in ((end - way * STEP, pick["lean"]), (end + way * STEP, pick["flips_to"])):
        changed = msgspec.structs.replace(reader, weights=moved(reader.weights, factor, weight))
        catalog = msgspec.structs.replace(quick, readers=[changed, *quick.readers[1:]])
        assert decide(complete, catalog)["picks"][0]["lean"] == expected


@pytest.mark.parametrize("seed", range(12))
def test_against_a_search_over_random_standings(seed):
    random = np.random.default_rng(seed)
    weights, standings = random.dirichlet(np.ones(4)), random.random((4, 3))
    flip, lean = nearest_flip(weights, standings), leader(weights @ standings)
    grid = np.linspace(1e-6, 1 - 1e-6, 2_001)
    distances = [
        abs(t - weights[k])
        for k in range(4)
        for t in grid
        if leader(shifted(weights, k, t) @ standings) not in (lean, None)
    ]
    if flip is None:
        assert distances == []
    else:
        assert min(distances) == pytest.approx(abs(flip.weight - weights[flip.factor]), abs=1e-3)


def test_a_worked_example():
    standings = np.array([[1.0, 0.5], [0.4, 0.8]])
    flip = nearest_flip(np.array([0.7, 0.3]), standings)
    assert (flip.factor, flip.leader) == (0, 1)
    assert flip.weight == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    "standings",
    [
        [[0.9, 0.5], [0.8, 0.8]],  # never behind: no weight turns it
        [[0.5, 0.5], [0.5, 0.5]],  # a tie has no lean to turn
    ],
)
def test_no_flip_where_no_weight_turns_the_lean(standings):
    assert nearest_flip(np.array([0.5, 0.5]), np.array(standings)) is None


def test_a_factor_with_all_the_weight_shares_what_it_gives_up():
    assert shifted(np.array([1.0, 0.0, 0.0]), 0, 0.4).tolist() == pytest.approx([0.4, 0.3, 0.3])
    flip = nearest_flip(np.array([1.0, 0.0, 0.0]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    assert (flip.factor, flip.leader, flip.weight) == (0, 1, pytest.approx(0.5))


def test_weights_are_scaled_to_one_and_utilities_add_up(make_catalog, row):
    catalog = make_catalog(
        {"f": [("m", "exact", "higher")], "g": [("n", "exact", "higher")]}, {"r": {"f": 1.0, "g": 0.0}}
    )
    rows = [row("m", f, v) for f, v in zip("abcd", (1, 2, 3, 4), strict=True)]
    lean, utilities = lean_with_weights(rows, catalog, {"f": 3, "g": 1})
    assert lean == "d"
    assert utilities == pytest.approx({"a": 0.3125, "b": 0.5, "c": 0.6875, "d": 0.875})
    assert lean_with_weights(rows, catalog, {"g": 1})[0] is None
