-- Worker processes of a group: a stack under a division.
-- grain: run, group_id, member
-- audit: not_null(run, group_id, member, stack, twin, division)
-- warning: a twin is the same stack once more, for the control: never a figure of its own
select
    figures.run,
    figures.group_id,
    figures.member,
    figures.stack,
    figures.twin,
    figures.division,
    figures.mode, -- how it executes
    figures.precision, -- what was asked for; shipped: no flag was touched
    figures.device,
    figures.layout, -- what was asked for; shipped: the framework's own
    figures.allocator, -- what was asked for: kept, or shipped; null where a run is older than the choice
    figures.threads -- size of the thread pools; null leaves the framework's choice
from raw.bench_members as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
