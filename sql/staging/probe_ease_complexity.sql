-- Cyclomatic complexity and Halstead volume of each part of each program.
-- grain: run, program, workload, part
-- audit: not_null(run, program, workload, part, status)
-- warning: counted of the text, whether or not the program passed its gates
select
    figures.run,
    figures.unit,
    figures.program,
    figures.workload,
    figures.part,
    figures.status,
    figures.reason,
    figures.radon, -- version of what counted
    figures.cyclomatic_sum,
    figures.cyclomatic_max,
    figures.halstead_volume
from raw.probe_ease_complexity as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
