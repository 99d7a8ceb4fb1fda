-- Rounds in which every living member ran one block.
-- grain: run, group_id, phase, fork, round
-- audit: not_null(run, fork, group_id, phase, round, kept, member_count)
-- warning: blocks of a round that is not kept, or has no row here, do not count
select
    figures.run,
    figures.fork,
    figures.group_id,
    figures.phase,
    figures.round,
    figures.members,
    len(figures.members) as member_count,
    figures.kept,
    figures.reasons
from raw.bench_rounds as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
