"""The debug switches of each stack, and the filters that take frames out of tracebacks."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

OFF = "off"
ON = "on"
NONE = "none"
# What is tried in each mode. A mode that is itself the way to debug bears the name of its switch. The last one takes
# longest, and is what a budget cuts first.
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "keras-tensorflow-graph": (OFF, "check_numerics"),
    "keras-tensorflow-xla": (OFF,),
    "keras-tensorflow-eager": ("run_eagerly", "run_eagerly+check_numerics"),
    "keras-jax-jit": (OFF, "debug_nans"),
    "keras-jax-eager": ("run_eagerly", "run_eagerly+debug_nans"),
    "keras-torch-eager": (OFF, "run_eagerly", "detect_anomaly"),
    "torch-eager": (OFF, "detect_anomaly"),
    "torch-compile": (OFF, "detect_anomaly"),
    "tensorflow-graph": (OFF, "check_numerics"),
    "tensorflow-xla": (OFF,),
    "tensorflow-eager": ("run_functions_eagerly", "run_functions_eagerly+check_numerics"),
    "jax-jit": (OFF, "debug_nans", "debug_key_reuse"),
    "jax-eager": ("disable_jit", "disable_jit+debug_nans"),
    "keras-torch-compile": (OFF,),
}
# A switch that can tell one fault only is tried on that one.
ONLY: Mapping[str, str] = {"debug_key_reuse": "reused_key"}
# Stacks that filter tracebacks: torch has no such thing.
FILTERS: Mapping[str, tuple[str, ...]] = {
    "keras-tensorflow": ("keras", "tensorflow"),
    "keras-jax": ("keras", "jax"),
    "keras-torch": ("keras",),
    "tensorflow": ("tensorflow",),
    "jax": ("jax",),
}


def turn(switch: str) -> None:
    """Turn on the named switches, joined by +. Those that are a mode of the kit need nothing here, but JAX's."""
    for name in switch.split("+"):
        if name == "check_numerics":
            importlib.import_module("tensorflow").debugging.enable_check_numerics()
        elif name == "detect_anomaly":
            importlib.import_module("torch").autograd.set_detect_anomaly(True)
        elif name in ("debug_nans", "debug_key_reuse", "disable_jit"):
            importlib.import_module("jax").config.update(f"jax_{name}", True)


def unfilter(environment: str) -> None:
    """Turn every traceback filter of the stack off."""
    names = FILTERS.get(environment, ())
    if "keras" in names:
        _module("keras").config.disable_traceback_filtering()
    if "tensorflow" in names:
        _module("tensorflow").debugging.disable_traceback_filtering()
    if "jax" in names:
        _module("jax").config.update("jax_traceback_filtering", "off")


def _module(name: str) -> Any:
    return importlib.import_module(name)
