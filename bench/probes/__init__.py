"""The probes: what articles only assert, measured by running code. One folder a probe; each exports PROBE.

A *unit* is one child process's worth of work; an *outcome* is what became of one child; a *record* is a line of the
result file. Statuses are words and never absent rows: a failure is never a zero.
"""
