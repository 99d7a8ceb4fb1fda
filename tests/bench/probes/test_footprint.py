"""Footprint: counts of a folder that was made by hand, imports of a module that was, and the stacks that are here."""

from __future__ import annotations

import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from bench import environments
from bench.probes import records
from bench.probes.footprint import PROBE, contents, importing, making, metadata, weigh
from bench.probes.oneshot import ask
from bench.probes.probe import Outcome, ProbeOptions, Unit
from bench.results import Record
from tests.bench.probes import need

METADATA = """Metadata-Version: 2.1
Name: {name}
Version: 1.5
Summary: {summary}
Keywords: k,l
Classifier: A :: B
{requires}"""


def install_by_hand(site: Path, name: str, files: dict[str, bytes], requires: str = "", summary: str = "s") -> None:
    """Lay a distribution into a site-packages folder as an installer would."""
    info = site / f"{name}-1.5.dist-info"
    info.mkdir(parents=True)
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    (info / "METADATA").write_text(METADATA.format(name=name, summary=summary, requires=requires), encoding="utf-8")
    listed = [*files, f"{info.name}/METADATA", f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in listed), encoding="utf-8")


def checked(unit: Unit, outcome: Outcome) -> list[Record]:
    """The probe's records of the outcome, each held against the schema."""
    made = PROBE.records(unit, [outcome])
    assert [records.problem(one) for one in made] == [""] * len(made)
    return made


def test_what_lies_in_an_environment_is_counted_without_byte_code_and_pip(tmp_path: Path):
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    install_by_hand(site, "one", {"one/__init__.py": b"x" * 100, "one/__pycache__/i.pyc": b"x" * 5000})
    install_by_hand(site, "two", {"two.py": b"x" * 7, "two.pyc": b"x" * 9000})
    install_by_hand(site, "pip", {"pip/__init__.py": b"x" * 100_000})
    (site / "nobodys.txt").write_bytes(b"x" * 50)
    (site / "link").symlink_to(site / "pip" / "__init__.py")
    info = {name: sum(path.stat().st_size for path in site.glob(f"{name}-*/*")) for name in ("one", "two")}
    found = contents.contents(site)
    assert found["distributions"] == {"one": "1.5", "two": "1.5"}
    assert found["by_distribution"] == {"one": 100 + info["one"], "two": 7 + info["two"]}
    assert list(found["by_distribution"]) == ["one", "two"]
    assert found["bytes"] == 100 + 7 + 50 + info["one"] + info["two"]
    # Two files of code, one that nobody lists, two of metadata each.
    assert found["files"] == 7
    assert contents.site_packages(tmp_path / "bin" / "python") == site
    assert contents.forget(contents.listing(site))
    assert contents.contents(site) == found


def test_an_import_is_timed_with_what_it_brings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module of a quarter of a second that brings two more, and 50 MB."""
    package = tmp_path / "heavy"
    package.mkdir()
    body = "import time\nfrom heavy import a, b\ntime.sleep(0.25)\nheld = bytearray(50 << 20)\n"
    (package / "__init__.py").write_text(body, encoding="utf-8")
    for name in "ab":
        (package / f"{name}.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = (Path(sys.executable), "heavy", 2, {"PYTHONPATH": str(tmp_path)})
    made = weigh.cold_imports(*asked, [package / "a.py"]) + weigh.warm_imports(*asked)
    assert [(one["condition"], one["process"], one["dropped"]) for one in made] == [
        ("cold", 0, True),
        ("cold", 1, True),
        ("warm", 0, False),
        ("warm", 1, False),
    ]
    for one in made:
        assert 0.25 <= one["seconds"] < 30
        assert one["modules"] == 3
        assert 45 << 20 <= one["rss_bytes"] - one["rss_before_bytes"] < 80 << 20
    # Nothing was written beside the sources; the warm ones found byte code elsewhere, the cold ones none.
    assert not list(package.rglob("*.pyc"))
    assert {path.name.partition(".")[0] for path in (tmp_path / "byte-code").rglob("heavy/*.pyc")} == {
        "__init__",
        "a",
        "b",
    }
    with pytest.raises(RuntimeError, match=r"import no_such_module ended with 1: .*ModuleNotFoundError"):
        weigh.cold_imports(Path(sys.executable), "no_such_module", 1, {})
    assert importing.resident()


def test_metadata_says_what_is_asked_for_and_what_is_optional(tmp_path: Path):
    requires = "".join(
        f"Requires-Dist: {line}\n"
        for line in (
            "absl-py",
            "Optree.Core (>=1)",
            'tensorflow ; extra == "tf"',
            "numpy>=2 ; python_version >= '3.11'",
        )
    )
    install_by_hand(tmp_path, "madeup", {"madeup.py": b""}, requires, "A layer on top of nothing")
    unit = Unit("metadata/x", "x", metadata.__name__, {"distribution": "madeup"}, {"PYTHONPATH": str(tmp_path)})
    (made,) = checked(unit, ask(unit, sys.executable))
    assert (made["status"], made["version"], made["summary"]) == ("read", "1.5", "A layer on top of nothing")
    assert (made["classifiers"], made["keywords"]) == (["A :: B"], "k,l")
    assert [(one["name"], one["optional"]) for one in made["requires"]] == [
        ("absl-py", False),
        ("optree-core", False),
        ("tensorflow", True),
        ("numpy", False),
    ]
    absent = Unit("metadata/x", "x", metadata.__name__, {"distribution": "not-here"})
    (made,) = checked(absent, ask(absent, sys.executable))
    assert (made["status"], made["reason"]) == ("not-run", "not-here is not installed in this environment")


def test_fastapi_is_read_where_barometer_itself_runs():
    unit = PROBE.units(ProbeOptions(quick=True))[0]
    assert (unit.key, unit.environment) == ("metadata/fastapi", "")
    (made,) = checked(unit, ask(unit, sys.executable))
    assert made["status"] == "read"
    assert "framework" in made["summary"].lower()
    assert not {"torch", "tensorflow", "jax", "keras"} & {one["name"] for one in made["requires"]}


def test_a_training_counts_only_if_its_loss_fell():
    unit = Unit("training/keras-jax", "keras-jax", "m")
    told = {"losses": [1.0, 0.49], "tensorflow_found": False, "tensorflow_imported": False}
    told |= {"keras": "3", "trainable": 1, "steps": 2, "backend": "jax"}
    assert checked(unit, Outcome("answered", told))[0]["status"] == "runs"
    (fell,) = checked(unit, Outcome("answered", {**told, "losses": [1.0, 0.9, 0.6]}))
    assert (fell["status"], fell["reason"]) == ("fails", "the loss went from 1 to 0.6")
    for how in ("raised", "died", "hung", "garbage"):
        (made,) = checked(unit, Outcome(how, reason="why"))
        assert (made["status"], made["reason"], made["tensorflow_found"], made["loss_last"]) == (
            "fails",
            "why",
            None,
            None,
        )
    (made,) = checked(unit, Outcome("not-run", reason="no environment"))
    assert (made["status"], made["reason"]) == ("not-run", "no environment")


def test_what_could_not_be_weighed_is_no_zero():
    unit = next(one for one in PROBE.units(ProbeOptions(stacks=("jax",), quick=True)) if one.key == "weight/jax")
    for how, status in (("not-run", "not-run"), ("died", "failed"), ("raised", "failed")):
        (made,) = checked(unit, Outcome(how, reason="why"))
        assert (made["status"], made["reason"]) == (status, "why")
        assert (made["bytes"], made["distributions"], made["fresh"]) == (None, None, None)


def test_a_fresh_environment_is_made_or_the_standing_one_is_weighed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Requirements that ask for nothing, then such as nobody can meet. The import is the standard library's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    monkeypatch.setenv("BENCH_ENV", str(tmp_path / "standing"))
    requirements = tmp_path / "madeup.txt"
    requirements.write_text("", encoding="utf-8")
    arguments: dict[str, Any] = {"environment": "madeup", "module": "xmlrpc.server", "processes": 1, "device": "cpu"}
    arguments |= {"fresh": True, "variables": {}, "condition": "cold"}
    made = weigh.measure(**arguments)
    assert made["fresh"]
    assert made["installer"] in {"uv", "pip"}
    assert (made["reason"], made["contents"]["distributions"]) == ("", {})
    assert made["install_s"] > 0
    assert [one["condition"] for one in made["imports"]] == ["cold"]
    requirements.write_text(f"{tmp_path.as_posix()}/no-such-folder\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"no fresh environment could be made: .*; no environment madeup"):
        weigh.measure(**arguments)
    (tmp_path / "fresh").rename(tmp_path / "standing")
    venv.EnvBuilder().create(tmp_path / "standing" / "madeup")
    made = weigh.measure(**arguments)
    assert (made["fresh"], made["installer"], made["install_s"]) == (False, "", None)
    assert made["reason"].startswith("no fresh environment could be made: ")
    assert not any(one["dropped"] for one in made["imports"])


def test_what_was_made_ahead_is_weighed_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = {unit.key: unit for unit in PROBE.units(ProbeOptions(stacks=("jax",)))}
    assert list(keys) == ["metadata/fastapi", "metadata/jax", "fresh/jax", "weight/jax", "warm/jax"]
    assert [(unit.alone, bool(unit.apart)) for unit in keys.values()] == [
        *[(False, False)] * 3,
        (False, True),
        (True, False),
    ]
    assert PROBE.records(keys["fresh/jax"], [Outcome("answered", {"fresh": True, "reason": ""})]) == []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    monkeypatch.setenv("BENCH_PROBE_SHARED", str(tmp_path / "shared"))
    (tmp_path / "madeup.txt").write_text("", encoding="utf-8")
    arguments: dict[str, Any] = {"environment": "madeup", "module": "xmlrpc.server", "device": "cpu", "variables": {}}
    assert making.found("madeup") is None
    assert making.measure(**arguments) == {"fresh": True, "reason": ""}
    ready = making.found("madeup")
    assert ready is not None
    scale, held, folder = ready
    assert list((folder / "byte-code").rglob("xmlrpc/server.*.pyc"))
    (tmp_path / "madeup.txt").unlink()
    for condition in ("cold", "warm"):
        weighed = weigh.measure(**arguments, processes=1, fresh=True, condition=condition)
        assert (weighed["fresh"], weighed["install_s"], weighed["contents"]) == (True, scale.install_s, held)
        assert [one["condition"] for one in weighed["imports"]] == [condition]


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_keras_trains_where_tensorflow_is_absent(backend: str):
    python = need(f"keras-{backend}")
    options = ProbeOptions(stacks=(f"keras-{backend}",), quick=True)
    unit = next(one for one in PROBE.units(options) if one.key == f"training/keras-{backend}")
    (made,) = checked(unit, ask(unit, python))
    assert (made["status"], made["backend"]) == ("runs", backend), made["reason"]
    assert (made["tensorflow_found"], made["tensorflow_imported"]) == (False, False)
    # 8 x 32 + 32 + 32 x 3 + 3
    assert (made["trainable"], made["steps"]) == (387, 64)
    assert made["loss_last"] < made["loss_first"] / 2
    declared = next(one for one in PROBE.units(options) if one.key == f"metadata/keras-{backend}")
    (made,) = checked(declared, ask(declared, python))
    asked_for = {one["name"] for one in made["requires"] if not one["optional"]}
    assert "numpy" in asked_for
    assert "tensorflow" not in asked_for


def test_jax_is_weighed_in_its_standing_environment():
    python = need("jax")
    units = {one.key: one for one in PROBE.units(ProbeOptions(stacks=("jax",), quick=True))}
    environment, *imports = checked(units["weight/jax"], ask(units["weight/jax"], python))
    imports += checked(units["warm/jax"], ask(units["warm/jax"], python))
    assert (environment["status"], environment["fresh"]) == ("measured", False), environment["reason"]
    assert environment["distributions"] >= 6
    assert environment["bytes"] >= sum(environment["by_distribution"][name] for name in ("jax", "jaxlib")) > 100 << 20
    assert [one["condition"] for one in imports] == ["cold"] * 2 + ["warm"] * 2
    assert all(one["modules"] > 300 and one["rss_bytes"] > 50 << 20 for one in imports)
