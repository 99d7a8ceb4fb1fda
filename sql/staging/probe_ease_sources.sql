-- Texts of the programs, unchanged and with each standard change.
-- grain: run, program, workload, change
-- audit: not_null(run, program, workload, change, status, text)
-- warning: change is empty for the program itself
select
    figures.run,
    figures.unit,
    figures.program,
    figures.workload,
    figures.change,
    figures.status,
    figures.reason,
    figures.sha256,
    figures.text
from raw.probe_ease_source as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
