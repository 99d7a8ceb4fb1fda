"""One import in a process of its own. Run by path: `python -P importing.py FILE MODULE`; figures go to FILE as JSON."""

import contextlib
import importlib
import json
import sys
import time


def resident() -> int | None:
    """Return the memory this process holds now, in bytes; None where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return None


def main() -> None:
    """Import the module; write its seconds, the modules that came with it, and memory before and after."""
    # In this order: reading the status loads a module of its own.
    before = resident()
    modules = len(sys.modules)
    begun = time.perf_counter()
    importlib.import_module(sys.argv[2])
    seconds = time.perf_counter() - begun
    figures = {
        "seconds": seconds,
        "modules": len(sys.modules) - modules,
        "rss_before_bytes": before,
        "rss_bytes": resident(),
    }
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(figures, file)


if __name__ == "__main__":
    main()
