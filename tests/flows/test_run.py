"""The flow for real: once by hand, once by `barometer serve`, with Prefect's own server asked what it saw."""

from __future__ import annotations

import signal
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from tests.support import AS_OF, CLI, ROOT, file_contents, process_environment, table_contents

PATIENCE_S = 180


@pytest.mark.xdist_group("prefect")
def test_a_run_makes_what_build_and_report_make(first_run, built_home: Path):
    home, done = first_run
    assert done.returncode == 0, done.stderr
    assert table_contents(home / "warehouse.duckdb") == table_contents(built_home / "warehouse.duckdb")
    assert file_contents(home / "reports") == file_contents(built_home / "reports")
    assert str(Path("home") / "reports" / AS_OF.isoformat() / "index.html") in done.stdout
    for part in ("evidence:", "claims:", "| reader | take |", "Google Trends"):
        assert part in done.stdout
    assert "run: building" in done.stderr


@pytest.mark.xdist_group("prefect")
def test_an_earlier_day_collects_nothing(first_run):
    home, done = first_run
    assert f"as known on {AS_OF}: nothing is collected for an earlier day" in done.stderr
    assert "| asked |" not in done.stdout
    assert not (home / "landing").exists()


@pytest.mark.xdist_group("prefect")
def test_serve_runs_the_flow_and_leaves_nothing_behind(known_to_prefect: Path):
    # Here, not above: it brings Prefect, which takes two seconds in every process that collects the tests.
    from flows.serve import DEPLOYMENT, WEEKLY

    with serving(known_to_prefect) as (process, api):
        deployment = _until(lambda: _get(api(), f"deployments/name/barometer-run/{DEPLOYMENT}"))
        assert [entry["schedule"]["cron"] for entry in deployment["schedules"]] == [WEEKLY]
        run = _until(lambda: _post(api(), f"deployments/{deployment['id']}/create_flow_run"))
        state = _until(lambda: _ended(_get(api(), f"flow_runs/{run['id']}")))
        assert state["type"] == "COMPLETED", state
        of_this_run = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
        (artifact,) = _until(lambda: _post(api(), "artifacts/filter", of_this_run))
        assert artifact["key"] == "barometer-run"
        assert "| reader | take |" in artifact["data"]
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        _, alive = psutil.wait_procs(family, timeout=20)
        assert alive == []
    assert len(list((known_to_prefect / "reports").glob("*/index.html"))) == 1


def test_a_schedule_that_is_none_is_refused(barometer):
    done = barometer("serve", "--cron", "every day", timeout=PATIENCE_S)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-2:] == [
        'barometer: --cron `every day` is no schedule: Invalid cron string: "every day"',
        'next: write five fields, as in "0 6 * * 1"',
    ]


@pytest.mark.parametrize(
    "trouble",
    [
        {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "0"},
        {"PREFECT_API_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:////nowhere/prefect.db"},
    ],
    ids=["too slow", "no database"],
)
def test_a_server_that_does_not_start_is_said_and_leaves_nothing(barometer, tmp_path: Path, trouble: dict[str, str]):
    done = barometer("run", "--offline", env=trouble)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "barometer: Prefect's temporary server does not start." in done.stderr
    assert done.stderr.splitlines()[-1].startswith("next: ")
    assert [one for one in psutil.process_iter(["environ"]) if str(tmp_path) in str(one.info["environ"])] == []


def test_the_deployment_file_says_the_same_as_serve():
    from flows.serve import DEPLOYMENT, WEEKLY

    lines = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert f'cron: "{WEEKLY}"' in lines
    assert f"name: {DEPLOYMENT}" in lines
    path, _, name = lines.partition("entrypoint: ")[2].split()[0].partition(":")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert "prefect" + lines.partition('prefect-version: "')[2].partition('"')[0] in pins


@contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """Run `barometer serve`; yield its process and a function that finds the address of its Prefect API."""
    environ = process_environment(home) | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    process = subprocess.Popen([*CLI, "serve", "--offline"], env=environ, cwd=home.parent)

    def api() -> str:
        for child in psutil.Process(process.pid).children():
            command = child.cmdline()
            if "--port" in command:
                return f"http://127.0.0.1:{command[command.index('--port') + 1]}/api"
        raise LookupError("the server is not there yet")

    try:
        yield process, api
    finally:
        process.kill()
        process.wait()


def _get(api: str, path: str) -> Any:
    reply = requests.get(f"{api}/{path}", timeout=PATIENCE_S)
    reply.raise_for_status()
    return reply.json()


def _post(api: str, path: str, body: dict[str, Any] | None = None) -> Any:
    reply = requests.post(f"{api}/{path}", json=body or {}, timeout=PATIENCE_S)
    reply.raise_for_status()
    return reply.json()


def _ended(run: dict[str, Any]) -> dict[str, Any] | None:
    return run["state"] if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None


def _until(look: Callable[[], Any]) -> Any:
    """Return what `look` finds; a server that starts or is busy gets time."""
    last: Exception | None = None
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            found = look()
        except (requests.RequestException, LookupError) as error:
            last = error
        else:
            if found:
                return found
        time.sleep(0.5)
    raise TimeoutError(f"nothing after {PATIENCE_S} s; last: {last}")
