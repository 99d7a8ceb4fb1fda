"""Every probe here, and the one that the guide adds, has what the engine asks of one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import OptionError
from bench.probes import records
from bench.probes.probe import ProbeOptions
from bench.probes.runner import load, plan, probe_names
from bench.stacks import MODES
from tests.bench.probes import copied, front, kinds
from tests.support import ROOT

GUIDE = (ROOT / "docs" / "adding-a-probe.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`(bench/[\w/.]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_probe_here_has_units_kinds_and_words():
    """Of the real tree: names agree, keys are unique, every kind bears its unit, and no kind belongs to two."""
    known = records.schema()["kinds"]
    for probe in load():
        assert probe.name in probe_names()
        assert probe.about
        for quick in (False, True):
            assert plan(ProbeOptions(quick=quick), [probe])
        for kind in records.kinds_of(probe.name):
            assert known[kind]["fields"]["unit"][0] == "string"
            assert all(len(words) in (2, 3) and words[1] for words in known[kind]["fields"].values())
    with pytest.raises(OptionError, match="nope is not a probe"):
        load(["nope"])


def test_a_stack_narrows_every_probe():
    for probe in load(["footprint", "integration"]):
        units = probe.units(ProbeOptions(stacks=("keras-jax-jit",), quick=True))
        environments = {unit.environment for unit in units}
        assert environments <= {"", "keras-jax", "integration-jax"}
        assert environments - {""}
    assert "keras-jax-jit" in MODES


def test_the_guides_probe_runs_as_it_stands(tmp_path: Path):
    """The files of the page, put where it says, in a copy of the room; nothing else is touched."""
    tree = tmp_path / "tree"
    copied(tree)
    blocks = dict(BLOCK.findall(GUIDE))
    assert len(blocks) == 4
    for name, text in blocks.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    listed = front(tmp_path, tree, "probe", "repeatability", "--list")
    assert "Whether a seed gives the same numbers in another process." in listed.stdout
    out = tmp_path / "x.jsonl"
    done = front(tmp_path, tree, "probe", "repeatability", "--device", "cpu", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert sorted((one["unit"], one["status"]) for one in kinds(out, "repeatability")) == [
        ("numpy/PCG64", "same"),
        ("numpy/Philox", "same"),
    ]
    # The page's stack is in the matrix, and is found by its own name.
    stacks = front(tmp_path, tree, "probe", "integration", "--list")
    assert "integration-jax" in stacks.stdout
    ruff = Path(sys.executable).with_name("ruff")
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for check in (["check", *settings], ["format", "--check", *settings]):
        checked = subprocess.run(
            [str(ruff), *check, *(str(tree / name) for name in blocks if name.endswith(".py"))],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout
