-- Rungs from as-shipped to matched, by the runner's own function of its records.
-- grain: run, group_id, phase, rung
-- audit: not_null(run, group_id, workload, size, phase, device, track, division, precision)
-- audit: not_null(stack, rung, knob, status), low <= high, ratio > 0
-- warning: a rung that is not ok has no ratio, and the next is held against the last one that is
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
    figures.rung,
    figures.knob,
    figures.status,
    figures.reason,
    figures.step_s,
    figures.ratio,
    figures.low,
    figures.high,
    figures.to_shipped,
    figures.forks
from raw.bench_summary_ladder as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
