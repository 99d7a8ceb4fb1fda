"""Graph or eager: its findings follow the cells, whoever runs more, in a tie, alone, and where nothing was measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from barometer.catalog import Catalog
from reports.charts.matrix import Scale, bars_rows, dots_chart, matrix_chart, parts_chart
from reports.document import read_page
from reports.figures import Figures
from reports.marts import Marts
from reports.probes import control_flow, control_flow_costs, control_flow_rewriting, pages
from reports.probes.control_flow_cells import TABLE, as_written, ended, forms_of
from reports.probes.counts import Count, compared, listed
from reports.render import environment, page_style, probe_style
from reports.stacks import Stack, stacks
from reports.svg import chart_svg
from reports.verify import classify
from tests.reports.benchmark_rows import World, benchmark_tables

Row = dict[str, Any]
DAY = dt.date(2026, 11, 26)
STACKS: Mapping[str, tuple[str, str | None, str, bool]] = {
    "keras-jax-jit": ("keras", "jax", "jit", True),
    "keras-torch-eager": ("keras", "pytorch", "eager", True),
    "torch-eager": ("pytorch", None, "eager", True),
    "torch-compile": ("pytorch", None, "compile", False),
    "jax-jit": ("jax", None, "jit", True),
}
FORMS = {"branch": "data-dependent branch", "changing_shapes": "changing shapes", "side_effects": "Python side effects"}
RUN_ENDS: Row = {
    "run": "0a1b2c3d", "environment": "torch 2.13.0, Python 3.11.7", "device": "cpu", "host_id": "h",
    "machine": "AMD EPYC, 2 cores, 24 GiB", "origin": "own", "measured_on": DAY,
}  # fmt: skip
Decide = Callable[[str, str, str], str]


def cell(form: str, stack: str, phase: str, version: str, outcome: str | None, **more: Any) -> Row:
    """One row of marts.control_flow; `more` overrides."""
    framework, backend, mode, is_shipped = STACKS[stack]
    is_right = outcome == "runs-right"
    row = {
        "form": form, "stack": stack, "phase": phase, "version": version, "title": FORMS[form],
        "about": "What it does.", "framework": framework, "backend": backend, "mode": mode, "is_shipped": is_shipped,
        "call": "keras.ops.cond" if version == "rewritten" else "", "status": "ok" if outcome else "not-needed",
        "reason": "" if outcome else "as written it runs right", "outcome": outcome, "calls": 8 if outcome else None,
        "right_calls": 8 if is_right else 0, "largest_error": 1e-7 if is_right else None,
        "exception": None if is_right else "builtins.ValueError", "message": None if is_right else "a value is asked",
        "body_runs": 8, "compilations": 6 if mode == "jit" and is_right else None,
        "graph_breaks": 0 if framework == "pytorch" and is_right else None, "counter": f"counted by {framework}",
    }  # fmt: skip
    return {**row, **RUN_ENDS, **more}


def cells(decide: Decide, mends: bool = True, names: Sequence[str] = tuple(STACKS)) -> list[Row]:
    """Every case as written, by `decide(form, stack, phase)`, and its rewriting, which runs right where it `mends`."""
    rows = []
    for form in FORMS:
        for stack in names:
            for phase in ("forward", "gradient"):
                outcome = decide(form, stack, phase)
                rows.append(cell(form, stack, phase, "as-written", outcome))
                again = None if outcome == "runs-right" else "runs-right" if mends else "raised"
                rows.append(cell(form, stack, phase, "rewritten", again))
    return rows


def graph_fails(form: str, stack: str, phase: str) -> str:
    """What raises in compiled ways, and is silent where Python is run once."""
    if STACKS[stack][2] == "eager" or form == "changing_shapes":
        return "runs-right"
    return "needs-rewriting" if form == "branch" else "wrong-silently"


def always(outcome: str) -> Decide:
    return lambda form, stack, phase: outcome


def ways_of(catalog: Catalog, rows: Sequence[Row]) -> list[Stack]:
    return stacks(catalog, rows)


def figures_of(catalog: Catalog, rows: Sequence[Row], *worlds: World) -> Figures:
    """Figures over some cells, with one chosen run of the probe, and runs of the timing runner if any."""
    run = {
        "run": "0a1b2c3d", "probe": TABLE, "run_id": "0a1b2c3d" * 4, "started_at": dt.datetime(2026, 11, 26, 9),
        "measured_on": DAY, "device": "cpu", "is_quick": False, "is_narrowed": False, "ending": "complete", "units": 5,
        "units_answered": 5, "units_failed": 0, "units_not_run": 0, "units_s": 61.5, "frameworks": 3, "cpu": "AMD EPYC",
        "cores": 2, "memory_bytes": 25276514304, "system": "Linux", "host_id": "h", "machine": RUN_ENDS["machine"],
        "origin": "own", "code": "c0de", "is_chosen": True,
    }  # fmt: skip
    tables: dict[str, list[Row]] = {
        "edition": [{"as_of": DAY}], "evidence": [], "claims": [], "probe_runs": [run], TABLE: list(rows),
        **(benchmark_tables(*worlds) if worlds else {}),
    }  # fmt: skip
    return Figures(Marts(tables=tables, columns={}), catalog, "control_flow.html")


def rendered(figures: Figures, name: str = "control_flow.html") -> bytes:
    """One page of the probes, as the edition holds it before its references are shortened."""
    template = environment().get_template("probes.html.j2")
    context = dict(pages.probe_pages(figures))[name]
    style = page_style(figures.catalog) + probe_style()
    return template.render(style=style, **context).encode()


def said(markup: Markup | str) -> str:
    return Markup(markup).striptags()


def finding(catalog: Catalog, decide: Decide, names: Sequence[str] = tuple(STACKS)) -> str:
    rows = cells(decide, names=names)
    return control_flow.runs_finding(ways_of(catalog, rows), rows)


def test_the_headline_names_who_runs_most_and_who_least(catalog: Catalog) -> None:
    assert finding(catalog, graph_fails) == (
        "Keras on PyTorch (eager) and PyTorch (eager) run all six cases right as written, "
        "Keras on JAX (jit) and JAX (jit) two of six"
    )


def test_the_opposite_turns_the_headline_round(catalog: Catalog) -> None:
    def eager_fails(form: str, stack: str, phase: str) -> str:
        return "needs-rewriting" if STACKS[stack][2] == "eager" else "runs-right"

    assert finding(catalog, eager_fails).startswith("Keras on JAX (jit) and JAX (jit) run all six cases right")
    assert finding(catalog, eager_fails).endswith("Keras on PyTorch (eager) and PyTorch (eager) none of six")


def test_a_tie_a_single_stack_and_nothing_have_their_own_words(catalog: Catalog) -> None:
    tie = finding(catalog, lambda form, stack, phase: "runs-right" if phase == "forward" else "died")
    assert tie == "Each of the four ways one gets without asking runs three of six cases right as written"
    alone = finding(catalog, always("runs-right"), ("torch-eager",))
    assert alone == "Only PyTorch (eager) was tried, and runs all six cases right as written"
    assert control_flow.runs_finding([], []) == control_flow.NOTHING


def test_a_cell_that_was_not_run_is_neither_right_nor_wrong(catalog: Catalog) -> None:
    rows = cells(always("runs-right"), names=("torch-eager", "jax-jit"))
    lost = [{**row, "status": "not-run", "outcome": None} if row["stack"] == "jax-jit" else row for row in rows]
    assert {row["stack"] for row in as_written(lost)} == {"torch-eager"}
    assert "Only PyTorch (eager) was tried" in control_flow.runs_finding(ways_of(catalog, lost), lost)
    assert all(row["status"] == "not-run" for row in lost if row["stack"] == "jax-jit")


def test_other_ways_than_the_shipped_ones_are_told_apart(catalog: Catalog) -> None:
    rows = cells(graph_fails)
    ways = ways_of(catalog, rows)
    assert "PyTorch (compiled)" in control_flow.modes_finding(ways, rows)
    assert "PyTorch (compiled)" not in control_flow.runs_finding(ways, rows)


def test_a_rewriting_mends_all_some_none_or_is_not_needed(catalog: Catalog) -> None:
    def of(decide: Decide, mends: bool) -> str:
        return control_flow_rewriting.rewriting_finding(control_flow_rewriting.pairs(cells(decide, mends)))

    assert of(graph_fails, True) == "Rewriting mends all twelve cases that needed it"
    assert of(graph_fails, False) == "Rewriting mends none of twelve cases"
    assert of(always("runs-right"), True) == "No case had to be rewritten"
    rows = cells(graph_fails)
    for row in rows:
        if row["version"] == "rewritten" and row["form"] == "side_effects":
            row |= {"status": "absent", "outcome": None}
    some = control_flow_rewriting.rewriting_finding(control_flow_rewriting.pairs(rows))
    assert some == "Rewriting mends six of twelve cases; six stay, six of them for want of words to rewrite in"


def test_surprises_follow_the_cells(catalog: Catalog) -> None:
    rows = cells(graph_fails)
    told = " ".join(map(said, control_flow.surprises(ways_of(catalog, rows), rows)))
    assert "Wrong without a word: six cases of thirty, in: Python side effects." in told
    assert "Every case runs right as written wherever a way is eager." in told
    assert "Training asks more" not in told

    def training_fails(form: str, stack: str, phase: str) -> str:
        is_lost = stack == "torch-eager" and (form, phase) == ("branch", "gradient")
        return "needs-rewriting" if is_lost else "runs-right"

    rows = cells(training_fails)
    told = " ".join(map(said, control_flow.surprises(ways_of(catalog, rows), rows)))
    assert "No case is wrong in silence" in told
    assert "of twelve cases in eager ways one does not run right as written, in PyTorch (eager)" in told
    assert "does not in the gradient, in one case, of PyTorch (eager)." in told
    assert "every case runs right as written in Keras on JAX (jit), PyTorch (compiled) and JAX (jit)" in told


def test_compilations_are_told_by_counter_and_with_their_figures(catalog: Catalog) -> None:
    rows = cells(graph_fails)
    for row in rows:
        if row["stack"] == "torch-compile" and row["outcome"] == "runs-right":
            row |= {"compilations": 2, "graph_breaks": 3 if row["phase"] == "forward" else 0}
    figures = figures_of(catalog, rows)
    ways = ways_of(catalog, rows)
    sentence = control_flow_costs.compilations_finding(figures, ways, rows)
    assert said(sentence) == (
        "Changing shapes, 8 calls: Keras on JAX (jit) compiles 6 times, JAX (jit) 6, PyTorch (compiled) 2"
    )
    assert 'data-ref="control_flow/changing_shapes/torch-compile/forward/as-written/compilations"' in sentence
    breaks = said(control_flow_costs.breaks_finding(ways, rows))
    assert breaks.startswith("Graph breaks were counted in three cases of twelve")
    assert "most often in PyTorch (compiled)" in breaks


def test_without_a_count_or_a_break_it_says_so(catalog: Catalog) -> None:
    rows = cells(always("runs-right"), names=("torch-eager",))
    figures, ways = figures_of(catalog, rows), ways_of(catalog, rows)
    assert "was not counted" in said(control_flow_costs.compilations_finding(figures, ways, rows))
    assert said(control_flow_costs.breaks_finding(ways, rows)) == "No graph break was counted in six cases."
    uncounted = [{**row, "graph_breaks": None} for row in rows]
    assert said(control_flow_costs.breaks_finding(ways, uncounted)) == "Nobody counted graph breaks."


def test_break_even_steps_come_from_the_timings_or_say_what_to_run(catalog: Catalog) -> None:
    rows = cells(graph_fails)
    without = control_flow_costs.break_even_block(figures_of(catalog, rows))
    assert [str(line) for line in without.words] == [control_flow_costs.NO_TIMINGS]
    assert not without.exhibits
    eager = World(stacks=("torch-eager",), workloads=("mlp",), with_sweeps=False)
    alone = control_flow_costs.break_even_block(figures_of(catalog, rows, eager))
    assert [str(line) for line in alone.words] == [control_flow_costs.NO_PAIR]
    timed = control_flow_costs.break_even_block(figures_of(catalog, rows, World()))
    assert said(timed.exhibits[0].title).startswith("Compiling pays ")
    assert timed.exhibits[0].dataset == "bench"
    assert timed.exhibits[0].table is not None


def test_a_message_is_there_on_demand_and_without_codes_for_colours(catalog: Catalog) -> None:
    row = cell("branch", "jax-jit", "forward", "as-written", "needs-rewriting", message="\x1b[1mno bool\x1b[0m: x < 3")
    shown = ended(figures_of(catalog, [row]), row, "forward")
    assert "<summary>message</summary>" in shown
    assert "no bool: x &lt; 3" in shown
    assert "\x1b" not in shown
    plain = cell("branch", "jax-jit", "forward", "as-written", "needs-rewriting", message="asked for 3 values")
    shown = ended(figures_of(catalog, [plain]), plain)
    assert 'data-ref="control_flow/branch/jax-jit/forward/as-written/message"' in shown
    right = cell("branch", "jax-jit", "forward", "as-written", "runs-right", message="of a call that went well")
    assert "<details>" not in ended(figures_of(catalog, [right]), right)


def test_the_forms_that_run_right_most_often_come_first() -> None:
    assert next(iter(forms_of(cells(graph_fails)))) == "changing_shapes"


@pytest.mark.parametrize("decide", [graph_fails, always("runs-right"), always("hung"), always("wrong-silently")])
def test_every_numeral_of_the_page_has_a_reference(catalog: Catalog, decide: Decide) -> None:
    rows = cells(decide, mends=decide is graph_fails)
    page = rendered(figures_of(catalog, rows, World(workloads=("cnn", "mlp"))))
    counts, unexplained = classify(read_page(page), catalog)
    assert [(token.mark, numeral, token.text) for token, numeral in unexplained] == []
    assert counts["figure"] > 30
    assert len(page) < 400_000


def test_a_run_whose_cells_all_failed_and_an_empty_mart_have_a_page(catalog: Catalog) -> None:
    lost = [
        {**row, "status": "not-run", "outcome": None, "reason": "no such environment"} for row in cells(graph_fails)
    ]
    for rows in (lost, []):
        page = Markup(rendered(figures_of(catalog, rows)).decode()).striptags()
        assert control_flow.NOTHING in page
    assert b"not measured yet; make probes measures it" in rendered(
        Figures(Marts(tables={"edition": [{"as_of": DAY}], "claims": [], "evidence": []}, columns={}), catalog)
    )


def test_charts_are_valid_and_draw_every_mark() -> None:
    marks = [
        {"name": "a", "column": "x", "colour": "#d55e00", "shape": "circle", "is_filled": True},
        {"name": "b", "column": "y", "colour": "#0072b2", "shape": "cross", "is_filled": False},
    ]
    dots = [
        {**mark, "value": 3.0, "low": low, "high": 5.0 if low else None}
        for mark, low in zip(marks, (2.0, None), strict=True)
    ]
    parts = [
        {"name": "a", "start": 0, "end": 4, "colour": "#d55e00", "look": look}
        for look in ("full", "pale", "outlined", "thin")
    ]
    bars = [{"name": "a", "value": 4, "colour": "#d55e00"}]
    made = [
        (matrix_chart(marks, ["a", " ", "b"], ["x", "y"]), 2),
        (dots_chart(dots, ["a", "b"], Scale("seconds", is_log=True)), 3),
        (dots_chart(dots, ["a", "b"], Scale("seconds")), 3),
        (parts_chart(parts, ["a"], "cases"), 4),
        (bars_rows(bars, ["a"], "MiB", "~s"), 1),
    ]
    for chart, expected in made:
        with debug_mode(True):
            chart.to_dict()
        drawn = chart_svg(chart, "title", "description")
        assert drawn.count("#d55e00") + drawn.count("#0072b2") >= min(expected, 2)


def test_counts_in_sentences() -> None:
    def say(*counts: Count) -> str:
        return compared(counts, ("runs", "run"), "cases", "each of {} runs {} cases")

    assert say(Count("A", 6, 6), Count("B", 2, 6), Count("C", 3, 6)) == "A runs all six cases, B two of six"
    assert say(Count("A", 6, 6), Count("B", 3, 3), Count("C", 0, 6)) == "A and B run all cases, C none of six"
    assert say(Count("A", 1, 2), Count("B", 3, 6)) == "each of two runs one of two cases"
    assert say(Count("A", 0, 0)) == ""
    assert [listed(names, "stacks") for names in ([], ["a"], ["a", "b"], list("abc"), list("abcd"))] == [
        "none", "a", "a and b", "a, b and c", "four stacks",
    ]  # fmt: skip
