"""A stack that does everything a framework should not. Copied to where a child finds it; never imported here."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from typing import Any


def measure(do: str, pids: str = "") -> dict[str, Any]:
    """Do it."""
    descriptor = int(os.environ["BENCH_REPLY_FD"])
    if do == "raise":
        raise ValueError("the width is wrong, see " + "/" + "/".join(("home", "someone", "model.py")))
    if do == "raise-at-length":
        raise ValueError("long " * 200_000)
    if do == "warn":
        warnings.warn("careful", stacklevel=1)
    if do == "lie":
        return ["not a dict"]
    if do == "nothing-json-holds":
        return {"loss": float("nan")}
    if do == "hang":
        beside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(pids, "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {beside.pid}")
        time.sleep(600)
    if do == "leave-one-behind":
        beside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(pids, "w", encoding="utf-8") as file:
            file.write(str(beside.pid))
    if do == "print-megabytes":
        print("first words")
        for _ in range(100):
            print("x" * 100_000)
        print("last words")
    if do == "print-for-ever":
        while True:
            print("x" * 100_000)
    if do == "exit":
        print("goodbye")
        os._exit(3)
    if do == "kill-itself":
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "raise-exit":
        sys.exit(4)
    if do == "junk":
        os.write(descriptor, b'{"nonce": 1, "answer": {}}\n')
    if do == "half-a-line":
        os.write(descriptor, b'{"nonce"')
        os._exit(0)
    if do == "fork-and-come-back":
        if os.fork() == 0:
            raise ValueError("in the fork")
        os.wait()
    if do == "close-everything":
        for one in (descriptor, 1, 2):
            os.close(one)
        time.sleep(600)
    if do == "take-memory":
        return {"bytes": len(bytearray(200 << 20))}
    if do == "look-around":
        with open("written", "w", encoding="utf-8") as file:
            file.write("x")
        beside = tempfile.mkstemp()[1]
        return {
            "folder": os.getcwd(),
            "beside": beside,
            "stdin": sys.stdin.read(),
            "variables": dict(os.environ),
            "path": sys.path,
        }
    return {"value": 1}
