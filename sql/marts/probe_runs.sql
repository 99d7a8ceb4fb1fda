-- Every run of the probes that is known, probe by probe, and the one that the marts of each probe show.
-- grain: run, probe
-- audit: not_null(run, probe, run_id, started_at, measured_on, ending, machine, origin, is_chosen)
-- audit: units_answered + units_failed + units_not_run = units
-- warning: a probe's marts hold its chosen run alone; others stay in staging
select
    runs.short_run as run, -- the run, by the first eight digits of its id
    runs.probe, -- ease, debugging, control_flow, deployment, integration or footprint
    runs.run as run_id, -- the run's whole id
    runs.started_at, -- when it began (UTC)
    runs.measured_on, -- day it began
    runs.device, -- cpu or cuda
    runs.is_quick, -- the small form, which measures less
    runs.is_narrowed, -- asked for some stacks or workloads only
    runs.ending, -- complete, budget, interrupted, failed or killed
    runs.units, -- units of the probe that were come to
    runs.units_answered, -- of these, all processes answered
    runs.units_failed, -- raised, died, hung or answered with what is none
    runs.units_not_run, -- something was missing, an environment mostly
    runs.seconds as units_s, -- seconds of its units together
    runs.frameworks, -- frameworks with a figure
    runs.cpu, -- the processor
    runs.cores, -- cores it could use
    runs.memory_bytes, -- memory of the machine
    runs.system, -- operating system
    runs.host_id, -- hash of all that is known of the machine
    runs.machine, -- the machine in words
    runs.origin, -- bundled, or the reader's own
    runs.code, -- hash of the runner's own files
    runs.is_chosen -- shown by the probe's marts and counted by evidence: one run a probe
from core.probe_runs as runs
