"""What nvidia-smi tells of a GPU. It is asked and never told: no clock, limit or mode is set."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_STATIC = (
    "name",
    "uuid",
    "driver_version",
    "vbios_version",
    "memory.total",
    "power.limit",
    "compute_cap",
    "mig.mode.current",
)
_MOVING = ("clocks.sm", "clocks.mem", "temperature.gpu", "power.draw", "utilization.gpu", "clocks_event_reasons.active")
# Drivers before 535 know the last field under its old name.
_OLD_NAME = {"clocks_event_reasons.active": "clocks_throttle_reasons.active"}
_TIMEOUT = 20
# Seconds after which the newest line of a log is no longer this moment.
_STALE = 1.0


def tool() -> str | None:
    """Return the path of nvidia-smi, None without it."""
    return shutil.which("nvidia-smi")


def query(fields: Sequence[str], device: int = 0) -> dict[str, str] | None:
    """Return the fields of one device as nvidia-smi prints them, without units; None where it cannot be asked."""
    text = _ask(f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits", f"--id={device}")
    if text is None:
        return None
    values = next(csv.reader(text.splitlines()), None)
    return None if values is None else dict(zip(fields, (value.strip() for value in values), strict=False))


def facts(device: int = 0) -> dict[str, Any] | None:
    """Return what does not change: name, driver, memory (MiB), power limit (W); None without a GPU."""
    return query(_STATIC, device)


def state(device: int = 0) -> dict[str, Any] | None:
    """Return clocks (MHz), temperature (C), power (W), utilisation (%) and throttle reasons (bits) of this moment."""
    values = query(_MOVING, device)
    if values is None:
        values = query(_old_names(), device)
    return None if values is None else _as_state(dict(zip(_MOVING, values.values(), strict=False)))


def _as_state(values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "sm_mhz": _number(values.get("clocks.sm")),
        "memory_mhz": _number(values.get("clocks.mem")),
        "temperature_c": _number(values.get("temperature.gpu")),
        "power_w": _number(values.get("power.draw")),
        "utilization_pct": _number(values.get("utilization.gpu")),
        "reasons": _bits(values.get("clocks_event_reasons.active")),
    }


def processes(device: int = 0) -> list[int] | None:
    """Return the process ids that compute on the device; None where it cannot be asked."""
    text = _ask("--query-compute-apps=pid", "--format=csv,noheader,nounits", f"--id={device}")
    return None if text is None else [int(line) for line in text.split() if line.isdigit()]


def foreign(own: Sequence[int], device: int = 0) -> int | None:
    """Return how many computing processes belong to none of the process groups `own`; None where unknown.

    In a container the ids are the host's: where this process can see none of them, nothing is known.
    """
    seen = processes(device)
    if seen is None:
        return None
    groups = {pid: _group(pid) for pid in seen}
    if seen and all(group is None for group in groups.values()):
        return None
    return sum(group not in own for group in groups.values())


class Log:
    """nvidia-smi writing a device's state every 100 ms into a file while GPU blocks run.

    Asking anew for each block would take longer than the block.
    """

    def __init__(self, path: Path, device: int = 0) -> None:
        self._path, self._device = path, device
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = time.monotonic()
        program = tool()
        if program is None:
            return
        names = _MOVING if query(_MOVING, device) is not None else _old_names()
        asked = [f"--query-gpu={','.join(names)}", "--format=csv,noheader,nounits", f"--id={device}", "-lms", "100"]
        with path.open("wb") as output, contextlib.suppress(OSError):
            self._process = subprocess.Popen(
                [program, *asked], stdout=output, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
            )
        self._begun = time.monotonic()

    def state(self) -> dict[str, Any] | None:
        """Return what `state` does, of the newest line; asked anew where the file has stood still for a second."""
        with contextlib.suppress(OSError):
            if self._process is not None and time.time() - self._path.stat().st_mtime < _STALE:
                lines = [line for line in self._lines() if len(line) == len(_MOVING)]
                if lines:
                    return _as_state(dict(zip(_MOVING, lines[-1], strict=True)))
        return state(self._device)

    def joules(self, begun: float, ended: float) -> float | None:
        """Return the energy between two monotonic moments: mean power of the samples therein times the seconds.

        None with fewer than three samples, or without a GPU that tells its power.
        """
        if self._process is None:
            return None
        with contextlib.suppress(OSError):
            at = _MOVING.index("power.draw")
            values = [_number(line[at]) if len(line) > at else None for line in self._lines()]
            now = time.monotonic()
            # The samples bear no time of the monotonic clock: they are spread evenly from the start until now.
            spacing = (now - self._begun) / max(1, len(values))
            first, last = int((begun - self._begun) / spacing), int((ended - self._begun) / spacing)
            inside = [value for value in values[first : last + 1] if value is not None]
            return sum(inside) / len(inside) * (ended - begun) if len(inside) >= 3 else None
        return None

    def _lines(self) -> list[list[str]]:
        """Return the fields of every whole line; the last may be half written."""
        text = self._path.read_text(encoding="ascii", errors="replace")
        return [[field.strip() for field in line.split(",")] for line in text[: text.rfind("\n") + 1].splitlines()]

    def close(self) -> None:
        """End the sampling."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_TIMEOUT)
            self._process = None


def _old_names() -> list[str]:
    return [_OLD_NAME.get(field, field) for field in _MOVING]


def _ask(*arguments: str) -> str | None:
    program = tool()
    if program is None:
        return None
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=_TIMEOUT, check=False)
        if done.returncode == 0:
            return done.stdout
    return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _bits(text: str | None) -> int | None:
    try:
        return int(text, 0) if text is not None else None
    except ValueError:
        return None


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None
