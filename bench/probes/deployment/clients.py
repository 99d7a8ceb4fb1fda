"""The load: clients that keep their connection and ask again as soon as they are answered, for a fixed time.

Run as a process of its own (`python -P clients.py`), so that it does not share the server's interpreter.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any


def load(port: int, body: bytes, expected: bytes, seconds: float, clients: int) -> dict[str, Any]:
    """Return `latencies` of the requests that were answered as expected, `errors`, and the seconds it took.

    An answer is an error if its status is not 200 or its length is not the expected one's; so is a broken connection.
    """
    latencies: list[float] = []
    errors = [0] * clients
    begun = time.perf_counter()

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() - begun < seconds:
            asked = time.perf_counter()
            try:
                connection.request("POST", "/", body)
                reply = connection.getresponse()
                answer = reply.read()
                is_right = reply.status == 200 and len(answer) == len(expected)
            except (OSError, http.client.HTTPException):
                connection.close()
                is_right = False
            if is_right:
                latencies.append(time.perf_counter() - asked)
            else:
                errors[number] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"latencies": latencies, "errors": sum(errors), "seconds": time.perf_counter() - begun}


def main() -> None:
    """Load the port of the first argument; print the result as JSON."""
    port, folder, seconds, clients, core = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    body, expected = (Path(folder, name).read_bytes() for name in ("body.npz", "expected.npy"))
    print(json.dumps(load(int(port), body, expected, float(seconds), int(clients))))


if __name__ == "__main__":
    main()
