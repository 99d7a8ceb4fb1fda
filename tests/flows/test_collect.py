"""Collecting for real: every service on a local server, the command line as a process, Prefect around it."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sources.live import GIVE_UP_AFTER
from sources.registry import SOURCES
from tests.reliability.test_kills import hear_ctrl_c
from tests.services import KEYS, all_services, environment
from tests.services.figures import today
from tests.sources.replay import Answer, ReplayServer, as_html
from tests.support import CLI, process_environment

PATIENCE_S = 240
# On one worker, which has Prefect's database too: another would collect everything for itself.
COLLECTED_ONCE = pytest.mark.xdist_group("prefect")
WHEN_OF_EACH = """
select source, any_value(status), max(newest_period) from marts.source_health
where source not in ('snapshot', 'bench', 'probes', 'trends_import', 'jobs_import') group by source
"""


@pytest.fixture
def services() -> Iterator[ReplayServer]:
    with all_services() as server:
        yield server


@pytest.fixture(scope="module")
def collected(
    first_run: tuple[Path, subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, ReplayServer, str]]:
    """A home in which one run collected every source, the server that was asked, and what the run printed."""
    home = tmp_path_factory.mktemp("collected") / "home"
    shutil.copytree(first_run[0] / "prefect", home / "prefect")
    with all_services() as server:
        done = _barometer(home, server, "run")
        assert done.returncode == 0, done.stderr
        yield home, server, done.stdout


def _barometer(home: Path, server: ReplayServer, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    environ = process_environment(home) | environment(server) | env
    return subprocess.run(
        [*CLI, *args], env=environ, cwd=home.parent, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def _index(home: Path, source: str) -> list[dict]:
    lines = (home / "landing" / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _rows(home: Path, query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home / 'warehouse.duckdb'}' as w (read_only); use w")
        return connection.execute(query).fetchall()


@COLLECTED_ONCE
def test_a_run_collects_everything_and_the_report_names_it(collected: tuple[Path, ReplayServer, str]):
    home, server, printed = collected
    for source in SOURCES:
        assert f"| {source} | " in printed
    page = (home / "reports" / today().isoformat() / "index.html").read_text(encoding="utf-8")
    assert "No search data yet" not in page
    for title in ("Search interest worldwide", "Views a day of the encyclopedia", "Downloads a day, mirrors left out"):
        assert title in page
    claims = dict(_rows(home, "select claim_id, verdict from marts.claims"))
    assert all(claims[claim] != "not enough evidence" for claim in ("C02", "C26", "C27", "C28"))
    assert len(page.encode()) < 400_000
    verified = _barometer(home, server, "verify")
    assert verified.returncode == 0, verified.stderr


@COLLECTED_ONCE
def test_every_source_lands_its_replies(collected: tuple[Path, ReplayServer, str]):
    home, *_ = collected
    for source in SOURCES:
        statuses = {entry.get("status", "ok") for entry in _index(home, source)}
        assert "ok" in statuses, source
        assert statuses <= {"ok", "no_data"}, (source, statuses)


@COLLECTED_ONCE
def test_collect_lands_what_a_run_lands(
    collected: tuple[Path, ReplayServer, str], services: ReplayServer, tmp_path: Path
):
    """Without Prefect all sources are asked at once, each by a thread: another way to the same replies."""
    by_run, *_ = collected
    done = _barometer(tmp_path / "home", services, "collect")
    assert done.returncode == 0, done.stderr
    for source in SOURCES:
        landed = [
            sorted((entry["request"], entry.get("status", "ok")) for entry in _index(home, source))
            for home in (by_run, tmp_path / "home")
        ]
        assert landed[0] == landed[1], source


@COLLECTED_ONCE
def test_a_second_run_on_the_same_day_asks_nothing(collected: tuple[Path, ReplayServer, str]):
    home, server, _ = collected
    asked = server.count()
    done = _barometer(home, server, "collect")
    assert done.returncode == 0
    assert done.stderr.count("nothing new to ask today") == len(SOURCES)
    assert server.count() == asked


@COLLECTED_ONCE
def test_every_request_says_who_asks(collected: tuple[Path, ReplayServer, str]):
    _, server, _ = collected
    agents = {asked.headers.get("User-Agent", "") for asked in server.asked}
    assert all(agent.startswith("barometer/") and "tests@example.org" in agent for agent in agents), agents


@COLLECTED_ONCE
def test_no_key_and_no_person_is_left_anywhere(collected: tuple[Path, ReplayServer, str]):
    home, server, _ = collected
    sent = " ".join(str(asked.headers) + str(asked.query) for asked in server.asked)
    assert all(key in sent for key in KEYS.values())
    for path in (path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        for secret in (*KEYS.values(), "person-", "You must know"):
            assert secret.encode() not in content, (path, secret)


@COLLECTED_ONCE
def test_a_build_takes_up_what_was_collected(collected: tuple[Path, ReplayServer, str]):
    home, server, _ = collected
    health = _rows(home, WHEN_OF_EACH)
    assert {source for source, _, _ in health} == set(SOURCES)
    assert {status for _, status, _ in health} == {"ok"}
    live = _rows(home, "select metric from marts.evidence where dataset = 'huggingface' group by 1")
    assert {"pretrained_models", "vision_models", "new_models_per_month"} <= {metric for (metric,) in live}
    before = _rows(home, "select count(*) from raw.pulls")
    assert _barometer(home, server, "build").returncode == 0
    assert _rows(home, "select count(*) from raw.pulls") == before


@COLLECTED_ONCE
def test_replay_reads_what_landed_again_and_changes_nothing(collected: tuple[Path, ReplayServer, str]):
    home, server, _ = collected
    counts = "select count(*), count(distinct (project, day, split, category)) from raw.package_downloads_day"
    before, asked = _rows(home, counts), server.count()
    done = _barometer(home, server, "replay", "pypistats")
    assert done.returncode == 0, done.stderr
    assert _rows(home, counts) == before
    assert server.count() == asked
    assert "replies read again" in done.stdout
    unknown = _barometer(home, server, "replay", "nobody")
    assert unknown.returncode == 2
    assert "no replies of a source called `nobody` ever landed" in unknown.stderr


def test_a_dry_run_asks_nobody_and_keeps_nothing(services: ReplayServer, tmp_path: Path):
    home = tmp_path / "home"
    done = _barometer(home, services, "collect", "pypistats", "wikipedia", "--dry-run", "--since", "2026-01-01")
    assert done.returncode == 0, done.stderr
    assert "GET /api/packages/keras/overall" in done.stdout
    assert services.asked == []
    assert not home.exists()


def test_an_unknown_source_is_named_with_the_nearest(services: ReplayServer, tmp_path: Path):
    done = _barometer(tmp_path / "home", services, "collect", "pypistat")
    assert done.returncode == 2
    assert "no source is called `pypistat`" in done.stderr
    assert "did you mean pypistats?" in done.stderr


def test_one_bad_service_costs_only_itself(services: ReplayServer, tmp_path: Path):
    home = tmp_path / "home"
    good = services.otherwise
    assert good is not None
    services.otherwise = lambda asked: Answer(b"", 500) if asked.path.startswith("/pypistats/") else good(asked)
    done = _barometer(home, services, "collect", "pypistats", "lever", "dependents")
    assert done.returncode == 0, done.stderr
    assert Counter(entry.get("status", "ok") for entry in _index(home, "pypistats"))["error"] == GIVE_UP_AFTER
    assert {entry.get("status", "ok") for entry in _index(home, "lever")} == {"ok"}


def test_a_bad_day_hides_nothing_older(services: ReplayServer, tmp_path: Path):
    home = tmp_path / "home"
    assert _barometer(home, services, "collect", "dependents").returncode == 0
    assert _barometer(home, services, "build").returncode == 0
    days = "select framework, dependent_packages from marts.dependents_day order by all"
    before = _rows(home, days)
    assert before
    services.trouble = as_html("<h1>Too many requests</h1>", 429)
    (home / "landing" / "dependents.jsonl").write_text(
        (home / "landing" / "dependents.jsonl").read_text(encoding="utf-8").replace(f"{today()}T", "2026-11-01T"),
        encoding="utf-8",
    )
    failed = _barometer(home, services, "collect", "dependents")
    assert failed.returncode == 4
    assert "none of the 1 sources asked gave an answer" in failed.stderr
    assert _barometer(home, services, "build").returncode == 0
    assert set(before) <= set(_rows(home, days))
    health = "select last_status, rows > 0 from marts.source_health where source = 'dependents'"
    assert _rows(home, health) == [("rate_limited", True)]


@pytest.mark.xdist_group("prefect")
def test_with_errors_everywhere_a_run_still_renders_and_says_so(services: ReplayServer, known_to_prefect: Path):
    home = known_to_prefect
    services.trouble = Answer(b"<html>out of order</html>", 503)
    done = _barometer(home, services, "run", BAROMETER_WAIT_CAP="0")
    assert done.returncode == 0, done.stderr
    assert (home / "reports" / today().isoformat() / "index.html").exists()
    statuses = _rows(
        home, "select source, last_status from marts.source_health where way = 'live' and source <> 'jobs_import'"
    )
    assert {status for _, status in statuses} == {"error"}, statuses
    assert "failed" in (home / "reports" / today().isoformat() / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_hand_it_ends_at_once_and_goes_on_next_time(
    services: ReplayServer, tmp_path: Path, ending: signal.Signals
):
    home = tmp_path / "home"
    good = services.otherwise
    assert good is not None
    services.otherwise = lambda asked: Answer(b"{}", stall_s=30) if "system" in asked.path else good(asked)
    with subprocess.Popen(
        [*CLI, "collect", "pypistats"],
        env=process_environment(home) | environment(services),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as process:
        while services.count() < 18 and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(ending)
        said = process.communicate(timeout=20)[1]
    assert process.returncode == 128 + ending
    assert "stopped before the end" in said
    assert "Traceback" not in said
    answered = {entry["request"] for entry in _index(home, "pypistats")}
    services.otherwise = good
    asked = services.count()
    assert _barometer(home, services, "collect", "pypistats").returncode == 0
    again = {f"{one.method} {one.path.removeprefix('/pypistats')}" for one in services.asked[asked:]}
    assert again
    assert not again & {request.partition("?")[0] for request in answered}


SAVE_AND_READ = """
import sys
from pathlib import Path
from flows.quiet import settle
settle(Path(sys.argv[1]))
from barometer.settings import Services
from flows.guard import guarded_server
with guarded_server():
    from prefect import flow
    from prefect.blocks.system import Secret
    from flows.collect import with_blocks
    Secret(value="from-a-block").save("github-token")
    Secret(value="of-a-block").save("hf-token")
    read = flow(lambda: with_blocks(Services(keys={"HF_TOKEN": "set"})).keys, name="read")()
    print(sorted(read.items()))
"""


@pytest.mark.xdist_group("prefect")
def test_a_key_comes_from_a_secret_block_where_the_environment_has_none(known_to_prefect: Path):
    done = subprocess.run(
        [sys.executable, "-c", SAVE_AND_READ, str(known_to_prefect)],
        env=process_environment(known_to_prefect),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[('GITHUB_TOKEN', 'from-a-block'), ('HF_TOKEN', 'set')]"
