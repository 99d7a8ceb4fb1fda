"""Deployment: the formats that each stack's models leave as, and what answers them without the framework."""

from bench.probes.deployment.matrix import PROBE

__all__ = ["PROBE"]
