"""What runs in a probe's child: read one question from stdin, answer it on a file of its own, end.

Run by path with `python -P`, by an interpreter that need not have Barometer, nor numpy. The answer goes to the file
descriptor named in BENCH_REPLY_FD, because the code under test prints. Nothing here decides anything.
"""

import contextlib
import importlib
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

_LONGEST_TRACEBACK = 200_000
_LONGEST_MESSAGE = 2_000


def main() -> None:
    """Answer the one question. Ends the process without its exit handlers: the answer is complete by then."""
    start = runpy.run_path(str(Path(__file__).resolve().parents[1] / "child.py"))
    start["end_with_parent"]()
    start["pin"]()
    start["find_bench"]()
    question = json.loads(sys.stdin.buffer.read())
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    me = os.getpid()
    reply = _answered(question)
    if os.getpid() != me:
        # A process that measure() forked and that came back: its answer is not this child's.
        os._exit(70)
    line = _line({"nonce": question["nonce"], "peak_rss_bytes": _peak(), **reply})
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    descriptor = int(os.environ["BENCH_REPLY_FD"])
    while line:
        line = line[os.write(descriptor, line) :]
    os._exit(0)


def _answered(question: dict[str, Any]) -> dict[str, Any]:
    """Return what measure() gave, or how it raised. `exception` is "" where the module could not even be imported."""
    try:
        measure = importlib.import_module(question["module"]).measure
    except BaseException as error:
        return {**_raised(error), "exception": "", "importing": question["module"]}
    try:
        return {"answer": measure(**question["arguments"])}
    except BaseException as error:
        return _raised(error)


def _raised(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    # The first frame is this file's own.
    lines = traceback.format_exception(kind, error, error.__traceback__ and error.__traceback__.tb_next)
    text = "".join(lines)
    half = _LONGEST_TRACEBACK // 2
    if len(text) > _LONGEST_TRACEBACK:
        text = f"{text[: half - 20]}\n[...]\n{text[-half + 20 :]}"
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = str(error)
    except Exception:
        message = "its message cannot be had"
    return {"exception": name, "type": name, "message": message[:_LONGEST_MESSAGE], "traceback": text}


def _line(reply: dict[str, Any]) -> bytes:
    """Return the reply as one line; where JSON has no word for the answer, one that says so."""
    try:
        return json.dumps(reply, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        words = f"{type(error).__name__}: {error}"[:_LONGEST_MESSAGE]
        return json.dumps({"nonce": reply["nonce"], "unspeakable": words}).encode() + b"\n"


def _peak() -> int | None:
    """Return the high-water mark of this process's memory since it was started, in bytes."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return None


if __name__ == "__main__":
    main()
