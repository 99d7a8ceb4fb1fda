-- Stacks of a run of the probes, the distributions they are made of, and which way of its framework each is.
-- grain: run, stack
-- audit: not_null(run, stack, package, mode, is_shipped, is_documented, is_default)
-- warning: the default backend is the one that is taken without being asked for
select
    figures.run,
    figures.stack,
    figures.package, -- distribution of the framework
    nullif(figures.backend_package, '') as backend_package, -- distribution it computes with
    figures.mode,
    figures.is_shipped, -- the way one gets without asking, on its backend
    figures.is_documented, -- that, or the compiled way documented beside it
    figures.is_default -- shipped, on the default backend
from raw.probe_stacks as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
