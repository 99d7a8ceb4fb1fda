-- What each standard change to a program costs, by stack that ran it.
-- grain: run, stack, workload, change
-- audit: not_null(run, stack, package, program, workload, change, status)
-- audit: status = 'ok' or edit_distance is null
-- warning: a change without its proven effect has no cost
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.program,
    figures.workload,
    figures.change,
    figures.status,
    figures.reason,
    figures.edit_distance,
    figures.lines_added,
    figures.lines_removed,
    figures.effect,
    figures.effect_value,
    figures.effect_limit
from raw.probe_ease_change as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
