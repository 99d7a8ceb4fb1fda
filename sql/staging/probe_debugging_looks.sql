-- Ways to look into a model while it trains: a breakpoint, a print, the framework's own print.
-- grain: run, stack, look
-- audit: not_null(run, stack, package, look, call, status, reason)
-- warning: shown counts steps at which the value of that very step was seen
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.look,
    figures.call,
    figures.status,
    figures.reason,
    figures.steps,
    figures.times,
    figures.shown,
    figures.example
from raw.probe_debugging_look as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
