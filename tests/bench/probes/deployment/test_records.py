"""Deployment's units and the records of every way they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.probes import records
from bench.probes.deployment import PROBE, ahead
from bench.probes.deployment.ways import RUNTIMES, WAYS
from bench.probes.probe import ANSWERED, DIED, GARBAGE, HUNG, NOT_RUN, RAISED, Outcome, ProbeOptions, Unit
from tests.support import ROOT


def units(**options: Any) -> list[Unit]:
    return [unit for unit in PROBE.units(ProbeOptions(**options)) if not unit.key.startswith("exports/")]


def test_every_workload_meets_every_stack_once():
    keys = [unit.key for unit in units()]
    assert len(keys) == len(set(keys)) == 10 * len(WAYS)
    assert {unit.key for unit in units(quick=True)} == {f"{w}/{way.stack}" for w in ("mlp", "lstm") for way in WAYS}
    assert [unit.key for unit in units(stacks=("keras-jax-jit",), workloads=("gpt",))] == ["gpt/keras-jax"]
    assert [unit.key for unit in units(stacks=("torch",), workloads=("gpt", "mlp"))] == ["mlp/torch", "gpt/torch"]


def test_several_workloads_are_exported_ahead_and_found_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before, *cells = PROBE.units(ProbeOptions(stacks=("torch",), workloads=("gpt", "mlp")))
    assert (before.key, before.arguments["workloads"]) == ("exports/torch", ["mlp", "gpt"])
    assert [unit.key for unit in cells] == ["mlp/torch", "gpt/torch"]
    assert PROBE.records(before, [Outcome(ANSWERED, answer={"exported": ["mlp", "gpt"]})]) == []
    monkeypatch.setenv("BENCH_PROBE_SHARED", str(tmp_path))
    outcome = Outcome(ANSWERED, answer={"status": "exported", "artefact": "artefact/model.pt2"})
    with ahead._claimed(tmp_path / "torch"):
        assert ahead._is_claimed(tmp_path / "torch")
        (tmp_path / "torch" / "mlp").mkdir()
        told = json.dumps({"torch-export": ahead.told(outcome)})
        (tmp_path / "torch" / "mlp" / "exports.json").write_text(told, encoding="utf-8")
        assert ahead.exports_of("torch", "mlp", 0) == ({"torch-export": outcome}, tmp_path / "torch" / "mlp")
    assert not ahead._is_claimed(tmp_path / "torch")
    assert not ahead._is_claimed(tmp_path / "jax")


@pytest.mark.parametrize("how", [NOT_RUN, DIED, HUNG, GARBAGE, RAISED])
def test_a_unit_without_an_answer_still_has_every_cell(how: str):
    for unit in units(workloads=("mlp",)):
        way = next(way for way in WAYS if way.stack == unit.arguments["stack"])
        found = PROBE.records(unit, [Outcome(how, reason="in words")])
        assert [records.problem(one) for one in found] == [""] * len(found)
        exports = [one for one in found if one["kind"] == "deployment_export"]
        assert [one["format"] for one in exports] == [form.name for form in way.formats]
        assert {one["status"] for one in exports} == {how if how in {DIED, HUNG} else NOT_RUN}
        assert {one["reason"] for one in exports} == {"in words"}
        answers = [one for one in found if one["kind"] == "deployment_answer"]
        assert {(one["format"], one["runtime"]) for one in answers if one["runtime"]} == {
            (form.name, name) for form in way.formats for name in form.runtimes
        }
        assert {one["language"] for one in answers} == {"python", "c++"}
        loads = [one for one in found if one["kind"] == "deployment_load"]
        assert len(loads) == len(way.formats)
        assert {one["status"] for one in loads} == {NOT_RUN}


def answered(export: str = "exported", **answer: Any) -> Outcome:
    """An outcome of mlp/torch in which the exported program alone came to something."""
    way = next(way for way in WAYS if way.stack == "torch")
    silent = {"how": HUNG, "reason": "no answer", "exception": "", "answer": {}}
    exports: dict[str, Any] = {form.name: silent for form in way.formats}
    answers: dict[str, Any] = {form.name: dict.fromkeys(form.runtimes, silent) for form in way.formats}
    told = {"status": export, "reason": "" if export == "exported" else "why", "exception": "", "seconds": 1.5}
    exports["torch-export"] = {"how": ANSWERED, "reason": "", "exception": "", "answer": told}
    if answer:
        answers["torch-export"]["torch"] = {"how": ANSWERED, "reason": "", "exception": "", "answer": answer}
    return Outcome(ANSWERED, answer={"exports": exports, "answers": answers})


def test_records_say_what_was_answered_and_what_was_not():
    unit = units(stacks=("torch",), workloads=("mlp",))[0]
    load = {"status": "ok", "reason": "", "clients": 4, "batch": 1, "seconds": 1.0, "requests": 200, "errors": 0}
    load |= {"requests_per_second": 200.0, "p50_s": 0.01, "p99_s": 0.02}
    answer = {"status": "answers", "reason": "", "frameworks_found": ["torch"], "max_abs": 0.0, "max_rel": 0.0}
    found = PROBE.records(unit, [answered(load=load, **answer)])
    assert [records.problem(one) for one in found] == [""] * len(found)
    by = {(one["kind"], one["format"], one.get("runtime", "")): one for one in found}
    assert by["deployment_export", "torch-export", ""]["seconds"] == 1.5
    assert by["deployment_export", "onnx", ""]["status"] == HUNG
    own = by["deployment_answer", "torch-export", "torch"]
    assert (own["status"], own["needs"], own["without_framework"], own["without_python"]) == (
        "answers",
        "torch",
        False,
        False,
    )
    nothing = by["deployment_answer", "torch-export", ""]
    assert (nothing["language"], nothing["status"]) == ("c++", "no-runtime")
    assert nothing["reason"]
    assert by["deployment_load", "torch-export", "torch"]["requests_per_second"] == 200.0
    assert by["deployment_load", "onnx", "onnxruntime"]["status"] == NOT_RUN


def test_a_failed_export_has_no_artefact_to_ask():
    unit = units(stacks=("torch",), workloads=("mlp",))[0]
    found = PROBE.records(unit, [answered("failed")])
    nothing = next(one for one in found if one["kind"] == "deployment_answer" and one["runtime"] == "")
    assert (nothing["status"], nothing["reason"]) == (NOT_RUN, "there is no artefact")


def test_the_table_names_runtimes_that_exist_and_says_what_has_none():
    for way in WAYS:
        for form in way.formats:
            assert set(form.runtimes) <= set(RUNTIMES)
            has_compiled = any(RUNTIMES[name].language == "c++" for name in form.runtimes)
            assert has_compiled or form.without_python
    requirements = ROOT / "bench" / "requirements"
    for name in {way.environment for way in WAYS} | {runtime.environment for runtime in RUNTIMES.values()}:
        assert (requirements / f"{name}.txt").exists()
