"""Ease of use: what the same work takes as a program, and what a change to it costs, in each stack.

Whole programs of the runner's workloads, written as each stack's documentation teaches, and the mlp with nine standard
changes. A program's counts are taken only if it passes the runner's gates, a change's only if its effect is proven.
The counts are proxies, not a study of users; the programs are published with them (`files` says where they lie).
"""

from bench.probes.ease.probe import Ease

PROBE = Ease()
