"""The front: run, probe, setup, list, check, show, compare. Results to a file, progress to stderr, tables to stdout."""

from __future__ import annotations

import argparse
import math
import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import environments, gpu, results, summary, tables
from bench.comparison import compare
from bench.discovery import has_program, load_workload, workload_ids
from bench.errors import BenchError, OptionError
from bench.overhead import overhead
from bench.pressure import allowed_cores
from bench.probes import front as probes
from bench.probes.records import is_probe_file
from bench.progress import quiet, to_stderr
from bench.runner import COMPLETE, Request, default_out, run
from bench.spec import PHASES
from bench.stacks import MODES
from bench.stop import INTERRUPTED
from bench.tiers import TIERS, Options, Tier

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
# Below this a GPU does not hold every stack's program at once, and stacks are timed in pairs.
_ROOMY_MIB = 24_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code: 0 done, 1 error, 2 wrong option, 3 stopped by the budget, 130 by Ctrl-C."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    code = 0
    try:
        code = int(asked.act(asked))
        sys.stdout.flush()
    except BenchError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe had enough; what is left in the buffer would raise again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Time the same models in Keras, PyTorch, TensorFlow and JAX, fairly."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="time, and write a result file", description="Time, and write a file."))
    setup = commands.add_parser("setup", help="make the environments, one a framework and backend")
    setup.add_argument("names", nargs="*", metavar="ENVIRONMENT", help="which ones (default: all)")
    setup.set_defaults(act=_setup)
    about = "Measure ease of use, debugging, control flow, deployment, integration and footprint by running code."
    probe = commands.add_parser("probe", help="run the probes, and write a file", description=about)
    probes.add(probe, _names, _budget)
    listing = commands.add_parser("list", help="list workloads and stacks, and what can run here")
    listing.set_defaults(act=_list)
    cost = commands.add_parser("overhead", help="hold the runner against a hand-written loop of the same step")
    cost.set_defaults(act=_overhead)
    for name, act, words in (
        ("check", _check, "hold a result file against the schema"),
        ("show", _show, "print a result file's tables"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("file", type=Path)
        command.set_defaults(act=act)
    about = "Print the contrasts that two result files share, and which verdicts agree."
    comparing = commands.add_parser(
        "compare", help="hold the verdicts of two runs against each other", description=about
    )
    comparing.add_argument("file", type=Path)
    comparing.add_argument("other", type=Path)
    comparing.set_defaults(act=_compare)
    return parser


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--tier", choices=list(TIERS), default="smoke", help="how much (default: smoke)")
    command.add_argument("--budget", type=_budget, metavar="10m", help="stop after this long: 90s, 10m, 1h, or none")
    command.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    command.add_argument("--stacks", type=_names, default=(), metavar="A,B", help="only these (see list)")
    command.add_argument("--workloads", type=_names, default=(), metavar="A,B", help="only these (see list)")
    command.add_argument("--phases", type=_names, default=(), metavar="A,B", help="only train or infer")
    command.add_argument("--size", choices=["small", "full"], help="another size than the tier's")
    command.add_argument("--forks", type=_positive, help="another number of fresh processes a cell")
    command.add_argument("--rounds", type=_positive, help="another number of rounds a phase")
    command.add_argument("--out", type=Path, metavar="FILE", help="the result file (default: a new one in var/bench)")
    command.add_argument("--resume", action="store_true", help="go on with FILE, or with the newest in var/bench")
    command.add_argument("--python", type=_pair, action="append", default=[], metavar="ENVIRONMENT=PATH")
    command.add_argument("--timeout", type=_seconds, default=600.0, metavar="10m", help="for one first step or gate")
    command.add_argument("--pairwise", action="store_true", help="hold two stacks in memory at a time, not all")
    command.add_argument("--seed", type=int, default=0, help="of orders, and of weights and batches (default: 0)")
    command.add_argument("--quiet", action="store_true", help="no progress")
    command.set_defaults(act=_run)


def _run(asked: argparse.Namespace) -> int:
    facts = gpu.facts() if asked.device in {"auto", "cuda"} else None
    if asked.device == "cuda" and facts is None:
        raise OptionError("No CUDA GPU answers: nvidia-smi is missing or finds none.", "Use --device cpu.")
    device = "cpu" if facts is None else "cuda"
    wrong = sorted(set(asked.phases) - set(PHASES))
    if wrong:
        raise OptionError(f"{wrong[0]} is not a phase.", f"Phases are: {', '.join(PHASES)}.")
    small = facts is not None and _mib(facts.get("memory.total")) < _ROOMY_MIB
    options = Options(
        _tier(asked),
        device,
        asked.stacks,
        asked.workloads,
        asked.seed,
        len(allowed_cores()),
        asked.pairwise or small,
        asked.phases,
    )
    out = asked.out or (_newest() if asked.resume else default_out(environments.home()))
    say = quiet if asked.quiet else to_stderr
    budget = options.tier.budget_s if asked.budget is None else asked.budget or None
    ended = run(Request(options, out, asked.resume, budget, asked.timeout, dict(asked.python), say=say))
    print(out)
    if ended != COMPLETE:
        again = f"--resume --out {shlex.quote(str(out))} and the same options"
        say(f"stopped: {ended}. Go on with: python -m bench run {again}")
    return 0 if ended == COMPLETE else 130 if ended == INTERRUPTED else 3


def _tier(asked: argparse.Namespace) -> Tier:
    tier = TIERS[asked.tier]
    # Whoever names a number of forks wants that many.
    changes = {"size": asked.size, "forks": asked.forks, "most_forks": asked.forks, "rounds": asked.rounds}
    return replace(tier, **{name: value for name, value in changes.items() if value is not None})


def _newest() -> Path:
    files = sorted((environments.home() / "bench").glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    if not files:
        raise OptionError("There is no result file to go on with.", "Leave --resume out.")
    return files[-1]


def _setup(asked: argparse.Namespace) -> int:
    environments.setup(asked.names, to_stderr)
    return 0


def _list(asked: argparse.Namespace) -> int:
    rows = []
    for name in workload_ids():
        spec = load_workload(name).SPEC
        counts = [f"{spec.sizes[size].trainable:,}" for size in spec.sizes]
        stacks = [mode for mode in MODES.values() if has_program(mode.framework, name)]
        rows.append([name, *counts, str(len(stacks)), spec.title])
    print(tables.text(["workload", "small", "full", "stacks", "what it is"], rows))
    rows = []
    for stack, mode in MODES.items():
        if mode.framework != "dummy":
            python, reason = environments.interpreter(mode)
            rows.append([stack, mode.environment, "yes" if python else f"no: {reason}"])
    print(tables.text(["stack", "environment", "runs here"], rows))
    return 0


def _check(asked: argparse.Namespace) -> int:
    if is_probe_file(asked.file):
        print(probes.check(asked.file))
        return 0
    records = results.read(asked.file)
    cells = summary.summarize(records).cells
    counts = {status: sum(cell["status"] == status for cell in cells) for status in {cell["status"] for cell in cells}}
    words = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    print(f"{asked.file}: valid, {len(records)} records; cells: {words or 'none'}")
    return 0


def _show(asked: argparse.Namespace) -> int:
    print(probes.show(asked.file) if is_probe_file(asked.file) else tables.show(results.read(asked.file)))
    return 0


def _compare(asked: argparse.Namespace) -> int:
    for file in (asked.file, asked.other):
        if is_probe_file(file):
            raise OptionError(
                f"{file} is a file of `probe`: probes have no ratios to compare.", "Name a file of `run`."
            )
    print(compare(results.read(asked.file), results.read(asked.other)))
    return 0


def _overhead(asked: argparse.Namespace) -> int:
    found = overhead()
    low, middle, high = (math.exp(value) for value in (found.low, found.estimate, found.high))
    print(f"runner / hand-written loop: {middle:.4f}, 95 % interval {low:.4f} to {high:.4f} ({found.forks} forks)")
    return 0


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip())
    if found is None or float(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a time; write 90s, 10m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def _budget(text: str) -> float:
    """Return seconds, 0 for a run without end."""
    return 0.0 if text == "none" else _seconds(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above zero")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _pair(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    known = {mode.environment for mode in MODES.values()}
    if not equals or name not in known:
        raise argparse.ArgumentTypeError(f"{text}: write ENVIRONMENT=PATH, with one of {', '.join(sorted(known))}")
    return name, path


def _mib(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return 0.0
