"""What the pages of the probes say follows the rows: a lead, its opposite, a tie, a single one, none, and surprises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from reports import probe_changes
from reports.figures import Figures
from reports.marts import Marts
from reports.probes import debugging, debugging_aids, debugging_matrix, debugging_switches, ease, ease_changes
from reports.probes.debugging_rows import Cells
from reports.probes.ease_counts import gates_block, surprises
from reports.probes.ease_rows import Programs, make_programs
from reports.probes.highlight import highlighted
from reports.stacks import stacks
from tests.reports.test_findings import figure
from tests.reports.test_findings import figures as evidence_figures

Row = dict[str, Any]
DAY = dt.date(2026, 11, 20)
WORKS = ("cnn", "mlp", "gpt")
OWN = {"keras": "keras", "pytorch": "torch", "jax": "jax"}


def said(markup: Markup | str | None) -> str:
    return Markup(markup or "").striptags()


def marts(catalog: Catalog, evidence: Iterable[Row] = (), **tables: list[Row]) -> Figures:
    """Figures over rows of the probes' marts and of evidence."""
    base = evidence_figures(catalog, *evidence)
    known = {**base.marts.tables, "claims": [], "probe_runs": [], **tables}
    return Figures(Marts(tables=known, columns={}), catalog)


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


def cell(stack: str, fault: str, outcome: str | None, **more: Any) -> Row:
    """A row of marts.debugging, as shipped and filtered unless told otherwise; no outcome: not run."""
    framework, _, mode = stack.rpartition("-")
    name, _, backend = framework.partition("-")
    keys = {"torch": "pytorch", "tensorflow": "tensorflow", "jax": "jax", "keras": "keras"}
    row = {
        "fault": fault, "stack": stack, "style": "subclass", "switch": "off", "filtering": "on", "number": 1,
        "title": fault, "family": "data", "framework": keys[name], "backend": keys.get(backend), "mode": mode,
        "is_shipped": mode in ("eager", "jit"), "is_counted": True, "status": "ok" if outcome else "not-run",
        "reason": "", "outcome": outcome, "stage": "build", "signal_s": 0.1, "exception": "E", "message": "m",
        "first_line": "m", "message_length": 1, "names_layer": None, "both_sizes": None, "suggests": False,
        "faulty_line": outcome == "raised", "faulty_frame": None, "user_frames": 1, "foreign_frames": 2,
        "value_right": None, "warnings": 0, "expected": None, "has_changed": False, "environment": None,
        "measured_on": DAY,
    }  # fmt: skip
    return row | more


def cells(catalog: Catalog, *rows: Row) -> Cells:
    return Cells(marts(catalog, debugging=list(rows), debugging_faults=[], debugging_aids=[]))


def share(metric: str, framework: str, value: float, reach: float = 0.0) -> Row:
    return figure(metric, framework, value, reach, unit="share", dataset="probes")


S = " "  # a text taken out of markup has plain spaces


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (
            [share("faults_signalled", "keras", 0.8, 0.01), share("faults_signalled", "jax", 0.4, 0.01)],
            f"Keras signals more mistakes than JAX (80{S}% against 40{S}%)",
        ),
        (
            [share("faults_signalled", "keras", 0.4, 0.01), share("faults_signalled", "jax", 0.8, 0.01)],
            f"JAX signals more mistakes than Keras (80{S}% against 40{S}%)",
        ),
        (
            [share("faults_signalled", "keras", 0.5, 0.5), share("faults_signalled", "jax", 0.4, 0.5)],
            f"Keras and JAX signal about as many mistakes (50{S}% and 40{S}%)",
        ),
        ([share("faults_located", "jax", 0.4)], f"only JAX has a figure for faulty lines shown (40{S}%)"),
        ([], "As shipped, one of two cells raise or warn; the run is too small for evidence"),
    ],
)
def test_the_headline_on_debugging(catalog: Catalog, evidence: list[Row], told: str) -> None:
    rows = [cell("torch-eager", "a", "raised"), cell("jax-jit", "a", "silent")]
    figures = marts(catalog, evidence, debugging=rows)
    assert said(debugging.headline(figures, Cells(figures))) == told


def test_without_a_cell_that_ran_the_headline_says_so(catalog: Catalog) -> None:
    figures = marts(catalog, debugging=[cell("torch-eager", "a", None)])
    assert said(debugging.headline(figures, Cells(figures))) == "No mistake could be tried in the last run"
    assert said(debugging_matrix.finding(Cells(figures))) == "No mistake was tried in a stack as shipped"


def test_the_matrix_counts_who_signals_what(catalog: Catalog) -> None:
    found = cells(
        catalog,
        *(cell(stack, "loud", "raised") for stack in ("torch-eager", "jax-jit")),
        *(cell(stack, "still", "silent") for stack in ("torch-eager", "jax-jit")),
        cell("torch-eager", "parted", "raised"),
        cell("jax-jit", "parted", "silent"),
        cell("torch-eager", "handled", "handled"),
    )
    told = "Of four mistakes, one is signalled by every stack as shipped, two by none, one by some or in one style only"
    assert said(debugging_matrix.finding(found)) == told
    surprising = [said(line) for line in debugging.surprises(found)]
    assert surprising == [
        "One mistake passes in silence in every stack as shipped where it can be made: still.",
        "One mistake is signalled by some stacks as shipped and passes in silence in others, most evenly: parted "
        "(silent in JAX (jit)).",
    ]


def test_what_changed_what_a_style_does_and_what_compiling_hides_are_surprises(catalog: Catalog) -> None:
    found = cells(
        catalog,
        cell("torch-eager", "a", "raised"),
        cell("torch-eager", "a", "silent", style="sequential"),
        cell("torch-eager", "b", "handled", has_changed=True),
        cell("torch-eager", "c", "raised"),
        cell("torch-compile", "c", "silent"),
    )
    told = " ".join(said(line) for line in debugging.surprises(found))
    assert "One cell ends otherwise than when the fault was first written down: b." in told
    assert "In one cell what was a fault is none any more." in told
    assert "The style in which a model is written changes what becomes of one mistake: a." in told
    assert "PyTorch (compiled) passes over in silence what PyTorch (eager) signals: c." in told


def test_switches_and_filters(catalog: Catalog) -> None:
    base = [cell("torch-eager", "a", "silent"), cell("torch-eager", "b", "raised", faulty_line=False)]
    switched = [
        cell("torch-eager", "a", "raised", switch="detect"),
        cell("torch-eager", "b", "raised", switch="detect"),
    ]
    open_ = [cell("torch-eager", "b", "raised", filtering="off", foreign_frames=40)]
    lit = debugging_switches.switches_block(cells(catalog, *base, *switched))
    dark = debugging_switches.switches_block(cells(catalog, *base, {**base[0], "switch": "detect"}))
    filtered = debugging_switches.filters_block(cells(catalog, *base, *open_))
    assert said(lit.title if lit else None) == "The debug switches bring one of one silent cell to light"
    assert said(dark.title if dark else None) == "No debug switch brings any of one silent cell to light"
    assert said(filtered.title if filtered else None) == "Filtering hides the faulty line in one of one traceback"
    assert debugging_switches.switches_block(cells(catalog, *base)) is None
    assert debugging_switches.filters_block(cells(catalog, *base)) is None


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ((4, 4), "A breakpoint in the model shows each step's values in every stack as shipped"),
        ((0, 0), "A breakpoint in the model shows each step's values in no stack as shipped"),
        ((4, 0), "A breakpoint in the model shows each step's values in PyTorch (eager), not in JAX (jit)"),
        ((), "No breakpoint was tried in a stack as shipped"),
    ],
)
def test_where_a_breakpoint_stops(catalog: Catalog, shown: tuple[int, ...], told: str) -> None:
    rows = [
        {**cell(stack, "", "raised"), "look": "breakpoint", "steps": 4, "shown": number}
        for stack, number in zip(("torch-eager", "jax-jit"), shown, strict=False)
    ]
    by = {(row["stack"], row["look"]): row for row in rows}
    assert said(debugging_aids.finding(stacks(catalog, rows), by)) == told


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


def test_code_is_marked_up_and_escaped() -> None:
    assert highlighted('if x < 2:  # why <b>\n    y = "a&b"\n') == (
        "<b>if</b> x &lt; <var>2</var>:  <i># why &lt;b&gt;</i>\n    y = <samp>&#34;a&amp;b&#34;</samp>\n"
    )
    assert highlighted("x = (") == "x = ("
    assert highlighted("  <b>\n x") == "  &lt;b&gt;\n x"
    assert highlighted('"""two\nlines"""\n') == "<samp>&#34;&#34;&#34;two\nlines&#34;&#34;&#34;</samp>\n"
