-- Gates of each program: whether it does the workload's work.
-- grain: run, stack, workload, gate
-- audit: not_null(run, stack, workload, gate, passed, detail)
-- warning: the gates are those of the timing runner, held against arithmetic in double precision
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.program,
    figures.workload,
    figures.gate,
    figures.value, -- null if not finite
    figures.limit_value,
    figures.passed,
    figures.detail
from raw.probe_ease_parity as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
