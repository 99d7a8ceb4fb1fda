"""Deployment's forks, its server under load and its loaders, without any framework."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.probes.deployment import clients, compiled, latency, samples
from bench.probes.deployment.server import array_bytes, packed
from bench.probes.deployment.server import serving as served
from bench.probes.probe import ANSWERED, DIED, HUNG, RAISED
from tests.support import ROOT

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
