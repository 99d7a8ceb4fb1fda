"""Findings on timings follow the verdicts: faster, the opposite, a tie, a single fork, a mixture, nothing at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import pytest
from markupsafe import Markup

from barometer.catalog import Catalog
from reports.benchmark import findings, ladder, machine, scaling, side_by_side
from reports.benchmark.contrasts import questions
from reports.benchmark.runs import Run, make_runs
from reports.figures import Figures
from reports.join import join
from reports.marts import Marts
from tests.reports.benchmark_rows import CONTRASTS, OTHER, STACKS, World, benchmark_tables
from tests.reports.conftest import with_frameworks
from tests.reports.test_findings import EDITION, figure
from tests.reports.test_findings import figures as evidence_figures

EQUAL = dict.fromkeys(STACKS, 1.0)


def runs(catalog: Catalog, *worlds: World, **changed: list[dict[str, Any]]) -> list[Run]:
    """Runs over generated rows; `changed` replaces a table's rows."""
    tables = {**benchmark_tables(*worlds), **changed, "edition": [{"as_of": EDITION}], "evidence": []}
    return make_runs(Figures(Marts(tables=tables, columns={}), catalog, "benchmark.html"))


def headline(catalog: Catalog, **world: Any) -> str:
    return said(findings.headline(runs(catalog, World(with_sweeps=False, **world))[0]))


def said(markup: Markup | str) -> str:
    return Markup(markup).striptags()


TWO = {"stacks": ("keras-torch-eager", "torch-eager"), "workloads": ("cnn", "mlp"), "spread": 0.0}


def test_slower_everywhere_and_the_opposite(catalog: Catalog) -> None:
    slower = headline(catalog, **TWO, relative={"keras-torch-eager": 1.5})
    assert slower == (
        "Training: Keras on PyTorch (eager) is slower than PyTorch (eager) in all two workloads: 1.5× the time"
    )
    faster = headline(catalog, **TWO, relative={"keras-torch-eager": 0.5})
    assert "is faster than PyTorch (eager) in all two workloads: 0.5× the time" in faster


def test_a_tie_is_no_lead_whoever_is_ahead(catalog: Catalog) -> None:
    for ratio in (0.97, 1.0, 1.03):
        sentence = headline(catalog, **TWO, relative={"keras-torch-eager": ratio})
        assert "cannot be told apart in any of two workloads" in sentence
        assert "faster" not in sentence
        assert "slower" not in sentence


def test_a_single_fork_decides_nothing(catalog: Catalog) -> None:
    sentence = headline(catalog, **TWO, relative={"keras-torch-eager": 3.0}, forks=1)
    assert "one fork cannot decide (3× the time)" in sentence
    assert "slower" not in sentence


def test_a_mixture_is_counted_with_its_range(catalog: Catalog) -> None:
    rows = benchmark_tables(World(with_sweeps=False, **TWO))["benchmark_contrasts"]
    pair = [row for row in rows if row["phase"] == "train" and row["kind"] == "contrast" and row["track"] == "pinned"]
    changed = [
        {**row, "ratio": ratio, "verdict": verdict}
        for row, ratio, verdict in zip(pair, (0.5, 2.0), ("faster", "slower"), strict=False)
    ]
    run = runs(catalog, World(with_sweeps=False, **TWO))[0]
    run.figures.marts.tables["benchmark_contrasts"][:] = changed
    sentence = said(findings.pair_finding(run, changed))
    assert sentence == (
        "Keras on PyTorch (eager) against PyTorch (eager): faster in one of two workloads, slower in one "
        "(0.5× to 2× the time)"
    )


def test_one_workload_is_named(catalog: Catalog) -> None:
    sentence = headline(catalog, **{**TWO, "workloads": ("lstm",)}, relative={"keras-torch-eager": 1.5})
    assert sentence.endswith("is slower than PyTorch (eager) on lstm: 1.5× the time")


def test_the_fastest_backend_leads_where_it_was_chosen_beforehand(catalog: Catalog) -> None:
    assert headline(catalog).startswith("Training: Keras's fastest backend against PyTorch (compiled): faster in")
    assert "fastest backend" not in headline(catalog, forks=1)


def test_without_a_pair_or_a_run_it_says_so(catalog: Catalog) -> None:
    alone = headline(catalog, stacks=("torch-eager",), workloads=("mlp",))
    assert alone == "The last run has no ratio to show: no pair of stacks ended well"
    assert said(findings.headline(None)) == "No benchmark result yet: run make bench"


def test_every_number_of_a_headline_is_that_of_its_row(catalog: Catalog) -> None:
    run = runs(catalog, World(with_sweeps=False))[0]
    sentence = findings.headline(run)
    rows = findings.leading_rows(run)
    for row in (min(rows, key=lambda r: r["ratio"]), max(rows, key=lambda r: r["ratio"])):
        assert f'data-ref="{findings.slot(row)}"' in sentence


def test_every_declared_pair_answers_exactly_one_question(catalog: Catalog) -> None:
    run = runs(catalog, World(with_sweeps=False))[0]
    rows = run.contrasts(run.conditions[0], "train")
    asked = questions(run, rows)
    pairs = [(row["measured"], row["against"]) for found in asked.values() for row in found if row["workload"] == "mlp"]
    assert sorted(pairs) == sorted([*CONTRASTS, ("keras-best", "torch-compile")])
    assert list(asked) == [
        "Keras against the framework below it",
        "Keras, each way, against PyTorch (compiled)",
        "Keras, each way, against PyTorch (eager)",
        "Other frameworks against PyTorch (compiled)",
        "Other frameworks against PyTorch (eager)",
        "Compiled or not: Keras",
        "Compiled or not: the other frameworks",
    ]


def test_the_matched_cells_on_one_core_are_what_answers(catalog: Catalog) -> None:
    run = runs(catalog, World(with_sweeps=False))[0]
    first = run.conditions[0]
    assert (first.division, first.precision, first.track) == ("matched", "fp32", "pinned")
    near = [(one.division, one.track) for one in run.conditions[1:] if one.is_near(first)]
    assert sorted(near) == [("as-shipped", "pinned"), ("matched", "all-cores")]


def test_the_precision_that_evidence_rests_on_goes_before_the_others(catalog: Catalog) -> None:
    """On a GPU TF32 is timed first; a run stopped early has nothing else."""
    run = runs(catalog, World(with_sweeps=False))[0]
    rows = run.figures.marts.tables["benchmark_cells"]
    rows += [{**row, "precision": "tf32"} for row in rows if (row["division"], row["precision"]) == ("matched", "fp32")]
    run.row["main_precision"] = "tf32"
    (other,) = make_runs(run.figures)
    assert [one.precision for one in other.conditions][:2] == ["tf32", "tf32"]
    assert {one.precision for one in other.conditions} == {"tf32", "fp32", "shipped"}


def test_a_backend_that_is_no_framework_of_the_catalogue_is_called_by_its_key(catalog: Catalog) -> None:
    few = with_frameworks(catalog, ("keras", "pytorch"))
    stacks = ("keras-jax-jit", "keras-torch-eager", "torch-eager")
    run = runs(few, World(stacks=stacks, with_sweeps=False))[0]
    assert [stack.label for stack in run.stacks] == [
        "Keras on jax (jit)",
        "Keras on PyTorch (eager)",
        "PyTorch (eager)",
    ]
    assert "Keras on PyTorch (eager)" in said(findings.headline(run))


def test_the_ladder_names_the_largest_change_and_no_change(catalog: Catalog) -> None:
    run = runs(catalog, World())[0]
    for exhibit in ladder.ladder_exhibits(run):
        assert "turning every knob brings" in said(exhibit.title)
    flat = [{**row, "ratio": 1.01, "to_shipped": 1.02} for row in run.rows("ladder")]
    still = runs(catalog, World(), benchmark_ladder=flat)[0]
    assert "changes no framework's step by as much as five per cent" in said(ladder.ladder_exhibits(still)[0].title)
    slower = [{**row, "ratio": 1.3, "to_shipped": 1.3 ** row["rung"]} for row in run.rows("ladder")]
    worse = runs(catalog, World(), benchmark_ladder=slower)[0]
    assert "4.83× its time as shipped" in said(ladder.ladder_exhibits(worse)[0].title)
    assert ladder.ladder_exhibits(runs(catalog, World(with_sweeps=False))[0]) == []


def test_a_rung_that_failed_is_left_out_of_the_waterfall(catalog: Catalog) -> None:
    absent = {"status": "timeout", "step_s": None, "ratio": None, "low": None, "high": None, "to_shipped": None}
    rows = [{**row, **(absent if row["knob"] == "compile" else {})} for row in runs(catalog, World())[0].rows("ladder")]
    exhibits = ladder.ladder_exhibits(runs(catalog, World(), benchmark_ladder=rows)[0])
    assert all("compile" not in str(line[0]) for exhibit in exhibits for line in (exhibit.table.rows))


def test_a_sweep_names_both_ends_and_a_tie(catalog: Catalog) -> None:
    world = World(stacks=("torch-eager", "jax-jit"), workloads=("mlp",))
    batch = said(scaling.scaling_exhibits(runs(catalog, world)[0])[0].title)
    assert batch.startswith("mlp: JAX (jit) is fastest from batch 1 to 256 (")
    rows = runs(catalog, world)[0].rows("scaling")
    turned = [
        {**row, "samples_per_s": 1e9, "samples_low": 9e8, "samples_high": 1.1e9}
        if (row["stack"], row["value"]) == ("torch-eager", 256)
        else row
        for row in rows
    ]
    crossed = said(scaling.scaling_exhibits(runs(catalog, world, benchmark_scaling=turned)[0])[0].title)
    assert "PyTorch (eager) is fastest at batch 256" in crossed
    assert "JAX (jit) is fastest at batch 1" in crossed
    alike = [{**row, "samples_low": 1.0, "samples_high": 1e9} for row in rows]
    tied = said(scaling.scaling_exhibits(runs(catalog, world, benchmark_scaling=alike)[0])[0].title)
    assert "lead, not told apart," in tied


def test_compiling_that_never_pays_and_that_always_does(catalog: Catalog) -> None:
    run = runs(catalog, World())[0]
    rows = run.rows("break_even")
    never = [{**row, "steps": None, "outcome": "never"} for row in rows]
    found = scaling.break_even_table(runs(catalog, World(), benchmark_break_even=never)[0], run.conditions[0])
    assert found is not None
    assert said(found[0]) == "Compiling never pays, in none of fifty cases"
    once = [{**row, "steps": 0.0, "outcome": "at once"} for row in rows]
    found = scaling.break_even_table(runs(catalog, World(), benchmark_break_even=once)[0], run.conditions[0])
    assert found is not None
    assert said(found[0]) == "Compiling pays at once, in every case"


def test_gates_that_held_and_one_that_did_not(catalog: Catalog) -> None:
    assert "all 880 gates held" in said(machine.parity_finding(runs(catalog, World())[0]))
    failed = World(failed={("cnn", "jax-jit"): ("parity-failed", "P2-gradients: relative difference")})
    run = runs(catalog, failed)[0]
    assert "879 gates held, 1 did not" in said(machine.parity_finding(run))
    table = machine.refused_table(run)
    assert table is not None
    assert [said(cell) for cell in table.rows[0]] == [
        *("cnn, JAX (jit)", "P2-gradients", "0.0213", "1e-5", "relative difference"),
    ]
    assert machine.refused_table(runs(catalog, World())[0]) is None


def told(catalog: Catalog, *verdicts: Sequence[str]) -> str:
    rows = [[{"workload": f"w{n}", "verdict": verdict} for n, verdict in enumerate(found)] for found in verdicts]
    return side_by_side.agreement(rows)


def test_two_runs_agree_disagree_or_have_nothing_in_common(catalog: Catalog) -> None:
    assert told(catalog, ["faster", "slower"], ["faster", "slower"]) == "The runs agree in two of two workloads"
    assert told(catalog, ["faster"], ["slower"]) == (
        "The runs agree in none of one workload and say the opposite in one"
    )
    assert told(catalog, ["faster"], ["indistinguishable"]) == "The runs agree in none of one workload"
    assert "a single fork cannot decide" in told(catalog, ["undecided"], ["undecided"])
    assert told(catalog, [], ["faster"]) == "No workload was timed in two runs"
    assert told(catalog, ["faster", "slower"], ["faster"], ["slower", "slower"]) == (
        "The runs agree in one of two workloads that more than one timed and say the opposite in one"
    )


def test_limits_are_read_from_the_run(catalog: Catalog) -> None:
    def limits(*worlds: World) -> str:
        found = runs(catalog, *worlds)
        return said(Markup(" ").join(machine.limits(found[0], found)))

    whole = limits(World())
    for words in ("One machine.", "No GPU.", "Small models", "Made-up data"):
        assert words in whole
    assert "One fork a cell" not in whole
    assert "One fork a cell" in limits(World(forks=1))
    assert "did not come to its end (budget)" in limits(World(ending="budget"))
    gpu = limits(World(device="cuda", run=OTHER, machine="b"), World(is_chosen=False))
    assert "No GPU." not in gpu
    assert "One machine." not in gpu
    both = limits(World(relative={"torch-eager": 0.5}), World(run=OTHER, relative={"torch-eager": 2.0}))
    assert re.search(r"the opposite, and does so in [a-z -]+ of [a-z -]+ ratios that both decide", both)
    assert "above five per cent in" in limits(World(reach=0.2))
    assert "not always as quick" not in whole + limits(World(pace_spread=None))
    assert "its stacks, together, took 1.38× the time they took" in limits(World(pace_spread=1.38))


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "none"), (1, "one"), (13, "thirteen"), (20, "twenty"), (42, "forty-two"), (104, "one hundred and four"),
     (999, "nine hundred and ninety-nine"), (1240, "one thousand two hundred and forty")],
)  # fmt: skip
def test_counts_in_words(number: int, words: str) -> None:
    assert findings.counted(number) == words


def test_counts_of_things() -> None:
    counts = [findings.counted(number, "cell") for number in (0, 1, 2)]
    assert counts == ["no cell", "one cell", "two cells"]


USED = ("downloads_per_day", {"keras": 100, "pytorch": 400, "jax": 90})


def joined(catalog: Catalog, use: dict[str, float], speed: dict[str, float], reach: float = 0.05) -> str | None:
    rows = [
        figure(
            metric,
            key,
            value,
            reach,
            unit="downloads/day" if metric == "downloads_per_day" else "samples/s",
            dataset="bench",
            as_of=dt.date(2026, 11, 1),
        )
        for metric, values in (("downloads_per_day", use), ("train_speed", speed))
        for key, value in values.items()
    ]
    found = join(evidence_figures(catalog, *rows))  # fmt: skip
    return None if found is None else said(found.title)


def test_the_join_says_whether_the_most_used_is_the_fastest(catalog: Catalog) -> None:
    use = USED[1]
    assert joined(catalog, use, {"keras": 1, "pytorch": 2, "jax": 5}) == (
        "PyTorch is used most (400 downloads / day), and JAX trains fastest (5 samples / s)"
    )
    assert "and trains fastest too" in str(joined(catalog, use, {"keras": 1, "pytorch": 9, "jax": 5}))
    tied = joined(catalog, use, {"keras": 1, "pytorch": 5.1, "jax": 5.2})
    assert tied is not None
    assert "whether JAX or PyTorch trains faster cannot be told" in tied
    alike = joined(catalog, {"keras": 100, "pytorch": 101, "jax": 20}, {"keras": 1, "pytorch": 2, "jax": 5})
    assert str(alike).startswith("PyTorch and Keras are used alike")


def test_the_join_needs_two_frameworks_with_both_figures(catalog: Catalog) -> None:
    assert joined(catalog, USED[1], {}) is None
    assert joined(catalog, USED[1], {"jax": 5}) is None
    assert joined(catalog, {"keras": 1, "pytorch": 2}, {"jax": 5, "tensorflow": 3}) is None
