"""What the page on ease says follows the rows: a lead, its opposite, a tie, a single one, none, and surprises."""

from __future__ import annotations

from typing import Any

import pytest

from barometer.catalog import Catalog
from reports.probes import ease, ease_changes
from reports.probes.ease_counts import gates_block, surprises
from reports.probes.ease_rows import Programs, make_programs
from reports.probes.highlight import highlighted
from tests.reports.probe_marts import DAY, OWN, WORKS, Row, marts, said
from tests.reports.test_findings import figure


def program(framework: str, workload: str, lines: int | None, part: str = "whole", **more: Any) -> Row:
    """A row of marts.ease; without lines, of a program that failed its gates."""
    row = {
        "stack": OWN[framework], "workload": workload, "part": part, "program": OWN[framework], "framework": framework,
        "backend": None, "is_own": True, "status": "ok" if lines is not None else "parity-failed", "reason": "",
        "logical_lines": lines, "ast_nodes": lines, "framework_names": lines, "cyclomatic_sum": lines,
        "syntax_volume": lines, "state_statements": 0 if framework == "keras" else 3, "gates_passed": 9,
        "gates_failed": 0, "measured_on": DAY, "environment": None,
    }  # fmt: skip
    return row | more


def programs(catalog: Catalog, *rows: Row, **tables: list[Row]) -> Programs:
    return make_programs(marts(catalog, ease=list(rows), ease_sources=[], **{"ease_changes": [], **tables}))


def lines(catalog: Catalog, **counts: tuple[int | None, ...]) -> Programs:
    """Programs of whole counts by framework, a workload each."""
    rows = [program(name, work, one) for name, found in counts.items() for work, one in zip(WORKS, found, strict=False)]
    return programs(catalog, *rows)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (
            {"keras": (10, 12, 14), "pytorch": (20, 22, 24)},
            "Keras takes the fewest lines for all three workloads: 10 to 14, PyTorch 20 to 24",
        ),
        (
            {"keras": (20, 22, 24), "pytorch": (10, 12, 14)},
            "PyTorch takes the fewest lines for all three workloads: 10 to 14, Keras 20 to 24",
        ),
        (
            {"keras": (10, 12, 30), "pytorch": (20, 22, 24)},
            "Keras takes the fewest lines for two of three workloads: 10 to 30, PyTorch 20 to 24",
        ),
        (
            {"keras": (10, 30), "pytorch": (20, 22)},
            "No framework takes the fewest lines for most of two workloads",
        ),
        ({"keras": (10, 10), "pytorch": (10, 10)}, "No framework takes the fewest lines for most of two workloads"),
        ({"keras": (10, 12), "pytorch": (None, None)}, "Only Keras has programs that passed their gates: 10 to 12"),
        ({"keras": (None,)}, "No program of the last run passed its gates, so none is counted"),
    ],
)
def test_the_headline_on_ease(catalog: Catalog, counts: dict[str, tuple[int | None, ...]], told: str) -> None:
    assert said(ease.headline(lines(catalog, **counts))) == told


def test_a_companion_is_a_program_of_its_own(catalog: Catalog) -> None:
    rows = [program("keras", "mlp", 10), program("pytorch", "mlp", 20)]
    rows.append(program("pytorch", "mlp", 24, stack="lightning", program="lightning", is_own=False))
    found = programs(catalog, *rows)
    assert [one.label for one in found.shown] == ["Keras", "PyTorch", "PyTorch with Lightning"]
    told = [said(line) for line in surprises(found)]
    assert "PyTorch with Lightning does not shorten the program: 24 lines, against 20 of PyTorch alone." in told


def test_surprises_in_the_counts(catalog: Catalog) -> None:
    rows = [program("keras", work, 10) for work in WORKS] + [program("pytorch", work, 20) for work in WORKS]
    rows += [program("keras", "gpt", 9, "model"), program("pytorch", "gpt", 5, "model")]
    told = [said(line) for line in surprises(programs(catalog, *rows))]
    assert told == [
        "Keras is the shorter program, but the part model is longer in it than in PyTorch on one workload: gpt.",
        "Keras has no statement about gradients, devices, modes or keys in any workload; PyTorch has up to 3.",
    ]


def test_gates_are_told_whether_all_hold_or_not(catalog: Catalog) -> None:
    held = gates_block(lines(catalog, keras=(10, 12), pytorch=(20, 22)))
    failed = gates_block(lines(catalog, keras=(10, None), pytorch=(20, 22)))
    assert held is not None
    assert failed is not None
    assert said(held.title) == "All four program runs do the same work: they passed every gate"
    assert said(failed.title) == "One of four program runs did not pass and counts nowhere"


def change(framework: str, name: str, cost: int | None, status: str = "ok") -> Row:
    return {
        "stack": OWN[framework], "change": name, "program": OWN[framework], "framework": framework, "backend": None,
        "is_own": True, "workload": "mlp", "status": status if cost is not None else "not-run", "reason": "",
        "edit_distance": cost, "lines_added": 1, "lines_removed": 1, "effect": "", "effect_value": None,
        "effect_limit": None, "measured_on": DAY,
    }  # fmt: skip


def test_changes_name_the_dearest_and_where_the_cheapest_is_dearest(catalog: Catalog) -> None:
    changes = [change("keras", "optimizer", 2), change("pytorch", "optimizer", 4)]
    changes += [change("keras", "custom_step", 90), change("pytorch", "custom_step", 30)]
    changes.append(change("jax", "export", 5, "no-effect"))
    costs = [
        figure("change_cost", "keras", 10.0, 0.1, better="lower"),
        figure("change_cost", "pytorch", 20.0, 0.1, better="lower"),
    ]
    found = make_programs(
        marts(catalog, costs, ease=[program("keras", "mlp", 9)], ease_sources=[], ease_changes=changes)
    )
    assert [said(line) for line in ease_changes.surprises(found)] == [
        "The dearest change of all is custom step in Keras (90 nodes), the cheapest optimizer in Keras (2).",
        "Keras is the cheapest to change, but custom step costs more in it than anywhere else: 90 nodes.",
        "One change had no effect although it ran: export on jax.",
    ]
    assert ease_changes.changes_block(programs(catalog, program("keras", "mlp", 9))) is None


def test_code_is_marked_up_and_escaped() -> None:
    assert highlighted('if x < 2:  # why <b>\n    y = "a&b"\n') == (
        "<b>if</b> x &lt; <var>2</var>:  <i># why &lt;b&gt;</i>\n    y = <samp>&#34;a&amp;b&#34;</samp>\n"
    )
    assert highlighted("x = (") == "x = ("
    assert highlighted("  <b>\n x") == "  &lt;b&gt;\n x"
    assert highlighted('"""two\nlines"""\n') == "<samp>&#34;&#34;&#34;two\nlines&#34;&#34;&#34;</samp>\n"
