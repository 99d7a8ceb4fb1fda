"""The allocator is set by variables and read back by what it does."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from bench.allocator import allocator_variables

_ASK = "from bench.allocator import found_allocator; print(found_allocator())"
_BLOCKS = """
import resource
import numpy as np
before = 0
for number in range(60):
    if number == 30:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(5_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def told(program: str, allocator: str) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    variables |= allocator_variables(allocator)
    return subprocess.run(
        [sys.executable, "-c", program], env=variables, text=True, capture_output=True, check=True
    ).stdout.strip()


def test_memory_that_is_kept_costs_no_new_pages():
    """Blocks above 32 MiB always go back as glibc comes, and cost new pages each time; kept ones cost none."""
    if platform.libc_ver()[0] != "glibc":
        assert told(_ASK, "kept") == "None"
        return
    assert told(_ASK, "shipped") == "returned"
    assert told(_ASK, "kept") == "kept"
    assert int(told(_BLOCKS, "shipped")) > 20 * max(1, int(told(_BLOCKS, "kept")))
