"""What no file of the repository may hold, and what every command's help must."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from barometer.cli.app import COMMANDS, main
from tests.support import AS_OF, ROOT

SKIPPED = {".git", ".venv", "var", "dist", "build", "__pycache__", ".hypothesis"}
# Addresses of package indexes and paths of one machine: a clone must work wherever it is and wherever it installs from.
# The names are put together here, so that this file does not hold them either.
HOSTS = ["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npm", "deb" + r"\.debian"]
FOLDERS = ["/" + name + "/" for name in ("root", r"home/\w+", "work", r"tmp/\w+")]
FORBIDDEN = re.compile("|".join([*HOSTS, *FOLDERS, r"--(extra-)?index-url[ =]"]), re.IGNORECASE)
NOT_DONE = re.compile(
    r"# (noqa|type: ignore|TODO|FIXME|XXX)|pytest\.(skip|xfail)|mark\.(skip|xfail)|MagicMock|mock\.patch"
)


def files() -> Iterator[Path]:
    """Every text file that belongs to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.splitlines()]
    else:
        paths = [path for path in ROOT.rglob("*") if not any(map(_is_made, path.relative_to(ROOT).parts))]
    for path in paths:
        if path.is_file() and path.suffix not in {".gz", ".parquet", ".png", ".pyc"}:
            yield path


def _is_made(part: str) -> bool:
    """True for what is made here and not kept: environments, caches, results."""
    return part in SKIPPED or part.endswith((".egg-info", "_cache"))


def found_in(pattern: re.Pattern[str]) -> list[str]:
    me = Path(__file__)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files()
        if path != me
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_an_index_or_a_machine():
    assert found_in(FORBIDDEN) == []


def test_nothing_is_silenced_skipped_or_mocked():
    # These say in words what was not there: a package index, the frameworks.
    told = (
        "tests/sources/package_index/test_which_index.py:",
        "tests/bench/test_programs_parity.py:",
        "tests/bench/frameworks.py:",
        "tests/bench/probes/",
    )
    assert [hit for hit in found_in(NOT_DONE) if ".py:" in hit and not hit.startswith(told)] == []


def test_requirement_files_pin_every_package_with_hashes_and_no_address():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert all(
            re.match(r"^[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+|^    --hash=sha256:[0-9a-f]{64}", line) for line in lines
        )
    runtime = _pins("requirements.txt")
    dev = _pins("requirements-dev.txt")
    assert runtime.items() <= dev.items()


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_module_and_public_function_says_what_it_is():
    bare = []
    for path in files():
        if path.suffix != ".py" or "tests" in path.parts:
            continue
        # Programs measured as text say nothing; of those put together from parts the module says what they are.
        room = path.relative_to(ROOT).as_posix()
        if room.startswith(("bench/probes/ease/programs/", "bench/probes/ease/changes/")):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = [tree, *(node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))]
        if room.startswith(("bench/probes/control_flow/forms/", "bench/probes/debugging/faults/")):
            nodes = [tree]
        for node in nodes:
            name = getattr(node, "name", "")
            if not name.startswith("_") and not ast.get_docstring(node):
                bare.append(f"{path.relative_to(ROOT)}: {name or 'module'}")
    assert bare == []


def test_help_of_every_command_has_an_example_that_starts_with_it():
    for name in COMMANDS:
        help_text = _help(name)
        assert "Example" in help_text, name
        assert any(name in words for words in _examples(name)), name


def _help(name: str) -> str:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command.get_help(click.Context(command, info_name=name))


def _examples(name: str) -> list[list[str]]:
    """The example lines of a command's help, as the words that a shell hands over; pipes and variables left out."""
    lines = [line.strip() for line in _help(name).partition("Example")[2].partition("Options:")[0].splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("barometer ") and "&&" not in line]


@pytest.mark.parametrize("name", ["sql", "tables", "explain", "verify", "status"])
def test_the_examples_of_reading_commands_run(barometer, built_home: Path, tmp_path: Path, name: str):
    (tmp_path / "question.sql").write_text("select 1 as one\n", encoding="utf-8")
    for words in _examples(name):
        arguments = [word.replace("2026-03-01", AS_OF.isoformat()) for word in words[1:]]
        if "--home" in arguments:
            continue
        done = barometer(*arguments, home=built_home)
        assert done.returncode == 0, f"{words}: {done.stderr}"
