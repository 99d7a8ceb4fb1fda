-- Steps until a longer first step is paid back, by the runner's own function of its records.
-- grain: run, group_id, phase, division, compiled, plain
-- audit: not_null(run, group_id, workload, size, phase, device, track, division, precision)
-- audit: not_null(compiled, plain, cost_s, saving_s), steps >= 0
-- warning: steps is null where a step saves nothing, so that the cost is never paid back
select
    figures.run,
    figures.group_id,
    figures.workload,
    figures.size,
    figures.phase,
    figures.device,
    figures.track,
    figures.division,
    figures.precision,
    figures.compiled,
    figures.plain,
    figures.cost_s,
    figures.saving_s,
    figures.steps
from raw.bench_summary_break_even as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
