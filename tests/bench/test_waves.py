"""A run of the full tier has a few workloads' first forks before it begins the next ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench import results
from tests.bench.dummies import environ
from tests.support import ROOT

NAMES = ("one", "two", "three", "four")
# One fork of everything but the primary cells is left out: it would take most of the test's time.
RUN = f"""
import sys
from dataclasses import replace
from pathlib import Path
from bench.runner import Request, run
from bench.tiers import TIERS, Options
from tests.bench.dummies import LENIENT
tier = replace(TIERS["full"], size="small", precisions=("fp32",), divisions=("matched",), tracks=("pinned",))
tier = replace(tier, forks=4, rounds=1, block_s=0.01, settle_s=0.002, single_s=0.02, gemm_cpu=128)
asked = Options(tier, stacks=("dummy-one",), workloads={NAMES}, phases=("train",))
print(run(Request(asked, Path(sys.argv[1]), rule=LENIENT)))
"""


def test_a_full_run_has_three_workloads_through_three_forks_before_it_begins_the_next(tmp_path: Path) -> None:
    tree, out = tmp_path / "tree", tmp_path / "run.jsonl"
    for room in ("bench", "tests/bench"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "__init__.py", tree / "tests")
    for name in NAMES:
        for path in ("workloads", "programs/dummy"):
            text = (tree / "bench" / path / "dummy.py").read_text(encoding="utf-8")
            (tree / "bench" / path / f"{name}.py").write_text(text.replace('id="dummy"', f'id="{name}"'), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(out)],
        env=environ(tmp_path) | {"PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == "complete\n", done.stderr
    records = results.read(out)
    workloads = {one["group"]: one["workload"] for one in results.of_kind(records, "group")}
    units = [(workloads[one["group"]], one["number"]) for one in results.of_kind(records, "unit")]
    first = [(name, number) for number in range(3) for name in NAMES[:3]]
    last = [(NAMES[3], number) for number in range(3)]
    assert units == [*first, *last, *((name, 3) for name in NAMES)]
    assert records[0]["units"] == len(units)
