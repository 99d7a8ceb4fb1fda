"""Debugging: canonical faults, one file each in `faults/`, put into every stack that they can be put into.

A cell is one fault in one stack, mode, style, switch and filter; its dimensions are recorded apart, and never added up.
"""

from bench.probes.debugging.probe import Debugging

PROBE = Debugging()
