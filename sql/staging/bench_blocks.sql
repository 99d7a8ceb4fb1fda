-- Timed blocks: some steps of one member and one synchronisation.
-- grain: run, group_id, phase, fork, round, member
-- audit: not_null(run, fork, group_id, member, phase, round, steps, wall_s), wall_s > 0, steps > 0
-- warning: blocks of dropped and of unfinished rounds are here too
select
    figures.run,
    figures.fork,
    figures.group_id,
    figures.member,
    figures.phase,
    figures.round,
    figures.steps,
    figures.wall_s
from raw.bench_blocks as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
