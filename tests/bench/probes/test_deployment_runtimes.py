"""Deployment with real artefacts: runtimes judged right and wrong, and the quick form of each stack that is here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.probes.deployment import compiled, latency, samples, serving, stablehlo
from bench.probes.oneshot import ask
from bench.probes.probe import ANSWERED, Unit
from tests.bench.probes import front, kinds, need
from tests.support import ROOT

# A product with a fixed matrix, written by OpenVINO itself, so that no framework is needed to have an artefact.
MAKER = """
import sys
import numpy as np
import openvino as ov
from openvino import opset13 as ops

def write(folder, batch):
    x = ops.parameter([batch, 4], np.float32, name="x")
    product = ops.matmul(x, ops.constant(np.arange(12, dtype=np.float32).reshape(4, 3)), False, False)
    ov.save_model(ov.Model([product], [x], "product"), f"{folder}/model.xml", compress_to_fp16=False)

write(sys.argv[1], int(sys.argv[2]))
"""


def product(x: np.ndarray) -> np.ndarray:
    answer: np.ndarray = x @ np.arange(12, dtype=np.float32).reshape(4, 3)
    return answer


def artefact(folder: Path, batch: int) -> Path:
    """A folder as an export leaves it: the model, and three sets of inputs with their answers."""
    import subprocess

    (folder / "artefact").mkdir(parents=True)
    python = need("serve-openvino")
    subprocess.run([python, "-c", MAKER, str(folder / "artefact"), str(batch)], check=True, timeout=120)
    for name, size in (("traced", 2), ("single", 1), ("other", 3)):
        x = np.random.default_rng(size).standard_normal((size, 4)).astype(np.float32)
        samples.save(folder, name, {"x": x}, product(x))
    return folder


def questioned(folder: Path, module: Any, **more: Any) -> dict[str, Any]:
    arguments = {"form": "openvino", "folder": str(folder), "artefact": "artefact/model.xml", "quick": True, **more}
    unit = Unit("one", "serve-openvino", module.__name__, arguments, {"OMP_NUM_THREADS": "1"}, 200.0)
    outcome = ask(unit, need("serve-openvino"))
    assert outcome.how == ANSWERED, outcome
    return dict(outcome.answer)


def in_python(folder: Path, under_load: bool = False, quick: bool = True) -> dict[str, Any]:
    return questioned(folder, serving, runtime="openvino", under_load=under_load, client_core=0, quick=quick)


def test_an_open_artefact_answers_every_shape_and_a_load(tmp_path: Path):
    told = in_python(artefact(tmp_path, -1), under_load=True)
    assert (told["status"], told["other_status"], told["latency_batch"]) == ("answers", "answers", 1)
    assert told["max_rel"] <= samples.LIMIT
    assert 0 < told["p50_s"] <= told["p90_s"] <= told["p99_s"]
    assert told["frameworks_found"] == told["frameworks_imported"] == []
    assert told["load"]["status"] == "ok"
    assert told["load"]["errors"] == 0
    assert told["load"]["requests_per_second"] * told["load"]["seconds"] == pytest.approx(told["load"]["requests"])


def test_a_latency_is_of_three_processes(tmp_path: Path):
    folder = artefact(tmp_path, -1)
    told = in_python(folder, quick=False)
    assert (told["status"], told["other_status"]) == ("answers", "answers")
    assert len(told["process_p50_s"]) == latency.FULL.processes
    assert told["queries"] >= latency.FULL.processes * latency.FULL.queries
    assert min(told["process_p50_s"]) <= told["p50_s"] <= max(told["process_p50_s"])
    (folder / "artefact" / "model.bin").write_bytes(b"")
    broken = in_python(folder, quick=False)
    assert broken["status"] == "failed"
    assert "process_p50_s" not in broken
    if shutil.which("g++") is not None:
        folder = artefact(tmp_path / "again", -1)
        assert len(questioned(folder, compiled, runtime="openvino-c++", quick=False)["process_p50_s"]) == 3


def test_a_fixed_artefact_refuses_another_batch(tmp_path: Path):
    told = in_python(artefact(tmp_path, 2))
    assert (told["status"], told["other_status"], told["latency_batch"]) == ("answers", "refused", 2)
    assert told["other_reason"]


def test_a_wrong_answer_differs_and_a_broken_artefact_fails(tmp_path: Path):
    folder = artefact(tmp_path, -1)
    given, expected = samples.read(folder, "traced")
    samples.save(folder, "traced", given, expected * np.float32(1.001))
    told = in_python(folder)
    assert (told["status"], told["other_status"]) == ("differs", "not-run")
    assert told["max_rel"] == pytest.approx(0.001, rel=0.01)
    (folder / "artefact" / "model.bin").write_bytes(b"")
    told = in_python(folder)
    assert told["status"] == "failed"
    assert told["reason"]
    assert str(tmp_path) not in told["reason"]


def test_a_process_without_python_answers_too(tmp_path: Path):
    if shutil.which("g++") is None:
        pytest.skip("no g++ on the path: install a C++ compiler to try the loaders")
    folder = artefact(tmp_path, -1)
    told = questioned(folder, compiled, runtime="openvino-c++")
    assert (told["status"], told["other_status"], told["latency_batch"]) == ("answers", "answers", 1)
    assert told["python_absent"] is True
    assert told["frameworks_found"] == []
    assert told["queries"] == 16
    given, expected = samples.read(folder, "traced")
    samples.save(folder, "traced", given, expected + np.float32(1))
    assert questioned(folder, compiled, runtime="openvino-c++")["status"] == "differs"


STABLEHLO = """
module @doubling {
  func.func public @main(%arg0: tensor<2x4xf32>) -> tensor<2x4xf32> {
    %0 = stablehlo.add %arg0, %arg0 : tensor<2x4xf32>
    return %0 : tensor<2x4xf32>
  }
}
"""


def test_a_stablehlo_module_is_compiled_and_answers_at_its_own_shape_alone(tmp_path: Path):
    python = need("serve-iree")
    (tmp_path / "model.mlir").write_text(STABLEHLO, encoding="utf-8")
    for name, size in (("traced", 2), ("other", 3)):
        x = np.random.default_rng(size).standard_normal((size, 4)).astype(np.float32)
        samples.save(tmp_path, name, {"x": x}, 2 * x)
    unit = Unit("one", "serve-iree", stablehlo.__name__, {"folder": str(tmp_path), "artefact": "model.mlir"})
    told = ask(unit, python).answer
    assert (told["status"], told["other_status"], told["python_absent"]) == ("answers", "refused", True)
    given, expected = samples.read(tmp_path, "traced")
    samples.save(tmp_path, "traced", given, -expected)
    assert ask(unit, python).answer["status"] == "differs"
    (tmp_path / "model.mlir").write_text(STABLEHLO.replace("add", "no_such_operation"), encoding="utf-8")
    assert ask(unit, python).answer["status"] == "failed"


@pytest.mark.parametrize(
    ("stack", "environment", "exported", "answering"),
    [
        ("torch", "export-torch", {"torch-export", "torchscript-trace", "onnx"}, {"onnxruntime"}),
        ("tensorflow", "export-tensorflow", {"savedmodel", "litert"}, {"litert"}),
        ("jax", "export-jax", {"jax-export", "onnx"}, {"onnxruntime", "jax"}),
    ],
)
def test_a_stack_in_its_quick_form(
    stack: str, environment: str, exported: set[str], answering: set[str], tmp_path: Path
):
    need(environment)
    need(stack)
    out = tmp_path / "probe.jsonl"
    asked = ("--stacks", stack, "--workloads", "mlp", "--quick", "--device", "cpu", "--out", str(out))
    done = front(tmp_path, ROOT, "probe", "deployment", *asked, timeout=1200)
    assert done.returncode == 0, done.stderr
    exports = {one["format"]: one for one in kinds(out, "deployment_export")}
    assert exported <= {name for name, one in exports.items() if one["status"] == "exported"}, exports
    answers = kinds(out, "deployment_answer")
    ran = {one["runtime"] for one in answers if one["status"] != "not-run"}
    right = {one["runtime"] for one in answers if one["status"] == "answers"}
    assert answering & ran <= right, answers
    standalone = [one for one in answers if one["status"] == "answers" and not one["needs"]]
    assert all(one["without_framework"] for one in standalone)
    assert {one["status"] for one in kinds(out, "deployment_load")} == {"not-run"}
