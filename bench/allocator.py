"""What the C library's allocator does with freed memory: kept in the process, or given back to the system.

Left to itself, glibc gives a large block back as soon as it is freed, or raises its threshold and keeps it, depending
on the sizes and the order a process frees in. A framework that allocates its results at every step then pays for fresh
pages at every step, or never: on two cores the same eager PyTorch inference took 4.7 ms in one process and 10.7 ms in
the next. The matched division therefore keeps freed memory, for every stack alike.
"""

from __future__ import annotations

import ctypes

KEPT = "kept"
RETURNED = "returned"

# glibc takes both from the environment when a process starts (mallopt(3)); setting one ends the moving thresholds.
_LARGE = str(1 << 30)
_VARIABLES = {"MALLOC_TRIM_THRESHOLD_": _LARGE, "MALLOC_MMAP_THRESHOLD_": _LARGE}
# Above the largest block that glibc's own moving threshold can come to keep (32 MiB), so that the answer is not chance.
_PROBE_BYTES = 40 << 20


class _Mallinfo(ctypes.Structure):
    # All that mallinfo(3) names, in its order.
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_int) for name in _names.split()]


def allocator_variables(allocator: str) -> dict[str, str]:
    """Return the variables a worker starts with: those that make glibc keep freed memory, none for "shipped"."""
    return dict(_VARIABLES) if allocator == KEPT else {}


def found_allocator() -> str | None:
    """Return what this process's allocator does: "kept" or "returned"; None where it is not glibc's and does not tell.

    A block is asked for and freed without being touched. What lies in a mapping of its own (`hblks` of mallinfo(3)
    counts those) goes back to the system when it is freed; what is counted neither there nor among the heap's bytes
    (`uordblks`) came from an allocator that was put in glibc's place.
    """
    library = ctypes.CDLL(None)
    try:
        info, malloc, free = library.mallinfo, library.malloc, library.free
    except AttributeError:
        return None
    info.restype, malloc.restype = _Mallinfo, ctypes.c_void_p
    malloc.argtypes, free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
    before = info()
    block = malloc(_PROBE_BYTES)
    if not block:
        return None
    during = info()
    free(block)
    if during.hblks > before.hblks:
        return RETURNED
    return KEPT if during.uordblks != before.uordblks else None
