"""What is told of the answers that the probes turned follows the rows."""

from __future__ import annotations

from typing import Any

from barometer.catalog import Catalog
from reports import probe_changes
from tests.reports.probe_marts import Row, S, marts, said


def turn(kind: str, subject: str, framework: str, even: tuple[float, float], **more: Any) -> Row:
    """A row of marts.what_probes_changed; `even` is P(best) if even without and with the probes."""
    row = {
        "kind": kind, "subject": subject, "framework": framework, "p_best": even[1], "p_best_without": even[0],
        "p_best_even": even[1], "p_best_even_without": even[0], "p_best_possible": 1.0, "p_best_possible_without": 1.0,
        "measured": 0.6, "measured_without": 0.2, "is_first": False, "was_first": False,
        "is_lean": False if kind == "reader" else None, "was_lean": False if kind == "reader" else None,
    }  # fmt: skip
    return row | more


def passage(catalog: Catalog, *rows: Row) -> probe_changes.ProbeChanges:
    weights = [
        {"reader": reader.key, "factor": factor, "weight": weight}
        for reader in catalog.readers
        for factor, weight in reader.weights.items()
    ]
    return probe_changes.make_probe_changes(marts(catalog, what_probes_changed=list(rows), weights=weights))


def test_without_probes_the_passage_says_what_to_run(catalog: Catalog) -> None:
    found = passage(catalog)
    assert said(found.title) == "What the probes changed: nothing yet"
    assert "make probes" in said(found.lines[0])
    assert found.table is None


def test_a_turned_answer_is_told_with_its_reason(catalog: Catalog) -> None:
    found = passage(
        catalog,
        turn("reader", "beginner", "keras", (0.1, 0.6), is_lean=True),
        turn("reader", "beginner", "pytorch", (0.7, 0.3), was_lean=True),
        turn("reader", "researcher", "pytorch", (0.9, 0.8), is_lean=True, was_lean=True),
        turn("factor", "ease", "keras", (0.25, 0.96), is_first=True),
        turn("factor", "ease", "pytorch", (0.25, 0.02)),
        turn("factor", "debugging", "keras", (0.25, 0.4)),
        turn("factor", "debugging", "pytorch", (0.25, 0.3)),
    )
    told = [said(line) for line in found.lines]
    weight = 100 * next(one for one in catalog.readers if one.key == "beginner").weights["ease"]
    assert said(found.title) == "Measured ease, debugging and the rest turn one of two answers"
    assert told == [
        f"First-model beginner: from leaning to PyTorch to leaning to Keras, whose P(best) if even goes from 10{S}% to "
        f"60{S}%; most of it comes from Ease of use, {weight:g}{S}% of this decision.",
        "The same with and without: researcher. "
        f"Most moved among them: researcher, PyTorch from 90{S}% to 80{S}% if even.",
        f"Ease of use: Keras now leads, P(best) 96{S}%.",
        f"Debugging: measured in part; it leans to Keras (40{S}% if even).",
    ]


def test_nothing_turned_a_pick_gained_and_a_pick_lost(catalog: Catalog) -> None:
    same = passage(catalog, turn("reader", "beginner", "keras", (0.6, 0.6), is_lean=True, was_lean=True))
    assert (
        said(same.title) == "Measured ease, debugging and the rest turn none of one answer, but more of each is known"
    )
    assert [said(line) for line in same.lines] == ["The same with and without: first-model beginner."]
    gained = passage(
        catalog, turn("reader", "beginner", "keras", (0.6, 0.9), is_lean=True, was_lean=True, is_first=True)
    )
    assert "from leaning to Keras to take Keras" in said(gained.lines[0])
    lost = passage(catalog, turn("reader", "beginner", "keras", (0.9, 0.4), was_first=True))
    assert "from take Keras to leaning nowhere" in said(lost.lines[0])


def test_factors_level_or_led_as_before_are_told_so(catalog: Catalog) -> None:
    found = passage(
        catalog,
        turn("reader", "beginner", "keras", (0.6, 0.6), is_lean=True, was_lean=True),
        turn("factor", "ease", "keras", (0.4, 0.4), is_first=True, was_first=True),
        turn("factor", "debugging", "keras", (0.25, 0.251)),
        turn("factor", "debugging", "jax", (0.25, 0.25)),
        turn("factor", "jobs", "jax", (0.25, 0.25), measured=0.2),
    )
    assert [said(line) for line in found.lines[1:]] == [
        f"Ease of use: Keras leads as before, P(best) 40{S}%.",
        "Debugging: measured, and too close to call.",
    ]
