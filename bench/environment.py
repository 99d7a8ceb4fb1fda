"""The machine a run was made on: what a reader must know to compare, and nothing that names its owner."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import gpu
from bench.pressure import allowed_cores

_CPU_FIELDS = ("model name", "microcode", "cache size", "flags")
# Variables that change what frameworks do.
_PREFIXES = (
    *("OMP_", "MKL_", "OPENBLAS_", "KMP_", "GOMP_", "DNNL_", "ONEDNN_", "CUBLAS_", "NCCL_", "CUDA_", "NVIDIA_TF32"),
    *("XLA_", "JAX_", "TF_", "TORCH", "PYTORCH_", "KERAS_", "LD_PRELOAD", "MALLOC_", "PYTHONHASHSEED"),
)
# Other tools' variables that begin like TensorFlow's (Terraform).
_NOT_OURS = ("TF_CLI_", "TF_VAR_", "TF_LOG", "TF_DATA_DIR")
_ISA = ("avx", "avx2", "avx512f", "avx512_bf16", "amx_tile", "fma", "asimd", "sve", "bf16")


def host(device: str = "cpu") -> dict[str, Any]:
    """Return the machine's facts: processor, cores allowed, limits, memory, system, GPU (on cuda), variables."""
    cpu = _cpu()
    flags = set(str(cpu.pop("flags", "")).split())
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "cpu": cpu.get("model name") or platform.processor() or platform.machine(),
        "microcode": cpu.get("microcode"),
        "cache": cpu.get("cache size"),
        "isa": [name for name in _ISA if name in flags],
        "cores_online": os.cpu_count(),
        "cores_allowed": len(allowed_cores()),
        "governor": _text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "turbo_off": _text("/sys/devices/system/cpu/intel_pstate/no_turbo"),
        "smt": _text("/sys/devices/system/cpu/smt/control"),
        "memory_bytes": _memory(),
        "cgroup_cpu": _text("/sys/fs/cgroup/cpu.max"),
        "cgroup_memory": _text("/sys/fs/cgroup/memory.max"),
        "virtual": "hypervisor" in flags,
        "gpu": gpu.facts() if device == "cuda" else None,
        "variables": _variables(),
        "runner_python": platform.python_version(),
        "byteorder": sys.byteorder,
    }


def identity(facts: Mapping[str, Any]) -> str:
    """Return sixteen hexadecimal digits that two environments share only if all their facts are equal."""
    return sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _variables() -> dict[str, str]:
    names = [name for name in sorted(os.environ) if name.startswith(_PREFIXES) and not name.startswith(_NOT_OURS)]
    return {name: without_paths(os.environ[name]) for name in names}


def one_line(text: str) -> str:
    """Return a message on one line, without paths and terminals' colours, as result files bear it."""
    return without_paths(" ".join(without_colours(text).split()))


def without_colours(text: str) -> str:
    """Return the text without what makes a terminal print bold or coloured."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def without_paths(text: str) -> str:
    """Return the text with every path cut down to its last name: result files travel, folders have owners' names."""
    return re.sub(r"(?<![\w:/])~?/(?:[\w.@+-]+/)+", "", text)


def _cpu() -> dict[str, str]:
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in _CPU_FIELDS:
                found.setdefault(key.strip(), value.strip())
    return found


def _memory() -> int | None:
    with contextlib.suppress(ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _text(path: str) -> str | None:
    with contextlib.suppress(OSError):
        return Path(path).read_text(encoding="ascii").strip()
    return None
