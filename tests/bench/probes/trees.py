"""Probes of stubs, written into a copy of the room."""

from __future__ import annotations

# A probe of stubs, in a tree of its own: each unit does one thing, `nap` ones take their time.
PROBE = '''
"""Stubs."""
import signal
import threading

from bench.probes.probe import Unit

class Stubs:
    name, about, alone = "stubs", "Stubs that misbehave.", True

    def units(self, options):
        naps = [Unit(f"nap/{n}", "", "stub", {"do": "nap"}, PATH, 60.0) for n in range(4)]
        bad = [Unit(f"bad/{do}", "", "stub", {"do": do}, PATH, 20.0) for do in ("raise", "kill-itself", "junk")]
        asked = options.workloads
        absent = [Unit("absent", "made-later", "stub", {"do": "nap"}, PATH)]
        twice = [Unit("twice", "", "stub", {"do": "nap"}, PATH, repeat=2)]
        wrong = [Unit("wrong-record", "", "stub", {"do": ""}, PATH)]
        every = {"nap": naps, "bad": bad, "absent": absent, "twice": twice, "wrong": wrong}
        press = [Unit("press", "", "stub", {"do": ""}, PATH)]
        return [unit for word in asked or every for unit in (every | {"press": press})[word]]

    def records(self, unit, outcomes):
        if unit.key == "press":
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        extra = {"surprise": 1} if unit.key == "wrong-record" else {}
        return [
            {"kind": "stub", "unit": unit.key, "status": one.how, "reason": one.reason, "number": n, **extra}
            for n, one in enumerate(outcomes)
        ]

PATH = {"PYTHONPATH": __import__("os").path.dirname(__file__)}
PROBE = Stubs()
'''
# A probe whose units may run beside each other: each says on which cores it ran, and when.
BESIDE = """
from bench.probes.probe import Unit

class Beside:
    name, about, alone = "beside", "Units side by side.", False

    def units(self, options):
        last = {"mlp": {"alone": True}, "cnn": {"apart": "last"}}.get("".join(options.workloads), {})
        return [Unit(f"when/{n}", "", "bench.probes.beside.when", **(last if n > 3 else {})) for n in range(6)]

    def records(self, unit, outcomes):
        return [{"kind": "beside", "unit": unit.key, **outcomes[0].answer}]

PROBE = Beside()
"""
WHEN = """
import os, time

def measure():
    begun = time.monotonic()
    time.sleep(0.5)
    return {"cores": sorted(os.sched_getaffinity(0)), "begun": begun, "ended": time.monotonic()}
"""
BESIDE_SCHEMA = """
{"kinds": {"beside": {"about": "One unit.", "fields": {
    "unit": ["string", "the unit's key"], "cores": ["array", "where"],
    "begun": ["number", "seconds"], "ended": ["number", "seconds"]}}}}
"""
SCHEMA = {
    "kinds": {
        "stub": {
            "about": "A stub.",
            "fields": {
                "unit": ["string", "the unit's key"],
                "status": ["string", "how it ended"],
                "reason": ["string", "in words"],
                "number": ["integer", "which process"],
            },
        }
    }
}
NAP = '\n    if do == "nap":\n        time.sleep(0.5)\n    return {"value": 1}\n'
