"""Graph or eager: does control flow that plain Python decides run, run right, or need the framework's own words?"""

from bench.probes.control_flow.probe import ControlFlow

PROBE = ControlFlow()
