-- Forks of groups that came to their end.
-- grain: run, group_id, number
-- audit: not_null(run, group_id, number, seconds)
-- warning: what a stopped run had begun last is not here
select
    figures.run,
    figures.group_id,
    figures.number,
    figures.fork,
    figures.seconds
from raw.bench_units as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
