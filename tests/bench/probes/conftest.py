"""A tree of its own for the probes' engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.probes import copied
from tests.bench.probes.trees import BESIDE, BESIDE_SCHEMA, NAP, PROBE, SCHEMA, WHEN
from tests.support import ROOT


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the room with one probe more."""
    tree = tmp_path_factory.mktemp("tree")
    folder = copied(tree) / "probes" / "stubs"
    folder.mkdir()
    stub = (ROOT / "tests" / "bench" / "probes" / "stub.py").read_text(encoding="utf-8")
    (folder / "stub.py").write_text(stub.replace('\n    return {"value": 1}\n', NAP), encoding="utf-8")
    (folder / "__init__.py").write_text(PROBE, encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    beside = tree / "bench" / "probes" / "beside"
    beside.mkdir()
    for name, text in (("__init__.py", BESIDE), ("when.py", WHEN), ("schema.json", BESIDE_SCHEMA)):
        (beside / name).write_text(text, encoding="utf-8")
    return tree
