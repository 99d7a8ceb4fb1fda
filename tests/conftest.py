"""What tests of several rooms share: a built home, and the command line as a real process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from barometer.catalog import load_catalog
from barometer.settings import Settings, load_settings
from tests.support import AS_OF, CLI, ROOT, process_environment

# How long an example takes is the machine's affair.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the kills, minutes each: begun last, they keep one core busy while the others have nothing left."""
    items.sort(key=lambda item: item.path.parent.name != "reliability")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session", autouse=True)
def shared_cache(shared: Path) -> Iterator[None]:
    """Let the command line's processes draw a chart once, whatever their homes; `built_home` draws all of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAROMETER_CACHE", str(shared / "cache"))
        yield


@pytest.fixture(scope="session", autouse=True)
def frameworks_beside_others() -> Iterator[None]:
    """Spare the frameworks' processes what costs much and tells these tests nothing.

    Two threads of PyTorch wait for each other by spinning, for long where other tests hold the cores. Its compiler
    tries out in every new cache whether it may use the vector instructions that the processor says it has. XLA splits
    programs for threads that have no cores here; every environment holds releases that know the flag.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("TORCHINDUCTOR_VEC_ISA_OK", "1")
        whole = "--xla_cpu_parallel_codegen_split_count=1"
        patch.setenv("XLA_FLAGS", f"{os.environ.get('XLA_FLAGS', '')} {whole}".strip())
        yield


@pytest.fixture(scope="session")
def built_home(shared: Path) -> Path:
    """A home with the warehouse and the report of one fixed day, made once for all workers. Read-only by agreement."""
    home = shared / "built-home"
    with FileLock(shared / "built-home.lock"):
        if not (home / "reports" / AS_OF.isoformat() / "index.html").exists():
            _build(load_settings(environ={}, home=home))
    return home


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A home that was bare before one run of the fixed day, and how that run ended. Read-only by agreement.

    Without `--offline`: for an earlier day it asks nobody, and would find nobody to ask here.
    """
    home = tmp_path_factory.mktemp("first-run") / "home"
    command = [*CLI, "run", "--as-of", AS_OF.isoformat()]
    options = {"cwd": home.parent, "capture_output": True, "text": True, "timeout": 240}
    return home, subprocess.run(command, env=process_environment(home), **options)


@pytest.fixture
def known_to_prefect(first_run: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    """A home where Prefect was started before: making its database anew takes half of a start."""
    home = tmp_path / "home"
    shutil.copytree(first_run[0] / "prefect", home / "prefect")
    return home


@pytest.fixture(scope="session")
def built(built_home: Path) -> Settings:
    """The settings of the built home."""
    return load_settings(environ={}, home=built_home)


def _build(settings: Settings) -> None:
    from flows import steps
    from reports import svg

    # What other tests of this process drew would not be drawn here, and so not be kept.
    svg._drawn.cache_clear()
    catalog = load_catalog(settings.catalog)
    steps.build_warehouse(settings, catalog, AS_OF, steps.deliver_snapshot())
    steps.publish_report(settings, steps.render_report(settings, catalog))


@pytest.fixture
def barometer(tmp_path: Path) -> Run:
    """A function that runs the command line in a process of its own, in an empty folder, with a home of its own."""

    def run(
        *args: str, home: Path | None = None, cwd: Path | None = None, env: dict[str, str] | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        folder = cwd or tmp_path
        environ = process_environment(home or tmp_path / "home") | (env or {})
        options = {"capture_output": True, "text": True, "timeout": 240} | more
        return subprocess.run([*CLI, *args], cwd=folder, env=environ, **options)

    return run
