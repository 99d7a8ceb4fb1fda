"""The pages of the timing runner: one for the run that evidence comes from, and one for each other machine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.benchmark import cells, contradictions, contrasts, findings, ladder, machine, scaling, side_by_side
from reports.benchmark.runs import PHASES, Conditions, Run, make_runs
from reports.exhibits import Exhibit
from reports.figures import Figures

BENCHMARK_PAGE = "benchmark.html"
_OTHER = "benchmark-{}.html"


@dataclass(frozen=True)
class Part:
    """One section's charts under a heading of their own."""

    key: str
    title: str
    exhibits: list[Exhibit]


def benchmark_pages(figures: Figures) -> dict[str, dict[str, Any]]:
    """Return what the template needs for each page, by file name; one page that says what to do where nothing ran."""
    runs = make_runs(figures)
    if not runs:
        return {BENCHMARK_PAGE: _empty(figures)}
    pages = page_names(runs)
    return {pages[run.id]: _page(run, runs, pages) for run in runs}


def page_names(runs: list[Run]) -> dict[str, str]:
    """Return each run's page: the first run's is the one that other pages link to."""
    return {run.id: BENCHMARK_PAGE if number == 0 else _OTHER.format(run.id) for number, run in enumerate(runs)}


def _shared(figures: Figures) -> dict[str, Any]:
    return {
        "title": f"The same work, timed. Barometer, {figures.marts.edition}",
        "description": "Time ratios with intervals, absolute times, memory, and how to run it on your own machine.",
        "edition": figures.marts.edition,
        "labels": {dataset.key: dataset.label for dataset in figures.catalog.datasets},
    }


def _empty(figures: Figures) -> dict[str, Any]:
    return _shared(figures) | {"run": None, "headline": findings.headline(None), "gpu": machine.gpu_line(None, [], {})}


def _page(run: Run, runs: list[Run], pages: dict[str, str]) -> dict[str, Any]:
    first: Conditions | None = next(iter(run.conditions), None)
    return _shared(run.figures) | {
        "run": run,
        "headline": findings.headline(run),
        "gpu": machine.gpu_line(run, runs, pages),
        "facts": machine.facts(run),
        "conditions": first.label if first else "",
        "ratios": _ratios(run, first) if first else [],
        "noise": contrasts.noise_table(run, first) if first else None,
        "others": _others(run),
        "cells": cells.workload_tables(run, first) if first else [],
        "refusals": cells.refusals(run),
        "ladders": ladder.ladder_exhibits(run),
        "curves": scaling.scaling_exhibits(run),
        "fit": scaling.fit_table(run),
        "break_even": scaling.break_even_table(run, first) if first else None,
        "resources": [
            made
            for make in (cells.memory_exhibit, cells.ceiling_exhibit)
            if first and (made := make(run, first)) is not None
        ],
        "parity": machine.parity_finding(run),
        "gates": machine.gate_table(run),
        "refused": machine.refused_table(run),
        "versions": machine.versions(run),
        "rule": machine.rule(run),
        "runs": machine.runs_table(run, {name: page for name, page in pages.items() if name != run.id}),
        "machines": side_by_side.machines_exhibit(runs),
        "contradictions": contradictions.contradictions_table(run, runs),
        "limits": machine.limits(run, runs),
    }


def _ratios(run: Run, conditions: Conditions) -> list[Part]:
    parts = [Part(phase, PHASES[phase], contrasts.contrast_exhibits(run, conditions, phase)) for phase in PHASES]
    return [part for part in parts if part.exhibits]


def _others(run: Run) -> list[Exhibit]:
    """The layer's cost in training under each of the conditions that differ from the first in one respect."""
    others = [one for one in run.conditions[1:] if one.is_near(run.conditions[0])]
    made = (
        contrasts.layer_exhibit(run, conditions, "train", f"other-{number}")
        for number, conditions in enumerate(others, 1)
    )
    return [exhibit for exhibit in made if exhibit is not None]
