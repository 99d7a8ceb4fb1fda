"""`python -m bench probe`: options, progress, and a probe file's tables."""

from __future__ import annotations

import argparse
import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import environments, gpu, tables
from bench.errors import OptionError
from bench.probes import oneshot, records
from bench.probes.probe import ANSWERED, ProbeOptions
from bench.probes.runner import Request, default_out, load, plan, run
from bench.progress import quiet, to_stderr
from bench.results import Record, of_kind
from bench.runner import COMPLETE
from bench.stop import INTERRUPTED

_WIDEST = 60
_SHOWN = ("string", "integer", "number", "boolean")


def add(
    command: argparse.ArgumentParser, names: Callable[[str], tuple[str, ...]], budget: Callable[[str], float]
) -> None:
    """Give the command its options. `names` and `budget` read a list and a time as the other commands do."""
    command.add_argument("names", nargs="*", metavar="NAME", help="which probes (default: all; see --list)")
    command.add_argument("--stacks", type=names, default=(), metavar="A,B", help="only these stacks or environments")
    command.add_argument("--workloads", type=names, default=(), metavar="A,B", help="only these workloads")
    command.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    command.add_argument("--budget", type=budget, metavar="30m", help="stop after this long: 90s, 10m, 1h, or none")
    command.add_argument("--resume", action="store_true", help="go on with FILE, or with the newest in var/probes")
    command.add_argument("--out", type=Path, metavar="FILE", help="the result file (default: a new one in var/probes)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--quick", action="store_true", help="the small form: fewer processes, sizes and workloads")
    command.add_argument("--list", action="store_true", help="list the probes, their units, and what can run here")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.set_defaults(act=act)


def act(asked: argparse.Namespace) -> int:
    """Run the probes that were asked for; return the exit code as `run` does."""
    options = ProbeOptions(asked.stacks, asked.workloads, _device(asked.device), asked.seed, asked.quick)
    if asked.list:
        print(listing(options, asked.names))
        return 0
    out = asked.out or (_newest() if asked.resume else default_out(environments.home()))
    say = quiet if asked.quiet else to_stderr
    ended = run(Request(options, out, tuple(asked.names), asked.resume, asked.budget or None, say=say))
    print(out)
    if ended != COMPLETE:
        again = f"--resume --out {shlex.quote(str(out))} and the same options"
        say(f"stopped: {ended}. Go on with: python -m bench probe {again}")
    return 0 if ended == COMPLETE else 130 if ended == INTERRUPTED else 3


def _device(asked: str) -> str:
    facts = gpu.facts() if asked in {"auto", "cuda"} else None
    if asked == "cuda" and facts is None:
        raise OptionError("No CUDA GPU answers: nvidia-smi is missing or finds none.", "Use --device cpu.")
    return "cpu" if facts is None else "cuda"


def _newest() -> Path:
    files = sorted((environments.home() / "probes").glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    if not files:
        raise OptionError("There is no probe file to go on with.", "Leave --resume out.")
    return files[-1]


def listing(options: ProbeOptions, names: Sequence[str]) -> str:
    """Return the probes with their units and environments, and whether each environment is here, as text."""
    probes = load(names)
    rows, needed = [], []
    for probe in probes:
        own = plan(options, [probe])
        needed += [task.unit.environment for task in own]
        rows.append([probe.name, str(len(own)), probe.about])
    places = []
    for name in sorted(set(needed)):
        python, reason = oneshot.interpreter(name)
        places.append([name or "the runner's own", str(needed.count(name)), "yes" if python else f"no: {reason}"])
    return f"{tables.text(['probe', 'units', 'what it measures'], rows)}\n" + tables.text(
        ["environment", "units", "here"], places
    )


def check(path: Path) -> str:
    """Return in a line that a probe file is valid, and how its units ended. Raises ResultError where it is not."""
    found = records.settled(records.read(path))
    hows = Counter(one["how"] for one in of_kind(found, "unit"))
    words = ", ".join(f"{count} {how}" for how, count in sorted(hows.items()))
    return f"{path}: valid, {len(found)} records; units: {words or 'none'}"


def show(path: Path) -> str:
    """Return a probe file's tables as text: units that did not answer, then each kind of each probe."""
    found = records.settled(records.read(path))
    run_record = found[0]
    units = of_kind(found, "unit")
    quick = ", quick" if run_record["quick"] else ""
    parts = [
        f"probes on {run_record['host']['cpu']}, {run_record['device']}{quick}, begun {run_record['started_at']}\n"
    ]
    silent = [one for one in units if one["how"] != ANSWERED]
    if silent:
        rows = [[one["probe"], one["unit"], one["how"], _word(one["reason"])] for one in silent]
        parts.append(f"Without an answer\n{tables.text(['probe', 'unit', 'how', 'reason'], rows)}")
    for kind, words in records.schema()["kinds"].items():
        own = of_kind(found, kind) if words["probe"] else []
        if own:
            parts.append(f"{words['probe']}: {kind}. {words['about']}\n{_table(own, words['fields'])}")
    return "\n".join(parts)


def _table(rows: Sequence[Record], fields: dict[str, Any]) -> str:
    """Return one kind's records under those of its plain fields that say anything."""
    plain = [name for name, (wanted, *_) in fields.items() if wanted.rstrip("?") in _SHOWN and name != "unit"]
    told = [name for name in plain if any(row[name] not in (None, "") for row in rows)]
    return tables.text(told, [[_word(row[name]) for name in told] for row in rows])


def _word(value: object) -> str:
    """Return a value as a cell: figures to four digits, the first line of a text, cut."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    line = str(value).partition("\n")[0]
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 3]}..."
