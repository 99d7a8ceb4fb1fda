-- The canonical faults, as their files declare them.
-- grain: run, fault
-- audit: not_null(run, fault, number, title, family, about)
-- warning: faults were chosen from published lists before anything was run
select
    figures.run,
    figures.unit,
    figures.fault,
    figures.number,
    figures.title,
    figures.family,
    figures.about,
    figures.right_rule, -- same or learns: when a value counts as right
    figures.device as fault_device -- cuda for what only a GPU shows, else empty
from raw.probe_debugging_fault as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
