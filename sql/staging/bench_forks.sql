-- Worker processes: one member of one group in one fork.
-- grain: run, fork, member
-- audit: not_null(run, fork, group_id, number, member, stack, twin, status)
-- warning: a fork that a kill ended has no row
select
    figures.run,
    figures.fork,
    figures.group_id,
    figures.number, -- which of the group's forks, from 0
    figures.member,
    figures.stack,
    figures.twin,
    figures.environment_id,
    figures.peak_bytes,
    figures.memory_method,
    figures.status,
    figures.reason
from raw.bench_forks as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
