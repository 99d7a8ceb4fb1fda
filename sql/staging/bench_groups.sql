-- Cells that were timed together, round by round.
-- grain: run, group_id
-- audit: not_null(run, group_id, purpose, workload, size, batch, device, track), batch > 0
-- audit: purpose in ('cells', 'ladder', 'batch', 'model', 'data', 'fit')
-- warning: value is 0 outside sweeps, and a number of its own where stacks were timed in pairs
select
    figures.run,
    figures.group_id,
    figures.purpose, -- cells, ladder, batch, model, data or fit
    figures.workload,
    figures.size,
    figures.batch, -- samples a step
    figures.trainable, -- parameters that every member must have; 0 in model sweeps
    figures.device,
    figures.track, -- pinned, all-cores or gpu
    figures.precision,
    figures.division, -- matched, as-shipped or ladder
    figures.value,
    figures.knob,
    nullif(figures.same_as, '') as same_as -- the group whose cells these are, timed there alone
from raw.bench_groups as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
