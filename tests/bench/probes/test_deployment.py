"""Deployment, without any framework: figures on known values, forks, the server under load, records of every end."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.probes import records
from bench.probes.deployment import PROBE, ahead, clients, compiled, latency, samples, serving, words
from bench.probes.deployment.runtimes import matched
from bench.probes.deployment.samples import Shape
from bench.probes.deployment.server import array_bytes, packed
from bench.probes.deployment.server import serving as served
from bench.probes.deployment.ways import RUNTIMES, WAYS
from bench.probes.probe import ANSWERED, DIED, GARBAGE, HUNG, NOT_RUN, RAISED, Outcome, ProbeOptions, Unit
from tests.support import ROOT


@pytest.mark.parametrize(("share", "rank"), [(0.5, 50), (0.9, 90), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_the_nearest_rank(share: float, rank: int):
    values = [float(value) for value in range(100, 0, -1)]
    assert latency.percentile(values, share) == rank


def test_a_percentile_of_few_values_is_one_of_them():
    assert latency.percentile([3.0], 0.99) == 3.0
    assert latency.percentile([1.0, 2.0, 9.0], 0.5) == 2.0
    with pytest.raises(ValueError, match="needs a value"):
        latency.percentile([], 0.5)


def test_a_stream_ends_when_it_has_its_queries_and_its_time():
    asked = count()
    short = latency.single_stream(lambda: next(asked), latency.Stream(queries=7, seconds=0.0, warm=3))
    assert len(short) == 7
    assert next(asked) == 10
    timed = latency.single_stream(lambda: time.sleep(0.01), latency.Stream(queries=1, seconds=0.05, warm=0))
    assert sum(timed) >= 0.04
    assert len(timed) > 1


def test_a_stream_measures_the_query():
    figures = latency.figures([latency.single_stream(lambda: time.sleep(0.01), latency.Stream(5, 0.0, 0))])
    assert figures["queries"] == 5
    assert figures["process_p50_s"] == [figures["p50_s"]]
    assert 0.01 <= figures["p50_s"] <= figures["p90_s"] <= figures["p99_s"]
    assert figures["stream_seconds"] >= 0.05


def test_streams_of_several_processes_are_one_and_each_has_its_own_median():
    figures = latency.figures([[1.0, 1.0, 5.0], [2.0, 2.0], [3.0]])
    assert figures["process_p50_s"] == [1.0, 2.0, 3.0]
    assert (figures["queries"], figures["stream_seconds"]) == (6, 14.0)
    assert (figures["p50_s"], figures["p99_s"]) == (2.0, 5.0)
    assert latency.FULL.processes >= 3
    assert latency.FULL.processes * latency.FULL.queries > 100


def test_a_difference_is_absolute_and_over_the_largest_value_expected():
    expected = np.array([[1.0, -4.0]], np.float32)
    absolute, relative, reason = samples.difference(expected + np.float32(0.5), expected)
    assert (absolute, relative, reason) == (0.5, 0.125, "")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ([[1.0, 2.0]], "answers", ""),
        ([[1.0, 2.0001]], "answers", ""),
        ([[1.0, 2.001]], "differs", "off by 0.0005"),
        ([[1.0], [2.0]], "differs", "shape [2, 1], expected is [1, 2]"),
        ([[1.0, float("nan")]], "differs", "not finite"),
    ],
)
def test_an_answer_is_judged_by_the_frameworks_own(answer: list[list[float]], status: str, said: str):
    judged = serving.verdict(np.array(answer, np.float32), np.array([[1.0, 2.0]], np.float32))
    assert judged["status"] == status
    assert said in judged["reason"]
    assert bool(judged["reason"]) == bool(said)


def test_an_errors_first_line_has_no_path_and_no_colour():
    error = RuntimeError("\n\x1b[96mcannot read /srv/models/model.onnx\x1b[0m\nat line 5")
    assert words.words_of(error) == "RuntimeError: cannot read model.onnx"
    assert words.first_line("unknown <Layer at 0x7f3a5c0012d0>") == "unknown <Layer at 0x...>"
    assert words.words_of(ValueError()) == "ValueError: without a message"
    assert words.first_line("Check failed:\nFrontEnd failed with Conversion:\nno such op\nmore") == (
        "Check failed: FrontEnd failed with Conversion: no such op"
    )


def test_a_librarys_word_on_its_deprecation_is_kept_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            warnings.warn("`jit.trace` is deprecated. Use export.", DeprecationWarning, stacklevel=1)
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert words.deprecations(caught) == "`jit.trace` is deprecated. Use export."


def test_inputs_find_the_artefacts_own_by_kind_and_rank():
    given = {"categories": np.zeros((2, 8), np.int32), "dense": np.ones((2, 13), np.float32)}
    wanted = [("serving:args_1", np.dtype(np.float32), 2), ("serving:args_0", np.dtype(np.int64), None)]
    found = matched(given, wanted)
    assert found["serving:args_1"].shape == (2, 13)
    assert found["serving:args_0"].dtype == np.int64
    with pytest.raises(ValueError, match="wants an input tokens"):
        matched(given, [("tokens", np.dtype(np.int32), 3)])


@pytest.mark.parametrize("workload", ["mlp", "cnn", "dlrm", "ragged"])
def test_a_set_of_inputs_has_the_shape_that_was_asked(workload: str, tmp_path: Path):
    traced = samples.open_shape(workload, 2)
    shapes = samples.shapes(workload, traced)
    assert {name: shape.batch for name, shape in shapes.items()} == {"traced": 2, "single": 1, "other": 3}
    assert (shapes["other"].length != traced.length) == (workload == "ragged")
    given = samples.inputs(workload, 0, shapes["other"])
    assert {len(array) for array in given.values()} == {3}
    if workload == "ragged":
        assert given["x"].shape == (3, samples.OTHER_LENGTH)
    samples.save(tmp_path, "other", given, np.arange(3.0, dtype=np.float32))
    read, expected = samples.read(tmp_path, "other")
    assert list(read) == list(given)
    assert all(np.array_equal(read[name], given[name]) for name in given)
    assert expected.tolist() == [0, 1, 2]


def test_another_batch_is_never_the_one_it_was_made_with():
    assert samples.shapes("mlp", Shape(samples.OTHER_BATCH))["other"].batch == samples.OTHER_BATCH + 1


FORKS = """
import json, os, signal, sys, time
from pathlib import Path
from bench.pressure import allowed_cores
from bench.probes.deployment import forked

def dies(): os.kill(os.getpid(), signal.SIGKILL)
def leaves(): os._exit(3)
def raises(): raise KeyError("layer")
def lies(): return {"value": float("nan")}
def prints():
    for _ in range(3000): print("x" * 1000)
    return {"value": 2}
def hangs():
    Path("grandchild").write_text(str(__import__("subprocess").Popen(["sleep", "60"]).pid))
    time.sleep(60)
def spins():
    while True: pass
def tells(): return {"value": os.getpid()}

assert forked.can_fork()
work = {one.__name__: one for one in (dies, leaves, raises, lies, prints, hangs, spins, tells)}
ended = forked.run(work, Path.cwd(), allowed_cores()[:2], forked.Patience(cpu_s=2.0, wall_s=6.0))
print(json.dumps({name: [one.how, one.reason, one.exception, dict(one.answer)] for name, one in ended.items()}))
import threading
threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
assert not forked.can_fork()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied only where /proc tells of threads")
def test_what_a_fork_does_is_nothing_to_the_others(tmp_path: Path):
    import json
    import os

    done = subprocess.run(
        [sys.executable, "-P", "-c", FORKS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)
    assert ended["dies"][:2] == [DIED, "it died of signal 9"]
    assert ended["leaves"][:2] == [DIED, "it ended with 3 without an answer"]
    assert ended["raises"][:3] == [RAISED, "KeyError: 'layer'", "KeyError"]
    assert ended["lies"][0] == DIED
    assert ended["prints"] == [ANSWERED, "", "", {"value": 2}]
    assert ended["hangs"][:2] == [HUNG, "no answer within 2 s of a core, or 6 s on the clock"]
    assert ended["spins"][0] == HUNG
    assert ended["tells"][0] == ANSWERED
    assert ended["tells"][3]["value"] != os.getpid()
    grandchild = int((tmp_path / "grandchild").read_text(encoding="utf-8"))
    stat = Path(f"/proc/{grandchild}/stat")
    assert not stat.exists() or stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"


def doubled(given: Any) -> np.ndarray:
    answer: np.ndarray = given["x"] * 2
    return answer


def test_the_server_answers_under_load_and_clients_count_what_is_wrong():
    given = {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
    body = packed(given)
    with served(doubled) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", body, timeout=10) as reply:
            assert np.load(io.BytesIO(reply.read())).tolist() == (given["x"] * 2).tolist()
        told = clients.load(port, body, array_bytes(doubled(given)), 0.3, 3)
        assert told["errors"] == 0
        assert len(told["latencies"]) > 3
        assert told["seconds"] >= 0.3
        wrong = clients.load(port, body, b"another length", 0.1, 2)
        assert wrong["errors"] > 0
        assert wrong["latencies"] == []
        for bad, status in ((b"no archive", 400), (packed({"y": given["x"]}), 400), (b"", 413)):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", bad, timeout=10)
            assert refused.value.code == status
            refused.value.close()
    gone = clients.load(port, body, b"", 0.05, 1)
    assert gone["latencies"] == []
    assert gone["errors"] > 0


LOADER = """
#include "loader.hpp"
#include <cstdlib>
#include <dlfcn.h>
int main(int count, char** arguments) {
  return guarded(count, arguments, [](const Request& request) {
    if (request.form == "refuses") throw std::runtime_error("this is refused");
    if (request.form == "dies" && request.inputs[0].shape[0] == 3) std::abort();
    if (request.form == "picks" && request.inputs[0].shape[0] == 3) throw std::runtime_error("not of three");
    if (request.form == "holds") dlopen(request.artefact.c_str(), RTLD_NOW);
    std::vector<bool> used(request.inputs.size());
    const Input& whole = fitting(request, true, 1, used);
    const Input& real = fitting(request, false, 2, used);
    const auto factor = whole_numbers<int64_t>(whole);
    report(request, 0.25, [&] {
      const auto* data = reinterpret_cast<const float*>(real.bytes.data());
      Answer answer{real.shape, std::vector<float>(data, data + real.bytes.size() / sizeof(float))};
      for (float& value : answer.values) value *= float(factor[0]);
      return answer;
    });
  });
}
"""


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loader whose artefact is a multiplication, compiled from what the real ones share."""
    if shutil.which("g++") is None:
        pytest.skip("no g++ on the path: install a C++ compiler to try the loaders")
    folder = tmp_path_factory.mktemp("loader")
    (folder / "double.cpp").write_text(LOADER, encoding="utf-8")
    for name in ("libpython_stub", "libtorch_stub"):
        (folder / f"{name}.cpp").write_text("int nothing() { return 0; }\n", encoding="utf-8")
        subprocess.run(
            ["g++", "-shared", "-fPIC", f"{name}.cpp", "-o", f"{name}.so"], cwd=folder, check=True, timeout=100
        )
    include = f"-I{ROOT / 'bench' / 'probes' / 'deployment' / 'loaders'}"
    subprocess.run(
        ["g++", "-std=c++20", "-Wall", "-Werror", include, "double.cpp", "-o", "double", "-ldl"],
        cwd=folder,
        check=True,
        timeout=100,
    )
    return folder


def asked(loader: Path, form: str, artefact: str, factor: int) -> dict[str, Any]:
    given = {"real": np.ones((2, 3), np.float32), "whole": np.array([factor], np.int32)}
    samples.save(loader, "traced", given, given["real"] * 3)
    asking = compiled._Asking(loader / "double", form, loader, artefact)
    return asking.about(compiled.Question("traced", "failed", latency.Stream(queries=9, seconds=0.0, warm=2)))[0]


def test_a_loader_is_no_python_and_its_answer_is_judged(loader: Path):
    told = asked(loader, "", "double", 3)
    assert told["status"] == "answers"
    assert told["python_absent"] is True
    assert told["frameworks_found"] == []
    assert told["load_seconds"] == 0.25
    assert len(told["taken"]) == 9
    assert told["batch"] == 2
    assert asked(loader, "", "double", 4)["status"] == "differs"
    refused = asked(loader, "refuses", "double", 3)
    assert (refused["status"], refused["reason"]) == ("failed", "this is refused")


@pytest.mark.parametrize(("form", "words"), [("picks", "not of three"), ("dies", "it died of signal 6")])
def test_one_process_answers_several_sets_and_another_what_it_did_not_come_to(loader: Path, form: str, words: str):
    for name, size in (("single", 1), ("other", 3), ("traced", 2)):
        real = np.ones((size, 3), np.float32)
        samples.save(loader, name, {"real": real, "whole": np.array([2], np.int32)}, real * 2)
    asking = compiled._Asking(loader / "double", form, loader, "double")
    streamed = compiled.Question("single", "refused", latency.Stream(queries=4, seconds=0.0, warm=0))
    single, other, traced = asking.about(
        streamed, compiled.Question("other", "refused"), compiled.Question("traced", "failed")
    )
    assert (single["status"], len(single["taken"]), single["batch"]) == ("answers", 4, 1)
    assert (other["status"], other["reason"], other["max_abs"]) == ("refused", words, None)
    assert traced["status"] == "answers"
    assert "taken" not in traced


@pytest.mark.parametrize(
    ("library", "absent", "frameworks"), [("libpython_stub.so", False, []), ("libtorch_stub.so", True, ["torch"])]
)
def test_a_loader_tells_what_is_mapped_into_it(loader: Path, library: str, absent: bool, frameworks: list[str]):
    told = asked(loader, "holds", library, 3)
    assert told["python_absent"] is absent
    assert told["frameworks_found"] == frameworks


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
