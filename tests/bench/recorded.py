"""Records of a run as a file holds them, every figure known."""

from __future__ import annotations

from typing import Any

from bench.spec import OK

# Seconds a step by stack; every fork and round has them, times the round's own factor, which pairing must cancel.
TIMES = {"torch-eager": 2.0, "torch-compile": 1.0, "keras-jax-jit": 1.5, "keras-torch-eager": 3.0}
FACTORS = (1.0, 1.3, 0.9)
GROUP = "cells/mlp/small/cpu/pinned/fp32/matched"
FORKS = ("f0001", "f0002", "f0003", "f0004")


def member(stack: str, twin: bool = False, division: str = "matched") -> dict[str, Any]:
    return {"id": f"{stack}@{division}" + "#twin" * twin, "stack": stack, "twin": twin, "division": {"name": division}}


MEMBERS = [*(member(stack) for stack in TIMES), member("torch-eager", twin=True)]


def group(**changes: Any) -> dict[str, Any]:
    fields = {"kind": "group", "group": GROUP, "purpose": "cells", "workload": "mlp", "size": "small", "batch": 256}
    fields |= {"trainable": 142602, "forward_flops": 1000, "device": "cpu", "track": "pinned", "precision": "fp32"}
    fields |= {"division": "matched", "phases": ["train"], "forks": 4, "value": 0, "knob": "", "members": MEMBERS}
    return fields | changes


def block(fork: str, name: str, number: int, seconds: float, of: str = GROUP, **changes: Any) -> dict[str, Any]:
    fields = {"kind": "block", "fork": fork, "group": of, "member": name, "phase": "train", "round": number}
    fields |= {"place": 0, "steps": 10, "wall_s": 10 * seconds, "cpu_s": 9 * seconds, "left_s": 0.0}
    return fields | {"device_s": None, "joules": 50.0, "surroundings": {}} | changes


def round_of(fork: str, number: int, names: list[str], of: str = GROUP, kept: bool = True) -> dict[str, Any]:
    fields = {"kind": "round", "fork": fork, "group": of, "phase": "train", "round": number, "members": names}
    return fields | {"kept": kept, "reasons": [] if kept else ["x: foreign 0.5 > 0.1"]}


def cell(one: dict[str, Any], of: str = GROUP, status: str = OK, precision: str = "fp32") -> dict[str, Any]:
    fields = {"kind": "cell", "group": of, "workload": "mlp", "size": "small", "phase": "train", "device": "cpu"}
    fields |= {"track": "pinned", "division": one["division"]["name"], "precision": precision, "stack": one["stack"]}
    return fields | {"status": status, "reason": "" if status == OK else "why"}


def fork(name: str, number: int, one: dict[str, Any], of: str = GROUP) -> dict[str, Any]:
    fields = {"kind": "fork", "fork": name, "group": of, "number": number, "member": one["id"], "stack": one["stack"]}
    fields |= {"twin": one["twin"], "import_s": 1.0, "build_s": 0.5, "environment_id": "e", "status": OK}
    fields |= {"memory": {"peak_bytes": 100 + number, "method": "ru_maxrss"}}
    return fields | {"compiles": {"compiles": 2, "graph_breaks": 0}, "cold": number == 0}


def run(contrasts: Any = None) -> dict[str, Any]:
    pairs = contrasts or [["torch-compile", "torch-eager"], ["keras-torch-eager", "torch-eager"]]
    return {
        "kind": "run",
        "schema": 2,
        "host_id": "h",
        "contrasts": pairs,
        "break_even": [["torch-compile", "torch-eager"]],
    }


def phase(name: str, one: dict[str, Any], cold: bool, seconds: float) -> dict[str, Any]:
    fields = {"kind": "phase", "fork": name, "group": GROUP, "member": one["id"], "phase": "train"}
    return fields | {"cold": cold, "first_step_s": seconds, "steps": 10}


def failed_gate(**changes: Any) -> dict[str, Any]:
    fields = {"kind": "parity", "fork": None, "reference": None, "workload": "mlp", "size": "small", "device": "cpu"}
    fields |= {"stack": "torch-compile", "gate": "P1", "value": 1.0, "limit": 1e-5, "passed": False, "detail": "d"}
    return fields | changes


def world() -> list[dict[str, Any]]:
    """Four forks of three rounds, every figure known."""
    records = [run(), group()]
    for number, name in enumerate(FORKS):
        for at, factor in enumerate(FACTORS):
            records += [block(name, one["id"], at, TIMES[one["stack"]] * factor) for one in MEMBERS]
            records.append(round_of(name, at, [one["id"] for one in MEMBERS]))
        records += [fork(name, number, one) for one in MEMBERS]
        first = {"torch-compile": 30.0 if number == 0 else 8.0}
        records += [phase(name, one, number == 0, first.get(one["stack"], 4.0)) for one in MEMBERS]
    return records + [cell(one) for one in MEMBERS if not one["twin"]]
