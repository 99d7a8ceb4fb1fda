-- Units of the probes: what became of the processes that each is made of.
-- grain: run, probe, unit
-- audit: not_null(run, probe, unit, environment, how, seconds)
-- warning: a unit that was not reached has no row
select
    figures.run,
    figures.probe,
    figures.unit,
    figures.environment, -- runner: the runner's own interpreter
    figures.how, -- answered, raised, died, hung, garbage or not-run
    figures.reason,
    figures.processes,
    figures.answered,
    figures.seconds,
    figures.peak_rss_bytes,
    figures.output_bytes
from raw.probe_units as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
