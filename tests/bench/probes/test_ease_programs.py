"""Ease of use: the programs themselves in their stacks, wrong ones among them, and a stack that is added."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.discovery import ORDER
from bench.probes.ease import PROBE, files
from bench.probes.oneshot import ask
from bench.probes.probe import ProbeOptions
from tests.bench.frameworks import untuned
from tests.bench.probes import copied, front, kinds, need
from tests.support import ROOT

QUICK = {unit.environment: unit for unit in PROBE.units(ProbeOptions(quick=True)) if unit.key.startswith("programs/")}


@pytest.mark.parametrize("environment", QUICK)
def test_every_program_does_the_work_and_every_change_has_its_effect(environment: str) -> None:
    """The whole folder in its small form, by the gates and by numbers that numpy predicts."""
    outcome = ask(QUICK[environment], need(environment), variables=untuned())
    assert (outcome.how, outcome.reason) == ("answered", ""), outcome.output[-2000:]
    programs = {one["workload"]: (one["status"], one["reason"]) for one in outcome.answer["programs"]}
    assert programs == dict.fromkeys(ORDER, ("ok", ""))
    changes = {one["change"]: (one["status"], one["reason"]) for one in outcome.answer["changes"]}
    assert changes == dict.fromkeys(files.CHANGES, ("ok", ""))
    assert all(one["cost"]["edit_distance"] > 0 for one in outcome.answer["changes"])
    assert all(one["parts"]["train"]["logical_lines"] > 0 for one in outcome.answer["programs"])


CODE = """
def branches(x):
    if x > 0 and x < 3:
        return 1
    for one in x:
        pass


class Thing:
    def method(self):
        return [one for one in self if one]
"""


def test_radon_counts_what_was_counted_by_hand() -> None:
    python = need("metrics")
    script = (
        "import json, sys\n"
        "from bench.probes.ease.complexity import _measures\n"
        "print(json.dumps([_measures(text) for text in json.load(sys.stdin)]))"
    )
    asked = json.dumps([CODE, "def f(a, b):\n    return a + b\n", ""])
    environ = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, "-c", script], input=asked, env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    one, two, empty = json.loads(done.stdout)
    # branches: 1, if, and, for. method: 1, the comprehension, its condition.
    assert (one["cyclomatic_sum"], one["cyclomatic_max"]) == (4 + 3, 4)
    # One operator, two operands, all distinct.
    assert two["halstead_volume"] == pytest.approx(3 * math.log2(3), abs=1e-3)
    assert empty == {"cyclomatic_sum": 0, "cyclomatic_max": 0, "halstead_volume": 0}


# One run of the wrong programs serves all tests that read it.
WRONG = pytest.mark.xdist_group("ease-wrong-programs")
# In the copied tree's PyTorch programs: what is replaced by what, and what must be found.
PROGRAMS = {
    "cnn": ("nn.MaxPool2d(2)", "nn.AvgPool2d(2)", "parity-failed", "P1: "),
    "lstm": ("equalize(Lstm())", "Lstm()", "parity-failed", "P0: "),
    "dispatch": ("LEARNING_RATE = 0.01", "LEARNING_RATE = 0.02", "parity-failed", "P3-sgd: "),
    "dlrm": ("return Dlrm()", "return Missing()", "raised", "NameError: name 'Missing' is not defined"),
    "encoder": ('"loss": total / len(loader)', '"loss": total', "parity-failed", "evaluate-loss: "),
    "ragged": ('"loss": total / len(loader)', '"loss": total', "parity-failed", "evaluate-loss: "),
    "resnet": ("torch.save(model.state_dict(), path)", "torch.save(model(), path)", "raised", "TypeError: "),
    "mlp": ("", "", "ok", ""),
}
CHANGES = {
    "optimizer": ("torch.optim.Adam", "torch.optim.SGD", "no-effect", "losses of Adam"),
    "mixed_precision": ("torch.bfloat16", "torch.float32", "no-effect", "the first update's error"),
    "early_stopping": ("PATIENCE = 2", "PATIENCE = 3", "no-effect", "epochs trained of 8: 6, held to 5"),
    "gradient_clipping": ("CLIP_NORM = 1.0", "CLIP_NORM = 100.0", "no-effect", "the update, its norm cut"),
    "custom_loss": ("** 2", "** 3", "no-effect", "the first loss"),
    "custom_step": ("EPSILON = 0.1", "EPSILON = 0.0", "no-effect", "the update on moved inputs"),
    "second_input": ("[x, extra], dim=1", "[x, 0 * extra], dim=1", "no-effect", "the output of both inputs"),
    "checkpoint_resume": ("range(start, EPOCHS)", "range(EPOCHS)", "no-effect", "steps after resuming; 2 before"),
    "export": ("torch.export.save(program, path)", "return program", "no-effect", "no file was exported"),
}


@pytest.fixture(scope="module")
def mutated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A probe file of PyTorch programs that are wrong, each in its way, and of a stack that was added."""
    tree = tmp_path_factory.mktemp("tree")
    ease = copied(tree) / "probes" / "ease"
    python = Path(need("torch"))
    for kind, table in (("programs", PROGRAMS), ("changes", CHANGES)):
        for name, (before, after, *_) in table.items():
            path = ease / kind / "torch" / f"{name}.py"
            assert before in path.read_text()
            path.write_text(path.read_text().replace(before, after) if before else path.read_text())
    # A stack is a folder of programs, what the check must know of it, and an environment.
    added = ease / "programs" / "second"
    added.mkdir()
    (added / "mlp.py").write_text(files.program("torch", "mlp").read_text())
    told = {
        "place": 9,
        "framework": "torch",
        "stacks": [{"stack": "second", "backend": "", "variables": {}}],
        "only": {},
    }
    (added / "stack.json").write_text(json.dumps(told))
    (ease / "adapters" / "second.py").write_text("from bench.probes.ease.adapters.torch import *\n")
    (tree / "bench" / "requirements" / "second.txt").write_text("torch==2.13.0\n")
    (tree / "bench-env").mkdir()
    (tree / "bench-env" / "second").symlink_to(python.parent.parent)
    out = tree / "out.jsonl"
    asked = ("--quick", "--stacks", "torch,second", "--workloads", ",".join(PROGRAMS), "--out", str(out))
    done = front(tree, tree, "probe", "ease", *asked)
    assert done.returncode == 0, done.stderr
    return out


def _program(out: Path, workload: str, stack: str = "torch") -> dict[str, Any]:
    found = [one for one in kinds(out, "ease_program") if (one["stack"], one["workload"]) == (stack, workload)]
    return next(one for one in found if one["part"] == "whole")


@WRONG
@pytest.mark.parametrize("workload", PROGRAMS)
def test_a_program_that_does_other_work_has_no_counts(mutated: Path, workload: str) -> None:
    _, _, status, words = PROGRAMS[workload]
    found = _program(mutated, workload)
    assert found["status"] == status, found["reason"]
    assert found["reason"].startswith(words)
    assert (found["logical_lines"] is None) == (status != "ok")


@WRONG
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_its_effect_has_no_cost(mutated: Path, change: str) -> None:
    found = next(one for one in kinds(mutated, "ease_change") if (one["stack"], one["change"]) == ("torch", change))
    _, _, status, words = CHANGES[change]
    assert found["status"] == status, found["reason"]
    assert words in found["reason"]
    assert found["edit_distance"] is None


@WRONG
def test_a_stack_is_added_by_its_files(mutated: Path) -> None:
    assert _program(mutated, "mlp", "second")["logical_lines"] == _program(mutated, "mlp")["logical_lines"]
    missing = _program(mutated, "cnn", "second")
    assert (missing["status"], missing["reason"]) == ("not-run", "second has no program for cnn")
    changes = [one for one in kinds(mutated, "ease_change") if one["stack"] == "second"]
    assert {one["status"] for one in changes} == {"not-run"}
    assert changes[0]["reason"] == "second has no program for the change optimizer"
