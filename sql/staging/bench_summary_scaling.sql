-- Times of a run as batch, model or data set grows, by the runner's own function of its records.
-- grain: run, group_id, phase, division, stack
-- audit: not_null(run, group_id, workload, size, phase, device, track, division, precision)
-- audit: not_null(stack, sweep, knob, value, status), low_s <= high_s, step_s > 0
-- warning: rows of sweep fit have no time: they say the largest batch that ran
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
    figures.stack,
    figures.sweep,
    figures.knob,
    figures.value,
    figures.batch,
    figures.status,
    figures.reason,
    figures.step_s,
    figures.low_s,
    figures.high_s,
    figures.samples_per_s,
    figures.largest
from raw.bench_summary_scaling as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
